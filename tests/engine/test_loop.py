"""What a phase fails of is recorded, with the way out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.engine.fakes import BOUND_FILE, GOOD, Git, make_shop


@pytest.mark.parametrize(
    ("number", "code", "hint"),
    [(errno.EACCES, "os/permission", "commands that only read still work"), (errno.EIO, "os/error", "")],
)
def test_what_the_system_refuses_has_its_code_and_the_way_out(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, number: int, code: str, hint: str
) -> None:
    shop = make_shop(tmp_path / "shop", git, monkeypatch)
    shop.commit({BOUND_FILE: GOOD})

    def refused(point: str) -> None:
        if point == "validate:checkout":
            raise OSError(number, os.strerror(number), "/there")

    shop.run(refused)
    failed = shop.records("phase")[0].payload
    assert (failed["code"], failed["reason"]) == (code, f"/there: {os.strerror(number)}")
    assert failed.get("hint", "").endswith(hint)
    assert bool(failed.get("hint")) == bool(hint)
