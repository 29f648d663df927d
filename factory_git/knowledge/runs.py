"""Workflow runs and their manifests: what went in, what came out, what was said, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.knowledge.artifacts import artifact_of
from factory_git.knowledge.change import Change, Stamp, create, follow
from factory_git.knowledge.desk import Desk, Plan, base_of, check_name, find, is_id, one_of
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Metadata, Run, Use, plain

NEXT: dict[str, tuple[str, ...]] = {
    "pending": ("running", "cancelled"),
    "running": ("waiting", "succeeded", "failed", "cancelled"),
    "waiting": ("running", "failed", "cancelled"),
    "succeeded": (),
    "failed": (),
    "cancelled": (),
}


class Runs:
    """The workflow runs of a store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start(
        self,
        workflow: str,
        *,
        inputs: Sequence[str] = (),
        metadata: Metadata | None = None,
        state: str = "running",
        why: str = "",
    ) -> RecordId:
        """A new run. ``inputs`` are artifacts, or revisions of them; ``state`` is ``running`` or ``pending``."""
        check_name(workflow, "workflow")
        if state not in ("running", "pending"):
            raise UsageError(f"a run does not start {state}", code="knowledge/state", hint="running or pending")

        def decide(known: State, stamp: Stamp) -> Plan:
            uses = [use_of(known, ref) for ref in inputs]
            data = {"workflow": workflow, "state": state, "inputs": plain(tuple(uses)), "metadata": metadata or {}}
            made = create(
                "run.start", data, stamp, title=f"run {workflow}", refs=[use.revision for use in uses], why=why
            )
            return Plan(changes=[made], stream=f"workflow/{made.id}", subject=f"start {workflow}")

        return self._desk.change(decide)[0].id

    def move(self, ref: str, state: str, *, why: str = "") -> RecordId:
        """Bring a run into another state. Raises :class:`UsageError` when none leads there, :class:`Conflict` when
        somebody moved it meanwhile."""
        seen = self.get(ref)
        if state not in NEXT[seen.state]:
            allowed = ", ".join(NEXT[seen.state])
            hint = f"it can become: {allowed}" if allowed else "it is over: start another run"
            message = f"run {seen.id[:10]} is {seen.state} and cannot become {state}"
            raise UsageError(message, code="knowledge/transition", hint=hint)
        before = base_of(seen)

        def decide(known: State, stamp: Stamp) -> Plan:
            one = find(known, Run, seen.id)
            data = {"state": state, "old": seen.state}
            return _plan(one, follow(
                "run.state", one.id, base_of(one, before), data, stamp, title=f"{one.workflow}: {state}", why=why
            ))  # fmt: skip

        return self._desk.change(decide)[0].id

    def record(
        self,
        ref: str,
        *,
        inputs: Sequence[str] = (),
        outputs: Sequence[str] = (),
        diagnostics: Sequence[Any] = (),
        why: str = "",
    ) -> RecordId:
        """Add to a manifest. What others add meanwhile is kept. Raises :class:`UsageError` when the run is over."""
        seen = self.get(ref)

        def decide(known: State, stamp: Stamp) -> Plan:
            one = find(known, Run, seen.id)
            if not NEXT[one.state]:
                message = f"run {one.id[:10]} is {one.state}: its manifest is closed"
                raise UsageError(message, code="knowledge/closed", hint="start another run")
            came, went = [use_of(known, ref) for ref in inputs], [use_of(known, ref) for ref in outputs]
            data = {"inputs": plain(tuple(came)), "outputs": plain(tuple(went)), "diagnostics": list(diagnostics)}
            refs = [use.revision for use in (*came, *went)]
            title = f"{one.workflow}: manifest"
            return _plan(one, follow("run.record", one.id, base_of(one), data, stamp, title=title, refs=refs, why=why))

        return self._desk.change(decide)[0].id

    def get(self, ref: str, *, at: str = "") -> Run:
        """One, by its id, with its manifest."""
        return find(self._desk.state(at), Run, ref)

    def list(self, *, workflow: str = "", state: str = "", artifact: str = "", at: str = "") -> list[Run]:
        """Runs, oldest first; those of a workflow, in a state, that read or made an artifact."""
        known = self._desk.state(at)
        id_ = artifact_of(known, artifact, deleted=True).id if artifact else None
        found = known.touching(id_, Run) if id_ else list(known.all(Run))
        wanted = [one for one in found if workflow in ("", one.workflow) and state in ("", one.state)]
        return sorted(wanted, key=lambda one: (known.began(one.id), one.id))


def use_of(state: State, ref: str) -> Use:
    """The artifact of that reference at its newest revision, or at the revision whose id ``ref`` is (or begins)."""
    if is_id(ref):
        change = RecordId(one_of(ref, state.changes(ref)))
        artifact, after = state.subject(change), state.at(change)
        if isinstance(artifact, Artifact) and isinstance(after, Artifact) and not artifact.deleted:
            newest = change == artifact.id
            return Use(artifact=artifact.id, revision=artifact.revision if newest else after.revision)
        raise NotFound(f"no artifact or revision {ref}", code="knowledge/not-found")
    one = artifact_of(state, ref)
    return Use(artifact=one.id, revision=one.revision)


def _plan(one: Run, change: Change) -> Plan:
    return Plan(changes=[change], stream=f"workflow/{one.id}", subject=change.record.payload["title"])
