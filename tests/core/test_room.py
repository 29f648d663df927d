"""No room, or no right to write: recognised by number and by the words of other programs."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from factory_git.core import room


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_a_number_or_only_its_words(number: int) -> None:
    words = f"failed to write: {os.strerror(number)}"
    assert room.number(OSError(number, "x")) == number
    assert room.number(OSError(words)) == room.in_words(words) == number
    assert room.final(OSError(words))


def test_what_git_says_of_it_in_words_of_its_own() -> None:
    assert room.in_words("fatal: Out of diskspace") == errno.ENOSPC
    assert room.in_words("error: pack-objects died of signal 25") == errno.EFBIG
    assert room.in_words("Permission denied (publickey)") == 0, "ssh says that of keys"
    assert not room.final(OSError("something else"))


def test_each_has_a_code_of_its_own_and_a_way_out() -> None:
    codes = {number: room.code_and_hint(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EACCES)}
    assert [code for code, _ in codes.values()] == ["os/disk-full", "os/file-size", "os/permission"]
    assert all(hint for _, hint in codes.values())
    assert room.code_and_hint(errno.EINVAL) == ("os/error", "")


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({}, 0),
        ({"f_bavail": 10}, errno.ENOSPC),
        ({"f_favail": 3}, errno.ENOSPC),
        ({"f_favail": 0, "f_files": 0}, 0),
        ({"f_flag": os.ST_RDONLY}, errno.EROFS),
    ],
)
def test_where_words_say_no_reason_the_file_system_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: dict[str, int], found: int
) -> None:
    plenty = {"f_bavail": 1 << 30, "f_frsize": 4096, "f_files": 1 << 20, "f_favail": 1 << 20, "f_flag": 0}
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(**{**plenty, **there}))
    assert room.behind("error: couldn't write the lock", tmp_path) == found
    assert room.behind("error: something else", tmp_path) == 0
    assert room.behind("error: couldn't write the lock", None) == 0


def test_a_reason_that_is_said_counts_and_a_place_that_is_gone_says_nothing(tmp_path: Path) -> None:
    words = f"couldn't write: {os.strerror(errno.EROFS)}"
    assert room.behind(words, tmp_path) == errno.EROFS
    assert room.behind("couldn't write", tmp_path / "gone") == 0
