"""Steps of a fold in a file: what can be taken back, and what is too much for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.ids import Oid
from factory_git.index import cells as file_cells
from factory_git.index.cells import FileCells


def test_a_step_that_is_too_large_cannot_be_taken_back_and_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cells, "UNDO", 2)
    cells = FileCells(tmp_path / "fold.sqlite", "1", lambda _: None)
    for n, count in ((1, 1), (2, 1), (3, 3)):
        with cells.whole():
            cells.begin(count)
            cells.put("table", str(n), n)
            cells.end(n, Oid(str(n) * 40))
        assert [step.n for step in cells.steps()] == {1: [1], 2: [2, 1], 3: [3]}[n]
    assert cells.keys("table") == ["1", "2", "3"]
    cells.close()
