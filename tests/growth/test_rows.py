"""What each kind of edit is classified as, case by case (``rows/*.md``); no row of the table is left without one."""

from __future__ import annotations

import pytest

from factory_git.growth.table import ROWS
from tests.growth.cases import Case, diff, every, ids, told

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
    assert sorted(ROWS.keys() - produced) == []
    assert sorted(produced - ROWS.keys()) == []
