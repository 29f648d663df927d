"""Where imports lead, in each language's own way; and that what leads out of the tree is not made up."""

from __future__ import annotations

from pathlib import Path

from factory_git.codemap.dependencies import importers, imports
from factory_git.codemap.resolve import Resolver
from tests.codemap.repos import leads, repository, staged


def who(folder: Path, file: str) -> list[str]:
    return sorted({d.source for d in importers(Resolver(staged(folder).tree), file)})


def test_python_relative_absolute_and_names_that_are_modules(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "shop/__init__.py": "from .order import Order\n",
            "shop/order.py": "import os\nfrom __future__ import annotations\nfrom . import stock\nfrom .core import money\n"
            "from .core.money import Cents as C\nfrom .. import outside\nimport shop.core.money\n",
            "shop/stock.py": "",
            "shop/core/__init__.py": "",
            "shop/core/money.py": "class Cents: ...\n",
            "tools/run.py": "from shop import Order, stock\n",
        },
    )
    assert leads(repo, "shop/order.py") == {
        "os": [],
        "__future__ annotations": [],
        ". stock": ["shop/stock.py"],
        ".core money": ["shop/core/money.py"],
        ".core.money Cents as C": ["shop/core/money.py"],
        ".. outside": [],
        "shop.core.money": ["shop/core/money.py", "shop/__init__.py"],
    }
    assert leads(repo, "tools/run.py") == {"shop Order stock": ["shop/__init__.py", "shop/stock.py"]}
    assert who(repo, "shop/core/money.py") == ["shop/order.py"]
    assert who(repo, "shop/__init__.py") == ["shop/order.py", "tools/run.py"]


def test_python_src_layout_and_a_package_beside_its_tests(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "src/shop/__init__.py": "",
            "src/shop/order.py": "",
            "tests/test_order.py": "from shop.order import x\n",
            "plugins/farm/src/farm/__init__.py": "",
            "plugins/farm/tests/test_farm.py": "import farm\nimport shop\n",
        },
    )
    assert leads(repo, "tests/test_order.py") == {"shop.order x": ["src/shop/order.py"]}
    assert leads(repo, "plugins/farm/tests/test_farm.py") == {
        "farm": ["plugins/farm/src/farm/__init__.py"],
        "shop": ["src/shop/__init__.py"],
    }


def test_typescript_files_folders_paths_and_packages_of_the_workspace(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "tsconfig.base.json": '\ufeff{ // shared\n "compilerOptions": {"baseUrl": ".", "paths": {"@lib/*": ["libs/*/src",],}}}',
            "app/tsconfig.json": '{"extends": "../tsconfig.base.json"}',
            "app/main.ts": "import a from './a';\nimport { b } from './folder';\nimport c from './written.js';\n"
            "import { d } from '@lib/core';\nimport e from 'workspace';\nimport f from 'react';\nexport * from './a';\n"
            "const g = require('./data');\n",
            "app/a.tsx": "export default 1;\n",
            "app/folder/index.ts": "export const b = 1;\n",
            "app/written.ts": "export default 1;\n",
            "app/data.js": "module.exports = 1;\n",
            "libs/core/src/index.ts": "export const d = 1;\n",
            "packages/w/package.json": '{"name": "workspace", "main": "lib/start.js"}',
            "packages/w/lib/start.js": "",
        },
    )
    assert leads(repo, "app/main.ts") == {
        "./a default as a": ["app/a.tsx"],
        "./folder b": ["app/folder/index.ts"],
        "./written.js default as c": ["app/written.ts"],
        "@lib/core d": ["libs/core/src/index.ts"],
        "workspace default as e": ["packages/w/lib/start.js"],
        "react default as f": [],
        "./a *": ["app/a.tsx"],
        "./data * as g": ["app/data.js"],
    }
    assert who(repo, "app/folder/index.ts") == ["app/main.ts"]
    assert who(repo, "libs/core/src/index.ts") == ["app/main.ts"]


def test_go_modules_packages_are_all_files_of_their_folder(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "go.mod": "module example.com/farm\n\ngo 1.22\n",
            "main.go": 'package main\nimport (\n"fmt"\nm "example.com/farm/money"\n)\nfunc main() { m.New() }\n',
            "money/a.go": "package money\nfunc New() {}\n",
            "money/b.go": "package money\n",
            "money/a_test.go": "package money\n",
            "tools/go.mod": "module example.com/farm/tools\n",
            "tools/x/x.go": "package x\n",
            "use.go": 'package main\nimport "example.com/farm/tools/x"\n',
        },
    )
    assert leads(repo, "main.go") == {"fmt": [], "example.com/farm/money m": ["money/a.go", "money/b.go"]}
    assert leads(repo, "use.go") == {"example.com/farm/tools/x": ["tools/x/x.go"]}
    assert who(repo, "money/b.go") == ["main.go"]


def test_java_classes_members_and_whole_packages(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "a/src/farm/core/Money.java": "package farm.core;\npublic class Money { public static class Unit {} static void f() {} }\n",
            "a/src/farm/core/Zero.java": "package farm.core;\nclass Zero {}\n",
            "b/src/farm/shop/Order.java": "package farm.shop;\nimport farm.core.Money;\nimport farm.core.*;\n"
            "import static farm.core.Money.f;\nimport farm.core.Money.Unit;\nimport java.util.List;\nclass Order {}\n",
            "c/src/other/Money.java": "package other;\nclass Money {}\n",
        },
    )
    money, zero = "a/src/farm/core/Money.java", "a/src/farm/core/Zero.java"
    assert leads(repo, "b/src/farm/shop/Order.java") == {
        "farm.core Money": [money],
        "farm.core *": [money, zero],
        "farm.core.Money f": [money],
        "farm.core.Money Unit": [money],
        "java.util List": [],
    }
    assert who(repo, zero) == ["b/src/farm/shop/Order.java"]
    assert who(repo, "c/src/other/Money.java") == []


