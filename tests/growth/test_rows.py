"""What each kind of edit is classified as, case by case (``rows/*.md``); no row of the table is left without one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory_git.growth.classify.table import classify
from factory_git.growth.differ import differ, pair
from factory_git.growth.effects import Running
from factory_git.growth.reads import Reads
from factory_git.growth.scene import Scene
from factory_git.growth.table import ROWS
from factory_git.spec.graph import ROOT, Graph, build
from tests.growth.cases import Case, base, diff, every, ids, spec, told

CASES = every()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_edit_is_classified(case: Case) -> None:
    assert case.expected is not None, "this case expects nothing: add a block ```expect"
    assert told(diff(case.base, case.edited)) == case.expected
    if case.back is not None:
        assert told(diff(case.edited, case.base)) == case.back


def test_titles_tell_cases_apart() -> None:
    names = [str(case) for case in CASES]
    assert sorted(set(names)) == sorted(names)


def test_every_row_is_produced() -> None:
    produced = {id_ for case in CASES for id_ in (*ids(case.expected), *ids(case.back))}
    assert sorted(ROWS.keys() - produced) == ["format-upgraded"]  # there is one format yet: see the test below
    assert sorted(produced - ROWS.keys()) == []


def test_another_format_is_told() -> None:
    old = build(spec(base("minimal")))
    root = replace(old.nodes[ROOT], value={"factory": 2}, digest="another")
    new = Graph({**old.nodes, ROOT: root}, old.spec)
    both = pair(old, new)
    scene = Scene(both, Running(both), Reads(old), Reads(new))
    assert [one.id for change in differ(both) for one in classify(change, scene)] == ["format-upgraded"]
