"""Who is called, and how that is known; what cannot be known is said to be unknown."""

from __future__ import annotations

from pathlib import Path

from factory_git.app import map_graph
from factory_git.codemap.graph import CONFIDENCE, callees
from factory_git.codemap.lookup import find
from factory_git.codemap.resolve import Resolver
from tests.codemap.repos import calls, repository, staged


def test_python_scope_import_self_and_types(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "shop/__init__.py": "from .order import Order as Order, helper\n",
            "shop/base.py": "class Base:\n    def save(self): ...\n    def log(self): ...\n",
            "shop/order.py": "from . import base\nfrom .money import Money\n\n\ndef helper(): ...\n\n\n"
            "class Order(base.Base):\n    price: Money\n\n    def __init__(self, extra: 'Money | None'):\n"
            "        self.made = Money()\n        self.extra = extra\n\n"
            "    def pay(self, cash: Money, how):\n        self.save()\n        super().log()\n        self.price.add()\n"
            "        self.made.add()\n        self.extra.add()\n        cash.add()\n        helper()\n        made = Money.of(1)\n"
            "        made.add()\n        how.add()\n        how()\n        print()\n        self.gone()\n"
            "        def helper_inner(): ...\n        helper_inner()\n",
            "shop/money.py": "import typing\n\n\nclass Money:\n    @classmethod\n    def of(cls, n) -> 'Money': ...\n"
            "    def add(self): ...\n\n\nclass Other:\n    def add(self): ...\n",
            "app.py": "import shop.money\nfrom shop import Order, helper as h\n\n\ndef main():\n    Order(None).pay(None, 1)\n    h()\n"
            "    shop.money.Money()\n",
        },
    )
    add = "shop/money.py::Money.add type"
    assert calls(repo, "Order.pay") == {
        "self.save": "shop/base.py::Base.save self",
        "super": "",
        "super().log": "shop/base.py::Base.log self",
        "self.price.add": add,
        "self.made.add": add,
        "self.extra.add": add,
        "cash.add": add,
        "helper": "shop/order.py::helper scope",
        "Money.of": "shop/money.py::Money.of import",
        "made.add": add,
        "how.add": "shop/money.py::Other.add name",  # one of two candidates, labelled as such
        "how": "",
        "print": "",
        "self.gone": "",
        "helper_inner": "shop/order.py::Order.pay.helper_inner scope",
    }
    assert calls(repo, "main") == {
        "Order": "shop/order.py::Order import",
        "Order().pay": "shop/order.py::Order.pay type",
        "h": "shop/order.py::helper import",
        "shop.money.Money": "shop/money.py::Money import",
    }


def test_typescript_barrels_promoted_fields_and_this(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "stock.ts": "export class Stock { find() {} }\nexport default function load(): Stock { return new Stock(); }\n",
            "index.ts": "export * from './stock';\nexport { default as fetchStock } from './stock';\n",
            "order.ts": "import { Stock as S, fetchStock } from '.';\nimport start, * as all from './stock';\n"
            "class Base { save() {} }\nexport class Order extends Base {\n  constructor(private stock: S) { super(); }\n"
            "  pay(near: S) {\n    this.stock.find();\n    this.save();\n    near?.find();\n    fetchStock().find();\n    start();\n"
            "    all.load;\n    new all.Stock().find();\n    const made = new S();\n    made.find();\n    console.log();\n  }\n}\n",
        },
    )
    found = "stock.ts::Stock.find type"
    assert calls(repo, "Order.pay") == {
        "this.stock.find": found,
        "this.save": "order.ts::Base.save self",
        "near.find": found,
        "fetchStock": "stock.ts::load import",
        "fetchStock().find": found,
        "start": "stock.ts::load import",
        "all.Stock": "stock.ts::Stock import",
        "all.Stock().find": found,
        "S": "stock.ts::Stock import",
        "made.find": found,
        "console.log": "",
    }


