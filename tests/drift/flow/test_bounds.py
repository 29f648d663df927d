"""How far a flow is followed, what is said of it, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from factory_git.drift.bind import bind
from factory_git.drift.contracts import contract_of
from factory_git.drift.flow import program
from factory_git.drift.hit import Hit
from factory_git.drift.rules import gf105_pii_leak, gf205_guarded_write
from factory_git.drift.world import World
from tests.drift.flow.worlds import world_of
from tests.drift.memory_tree import code_of, specs_of

SPEC = """factory: 1
app: {id: shop}
code:
  default: bound
  paths: [src]
  data_contracts.entities.buyer: src/rows.py::Buyer
data_contracts:
  entities:
    - name: Buyer
      fields: {id: text key, email: {type: text, pii: contact}, born: {type: date, pii: identity}}
"""
ROWS = "from dataclasses import dataclass\n\n@dataclass\nclass Buyer:\n    id: str\n    email: str\n    born: str\n"


def _found(files: Mapping[str, str]) -> list[Hit]:
    given = {"factory.yaml": SPEC, "src/rows.py": ROWS, **files}
    return list(gf105_pii_leak.check(world_of({path: text.encode() for path, text in given.items()})))


def _chain(calls: int) -> str:
    text = "from rows import Buyer\n\ndef start(buyer: Buyer):\n    f1(buyer.email)\n\n"
    for number in range(1, calls):
        text += f"def f{number}(text):\n    f{number + 1}(text)\n\n"
    return text + f"def f{calls}(text):\n    print(text)\n"


@pytest.mark.parametrize(("calls", "seen"), [(1, True), (program.DEPTH, True), (program.DEPTH + 1, False)])
def test_calls_are_followed_so_deep(calls: int, *, seen: bool) -> None:
    assert bool(_found({"src/app.py": _chain(calls)})) is seen


def test_the_finding_tells_the_way() -> None:
    app = "from rows import Buyer\nfrom out import show\n\ndef start(buyer: Buyer):\n"
    app += "    mail = buyer.email\n    show(mail)\n"
    out = "def show(text):\n    line = 'to ' + text\n    print(line)\n"
    (hit,) = _found({"src/app.py": app, "src/out.py": out})
    assert (hit.file, hit.line, hit.symbol) == ("src/app.py", 6, "start")
    assert hit.detail == (
        "src/app.py:5: Buyer.email is read",
        "src/app.py:5: mail has it",
        "src/app.py:6: show() is given it",
        "src/out.py:2: line has it",
        "src/out.py:3: print shows it",
    )


def test_several_fields_in_one_place_are_one_finding() -> None:
    (hit,) = _found({"src/app.py": "from rows import Buyer\n\ndef start(buyer: Buyer):\n    print(buyer)\n"})
    assert hit.message == "Buyer.email and born (contact, identity) are logged or printed raw by print"
    assert hit.node == "data_contracts.entities.buyer"


def test_functions_that_call_each_other_come_to_an_end() -> None:
    text = "from rows import Buyer\n\ndef one(a, b):\n    two(b, a)\n\ndef two(a, b):\n    one(a, b)\n    print(a)\n\n"
    assert _found({"src/app.py": f"{text}def start(buyer: Buyer):\n    one(buyer.id, buyer.email)\n"})


def test_deeply_nested_code_is_no_trouble() -> None:
    text = "from rows import Buyer\n\ndef start(buyer: Buyer):\n    x = " + "(" * 150 + "buyer.email" + ")" * 150 + "\n"
    text += "    y = " + " + ".join(["buyer.id"] * 2000) + "\n    print(buyer.email)\n"
    assert [hit.line for hit in _found({"src/app.py": text})] == [6]


def test_a_bound_on_work_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MOST", 3)
    flows = "".join(f"def flow_{n}(buyer: Buyer):\n    print(buyer.email)\n\n" for n in range(6))
    hits = _found({"src/app.py": f"from rows import Buyer\n\n{flows}"})
    assert [hit.file for hit in hits][-1] == "factory.yaml"
    assert hits[-1].severity == "warning"
    assert "not looked at" in hits[-1].message


def test_a_hole_of_a_compiled_spec_is_followed() -> None:
    spec = SPEC.replace("  default: bound\n  paths: [src]\n  data_contracts.entities.buyer: src/rows.py::Buyer\n", "")
    spec = (
        spec.replace("code:\n", "code: {package: src}\n") + "workflows:\n  pipelines: [{name: Daily, steps: [Greet]}]\n"
    )
    greet = "from rows import Buyer\n\ndef greet(rows: list[Buyer]):\n    for one in rows:\n        print(one.email)\n"
    files = {"factory.yaml": spec.encode(), "src/rows.py": ROWS.encode(), "src/steps/greet.py": greet.encode()}
    step = "workflows.pipelines.daily.steps.greet"
    contract = contract_of(specs_of(files)[0], compiled=["src/rows.py"], holes={step: "src/steps/greet.py::greet"})
    code = code_of(files)
    tied = bind(contract, code)
    (hit,) = gf105_pii_leak.check(World(contract, code, tied.bound, tied.trouble))
    assert (hit.file, hit.line, hit.severity) == ("src/steps/greet.py", 5, "error")


def test_a_spec_without_personal_data_or_guards_costs_nothing() -> None:
    spec = SPEC.replace(", pii: contact", "").replace(", pii: identity", "")
    text = "from rows import Buyer\n\ndef start(buyer: Buyer):\n    print(buyer.email)\n"
    files = {"factory.yaml": spec, "src/rows.py": ROWS, "src/app.py": text}
    world = world_of({path: content.encode() for path, content in files.items()})
    assert [*gf105_pii_leak.check(world), *gf205_guarded_write.check(world)] == []
    assert "flow" not in world.code.tree.memory
