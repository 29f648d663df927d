"""Where every change is decided: on a state that nobody has changed meanwhile, or again. Pure but for its storage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.knowledge.change import Change, Stamp, read
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Collection, Link, Package, Run
from factory_git.knowledge.storage import KEY_USED, Storage

TRIES = 100
SHORTEST = 4
Kind = TypeVar("Kind", Collection, Artifact, Link, Run, Package)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes that belong together, their contents, and what to call them."""

    changes: Sequence[Change]
    blobs: Sequence[bytes] = field(default=())
    stream: str = "knowledge"
    subject: str = ""


class Desk:
    """Reads the state and changes it. ``dry``: everything is checked and decided, and nothing is kept."""

    def __init__(self, storage: Storage, *, dry: bool = False) -> None:
        self.storage = storage
        self._dry = dry
        self._threads = threading.RLock()

    def state(self, at: str = "") -> State:
        """What there is now, or was at an old transaction."""
        if at:
            return State(read(record) for record in self.storage.reached(at))
        return State(cells=self.storage.cells(), record=self.storage.record)

    def change(self, decide: Callable[[State, Stamp], Plan]) -> Sequence[Change]:
        """Do what ``decide`` makes of the state. When somebody was faster it is asked again, on what they left.

        Raises what ``decide`` raises, and :class:`Conflict` when others were always faster.
        """
        for _ in range(TRIES):
            with self._threads:
                state = self.state()
                mark = state.mark  # first: what others change from here on makes this one's key theirs
                plan = decide(state, self.storage.stamp())
                if not plan.changes or self._kept(plan, mark):
                    return plan.changes
        raise Conflict("the knowledge store is busy", code="knowledge/busy", hint="try again")

    def _kept(self, plan: Plan, mark: str) -> bool:
        if self._dry:
            return True
        try:
            self.storage.append(
                [one.record for one in plan.changes], plan.blobs, key=f"knowledge/{mark}", stream=plan.stream,
                subject=plan.subject,
            )  # fmt: skip
        except Conflict as error:
            if error.code == KEY_USED:
                return False
            raise
        return True


def find(state: State, kind: type[Kind], ref: str, *, deleted: bool = False) -> Kind:
    """The thing of a kind with this id, or whose id begins so. Raises :class:`NotFound`, :class:`UsageError`."""
    thing = state.thing(RecordId(_resolved(state, ref)))
    if not isinstance(thing, kind) or (thing.deleted and not deleted):
        word = kind.__name__.lower()
        gone = isinstance(thing, kind)
        hint = "it was deleted; its changes are kept" if gone else f"see: git factory {VERBS[kind.__name__]} list"
        raise NotFound(f"no {word} {ref}", code="knowledge/not-found", hint=hint)
    return thing


VERBS = {"Collection": "collection", "Artifact": "artifact", "Link": "link", "Run": "manifest", "Package": "context"}


def is_id(ref: str) -> bool:
    """Whether a reference can be an id or the beginning of one."""
    return SHORTEST <= len(ref) <= 40 and set(ref) <= set("0123456789abcdef")


def _resolved(state: State, ref: str) -> str:
    if len(ref) == 40 or not is_id(ref):
        return ref
    return one_of(ref, state.known(ref))


def one_of(ref: str, ids: Iterable[RecordId]) -> str:
    """The one id that begins with ``ref``; ``ref`` itself where none does. Raises :class:`UsageError` for several."""
    found = sorted(id_ for id_ in ids if id_.startswith(ref))
    if len(found) > 1:
        some = ", ".join(id_[: len(ref) + 4] for id_ in found[:5])
        raise UsageError(f"{ref} is ambiguous: {some}", code="knowledge/ambiguous", hint="give more characters")
    return found[0] if found else ref


def base_of(thing: Collection | Artifact | Link | Run, base: Sequence[RecordId] = ()) -> tuple[RecordId, ...]:
    """What a change of a thing comes after: the revision that its author saw, which must be the newest.

    Raises :class:`Conflict` when somebody changed it since, or when it was changed apart and nobody has decided.
    """
    wanted = tuple(sorted(RecordId(one_of(one, thing.heads)) for one in base))
    if len(thing.heads) > 1 and wanted != thing.heads:
        heads = ", ".join(one[:10] for one in thing.heads)
        hint = "decide: git factory artifact resolve ID HEAD"
        raise Conflict(f"{thing.id[:10]} was changed apart: {heads}", code="knowledge/changed-apart", hint=hint)
    if wanted and wanted != thing.heads:
        raise Conflict(
            f"{thing.id[:10]} was changed meanwhile: it is at {thing.heads[0][:10]}, not at {wanted[0][:10]}",
            code="knowledge/stale",
            hint="look at what changed, and change that: git factory artifact history ID",
            details={"heads": list(thing.heads)},
        )
    return thing.heads


def check_name(name: str, what: str) -> str:
    """A name: one line of text without blanks around it. Raises :class:`UsageError`."""
    sane = name and name == name.strip() and len(name) <= 255 and all(letter.isprintable() for letter in name)
    if not sane or (what == "collection" and "/" in name):
        hint = "one line of at most 255 characters" + (", without /" if what == "collection" else "")
        raise UsageError(f"{name!r} is no name for {what}", code="knowledge/name", hint=hint)
    return name