def test_go_packages_methods_elsewhere_and_embedding(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "go.mod": "module example.com/farm\n",
            "stock/type.go": "package stock\ntype Base struct{}\ntype Shelf struct { Base; count int }\n",
            "stock/methods.go": "package stock\nfunc (s *Shelf) Fill() { s.keep(); s.Log(); help() }\nfunc (s Shelf) keep() {}\n"
            "func (b Base) Log() {}\nfunc New() *Shelf { return nil }\n",
            "stock/help.go": "package stock\nfunc help() {}\n",
            "main.go": 'package main\nimport "example.com/farm/stock"\nfunc main() { s := stock.New(); s.Fill(); var t stock.Shelf; t.Log() }\n',
        },
    )
    assert calls(repo, "Fill") == {
        "s.keep": "stock/methods.go::Shelf.keep type",
        "s.Log": "stock/methods.go::Base.Log type",
        "help": "stock/help.go::help package",
    }
    assert calls(repo, "main") == {
        "stock.New": "stock/methods.go::New import",
        "s.Fill": "stock/methods.go::Shelf.Fill type",
        "t.Log": "stock/methods.go::Base.Log type",
    }


def test_java_php_rust_and_csharp(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "j/Base.java": "package farm;\nclass Base { void save() {} }\n",
            "j/Order.java": "package farm;\nclass Order extends Base { private Stock stock; void payJ(Stock s) { save(); stock.fill();"
            " s.fill(); new Stock().fill(); this.own(); } void own() {} }\n",
            "j/Stock.java": "package farm;\nclass Stock { void fill() {} }\n",
            "p/Order.php": "<?php\nnamespace Farm\\Shop;\nuse Farm\\Stock\\Shelf;\nclass Order { use Logs;\n"
            "function __construct(private Shelf $shelf) {}\nfunction payP(Shelf $near) { $this->shelf->put(); $near->put();"
            " self::make(); $this->logIt(); $x = new Shelf(); $x->put(); \\Farm\\Stock\\settle(); }\nstatic function make() {} }\n",
            "p/Logs.php": "<?php\nnamespace Farm\\Shop;\ntrait Logs { function logIt() {} }\n",
            "p/Shelf.php": "<?php\nnamespace Farm\\Stock;\nclass Shelf { function put() {} }\nfunction settle() {}\n",
            "r/Cargo.toml": '[package]\nname = "r"\n',
            "r/src/lib.rs": "mod bin;\nuse crate::bin::Bin;\npub struct O { b: Bin }\nimpl O { fn pay_r(&self, n: &Bin) {"
            " self.b.tip(); n.tip(); let m = Bin::make(); m.tip(); crate::bin::free(); Self::own(); } fn own() {} }\n",
            "r/src/bin.rs": "pub struct Bin;\nimpl Bin { pub fn make() -> Self { Bin } pub fn tip(&self) {} }\npub fn free() {}\n",
            "c/A.cs": "namespace Farm.Core;\npublic class Rack { public void Lift() {} }\n",
            "c/B.cs": "using Farm.Core;\nnamespace Farm.Shop;\nclass Pay { Rack _r; void PayC(Rack n) { _r.Lift(); n.Lift();"
            " var m = new Rack(); m.Lift(); Own(); } void Own() {} }\n",
        },
    )
    assert calls(repo, "payJ") == {
        "save": "j/Base.java::Base.save self",
        "stock.fill": "j/Stock.java::Stock.fill type",
        "s.fill": "j/Stock.java::Stock.fill type",
        "Stock": "j/Stock.java::Stock package",
        "Stock().fill": "j/Stock.java::Stock.fill type",
        "this.own": "j/Order.java::Order.own self",
    }
    assert calls(repo, "payP") == {
        "$this.shelf.put": "p/Shelf.php::Shelf.put type",
        "$near.put": "p/Shelf.php::Shelf.put type",
        "self.make": "p/Order.php::Order.make self",
        "$this.logIt": "p/Logs.php::Logs.logIt self",
        "Shelf": "p/Shelf.php::Shelf import",
        "$x.put": "p/Shelf.php::Shelf.put type",
        "\\Farm\\Stock\\settle": "p/Shelf.php::settle package",
    }
    assert calls(repo, "pay_r") == {
        "self.b.tip": "r/src/bin.rs::Bin.tip type",
        "n.tip": "r/src/bin.rs::Bin.tip type",
        "Bin.make": "r/src/bin.rs::Bin.make import",
        "m.tip": "r/src/bin.rs::Bin.tip type",
        "crate.bin.free": "r/src/bin.rs::free package",
        "Self.own": "r/src/lib.rs::O.own self",
    }
    assert calls(repo, "PayC") == {
        "_r.Lift": "c/A.cs::Rack.Lift type",
        "n.Lift": "c/A.cs::Rack.Lift type",
        "Rack": "c/A.cs::Rack package",
        "m.Lift": "c/A.cs::Rack.Lift type",
        "Own": "c/B.cs::Pay.Own self",
    }


