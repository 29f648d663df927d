"""Every rule finds what its Markdown cases say, and nothing else.

``pytest tests/drift/rules --update`` rewrites the findings of the cases with what the gate says now: read the change.
``-k`` takes a part of a file's name or a case's title.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drift.rules.cases import Case, cases, read

HERE = Path(__file__).parent
CASES = list(cases(HERE))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file.stem}: {case.title}")
def test_the_findings_are_those_of_the_case(case: Case, request: pytest.FixtureRequest) -> None:
    found = case.found()
    if request.config.getoption("--update") and found != case.expected:
        _update(case, found)
        return
    assert found == case.expected


def test_no_two_cases_of_a_file_share_a_title() -> None:
    named = [(case.file.name, case.title) for case in CASES]
    assert len(named) == len(set(named))


def _update(case: Case, found: tuple[str, ...]) -> None:
    now = next(one for one in read(case.file) if one.title == case.title)  # lines may have moved since
    lines = case.file.read_text(encoding="utf-8").split("\n")
    lines[now.line : now.end] = found
    case.file.write_text("\n".join(lines), encoding="utf-8")
