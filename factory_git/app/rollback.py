"""``rollback``: bring spec, code and data back to an earlier deployment. History is added to, never rewritten."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import deployment_records as records
from factory_git.app import deployment_steps as steps
from factory_git.app.context import Context
from factory_git.app.deploy import irreversible, standing_spec
from factory_git.app.deployment_build import MAIN, migrations, parents
from factory_git.app.deployment_losses import Losses, losses
from factory_git.app.deployment_move import (
    Ask,
    Move,
    Moved,
    Plan,
    carry_out,
    clear,
    failed,
    nobody,
)
from factory_git.app.deployment_revert import Revert, move_branch, pin, revert
from factory_git.app.deployment_target import DATABASE, Release, Target, claimed, release_name
from factory_git.core.errors import Conflict, FactoryError, NotFound, UsageError
from factory_git.executors import database
from factory_git.executors.application import Application
from factory_git.ledger.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where to go back to: a deployment's id (or how it begins) or a version. ``to`` is the target, as in deploy.

    ``tell`` is called with what is lost and what comes back, before anything is done.
    """

    lineage: str
    app: str = ""
    to: Path | None = None
    variant: str = MAIN
    data_only: bool = False
    dry_run: bool = False
    confirm: str = ""
    ask: Ask = nobody
    tell: Callable[[Losses], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Moved):
    """What was done, or in a dry run would be. ``state`` is ``rolled_back`` or ``would roll back``."""

    losses: Losses
    back_to: str
    branch: str = ""
    revert: str = ""
    paths: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return self._said(
            lost=list(self.losses.lost),
            restored=list(self.losses.restored),
            back_to=self.back_to,
            branch=self.branch,
            revert=self.revert,
            paths=list(self.paths),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """From which release to which, what is taken back on the way, and the commit that brings spec and code along."""

    move: Move
    options: Options
    here: Release
    back: Release
    taken: tuple[str, ...]
    revert: Revert | None

    def result(self, state: str, said: Losses, **more: Any) -> Result:
        """What came of it."""
        return Result(
            app=str(self.here.payload["app"]),
            variant=str(self.here.payload["variant"]),
            version=str(self.back.payload["version"]),
            previous=str(self.here.payload["version"]),
            state=state,
            target=self.move.target.folder,
            losses=said,
            migrations=self.taken,
            back_to=self.back.record,
            branch=self.revert.branch if self.revert else "",
            revert=str(self.revert.commit or "") if self.revert else "",
            paths=self.revert.paths if self.revert else (),
            notes=tuple(self.move.notes),
            **more,
        )


def run(ctx: Context, options: Options) -> Result:
    """Go back to the deployment that ``options`` name.

    Raises :class:`NotFound` where there is none, :class:`Conflict` where something else stands there than is thought,
    :class:`Negative` where local changes are in the way or a step failed (then nothing has changed), and
    :class:`UsageError` where what stays gone is to be confirmed.
    """
    target = _target(ctx, options)
    if options.dry_run:
        move = Move(ctx=ctx, target=target, here=None, verb="rollback")
        job = _job(move, options)
        return job.result("would roll back", _rehearsed(job))
    with claimed(target.folder, ctx.clock):
        move = Move(ctx=ctx, target=target, here=None, verb="rollback")
        move.step("claimed")
        move.notes += records.repair(ctx, target)
        return _roll_back(_job(move, options))


def _target(ctx: Context, options: Options) -> Target:
    """The target that is meant: the one named, else the only one there is of this variant."""
    if options.to is not None:
        target = Target(options.to.resolve())
        if not target.state:
            raise NotFound(f"nothing is deployed at {options.to}", code="rollback/nothing")
        return target
    every = [e.record for e in ctx.ledger.valid(type=records.TYPE) if e.record.payload["state"] in records.STANDING]
    apps = dict.fromkeys(str(r.payload["app"]) for r in every if options.app in ("", r.payload["app"]))
    if not apps:
        raise NotFound("nothing has been deployed from here", code="rollback/nothing", hint="git factory deploy --to …")
    if len(apps) > 1:
        hint = f"say --app NAME or --to FOLDER; deployed are: {', '.join(apps)}"
        raise UsageError("several applications are deployed from here", code="rollback/several", hint=hint)
    found = records.remembered(ctx, next(iter(apps)), options.variant)
    if found is None:
        message = f"what was deployed of {next(iter(apps))} ({options.variant}) is not here"
        raise NotFound(message, code="rollback/nothing", hint="name where it is: --to FOLDER")
    return found


def _job(move: Move, options: Options) -> _Job:
    state = move.target.state
    here = move.here = records.agreed(move.ctx, move.target, str(state["app"]), str(state["variant"]))
    if here is None:
        raise NotFound(f"nothing stands at {move.target.folder}", code="rollback/nothing")
    back = _back(move.target, here, options.lineage)
    done, kept = database.applied(here.database), migrations(_files(back))
    if done[: len(kept)] != kept:
        message = f"the data at {move.target.folder} did not come from {back.words}: {', '.join(kept)} is not its past"
        raise Conflict(message, code="rollback/moved", hint="git factory log; the backups are in its releases")
    made = None if options.data_only else revert(move.ctx, here, back)
    return _Job(move=move, options=options, here=here, back=back, taken=done[len(kept) :][::-1], revert=made)


def _back(target: Target, here: Release, word: str) -> Release:
    """The release that a word names: by its record's id (or how that begins), else the newest of that version."""
    every = target.all()
    earlier = [one for one in every if one.name < here.name]
    named = [one for one in every if len(word) >= 4 and one.record.startswith(word)]
    named = named or [one for one in earlier if one.payload["version"] == word][-1:]
    if not named and here.payload["version"] == word:
        named = [here]
    if not named:
        known = ", ".join(f"{one.payload['version']} ({one.record[:10]})" for one in earlier) or "none"
        message = f"there is no deployment {word!r} at {target.folder}"
        raise NotFound(message, code="rollback/unknown", hint=f"there are: {known}")
    if len({one.record for one in named}) > 1:
        raise UsageError(f"{word} names several deployments", code="rollback/ambiguous", hint="give more characters")
    if named[0].facts["digest"] == here.facts["digest"]:
        raise UsageError(f"{here.words} stands there already", code="rollback/here", hint="name an earlier one")
    return named[0]


def _files(release: Release) -> dict[str, bytes]:
    """The application's files of a release, by their path from its folder."""
    return {name: (release.folder / name).read_bytes() for name in release.files}


def _rehearsed(job: _Job) -> Losses:
    """Take a copy of the data back; what that loses and what it brings back."""
    with tempfile.TemporaryDirectory(prefix="factory-rollback-") as name:
        folder = Path(name)
        now, then = folder / "now.db", folder / "then.db"
        database.copy(job.here.database, now)
        database.copy(job.here.database, then)
        for copy in (now, then):
            database.reopen(copy)
        steps.down(job.here.application, then, len(job.taken))
        old, new = standing_spec(job.back), standing_spec(job.here)
        app = Application(root=job.back.folder, package=str(job.back.facts["package"]), label=job.back.words)
        steps.take_up(app, then)
        return losses(database.counts(now), database.counts(then), old, new)


def _roll_back(job: _Job) -> Result:
    move = job.move
    try:
        move.step("rehearsal")
        said = _rehearsed(job)
        _confirm(job)
        job.options.tell(said)
        return _gone_back(job, said)
    except (FactoryError, OSError) as error:
        reason = error
        if not isinstance(error, UsageError):
            failed(move, lambda: _record(job, "", Losses(), reason))
        raise
    finally:
        clear(move.target)


def _confirm(job: _Job) -> None:
    """What one of the migrations removed for good stays gone: a person says that this may be."""
    final = irreversible(_files(job.here), job.taken)
    if not final:
        return
    text = f"{job.here.payload['app']}-{job.back.payload['version']}"
    why = f"what these migrations removed stays gone: {', '.join(final)}"
    typed = job.options.confirm or job.options.ask(text, why)
    if typed != text:
        word = f"{typed!r} is not {text!r}" if typed else "nobody confirmed it"
        hint = f"git factory rollback {job.options.lineage} --confirm {text}"
        raise UsageError(f"{why}; {word}", code="rollback/confirm", hint=hint)


def _gone_back(job: _Job, said: Losses) -> Result:
    move, back = job.move, job.back
    name = release_name(move.target.number(), str(back.payload["version"]), str(back.payload["spec_digest"]))
    move.step("staging")
    if job.revert is not None:
        pin(move.ctx, str(back.payload["app"]), job.revert)
    staged = move.target.stage(name, _files(back))
    app = Application(root=staged, package=str(back.facts["package"]), label=back.words)
    facts = {n: back.facts[n] for n in ("package", "spec", "root", "digest", "files")}
    plan = Plan(
        staged=staged,
        app=app,
        source=job.here.database,
        take=lambda db: _down(job, app, db),
        record=lambda release: _record(job, release, said),
        facts=facts,
        along=lambda: _along(job),
    )
    release = carry_out(move, plan)
    backup = str(release.payload["backup"])
    return job.result(records.ROLLED_BACK, said, release=release.name, record=release.record, backup=backup)


def _down(job: _Job, app: Application, db: Path) -> None:
    database.reopen(db)
    steps.down(job.here.application, db, len(job.taken))
    steps.take_up(app, db)


def _along(job: _Job) -> None:
    if job.revert is not None:
        move_branch(job.move.ctx, job.revert)


def _record(job: _Job, release: str, said: Losses, error: Exception | None = None) -> Record:
    here, back, move = job.here.payload, job.back.payload, job.move
    title = f"{here['app']}: back from {here['version']} to {back['version']}"
    payload: dict[str, Any] = {
        **{name: back[name] for name in ("app", "variant", "version", "spec_digest", "commit", "target", "database")},
        "title": f"{title}: failed at {move.at}" if error else title,
        "previous_version": here["version"],
        "release": release,
        "migrations": list(job.taken),
        "rehearsed": True,
        "state": records.FAILED if error else records.ROLLED_BACK,
        "mutations": [],
        "backup": f"releases/{job.here.name}/{DATABASE}",
        "lost": list(said.lost),
        "restored": list(said.restored),
        "back_to": job.back.record,
        "notes": list(move.notes),
    }
    if job.revert is not None and job.revert.commit:
        payload |= {"revert": job.revert.commit, "branch": job.revert.branch, "onto": job.revert.onto}
    if error is not None:
        payload |= {"reason": str(error), "failed_at": move.at, "rehearsed": move.at != "rehearsal"}
    return records.make_record(payload, parents(job.here.record, job.back.record))
