"""What a fix of GF203 and GF204 makes of a file, and that nothing is left to find in it."""

from __future__ import annotations

import pytest

from factory_git.drift.bind import bind
from factory_git.drift.hit import Fix
from factory_git.drift.rules import gf203_step_order, gf204_gate_dominates
from factory_git.drift.world import World
from tests.drift.control.test_dominance import contract
from tests.drift.memory_tree import code_of

PYTHON = "def phi_gate(w): ...\ndef pick_lots(w): ...\ndef bill_picks(w): ...\n\n\n"
SCRIPT = "export function phiGate(w) {}\nexport function pickLots(w) {}\nexport function billPicks(w) {}\n"


def fixes(language: str, path: str, code: str) -> list[Fix]:
    """The fixes offered for a file."""
    seen = code_of({path: code.encode()})
    tied = bind(contract(language), seen)
    world = World(contract(language), seen, tied.bound, tied.trouble)
    hits = [*gf203_step_order.check(world), *gf204_gate_dominates.check(world)]
    return [fix for hit in hits for fix in hit.fixes]


def applied(fix: Fix, code: str) -> str:
    data = code.encode()
    for edit in sorted(fix.edits, key=lambda one: one.start, reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    if w.strict:\n        phi_gate(w)\n    pick_lots(w)\n",
         "    phi_gate(w)\n    if w.strict:\n        pass\n    pick_lots(w)\n"),
        ("    pick_lots(w)\n    phi_gate(w)  # at last\n", "    phi_gate(w)  # at last\n    pick_lots(w)\n"),
        ("    for lot in w:\n        log(lot)\n        pick_lots(lot)\n    phi_gate(w)\n",
         "    phi_gate(w)\n    for lot in w:\n        log(lot)\n        pick_lots(lot)\n"),
        ("    try:\n        phi_gate(\n            w,\n        )\n    except E:\n        log(w)\n    pick_lots(w)\n",
         "    phi_gate(\n        w,\n    )\n    try:\n        pass\n    except E:\n        log(w)\n    pick_lots(w)\n"),
    ],
)  # fmt: skip
def test_a_gate_is_hoisted_in_python(before: str, after: str) -> None:
    head = PYTHON + "def sell(w):  # gf: workflows.pipelines.sell\n"
    (fix,) = fixes("python", "src/sell.py", head + before)
    assert not fix.safe
    assert applied(fix, head + before) == head + after
    assert not fixes("python", "src/sell.py", head + after)


def test_a_gate_is_hoisted_in_javascript() -> None:
    head = SCRIPT + "export function sell(w) {\n"
    before = "  if (w.strict) {\n    phiGate(w);\n  }\n  pickLots(w);\n}\n"
    (fix,) = fixes("javascript", "src/sell.js", head + before)
    assert applied(fix, head + before) == head + "  phiGate(w);\n  if (w.strict) {\n  }\n  pickLots(w);\n}\n"


@pytest.mark.parametrize(
    "body",
    [
        "    for lot in w:\n        phi_gate(lot)\n    pick_lots(w)\n",  # the turn's own
        "    w.strict and phi_gate(w)\n    pick_lots(w)\n    phi_gate(w)\n",  # two calls
        "    if w.strict: phi_gate(w)\n    pick_lots(w)\n",  # no line of its own
    ],
)
def test_what_cannot_be_moved_is_left_alone(body: str) -> None:
    assert not fixes("python", "src/sell.py", PYTHON + "def sell(w):\n" + body)


def test_calls_side_by_side_change_places() -> None:
    head = PYTHON + "def sell(w):\n    phi_gate(w)\n"
    before = "    bill_picks(w)\n    # the lots\n    pick_lots(w)\n"
    (fix,) = fixes("python", "src/sell.py", head + before)
    assert applied(fix, head + before) == head + "    pick_lots(w)\n    bill_picks(w)\n    # the lots\n"


@pytest.mark.parametrize(
    ("body", "safe"),
    [
        ("    bill_picks(w)\n    pick_lots(w)\n", True),
        ("    bill_picks(w)\n    log(w)\n    pick_lots(w)\n", False),
        ("    x = bill_picks(w)\n    pick_lots(w)\n", False),
    ],
)
def test_only_calls_side_by_side_change_places_safely(body: str, safe: bool) -> None:
    (fix,) = fixes("python", "src/sell.py", PYTHON + "def sell(w):\n    phi_gate(w)\n" + body)
    assert fix.safe is safe
