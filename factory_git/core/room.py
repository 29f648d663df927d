"""No room to write, or no right to: how it is recognised, in numbers and in words, and what the way out is.

Python has a number for it. Git and libgit2 have only the system's words in their own, and sometimes not even those.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

DISK_FULL = "os/disk-full"
FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_TOLD = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)  # not EACCES: ssh says that of keys
_GITS = {errno.ENOSPC: ("Out of diskspace",), errno.EFBIG: ("SIGXFSZ",)}
# Of a lock file or a configuration file that cannot be written Git says that, and not why.
_WRITING = ("couldn't write", "could not write", "failed to write", "unable to write", "unable to create", " write err")
_LEAST, _FEWEST = 64 * 1024, 8  # bytes and files: less than a small write of Git needs


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


def code_and_hint(number: int) -> tuple[str, str]:
    """The stable code of an operating system's error, and the way out; an empty hint where none is known."""
    if number in FULL:
        return DISK_FULL, "free some space and run it again; what was acknowledged is safe, no branch is half moved"
    if number == errno.EFBIG:
        return (
            "os/file-size",
            "files may not grow as large here (ulimit -f, or the file system): raise that, run it again",
        )
    if number in _READ_ONLY:
        return "os/permission", "it cannot be written or read by this user; commands that only read still work"
    return "os/error", ""
