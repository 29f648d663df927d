"""Git's object formats as pure functions: trees and commits to bytes and back, object ids."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid

Kind = Literal["commit", "tree", "blob", "tag"]
Sign = Callable[[bytes], bytes]
"""Makes the armoured signature of the bytes of a commit."""

TREE = "40000"
FILE = "100644"
EPOCH = datetime.fromtimestamp(0, UTC)

_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0(.{20})", re.DOTALL)
_WHOLE = re.compile(rb"[0-7]{5,6} [^\0]+\0.{20}", re.DOTALL)
_PERSON = re.compile(r"(.*?) ?<([^>\n]*)> (-?\d+) ([+-]\d{4})")
_UNSAFE = re.compile(r"[<>\n\r\0]")


class TreeEntry(NamedTuple):
    """One line of a tree: octal mode as Git writes it, name, object id."""

    mode: str
    name: str
    oid: Oid

    @property
    def is_tree(self) -> bool:
        return self.mode == TREE


Entries = tuple[TreeEntry, ...]


class Object(NamedTuple):
    """An object that is to be written."""

    kind: Kind
    data: bytes
    oid: Oid


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An identity at a moment. ``when`` is in UTC, whole seconds."""

    name: str
    email: str
    when: datetime

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit as it is stored. ``message`` is the whole text."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]

    def trailers(self) -> list[tuple[str, str]]:
        """Key and value of each line ``Key: value`` in the last paragraph, in order."""
        paragraph = self.message.rstrip("\n").rpartition("\n\n")[2]
        pairs = (line.partition(": ") for line in paragraph.split("\n"))
        return [(key, value) for key, colon, value in pairs if colon]


def build(kind: Kind, data: bytes) -> Object:
    """The object of these bytes, with its id."""
    return Object(kind, data, hash_object(kind, data))


def hash_object(kind: str, data: bytes) -> Oid:
    """The id Git gives an object (SHA-1)."""
    return Oid(hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest())


def tree(entries: Iterable[TreeEntry]) -> Object:
    """The tree object of these entries, in Git's order (folders sort as if their name ended in a slash)."""
    return build("tree", b"".join(map(_line, sorted(entries, key=_order))))


def tree_with(entries: Sequence[TreeEntry], new: Mapping[str, TreeEntry]) -> Object:
    """The tree of ``entries`` (a stored tree's, in its order) with ``new`` ones, by name, added or put in place."""
    out = [entry for entry in entries if entry.name not in new]
    for entry in new.values():
        bisect.insort(out, entry, key=_order)  # sorting 256 names anew is a tenth of an append
    return build("tree", b"".join(map(_line, out)))


def _order(entry: TreeEntry) -> bytes:
    return (entry.name + "/" if entry.mode == TREE else entry.name).encode(errors="surrogateescape")


def _line(entry: TreeEntry) -> bytes:
    return f"{entry.mode} {entry.name}\0".encode(errors="surrogateescape") + bytes.fromhex(entry.oid)


def parse_tree(data: bytes) -> tuple[TreeEntry, ...]:
    """The entries of a tree object."""
    return tuple(
        TreeEntry(mode.decode(), name.decode(errors="surrogateescape"), Oid(oid.hex()))
        for mode, name, oid in _ENTRY.findall(data)
    )


def tree_lines(data: bytes) -> frozenset[bytes]:
    """The entries of a tree object as they are stored: to compare two trees, parsing all of both would be dear."""
    return frozenset(_WHOLE.findall(data))


def differing(ours: frozenset[bytes], theirs: frozenset[bytes]) -> tuple[Entries, Entries]:
    """The entries that only the one tree has, and those that only the other one has; of :func:`tree_lines`."""
    return parse_tree(b"".join(ours - theirs)), parse_tree(b"".join(theirs - ours))


def commit(
    *, tree: Oid, parents: Sequence[Oid], author: Person, committer: Person, message: str, sign: Sign | None = None
) -> Object:
    """A commit object, signed where ``sign`` is given. Times are written in UTC: nothing of the machine is in it."""
    head = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    head += [f"author {_person(author)}", f"committer {_person(committer)}"]
    body = ("\n\n" + message.rstrip("\n") + "\n").encode(errors="replace")
    top = "\n".join(head).encode(errors="replace")
    # What is signed is the commit without its signature; https://git-scm.com/docs/signature-format
    seal = b"\ngpgsig " + b"\n ".join(sign(top + body).splitlines()) if sign else b""
    return build("commit", top + seal + body)


def parse_commit(oid: Oid, data: bytes) -> Commit:
    """The commit of these bytes; raises :class:`IntegrityError` when they are no commit."""
    head, _, message = data.decode(errors="replace").partition("\n\n")
    tree_id, parents, author = "", [], ""
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        if key == "tree" and not tree_id:
            tree_id = value
        elif key == "parent":
            parents.append(Oid(value))
        elif key == "author" and not author:
            author = value
    if not tree_id:
        raise IntegrityError(f"commit {oid} has no tree", code="ledger/commit")
    return Commit(oid=oid, tree=Oid(tree_id), parents=tuple(parents), author=parse_person(author), message=message)


def parse_person(text: str) -> Person:
    """``Name <email> seconds zone``; what is malformed becomes a nameless person at the epoch."""
    match = _PERSON.fullmatch(text)
    if match is None:
        return Person(name=text, email="", when=datetime.fromtimestamp(0, UTC))
    name, email, seconds, _ = match.groups()
    try:
        when = datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):  # a hostile timestamp must not stop the reading of the rest
        when = datetime.fromtimestamp(0, UTC)
    return Person(name=name, email=email, when=when)


def person(text: str) -> Person:
    """``name`` or ``name <email>`` as a person, at no moment yet."""
    name, bracket, email = text.partition("<")
    return Person(name=name.strip(), email=email.rstrip("> ").strip() if bracket else "", when=EPOCH)


def at(person: Person, when: datetime) -> Person:
    """The person at another moment, in whole seconds."""
    return replace(person, when=when.astimezone(UTC).replace(microsecond=0))


def _person(person: Person) -> str:
    name, email = (_UNSAFE.sub(" ", text).strip() for text in (person.name, person.email))
    return f"{name or 'unknown'} <{email}> {max(0, int(person.when.timestamp()))} +0000"
