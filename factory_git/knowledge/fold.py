"""What the knowledge store holds: a fold over changes that depends on which there are, never on their order. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from factory_git.core.ids import RecordId
from factory_git.knowledge.change import Change
from factory_git.knowledge.model import Artifact, Clash, Collection, Link, Package, Run, Thing
from factory_git.knowledge.steps import APPLY, CREATE, OF, RESOLVE, applied
from factory_git.ledger.order import by_graph

Kind = TypeVar("Kind", Collection, Artifact, Link, Run, Package)
Scoped = tuple[str, str, str]  # kind, collection, name


class State:
    """Everything there is, deleted things included. It grows by :meth:`take`; reading it changes nothing."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self.changes: dict[RecordId, Change] = {}
        self.broken: list[RecordId] = []  # changes whose base is not here, or whose kind is not known
        self._things: dict[RecordId, Thing] = {}
        self._chains: dict[RecordId, list[RecordId]] = {}
        self._after: dict[RecordId, Thing] = {}
        self._heads: dict[RecordId, set[RecordId]] = {}
        self._names: dict[Scoped, set[RecordId]] = {}
        self._touching: dict[RecordId, set[RecordId]] = {}  # artifact or collection → links, runs, artifacts
        self._digest = 0
        self.take(changes)

    @property
    def mark(self) -> str:
        """Names this set of changes: another set has another mark, whatever the order they came in."""
        return f"{len(self.changes)}-{self._digest:064x}"

    def take(self, changes: Iterable[Change]) -> None:
        """Let more changes count; what is known already changes nothing."""
        new = {one.id: one for one in changes if one.id not in self.changes}
        for id_ in by_graph({one.id: one.record.parents for one in new.values()}):
            self.changes[id_] = new[id_]
            self._digest ^= int(hashlib.sha256(id_.encode()).hexdigest(), 16)
            self._apply(new[id_])

    # -- questions ---------------------------------------------------------------------------------------------------

    def all(self, kind: type[Kind]) -> Iterator[Kind]:
        """The things of a kind that are not deleted, in no order that means anything."""
        return (one for one in self._things.values() if isinstance(one, kind) and not one.deleted)

    def thing(self, id_: RecordId) -> Thing | None:
        """A thing by its id, deleted or not."""
        return self._things.get(id_)

    def known(self) -> Iterable[RecordId]:
        """The ids of all things, deleted ones included."""
        return self._things.keys()

    def at(self, change: RecordId) -> Thing | None:
        """How a thing was after one of its changes."""
        return self._after.get(change)

    def chain(self, id_: RecordId) -> list[Change]:
        """The changes of a thing, each after its base; those made apart by their ids."""
        changes = {one: self.changes[one] for one in self._chains.get(id_, ())}
        return [changes[one] for one in by_graph({key: one.base for key, one in changes.items()})]

    def named(self, kind: type[Kind], name: str, collection: str = "") -> list[Kind]:
        """Those of a kind that have this name now, deleted ones left out, by id."""
        ids = self._names.get((kind.__name__, collection, name_key(name)), ())
        return [one for id_ in sorted(ids) if isinstance(one := self._things[id_], kind) and not one.deleted]

    def touching(self, id_: RecordId, kind: type[Kind]) -> list[Kind]:
        """What refers to an artifact (links, runs, contexts) or lies in a collection (artifacts), by id."""
        ids = sorted(self._touching.get(id_, ()))
        return [one for other in ids if isinstance(one := self._things[other], kind) and not one.deleted]

    def clashes(self) -> list[Clash]:
        """What needs a decision, the same in every clone."""
        found = [*self._heads_apart(), *self._names_apart(), *self._ends_gone(), *self._broken()]
        return sorted(found, key=lambda clash: (clash.kind, clash.ids))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _apply(self, change: Change) -> None:
        if not self._sound(change):
            self.broken.append(change.id)
            return
        self._after[change.id] = applied(change, self._after)
        self._chains.setdefault(change.subject, []).append(change.id)
        heads = self._heads.setdefault(change.subject, set())
        heads.difference_update(change.base)
        heads.add(change.id)
        self._place(change.subject, heads)

    def _sound(self, change: Change) -> bool:
        """Whether a change fits what it says that it comes after; anybody may write a record."""
        if not change.base:
            return change.kind in CREATE and change.subject == change.id
        before = [self._after.get(one) for one in change.base]
        if any(one is None or one.id != change.subject for one in before):
            return False
        if change.kind == RESOLVE:
            return change.data["keep"] in change.base
        return change.kind in APPLY and isinstance(before[0], OF[change.kind.partition(".")[0]])

    def _place(self, subject: RecordId, heads: set[RecordId]) -> None:
        """Show a thing as its head has it; of several, one that is not deleted, the first by id."""
        shown = min(heads, key=lambda id_: (self._after[id_].deleted, id_))
        thing = replace(self._after[shown], heads=tuple(sorted(heads)))
        before, self._things[subject] = self._things.get(subject), thing
        old, new = _scoped(before), _scoped(thing)
        if old != new and old:
            self._names[old].discard(subject)
        if old != new and new:
            self._names.setdefault(new, set()).add(subject)
        for other in _refers(thing):
            self._touching.setdefault(other, set()).add(subject)

    def _heads_apart(self) -> Iterator[Clash]:
        for id_, heads in self._heads.items():
            if len(heads) > 1:
                words = (
                    f"{_called(self._things[id_])} was changed apart: {', '.join(one[:10] for one in sorted(heads))}"
                )
                yield Clash(kind="heads", ids=(id_, *sorted(heads)), message=words)

    def _names_apart(self) -> Iterator[Clash]:
        for ids in self._names.values():
            living = tuple(sorted(id_ for id_ in ids if not self._things[id_].deleted))
            if len(living) > 1:
                words = f"{_called(self._things[living[0]])} is the name of {', '.join(one[:10] for one in living)}"
                yield Clash(kind="name", ids=living, message=words)

    def _ends_gone(self) -> Iterator[Clash]:
        for link in self.all(Link):
            gone = tuple(one for one in (link.source, link.target) if self._gone(one))
            if gone:
                words = f"link {link.id[:10]} ({link.type}) has an end that was deleted: {gone[0][:10]}"
                yield Clash(kind="end", ids=(link.id, *gone), message=words)
        for artifact in self.all(Artifact):
            if self._gone(artifact.collection):
                words = f"{_called(artifact)} lies in a collection that was deleted: {artifact.collection[:10]}"
                yield Clash(kind="collection", ids=(artifact.id, artifact.collection), message=words)

    def _broken(self) -> Iterator[Clash]:
        for id_ in self.broken:
            words = f"change {id_[:10]} ({self.changes[id_].kind}) does not fit what it comes after, and is left out"
            yield Clash(kind="broken", ids=(id_,), message=words)

    def _gone(self, id_: RecordId) -> bool:
        thing = self._things.get(id_)
        return thing is None or thing.deleted


def name_key(name: str) -> str:
    """What makes two names the same: the same text, however its accents are composed."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _scoped(thing: Thing | None) -> Scoped | None:
    if isinstance(thing, Artifact):
        return ("Artifact", thing.collection, name_key(thing.name))
    return ("Collection", "", name_key(thing.name)) if isinstance(thing, Collection) else None


def _refers(thing: Thing) -> tuple[RecordId, ...]:
    if isinstance(thing, Artifact):
        return (thing.collection,)
    if isinstance(thing, Link):
        return (thing.source, thing.target)
    if isinstance(thing, Run):
        return tuple(use.artifact for use in (*thing.inputs, *thing.outputs))
    return tuple(use.artifact for use in thing.artifacts) if isinstance(thing, Package) else ()


def _called(thing: Thing) -> str:
    kind = type(thing).__name__.lower()
    name = thing.name if isinstance(thing, Artifact | Collection | Package) else thing.id[:10]
    return f"{kind} {name!r}"
