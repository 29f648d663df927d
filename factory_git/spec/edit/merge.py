"""Two changed versions of a spec's file made one: by nodes, with the text of both kept.

Theirs' changes are put into ours' text as edits. What then still differs from theirs is comments and layout, and is
merged by lines. What neither can decide is left to a person, both versions of the node's own lines between markers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from factory_git.core.errors import Conflict, FactoryError, NotFound, Problem, SpecError
from factory_git.spec.check import check
from factory_git.spec.edit.apply import apply
from factory_git.spec.edit.changes import Changes, Clash, changes
from factory_git.spec.edit.comments import comments
from factory_git.spec.edit.data import same
from factory_git.spec.edit.layout import over
from factory_git.spec.edit.markers import marked
from factory_git.spec.edit.ops import Insert, Op, Remove, Set, Text
from factory_git.spec.edit.place import ENTITY_LIST
from factory_git.spec.edit.side import Side
from factory_git.spec.graph import ORDERED
from factory_git.spec.load import load
from factory_git.spec.model import Source

MergeText = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
"""Base, ours, theirs → the merge by lines, and whether nothing clashed."""


class Unmergeable(Exception):
    """This is no matter for a merge by nodes; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What came out. ``clashes`` need a person; ``broken`` are problems that neither side has; ``notes`` are told."""

    content: bytes
    clashes: tuple[Clash, ...] = ()
    broken: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nobody needs to look at it."""
        return not self.clashes and not self.broken


def merge(path: str, base: bytes, ours: bytes, theirs: bytes, text: MergeText, *, size: int = 7) -> Merge:
    """Merge three versions of the file at ``path``. Raises :class:`Unmergeable`."""
    three = [Side(path, content) for content in (base, ours, theirs)]
    try:
        _readable(three)
        found = changes(*three)
        if three[0].entity and any(_is_entity(op) for op in (*found.ops, *(o for c in found.clashes for o in c.ops))):
            raise Unmergeable("the file holds another entity now")
        return _merged(three, found, text, size)
    except (SpecError, Conflict, NotFound) as error:
        raise Unmergeable(error.message) from error


def _readable(three: Sequence[Side]) -> None:
    for side, name in zip(three, ("the common ancestor", "our version", "their version"), strict=True):
        if side.problems:
            raise Unmergeable(f"{name} is no valid spec: {side.problems[0]}")


def _merged(three: Sequence[Side], found: Changes, text: MergeText, size: int) -> Merge:
    ours = three[1]
    by_nodes = replace(ours, content=carried(ours, found.ops))
    merged = _with_layout(three, found, by_nodes, text)
    notes = [*found.notes, *_lost(three, merged)]
    if not found.clashes:
        broken = _broken(three, merged)
        return Merge(content=merged.content, broken=tuple(broken), notes=tuple(notes))
    clashing = [op for clash in found.clashes for op in clash.ops]
    other = replace(ours, content=carried(merged, clashing, loose=True))
    content = marked(merged, other, found.clashes, size)
    return Merge(content=content, clashes=tuple(found.clashes), notes=tuple(notes))


def carried(side: Side, ops: Sequence[Op], *, loose: bool = False) -> bytes:
    """The bytes of ``side`` with the operations done. A text that does not fit is written anew from what it says.

    ``loose``: what is to stand beside a node that is not there any more stands last in its list. That is for what a
    person is shown to decide about.
    """
    files = {path: doc.content for path, doc in side.files.docs.items()}
    for op in ops:
        try:
            files = apply(files, "", [op])
        except NotFound:
            if not (loose and isinstance(op, Insert)):
                raise
            files = apply(files, "", [replace(op, after=None, before=None)])
        except (SpecError, Conflict):
            if not isinstance(op, Insert | Set) or not isinstance(_value(op), Text):
                raise
            files = apply(files, "", [_plain(op)])
    return files.get(side.path, b"")


def _value(op: Insert | Set) -> Any:
    return op.item if isinstance(op, Insert) else op.value


def _plain(op: Insert | Set) -> Op:
    return replace(op, item=_value(op).item) if isinstance(op, Insert) else replace(op, value=_value(op).item)


def _is_entity(op: Op) -> bool:
    return (isinstance(op, Insert) and op.at == ENTITY_LIST) or (
        isinstance(op, Remove) and op.path.rpartition(".")[0] == ENTITY_LIST
    )


# -- comments and layout ----------------------------------------------------------------------------------------------


def _with_layout(three: Sequence[Side], found: Changes, by_nodes: Side, text: MergeText) -> Side:
    """The merge by nodes with theirs' comments and layout too, as far as lines can be merged.

    First as Git does it, if that says the same. Else from a base that says what theirs says: between that and theirs
    there is nothing but comments and layout.
    """
    base, ours, theirs = three
    if not found.clashes:
        content, clean = text(base.content, ours.content, theirs.content)
        if clean and _says(content, by_nodes):
            return replace(by_nodes, content=content)
    try:
        alike = carried(base, changes(base, base, theirs).ops)
    except FactoryError:
        return by_nodes
    content = over(alike, by_nodes.content, theirs.content, lambda one: _says(one, by_nodes))
    return replace(by_nodes, content=content)


def _says(content: bytes, other: Side) -> bool:
    try:
        one = Side(other.path, content)
        return not one.problems and same(_bare(one.raw), _bare(other.raw))
    except SpecError:
        return False


def _bare(raw: Any, key: str = "") -> Any:
    """What is said, apart from empty lists and from order that means nothing."""
    if isinstance(raw, Mapping):
        held = {k: _bare(v, k) for k, v in raw.items()}
        return {k: v for k, v in held.items() if v not in ({}, [])}
    if isinstance(raw, list) and key not in ORDERED and raw and all(isinstance(i, dict) and "id" in i for i in raw):
        return sorted((_bare(item) for item in raw), key=lambda item: str(item["id"]))
    return [_bare(item) for item in raw] if isinstance(raw, list) else raw


def _lost(three: Sequence[Side], merged: Side) -> list[str]:
    """Comments that are new in theirs and found no place."""
    known = {text for side in (three[0], merged) for text in _comments(side)}
    return [f"a comment of theirs found no place: {text}" for text in _comments(three[2]) if text not in known]


def _comments(side: Side) -> list[str]:
    return [text for _, text in comments(side.files.docs[side.path].text, side.path)]


# -- what neither side has --------------------------------------------------------------------------------------------


def _broken(three: Sequence[Side], merged: Side) -> list[str]:
    """Problems of a whole spec that both sides are free of: names that the other side removed, and the like."""
    if not _whole(merged) or not all(_whole(side) for side in three[1:]):
        return []
    known = {(problem.code, problem.path) for side in three[1:] for problem in _problems(side)}
    found = [problem for problem in _problems(merged) if (problem.code, problem.path) not in known]
    return [f"{problem.message}{f' [{problem.path}]' if problem.path else ''}" for problem in found]


def _whole(side: Side) -> bool:
    return "app" in side.raw and not side.path.endswith("spec/app.yaml")


def _problems(side: Side) -> list[Problem]:
    try:
        found = check(load([Source(path=side.path, content=side.content)]))
    except SpecError as error:
        found = list(error.problems)
    return [problem for problem in found if problem.severity == "error"]
