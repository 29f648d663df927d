"""Where a line comes from: ``git blame`` across moves, copies and renames, and the trailers of a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from factory_git.core.errors import NotFound
from factory_git.core.ids import Oid
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.gitio.locate import Location

UNCOMMITTED = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A line and where it was written. ``commit`` is None for a line that no commit has yet.

    ``line`` is where it stands now; ``file`` and ``first`` are its file and line in ``commit``.
    """

    line: int
    commit: Oid | None
    file: str
    first: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What ``why`` tells of a commit. ``trailers`` keep the order and repetition of the message."""

    oid: Oid
    author: str
    when: datetime
    subject: str
    trailers: Mapping[str, tuple[str, ...]]


def blame(location: Location, path: str, *, revision: str | None = None) -> list[Origin]:
    """The origin of each line of a file named from the top of the repository.

    Without ``revision`` the file on disk is read, and lines that are not committed say so. Moves within the file and
    from other files of the same commit are followed; that takes the whole file: a single line is too short for Git to
    know it again. Raises :class:`NotFound` for a file Git does not have.
    """
    tail = [revision] if revision else []
    try:
        return _origins(ask(location, "blame", "--no-textconv", "--porcelain", "-M", "-C", *tail, "--", path))
    except GitFailed as error:
        words = error.stderr.lower()
        if "no such path" in words or "no such file" in words:
            message = f"{path}: no commit has this file"
            raise NotFound(message, code="why/no-file", hint="add and commit it first") from error
        if "no such ref: head" in words or "bad revision" in words:
            raise NotFound("nothing is committed here yet", code="why/no-commit", hint="git commit") from error
        raise


def commits(location: Location, oids: Sequence[str]) -> dict[str, Commit]:
    """The commits of these ids, by id; one child for all."""
    if not oids:
        return {}
    form = "%H%x00%an <%ae>%x00%ct%x00%s%x00%(trailers:unfold,only)%x00%x01"
    stdin = "\n".join(oids).encode()
    out = ask(location, "log", "--no-walk=unsorted", "--stdin", f"--format={form}", stdin=stdin)
    found = {}
    for part in out.decode(errors="replace").split("\0\x01"):
        words = part.lstrip("\n").split("\0")
        if len(words) == 5:
            oid, author, time, subject, trailers = words
            when = datetime.fromtimestamp(int(time), tz=UTC)
            found[oid] = Commit(oid=Oid(oid), author=author, when=when, subject=subject, trailers=_trailers(trailers))
    return found


def _origins(out: bytes) -> list[Origin]:
    """Parse ``git blame --porcelain``: the file name of a commit's lines is told only where it changes."""
    found, names = [], dict[str, str]()
    oid, first, line = "", 0, 0
    for raw in out.split(b"\n"):
        if raw.startswith(b"\t"):
            text = raw[1:].decode(errors="replace")
            commit = None if oid == UNCOMMITTED else Oid(oid)
            found.append(Origin(line=line, commit=commit, file=names.get(oid, ""), first=first, text=text))
            oid = ""
        elif not oid:
            words = raw.decode().split(" ")
            if len(words) >= 3:
                oid, first, line = words[0], int(words[1]), int(words[2])
        elif raw.startswith(b"filename "):
            names[oid] = _unquoted(raw.removeprefix(b"filename "))
    return found


def _unquoted(name: bytes) -> str:
    """A path as Git prints it: in C's quotes where it has odd letters."""
    if name[:1] != b'"':
        return os.fsdecode(name)
    return os.fsdecode(name[1:-1].decode("unicode_escape").encode("latin-1"))


def _trailers(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found[key] = (*found.get(key, ()), value.strip())
    return found
