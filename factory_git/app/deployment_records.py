"""Deployments in the ledger: what a target stands on, the next record, and what a killed process left out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factory_git.app import deployment_revert
from factory_git.app.context import Context
from factory_git.app.deployment_target import Release, Target
from factory_git.core.errors import Conflict, FactoryError, NotFound
from factory_git.core.ids import RecordId
from factory_git.ledger.record import Record, make

DEPLOYED, ROLLED_BACK, FAILED = "deployed", "rolled_back", "failed"
STANDING = (DEPLOYED, ROLLED_BACK)  # the states in which something runs
TYPE = "deployment"


def stream(app: str) -> str:
    """The stream of an application's growth."""
    return f"growth/{app}"


def of(ctx: Context, app: str, variant: str = "") -> list[Record]:
    """The deployments of an application (of one variant) that stand or stood, oldest first."""
    found = [entry.record for entry in ctx.ledger.valid(type=TYPE)]
    mine = [record for record in found if record.payload["app"] == app and record.payload["state"] in STANDING]
    return [record for record in mine if not variant or record.payload["variant"] == variant]


def remembered(ctx: Context, app: str, variant: str) -> Target | None:
    """The target that a variant was last brought to, if it is here."""
    for record in reversed(of(ctx, app, variant)):
        folder = placed(ctx, str(record.payload["target"]))
        if (folder / "target.json").is_file():
            return Target(folder)
    return None


def placed(ctx: Context, text: str) -> Path:
    """A folder as records name it: one of the working tree from its top, any other in full."""
    top = ctx.location.worktree
    return (Path(text) if Path(text).is_absolute() or top is None else top / text).resolve()


def told(ctx: Context, folder: Path) -> str:
    """How records name a folder; see :func:`placed`."""
    top = ctx.location.worktree
    whole = folder.resolve()
    if top is not None and whole.is_relative_to(top.resolve()):
        return whole.relative_to(top.resolve()).as_posix()
    return str(whole)


def make_record(payload: Mapping[str, Any], parents: list[RecordId]) -> Record:
    """A record of a deployment. Two of one and the same thing are told apart by a number of their own."""
    return make(TYPE, {**payload, "nonce": secrets.token_hex(8)}, parents)


def write(ctx: Context, record: Record) -> None:
    """Put a record into the ledger; the same one again changes nothing."""
    ctx.ledger.append([record], stream=stream(record.payload["app"]), subject=record.payload["title"])


def acknowledge(ctx: Context, target: Target, release: Release) -> None:
    """Write the record of a release that stands, as it was made before the switch."""
    record = make(TYPE, release.payload, [RecordId(one) for one in release.facts["parents"]])
    write(ctx, record)
    target.recorded(release)


def repair(ctx: Context, target: Target) -> list[str]:
    """Put right what a killed deployment left: half-made folders go, a release that stands is recorded. In words."""
    notes = [f"removed what a deployment that was interrupted had begun: {name}" for name in target.sweep()]
    here = target.current()
    if here is not None and here.pending:
        said = deployment_revert.again(ctx, here)
        notes += [said] if said else []
        try:
            acknowledge(ctx, target, here)
        except FactoryError as error:
            message = f"{here.words} was deployed by a process that could not record it: {error.message}"
            raise Conflict(message, code="deploy/unrecorded", hint="git factory sync, then try again") from error
        notes.append(f"{here.words} stands since a deployment that was interrupted: recorded now")
    return notes


def agreed(ctx: Context, target: Target, app: str, variant: str) -> Release | None:
    """What stands at the target, which ledger and target must agree on; None before the first deployment.

    Raises :class:`Conflict` (``deploy/moved``) that says what moved.
    """
    state = target.state
    if state and (state.get("app"), state.get("variant")) != (app, variant):
        message = f"{target.folder} is where {state.get('app')} ({state.get('variant')}) lives, not {app} ({variant})"
        raise Conflict(message, code="deploy/other", hint="name another target: --to FOLDER")
    here = target.current() if state else None
    mine = [r for r in of(ctx, app, variant) if placed(ctx, str(r.payload["target"])) == target.folder]
    last = mine[-1] if mine else None
    if here is None or here.pending:  # one that a death left unrecorded is no news of somebody else's
        return here
    try:
        ctx.ledger.resolve(here.record)
    except NotFound as error:
        message = f"{here.words} was deployed there by somebody whose ledger is not known here"
        raise Conflict(message, code="deploy/moved", hint="git factory sync, then look again") from error
    if last is not None and last.id != here.record:
        said = f"{last.payload['version']} ({last.id[:10]})"
        message = f"the ledger says that {said} is deployed at {target.folder}, and there stands {here.words}"
        raise Conflict(message, code="deploy/moved", hint="git factory sync; git factory log")
    return here
