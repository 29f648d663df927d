"""What people see beside the data."""

from __future__ import annotations

import pytest

from factory_git.cli import output


def test_progress_is_one_line_and_nothing_for_what_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    shown = output.Progress(clock=lambda: now[0])
    for second in range(3):
        now[0] = second * 0.4
        shown("indexing", second)
    shown("", 0)
    assert capsys.readouterr().err == ""
    for second in range(4):
        now[0] = 10.0 + second * 0.7
        shown("indexing", second * 1_000)
    shown("", 0)
    assert capsys.readouterr() == ("", "\r\x1b[Kindexing: 2,000 …\r\x1b[Kindexing: 3,000 …\r\x1b[K")