def test_callers_are_the_other_side_of_callees_and_constructors_are_called_by_their_class(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "a.py": "class A:\n    def __init__(self): ...\n    def go(self): ...\n",
            "b.py": "from a import A as B\n\n\ndef one():\n    B().go()\n\n\ndef two(x):\n    x.go()\n",
            "c.py": "class C:\n    def go(self): ...\n",
        },
    )
    the = staged(repo)
    told = [(e.caller.path, e.caller.symbol.id, e.how, e.confidence) for e in map_graph.callers(the, "A.go").edges]
    assert told == [("b.py", "one", "type", "medium"), ("b.py", "two", "name", "low")]
    told = [
        (e.caller.path, e.caller.symbol.id, e.how, e.confidence) for e in map_graph.callers(the, "A.__init__").edges
    ]
    assert told == [("b.py", "one", "import", "high")]
    reached = map_graph.impact(the, "A.go", 3).reached
    assert [(r.path, r.id) for r in reached] == [("b.py", "one")], "a call by name alone is not followed"


def test_every_way_of_knowing_has_a_confidence() -> None:
    assert set(CONFIDENCE.values()) == {"high", "medium", "low"}


def test_a_call_that_leads_round_in_circles_ends(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "a.py": "from b import *\nx = y\n\n\nclass A(A): ...\n\n\ndef f():\n    z = z.go()\n    z.go()\n    A().go()\n    x.go()\n",
            "b.py": "from a import *\ny = x\n",
        },
    )
    assert set(calls(repo, "f")) == {"z.go", "A", "A().go", "x.go"}


def test_the_only_one_of_a_name_is_no_answer_where_the_receivers_type_is_known_to_be_another(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "go.mod": "module shop\n",
            "info.go": "package shop\ntype snap struct{}\nfunc (s snap) Renamed() bool { return true }\n"
            "func (s snap) Fresh() snap { return s }\n",
            "walk.go": 'package shop\nimport ("os"; "example.org/go-kit/fresh/v2")\n'
            "func walk(info os.FileInfo, other any2) {\n\tinfo.Renamed()\n\tfresh.Fresh()\n\tx := some()\n"
            "\tx.Renamed()\n}\n",
        },
    )
    resolver = Resolver(staged(repo).tree)
    walk = next(one for one in find(resolver.tree, "walk"))
    assert [(e.text, e.how) for e in callees(resolver, walk)] == [
        ("info.Renamed", "name"),
        ("fresh.Fresh", ""),
        ("some", ""),
        ("x.Renamed", "unique"),
    ]


def test_a_function_of_a_module_is_no_member(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "lib.rs": "mod tests { fn method() {} }\nimpl S { fn info(&self) {} }\n"
            "fn f(x: u8) { g().method(); log::info!(); }\n"
        },
    )
    resolver = Resolver(staged(repo).tree)
    (source,) = find(resolver.tree, "f")
    assert [(e.text, e.how) for e in callees(resolver, source)] == [("g", ""), ("g().method", ""), ("log.info", "")]