def test_php_namespaces_groups_and_includes(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "src/Core/Money.php": "<?php\nnamespace Farm\\Core;\nclass Money {}\nfunction zero() {}\n",
            "src/Stock/Shelf.php": "<?php namespace Farm\\Stock; class Shelf {}\n",
            "src/order.php": "<?php\nnamespace Farm;\nuse Farm\\Core\\Money;\nuse Farm\\{Stock\\Shelf as S, Gone};\n"
            "use function Farm\\Core\\zero;\nrequire __DIR__ . '/boot.php';\n",
            "src/boot.php": "<?php\n",
        },
    )
    assert leads(repo, "src/order.php") == {
        "Farm\\Core Money": ["src/Core/Money.php"],
        "Farm\\Stock Shelf as S": ["src/Stock/Shelf.php"],
        "Farm Gone": [],
        "Farm\\Core zero": ["src/Core/Money.php"],
        "./boot.php": ["src/boot.php"],
    }


def test_rust_modules_crate_super_and_crates_of_the_workspace(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "shop/Cargo.toml": '[package]\nname = "farm-shop"\n',
            "shop/src/lib.rs": "pub mod order;\nmod stock;\nuse crate::order::Order;\n",
            "shop/src/order.rs": "use super::stock::shelf::Shelf;\nuse std::fmt;\nmod line;\npub struct Order;\n",
            "shop/src/order/line.rs": "use crate::stock::*;\n",
            "shop/src/stock/mod.rs": "pub mod shelf;\n",
            "shop/src/stock/shelf.rs": "pub struct Shelf;\n",
            "cli/Cargo.toml": '[package]\nname = "cli"\n[dependencies]\nfarm-shop = { path = "../shop" }\n',
            "cli/src/main.rs": "use farm_shop::order::{Order, self};\n",
        },
    )
    assert leads(repo, "shop/src/lib.rs") == {
        "order": ["shop/src/order.rs"],
        "stock": ["shop/src/stock/mod.rs"],
        "crate::order Order": ["shop/src/order.rs"],
    }
    assert leads(repo, "shop/src/order.rs") == {
        "super::stock::shelf Shelf": ["shop/src/stock/shelf.rs"],
        "std fmt": [],
        "line": ["shop/src/order/line.rs"],
    }
    assert leads(repo, "shop/src/order/line.rs") == {"crate::stock *": ["shop/src/stock/mod.rs"]}
    assert leads(repo, "cli/src/main.rs") == {
        "farm_shop::order Order": ["shop/src/order.rs"],
        "farm_shop order": ["shop/src/order.rs"],
    }
    assert who(repo, "shop/src/stock/mod.rs") == ["shop/src/lib.rs", "shop/src/order/line.rs"]


def test_csharp_ruby_and_c(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "Core/Money.cs": "namespace Farm.Core;\npublic class Money {}\n",
            "Shop/Order.cs": "using Farm.Core;\nusing Cents = Farm.Core.Money;\nusing System;\nnamespace Farm.Shop;\n",
            "lib/farm/order.rb": "require_relative 'stock'\nrequire 'farm/money'\nrequire 'json'\n",
            "lib/farm/stock.rb": "",
            "lib/farm/money.rb": "",
            "src/main.c": '#include <stdio.h>\n#include "near.h"\n#include "core/far.h"\n',
            "src/near.h": "",
            "include/core/far.h": "",
        },
    )
    assert leads(repo, "Shop/Order.cs") == {
        "Farm.Core *": ["Core/Money.cs"],
        "Farm.Core Money as Cents": ["Core/Money.cs"],
        "System *": [],
    }
    assert leads(repo, "lib/farm/order.rb") == {
        "stock": ["lib/farm/stock.rb"],
        "farm/money": ["lib/farm/money.rb"],
        "json": [],
    }
    assert leads(repo, "src/main.c") == {
        "stdio.h *": [],
        "near.h *": ["src/near.h"],
        "core/far.h *": ["include/core/far.h"],
    }


def test_super_in_a_module_inside_a_file_is_the_file(tmp_path: Path) -> None:
    repo = repository(
        tmp_path / "r",
        {
            "Cargo.toml": '[package]\nname = "shop"\n',
            "src/lib.rs": "pub mod cart;\npub fn total() {}\n",
            "src/cart.rs": "fn pay() {}\nmod tests {\n    use super::*;\n    use super::super::total;\n"
            "    mod deep { use super::super::pay; }\n    fn f() { pay(); total(); }\n}\nuse super::total as t;\n",
        },
    )
    found = {(d.module, d.names): d.target for d in imports(Resolver(staged(repo).tree), "src/cart.rs")}
    assert found == {
        ("self", ("*",)): "src/cart.rs",
        ("super", ("total",)): "src/lib.rs",
        ("self", ("pay",)): "src/cart.rs",
        ("super", ("total as t",)): "src/lib.rs",
    }
