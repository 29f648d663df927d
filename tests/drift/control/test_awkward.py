"""Functions that nobody writes by hand, and what the hook's path must not load for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import factory_git
from factory_git.drift.bind import bind
from factory_git.drift.rules import table
from factory_git.drift.world import World
from tests.drift.control.test_dominance import contract
from tests.drift.memory_tree import code_of

HEAD = "def phi_gate(w): ...\ndef pick_lots(w): ...\ndef bill_picks(w): ...\ndef lots_small(w): ...\n\n\ndef sell(w):\n"
REST = "    pick_lots(w)\n    bill_picks(w)\n    lots_small(w)\n"
RULES = ("GF202", "GF203", "GF204", "GF302")


def found(files: dict[str, str], language: str = "python") -> list[str]:
    seen = code_of({path: code.encode() for path, code in files.items()})
    tied = bind(contract(language), seen)
    world = World(contract(language), seen, tied.bound, tied.trouble)
    return [hit.code for code in RULES for hit in table.module(table.RULES[code]).check(world)]


def test_a_long_chain_of_elif_is_followed_to_its_end() -> None:
    arms = "".join(f"    elif w.b{number}:\n        phi_gate(w)\n" for number in range(600))
    first = "    if w.a:\n        phi_gate(w)\n"
    assert not found({"src/sell.py": f"{HEAD}{first}{arms}    else:\n        phi_gate(w)\n{REST}"})
    assert found({"src/sell.py": f"{HEAD}{first}{arms}    else:\n        log(w)\n{REST}"}) == ["GF204"]


def test_what_is_too_deep_to_follow_is_not_taken_for_sure() -> None:
    deep = "export function sell(w) {\n" + "{" * 700 + "phiGate(w);" + "}" * 700 + "\npickLots(w);\nbillPicks(w);\n}\n"
    steps = "".join(f"export function {name}(w) {{}}\n" for name in ("phiGate", "pickLots", "billPicks"))
    assert found({"src/sell.js": deep + steps}, "javascript") == ["GF204"]


@pytest.mark.parametrize("before", ["    x = w" + ".f()" * 1500, "    x = " + " and ".join(["f(w)"] * 2000)])
def test_long_expressions_do_no_harm(before: str) -> None:
    assert not found({"src/sell.py": f"{HEAD}{before}\n    phi_gate(w)\n{REST}"})


def test_helpers_far_away_are_found_and_a_crowd_of_them_is_cut() -> None:
    def chain(length: int, wide: int = 1) -> str:
        calls = "".join(f"    other{number}(w)\n" for number in range(wide))
        others = "".join(f"def other{number}(w):\n    log(w)\n\n\n" for number in range(wide))
        links = "".join(f"def h{number}(w):\n    h{number + 1}(w)\n\n\n" for number in range(length))
        return f"{others}{links}def h{length}(w):\n    phi_gate(w)\n\n\n{HEAD}{calls}    h0(w)\n{REST}"

    assert not found({"src/sell.py": chain(4)})
    assert "GF202" in found({"src/sell.py": chain(20)})  # said with low confidence: too far to be sure
    assert not found({"src/sell.py": chain(3, wide=1200)})


def test_a_pipeline_that_calls_itself_ends() -> None:
    assert not found({"src/sell.py": f"{HEAD}    phi_gate(w)\n{REST}    sell(w)\n"})


def test_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from factory_git.drift.rules import table\n"
        "from factory_git.drift.kinds.control import ecmascript, go, java, php, python, rust\n"
        f"for code in {RULES}: table.module(table.RULES[code])\n"
        "print(*sorted({'dataclasses', 'typing', 'pathlib', 'json', 'subprocess', 'sqlite3'} & set(sys.modules)))\n"
    )
    roots = [str(path) for path in (factory_git.__path__[0] + "/..",)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *roots], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
