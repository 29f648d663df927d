"""Writing files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_git.core import files


def test_a_new_file_and_its_folders_are_made(tmp_path: Path) -> None:
    files.write(tmp_path / "a" / "b.txt", b"x")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"x"


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write(link, b"new")
    assert real.read_bytes() == b"new"
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "f"
    target.write_bytes(b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        files.write(target, b"new")
    assert caught.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_several_new_files_come_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.create(tmp_path, {"a.txt": b"a", "deep/er/b.txt": b"b"})
    assert (tmp_path / "deep" / "er" / "b.txt").read_bytes() == b"b"
    with pytest.raises(FileExistsError):
        files.create(tmp_path, {"new/c.txt": b"c", "a.txt": b"mine"})
    assert (tmp_path / "a.txt").read_bytes() == b"a"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "deep"]


def test_no_room_for_the_second_of_several_removes_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        if (tmp_path / "made" / "b.txt").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        files.create(tmp_path, {"made/a.txt": b"a", "made/b.txt": b"b"})
    assert caught.value.filename == str(tmp_path / "made" / "b.txt")
    assert list(tmp_path.iterdir()) == []
