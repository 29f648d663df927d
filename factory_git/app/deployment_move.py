"""One change of what stands at a target, up or back: made aside, switched to, tried; or everything is as it was.

Each step is safe to die after: the release is made and its copy of the data brought to it in a folder that nobody runs
from; the switch of one link is the commit point; the record, made before, is written after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory_git.app import deployment_records as records
from factory_git.app import deployment_steps as steps
from factory_git.app.context import Context
from factory_git.app.deployment_target import CURRENT, DATABASE, Release, Target
from factory_git.core.errors import FactoryError, Negative
from factory_git.core.points import reached
from factory_git.executors import database
from factory_git.executors.application import Application
from factory_git.ledger.record import Record

Ask = Callable[[str, str], str]
"""Asks a person to type a text (given: the text, and why); gives what was typed, empty where nobody can be asked."""


def nobody(text: str, why: str) -> str:
    """There is nobody to ask."""
    del text, why
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What every change of what stands at a target comes to: from which version to which, and where."""

    app: str
    variant: str
    version: str
    previous: str
    state: str
    target: Path
    migrations: tuple[str, ...] = ()
    release: str = ""
    backup: str = ""
    record: str = ""
    notes: tuple[str, ...] = ()

    def _said(self, **own: Any) -> dict[str, Any]:
        """The declared fields of ``--json``: those of both verbs around those of one's ``own``."""
        head = {"app": self.app, "variant": self.variant, "version": self.version, "previous_version": self.previous}
        head |= {"state": self.state, "target": str(self.target), "release": self.release}
        tail = {"backup": self.backup, "record": self.record, "notes": list(self.notes)}
        return head | {"migrations": list(self.migrations)} | own | tail


@dataclass(slots=True, kw_only=True)
class Move:
    """A change of ``target``, on which ``here`` stands. ``verb`` begins the names of its steps, ``at`` is the last."""

    ctx: Context
    target: Target
    here: Release | None
    verb: str
    at: str = "claim"
    notes: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        """The step of that name begins."""
        self.at = name
        reached(f"{self.verb}:{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to make of it: ``app`` stands in the folder ``staged``; ``source`` is the data it goes on from.

    ``take`` brings a copy of that data to the application; ``record`` makes the record of the release of that name;
    ``facts`` are what the release keeps besides; ``along`` is what else is done once the release stands.
    """

    staged: Path
    app: Application
    source: Path | None
    take: Callable[[Path], None]
    record: Callable[[str], Record]
    facts: Mapping[str, Any]
    along: Callable[[], None] = lambda: None


def carry_out(move: Move, plan: Plan) -> Release:
    """Bring the data to the new release while nobody writes to it, switch over, try it, and record it."""
    if move.here is None:
        release = _first(move, plan)
    else:
        with database.held(move.here.database) as old:
            move.step("copy")
            database.copy(move.here.database, plan.staged / DATABASE)
            release = _taken(move, plan)
            move.step("close")
            database.close(old, f"this database was replaced by {release.name}: start the application again")
    move.step("along")
    plan.along()
    move.step("record")
    records.acknowledge(move.ctx, move.target, release)
    reached(f"{move.verb}:done")
    return release


def _first(move: Move, plan: Plan) -> Release:
    move.step("copy")
    if plan.source is not None:
        database.copy(plan.source, plan.staged / DATABASE)
        database.reopen(plan.staged / DATABASE)
    return _taken(move, plan)


def _taken(move: Move, plan: Plan) -> Release:
    db = plan.staged / DATABASE
    move.step("migration")
    plan.take(db)
    move.step("name")
    record = plan.record(plan.staged.name.lstrip("."))
    said = {"record": record.id, "parents": list(record.parents), "payload": dict(record.payload)}
    release = move.target.name(plan.staged, {**plan.facts, **said})
    move.step("switch")
    move.target.switch(release)
    move.step("smoke")
    _confirmed(move, release)
    return release


def _confirmed(move: Move, release: Release) -> None:
    """Try what runs now; where it does not, what ran before runs again, and :class:`Negative` says so."""
    target = move.target
    try:
        current = target.current()
        if current is None or current.name != release.name:
            found = current.name if current is not None else "nothing"
            raise Negative(f"switched to {release.name}, and {found} stands there", code="deploy/switch")
        steps.smoke(current.application, current.database)
    except FactoryError:
        if move.here is not None:
            target.switch(move.here)
        else:
            (target.folder / CURRENT).unlink(missing_ok=True)
        target.set_aside(release)
        raise


def failed(move: Move, record: Callable[[], Record]) -> None:
    """Say in the ledger that it failed, and at which step: the target is as it was.

    Where the switch was done and tried, it stands: the next deployment records it.
    """
    current = move.target.current() if move.target.state else None
    if current is not None and (move.here is None or current.name != move.here.name):
        return
    try:
        records.write(move.ctx, record())
    except (FactoryError, OSError):
        return  # the first error is the one to hear of


def clear(target: Target) -> None:
    """Take away what did not become a release; what cannot be removed now is swept by the next deployment."""
    try:
        target.sweep()
    except (FactoryError, OSError):
        return
