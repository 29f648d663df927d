"""Judging bound code loads nothing that would cost a commit more than the judgement."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {"dataclasses", "typing", "pathlib", "json", "subprocess", "sqlite3", "click", "pygit2", "yaml", "inspect"}
PROBE = """
import sys
sys.path.append({home!r})
from factory_git.drift import bound, contract
from factory_git.drift.rules import table
for rule in table.RULES.values():
    if rule.made == table.WORLD:
        table.module(rule)
print(" ".join(sys.modules))
"""


def test_the_rules_and_all_they_import_are_light() -> None:
    code = PROBE.format(home=str(Path(__file__).resolve().parents[2]))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == set()
