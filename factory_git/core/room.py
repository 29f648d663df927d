"""No room to write, or no right to: how it is recognised, in numbers and in words, and what the way out is.

Python has a number for it. Git and libgit2 have only the system's words in their own, and sometimes not even those.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

DISK_FULL, FILE_SIZE = "os/disk-full", "os/file-size"
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_TOLD = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)  # not EACCES: ssh says that of keys
_GITS = {errno.ENOSPC: ("Out of diskspace",), errno.EFBIG: ("SIGXFSZ", "died of signal 25")}
# Of a lock file or a configuration file that cannot be written Git says that, and not why.
_WRITING = ("couldn't write", "could not write", "failed to write", "unable to write", "unable to create", " write err")
# Bytes and files: Git takes back what it could not write to the end, so that there is some room again when we look.
_LEAST, _FEWEST = 8 << 20, 100


def number(error: OSError) -> int:
    """The error's number, also where it has only words; 0 where they are none of those known here."""
    return error.errno or in_words(str(error))


def in_words(text: str) -> int:
    """The number of the trouble that the words of a program speak of; 0: none of those known here."""
    return next((n for n in _TOLD if any(words in text for words in (os.strerror(n), *_GITS.get(n, ())))), 0)


def behind(text: str, place: Path | str | None) -> int:
    """Like :func:`in_words`; of words that only say that something was not written the file system is asked, too."""
    found = in_words(text)
    if found or place is None or not any(words in text for words in _WRITING):
        return found
    try:
        there = os.statvfs(place)
    except OSError:
        return 0
    if there.f_flag & os.ST_RDONLY:
        return errno.EROFS
    # Some file systems count no files: they say 0 of 0.
    full = there.f_bavail * there.f_frsize < _LEAST or (there.f_files > 0 and there.f_favail < _FEWEST)
    return errno.ENOSPC if full else 0


def final(error: OSError) -> bool:
    """Whether it is no use to try again at once: there is no room, or no right."""
    return bool(code_and_hint(number(error))[1])


def code_and_hint(number: int) -> tuple[str, str]:
    """The stable code of an operating system's error, and the way out; an empty hint where none is known."""
    if number in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL, "free some space and run it again; what was acknowledged is safe, no branch is half moved"
    if number == errno.EFBIG:
        return FILE_SIZE, "files may not grow so large here (ulimit -f, or the file system): raise that, run it again"
    if number in _READ_ONLY:
        return "os/permission", "it cannot be written or read by this user; commands that only read still work"
    return "os/error", ""
