"""What the knowledge store holds: a fold over changes that depends on which there are, never on their order. Pure.

It lies in cells (:mod:`factory_git.ledger.cells`): in memory, or kept from one process to the next. A question costs
what it finds, not what there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from factory_git.core.ids import RecordId
from factory_git.knowledge import tags
from factory_git.knowledge.change import Change, read
from factory_git.knowledge.model import Artifact, Clash, Collection, Link, Package, Run, Thing
from factory_git.knowledge.packed import pack, unpack
from factory_git.knowledge.steps import APPLY, CREATE, OF, RESOLVE, applied
from factory_git.ledger.cells import Cells, MemoryCells
from factory_git.ledger.order import by_graph
from factory_git.ledger.record import Record

Kind = TypeVar("Kind", Collection, Artifact, Link, Run, Package)
THINGS, AFTER, CHANGES, BROKEN, TWINS, SUM = "thing", "after", "change", "broken", "twin", "sum"
"""Tables: a thing as it is (with the change that shows it so, and when it began), as it was after a change that does
not show it any more, the subject and the
parents of a change, changes that fit nothing, things of one name, and the mark."""


class State:
    """Everything there is, deleted things included. It grows by :meth:`take`; reading it changes nothing.

    ``cells`` has what was folded before, whose records ``record`` reads.
    """

    def __init__(
        self,
        changes: Iterable[Change] = (),
        *,
        cells: Cells | None = None,
        record: Callable[[RecordId], Record] | None = None,
    ) -> None:
        self._cells = MemoryCells() if cells is None else cells
        self._record = record
        self._held: dict[RecordId, Change] = {}
        self.take(changes)

    @property
    def mark(self) -> str:
        """Names this set of changes: another set has another mark, whatever the order they came in."""
        count, digest = self._cells.get(SUM, "") or (0, "0" * 64)
        return f"{count}-{digest}"

    @property
    def empty(self) -> bool:
        """Whether nothing was ever changed."""
        return self._cells.get(SUM, "") is None

    def take(self, changes: Iterable[Change]) -> None:
        """Let more changes count; what is known already changes nothing."""
        new = {one.id: one for one in changes if not self.has(one.id)}
        if not new:
            return
        count, digest = self._cells.get(SUM, "") or (0, "0" * 64)
        total = int(digest, 16)
        for id_ in by_graph({one.id: one.record.parents for one in new.values()}):
            total ^= int(hashlib.sha256(id_.encode()).hexdigest(), 16)
            self._apply(new[id_])
        self._cells.put(SUM, "", [count + len(new), f"{total:064x}"])
        if self._record is None:
            self._held |= new

    # -- questions ---------------------------------------------------------------------------------------------------

    def all(self, kind: type[Kind]) -> Iterator[Kind]:
        """The things of a kind that are not deleted, in no order that means anything."""
        return self._tagged(kind, kind.__name__)

    def thing(self, id_: RecordId) -> Thing | None:
        """A thing by its id, deleted or not."""
        found = self._cells.get(THINGS, id_)
        return None if found is None else unpack(found[2])

    def known(self, prefix: str = "") -> list[RecordId]:
        """The ids of all things that begin so, deleted ones included."""
        return [RecordId(one) for one in self._cells.keys(THINGS, prefix)]

    def has(self, change: RecordId) -> bool:
        """Whether a change is among those that made this."""
        return self._cells.has(CHANGES, change)

    def changes(self, prefix: str = "") -> list[RecordId]:
        """The ids of the changes that begin so, those that fit nothing included."""
        return [RecordId(one) for one in self._cells.keys(CHANGES, prefix)]

    def in_order(self) -> list[RecordId]:
        """The ids of all changes, parents first, ties by id."""
        return by_graph({RecordId(id_): kept[1:] for id_, kept in self._cells.all(CHANGES)})

    def change(self, id_: RecordId) -> Change:
        """One of the changes."""
        if id_ in self._held or self._record is None:
            return self._held[id_]
        return read(self._record(id_))

    def subject(self, change: RecordId) -> Thing | None:
        """What a change is about."""
        found = self._subject(change)
        return self.thing(found) if found else None

    def at(self, change: RecordId) -> Thing | None:
        """How a thing was after one of its changes."""
        subject = self._subject(change)
        shown = self._cells.get(THINGS, subject) if subject else None
        if shown is not None and shown[0] == change:
            return replace(unpack(shown[2]), heads=())
        found = self._cells.get(AFTER, change)
        return None if found is None else unpack(found)

    def began(self, id_: RecordId) -> str:
        """When a thing was made."""
        return str(self._cells.get(THINGS, id_)[1])

    def chain(self, id_: RecordId) -> list[Change]:
        """The changes of a thing, each after its base; those made apart by their ids."""
        ids = [id_, *(RecordId(one) for one, _ in self._cells.tagged(CHANGES, id_))]
        changes = {one: self.change(one) for one in ids if self._subject(one)}
        return [changes[one] for one in by_graph({key: one.base for key, one in changes.items()})]

    def named(self, kind: type[Kind], name: str, collection: str = "") -> list[Kind]:
        """Those of a kind that have this name now, deleted ones left out, by id."""
        tag = tags.named(kind.__name__, name, collection)
        return _by_id(one for one in self._tagged(kind, tag) if tags.scope_of(one) == tag)

    def touching(self, id_: RecordId, kind: type[Kind]) -> list[Kind]:
        """What refers to an artifact (links, runs, contexts) or lies in a collection (artifacts), by id."""
        return _by_id(one for one in self._tagged(kind, tags.touching(id_)) if id_ in tags.refers(one))

    def artifacts(self, *any_of: str) -> list[Artifact]:
        """The artifacts with one of these tags, at least; those that only might have it too."""
        found = {one.id: one for tag in any_of for one in self._tagged(Artifact, tag)}
        return list(found.values())

    @property
    def broken(self) -> list[RecordId]:
        """Changes whose base is not here, or whose kind is not known."""
        return [RecordId(one) for one in self._cells.keys(BROKEN)]

    def clashes(self) -> list[Clash]:
        """What needs a decision, the same in every clone."""
        found = [*self._heads_apart(), *self._names_apart(), *self._ends_gone(), *self._broken()]
        return sorted(found, key=lambda clash: (clash.kind, clash.ids))

    def clashes_with(self, changes: Iterable[Change]) -> list[Clash]:
        """What would need a decision with these changes, too."""
        with self._cells.trial() as cells:
            return State(changes, cells=cells).clashes()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _subject(self, change: RecordId) -> RecordId | None:
        found = self._cells.get(CHANGES, change)
        return RecordId(found[0]) if found and found[0] else None

    def _tagged(self, kind: type[Kind], tag: str) -> Iterator[Kind]:
        found = (unpack(packed) for _, (_, _, packed) in self._cells.tagged(THINGS, tag))
        return (one for one in found if isinstance(one, kind) and not one.deleted)

    def _apply(self, change: Change) -> None:
        before = {one: self.at(one) for one in change.base}
        if not _sound(change, before):
            self._cells.put(CHANGES, change.id, ["", *change.record.parents])
            self._cells.put(BROKEN, change.id, change.kind)
            return
        after = applied(change, {id_: one for id_, one in before.items() if one is not None})
        kept = [change.subject, *change.record.parents]
        self._cells.put(CHANGES, change.id, kept, [change.subject] if change.base else [])
        self._place(change, after)

    def _place(self, change: Change, after: Thing) -> None:
        """Show a thing as its head has it; of several, one that is not deleted, the first by id."""
        known = self._cells.get(THINGS, change.subject)
        began = known[1] if known else change.at
        before = unpack(known[2]) if known else None
        sides = {RecordId(known[0]): replace(before, heads=())} if known and before else {}
        sides[change.id] = after
        heads = {change.id, *(before.heads if before else ())} - set(change.base)
        others = {id_: self.at(id_) for id_ in heads - sides.keys()}
        every = {**sides, **{id_: one for id_, one in others.items() if one is not None}}
        shown = min(heads, key=lambda id_: (every[id_].deleted, id_))
        thing = replace(every[shown], heads=tuple(sorted(heads)))
        for id_, one in sides.items():
            if id_ != shown:
                self._cells.put(AFTER, id_, pack(one))
        self._show(change.subject, [shown, began], thing, before)

    def _show(self, subject: RecordId, head: list[str], thing: Thing, before: Thing | None) -> None:
        loose = not all(self._cells.has(THINGS, one) for one in tags.refers(thing))
        marks = [*tags.tags_of(thing), *([tags.LOOSE] if loose else [])]
        self._cells.put(THINGS, subject, [*head, pack(thing)], marks)
        scopes = {tags.scope_of(one) for one in (before, thing) if one is not None} - {None}
        for scope in sorted(one for one in scopes if one):
            same = self._cells.marked(THINGS, scope)
            if len(same) > 1:
                self._cells.put(TWINS, scope, same)
            elif self._cells.get(TWINS, scope):
                self._cells.drop(TWINS, scope)

    def heads_apart(self) -> dict[RecordId, tuple[RecordId, ...]]:
        """The things with several newest changes, and these."""
        found = ((id_, unpack(packed)) for id_, (_, _, packed) in self._cells.tagged(THINGS, tags.APART))
        return {RecordId(id_): thing.heads for id_, thing in found if len(thing.heads) > 1}

    def _heads_apart(self) -> Iterator[Clash]:
        for id_, heads in self.heads_apart().items():
            thing = self.thing(id_)
            assert thing is not None
            words = f"{_called(thing)} was changed apart: {', '.join(one[:10] for one in heads)}"
            yield Clash(kind="heads", ids=(id_, *heads), message=words)

    def _names_apart(self) -> Iterator[Clash]:
        for scope, ids in self._cells.all(TWINS):
            things = [one for id_ in ids if (one := self.thing(id_)) is not None and tags.scope_of(one) == scope]
            if len(things) > 1:
                words = f"{_called(things[0])} is the name of {', '.join(one.id[:10] for one in things)}"
                yield Clash(kind="name", ids=tuple(one.id for one in things), message=words)

    def _ends_gone(self) -> Iterator[Clash]:
        places = [id_ for id_, _ in self._cells.tagged(THINGS, tags.GONE)]
        links = {one.id: one for id_ in places for one in self.touching(RecordId(id_), Link)}
        inside = {one.id: one for id_ in places for one in self.touching(RecordId(id_), Artifact)}
        links |= {one.id: one for one in self._tagged(Link, tags.LOOSE)}
        inside |= {one.id: one for one in self._tagged(Artifact, tags.LOOSE)}
        for link in links.values():
            gone = tuple(one for one in (link.source, link.target) if self._gone(one))
            if gone:
                words = f"link {link.id[:10]} ({link.type}) has an end that was deleted: {gone[0][:10]}"
                yield Clash(kind="end", ids=(link.id, *gone), message=words)
        for artifact in inside.values():
            if self._gone(artifact.collection):
                words = f"{_called(artifact)} lies in a collection that was deleted: {artifact.collection[:10]}"
                yield Clash(kind="collection", ids=(artifact.id, artifact.collection), message=words)

    def _broken(self) -> Iterator[Clash]:
        for id_, kind in self._cells.all(BROKEN):
            words = f"change {id_[:10]} ({kind}) does not fit what it comes after, and is left out"
            yield Clash(kind="broken", ids=(RecordId(id_),), message=words)

    def _gone(self, id_: RecordId) -> bool:
        thing = self.thing(id_)
        return thing is None or thing.deleted


def take(cells: Cells, records: Sequence[Record]) -> None:
    """Let more change records count in cells that hold a state."""
    State([read(one) for one in records], cells=cells)


def _sound(change: Change, before: dict[RecordId, Thing | None]) -> bool:
    """Whether a change fits what it says that it comes after; anybody may write a record."""
    if not change.base:
        return change.kind in CREATE and change.subject == change.id
    things = list(before.values())
    if any(one is None or one.id != change.subject for one in things):
        return False
    if change.kind == RESOLVE:
        return change.data["keep"] in change.base
    return change.kind in APPLY and isinstance(things[0], OF[change.kind.partition(".")[0]])


def _by_id(things: Iterable[Kind]) -> list[Kind]:
    return sorted(things, key=lambda one: one.id)


def _called(thing: Thing) -> str:
    kind = type(thing).__name__.lower()
    name = thing.name if isinstance(thing, Artifact | Collection | Package) else thing.id[:10]
    return f"{kind} {name!r}"
