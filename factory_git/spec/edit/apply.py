"""Operations carried out on the text of a spec, and the result read again: it says what it should, or is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git.core.errors import Conflict
from factory_git.spec.edit import data
from factory_git.spec.edit.lists import insert, move, remove, rename
from factory_git.spec.edit.ops import Insert, Move, Op, Remove, Rename, Set, Unset
from factory_git.spec.edit.place import Files
from factory_git.spec.edit.values import set_, unset


def apply(files: Mapping[str, bytes], root: str, ops: Sequence[Op]) -> dict[str, bytes]:
    """The files of the spec at ``root`` (by path) with the operations done, one after the other.

    A file that is no longer needed is missing from what comes back. Raises :class:`SpecError` for files that are no
    YAML, :class:`NotFound` for an address that is not there, :class:`Conflict` with file and line for text that
    cannot be edited (a value shared by an anchor) and for an operation that what is there contradicts.
    """
    now = dict(files)
    wanted: dict[str, Any] | None = None
    for op in ops:
        before = Files(now, root)
        wanted = data.done(data.read(before) if wanted is None else wanted, op)
        if before.own():
            data.settled(wanted)
        now = _carried_out(before, op)
        _verify(Files(now, root), wanted, op)
    return now


def _carried_out(files: Files, op: Op) -> dict[str, bytes]:
    match op:
        case Insert():
            after = insert(files, op)
        case Remove():
            after = remove(files, op.path)
        case Set():
            after = set_(files, op.path, op.key, op.value)
        case Unset():
            after = unset(files, op.path, op.key)
        case Rename():
            after = rename(files, op)
        case Move():
            after = move(files, op)
    return {path: doc.content for path, doc in after.docs.items()}


def _verify(after: Files, wanted: Mapping[str, Any], op: Op) -> None:
    """Raise :class:`Conflict` when the text does not say what it should: no edit is better than a wrong one."""
    found = data.read(after)
    if not data.same(found, wanted):
        where = data.difference(found, wanted)
        message = f"the text cannot be edited safely: {type(op).__name__} would change {where or 'more than it names'}"
        raise Conflict(message, code="edit/unsafe", hint="make this change by hand, in the file")
