"""Whether what a trailer of a commit message says is so."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.touched import Touched
from factory_git.core.errors import FactoryError, NotFound, UsageError
from factory_git.core.ids import is_oid
from factory_git.core.trailers import DIGEST, KEYS, NODE, PHASE, RUN, SPEC, Trailer, is_count
from factory_git.gitio.trailers import text
from factory_git.spec.names import suggest, suggest_path

_DIGEST = re.compile(r"[0-9a-f]{7,64}")
_PHASE = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is not right with a trailer, and the way out."""

    code: str
    message: str
    hint: str = ""


class Checker:
    """Looks at trailers, given what the commit touches; opens the ledger for the first run it is asked about.

    ``inherited`` are those of the commits that the message was written for: what they said is not this one's to answer.
    """

    def __init__(self, ctx: Context, now: Touched, inherited: Collection[Trailer] = ()) -> None:
        self._ctx = ctx
        self._now = now
        self._inherited = inherited

    def look(self, one: Trailer) -> Wrong | None:
        """What is wrong with it, if anything."""
        if one in self._inherited:
            return None
        known = {RUN: self._run, SPEC: self._spec, NODE: self._node, PHASE: self._phase}
        key = next(key for key in KEYS if one.is_(key))
        if not one.value:
            return Wrong(code="hooks/trailer", message=f"{key} says nothing", hint="remove the line")
        return known[key](one.value)

    def _run(self, value: str) -> Wrong | None:
        if not is_oid(value):
            hint = "a run is named by the 40 digits that `git factory list --type run` prints"
            return Wrong(code="hooks/trailer", message=f"Factory-Run: {value!r} is not the id of a record", hint=hint)
        ref = self._ctx.settings.text("ref")
        try:
            if self._ctx.repo.ref(ref) is None:
                hint = f"fetch it: git fetch REMOTE {ref}:{ref}; or remove the line"
                return Wrong(code="hooks/no-ledger", message=f"Factory-Run: there is no ledger here ({ref})", hint=hint)
            record = self._ctx.ledger.get(value)
        except (NotFound, UsageError):
            hint = "git factory list --type run has those that there are; or remove the line"
            return Wrong(code="hooks/trailer", message=f"Factory-Run: the ledger has no record {value}", hint=hint)
        except FactoryError as error:
            return Wrong(code=error.code, message=f"Factory-Run cannot be looked up: {error}", hint=error.hint)
        if record.type != "run":
            hint = "git factory list --type run"
            return Wrong(
                code="hooks/trailer", message=f"Factory-Run: {value} is a record of type {record.type}", hint=hint
            )
        return None

    def _spec(self, value: str) -> Wrong | None:
        id_, _, digest = value.partition(" ")
        sides = (self._now.after, self._now.before)
        specs = [one for side in sides for one in side.specs if one.spec.id == id_]
        if not specs:
            if self._now.after.broken or self._now.before.broken:
                return None  # it may be the one that cannot be read; the check says what is wrong with it
            hint = suggest(id_, sorted({one.spec.id for side in sides for one in side.specs}))
            return Wrong(code="hooks/trailer", message=f"Factory-Spec: there is no spec {id_!r} here", hint=hint)
        if digest and not any(_DIGEST.fullmatch(digest) and one.graph.digest.startswith(digest) for one in specs):
            now = specs[0].graph.digest[:DIGEST]
            message = f"Factory-Spec: {digest!r} is not the digest of {id_} in this commit"
            return Wrong(code="hooks/trailer", message=message, hint=f"it is {now}; or leave the digest out")
        return None

    def _node(self, value: str) -> Wrong | None:
        sides = (self._now.after, self._now.before)
        if is_count(value) or any(side.has(value) for side in sides) or any(side.broken for side in sides):
            return None
        known = [str(path) for side in sides for one in side.specs for path in one.graph.nodes if path]
        hint = suggest_path(value, known)
        return Wrong(code="hooks/trailer", message=f"Factory-Node: no spec here has {value!r}", hint=hint)

    def _phase(self, value: str) -> Wrong | None:
        if _PHASE.fullmatch(value):
            return None
        return Wrong(code="hooks/trailer", message=f"Factory-Phase: {value!r} is not the name of a phase")


def place_of(one: Trailer, lines: Sequence[bytes]) -> int:
    """The last line of a message that holds the trailer; 0 where it is folded in an odd way."""
    for number in range(len(lines), 0, -1):
        key, colon, value = text(lines[number - 1]).partition(":")
        if colon and one.is_(key.strip()) and one.value.startswith(value.strip()):
            return number
    return 0
