"""``deploy``: bring the promoted version to where it runs, data and all, or leave everything as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import deployment_records as records
from factory_git.app import deployment_steps as steps
from factory_git.app.context import Context
from factory_git.app.deployment_build import MAIN, Build, choose, parents, promoted, spec_of, variant
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
from factory_git.app.deployment_target import DATABASE, Release, Target, claimed, release_name
from factory_git.core.errors import Conflict, FactoryError, Forbidden, NotFound, UsageError
from factory_git.executors import database
from factory_git.executors.application import Application
from factory_git.gitio.commits import Code
from factory_git.growth.compare import compare
from factory_git.growth.mutation import Mutation
from factory_git.ledger.record import Record

_FINAL = re.compile(r"^-- confirm: *(.*)$", re.MULTILINE)
"""What the compiler writes at the head of a migration that deletes for good (class X)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to bring where. ``to`` is the target's folder (None: where it was last); ``database`` one to begin with."""

    specs: tuple[str, ...] = ()
    to: Path | None = None
    database: Path | None = None
    variant: str = MAIN
    dry_run: bool = False
    confirm: str = ""
    ask: Ask = nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Moved):
    """What was done, or in a dry run would be. ``state`` is ``deployed``, ``unchanged`` or ``would deploy``."""

    mutations: tuple[Mutation, ...]
    irreversible: tuple[str, ...] = ()
    rehearsed: bool = False
    proven: int = 0

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return self._said(
            irreversible=list(self.irreversible),
            mutations=[{"id": m.id, "path": m.path, "risk": m.risk} for m in self.mutations],
            rehearsed=self.rehearsed,
            proven=self.proven,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is brought where. ``pending`` are the migrations that the data needs, ``final`` those with no way back."""

    move: Move
    options: Options
    build: Build
    variant: str
    source: Path | None
    pending: tuple[str, ...]
    final: tuple[str, ...]
    mutations: tuple[Mutation, ...]

    def result(self, state: str, **more: Any) -> Result:
        """What came of it."""
        here = self.move.here
        return Result(
            app=self.build.spec.id,
            variant=self.variant,
            version=self.build.spec.version,
            previous=str(here.payload["version"]) if here is not None else "",
            state=state,
            target=self.move.target.folder,
            mutations=self.mutations,
            notes=tuple(self.move.notes),
            **more,
        )


def run(ctx: Context, options: Options) -> Result:
    """Deploy what ``HEAD`` has.

    Raises :class:`Negative` where it drifted, is not proven, or a step failed (then the old version runs on, and a
    record says why), :class:`Conflict` where something else stands there than is thought, or somebody is at work,
    :class:`Forbidden` where what stands there forbids it, :class:`UsageError` where a confirmation is needed.
    """
    side = choose(ctx, options.specs)
    named = variant(side.checked(), options.variant)
    target = _target(ctx, options, side.name, named)
    there = bool(target.state)  # a folder that is something else's is refused before anything is put into it
    build = promoted(ctx, side)
    if options.dry_run:
        move = Move(ctx=ctx, target=target, here=None, verb="deploy")
        return _preview(_job(move, options, build, named))
    with claimed(target.folder, ctx.clock):
        move = Move(ctx=ctx, target=target, here=None, verb="deploy")
        move.step("claimed")
        move.notes += records.repair(ctx, target) if there else []
        return _deploy(_job(move, options, build, named))


def _target(ctx: Context, options: Options, app: str, named: str) -> Target:
    if options.to is not None:
        return Target(options.to.resolve())
    found = records.remembered(ctx, app, named)
    if found is not None:
        return found
    if options.database is not None:
        place = options.database.resolve()
        return Target(place.with_name(f"{place.stem}-deployed"))
    raise UsageError(
        f"{app} ({named}) has not been deployed from here: it is not known where to",
        code="deploy/no-target",
        hint="name a folder for it: --to FOLDER",
    )


def _job(move: Move, options: Options, build: Build, named: str) -> _Job:
    here = move.here = records.agreed(move.ctx, move.target, build.spec.id, named)
    if options.database is not None and not options.database.is_file():
        raise NotFound(f"there is no database {options.database}", code="database/none")
    if here is not None and options.database is not None:
        message = f"{move.target.folder} has its own database; another is taken only by the first deployment"
        raise UsageError(message, code="deploy/database", hint="leave --database out")
    if here is not None:
        _refuse_stale(move.ctx, build, here)
    source = here.database if here is not None else options.database
    done = database.applied(source) if source is not None else ()
    pending = tuple(name for name in build.migrations if name not in done)
    return _Job(
        move=move,
        options=options,
        build=build,
        variant=named,
        source=source,
        pending=pending,
        final=irreversible(build.files, pending),
        mutations=_mutations(build, here),
    )


def _refuse_stale(ctx: Context, build: Build, here: Release) -> None:
    """What stands there must be what the new version came from, and its data must be on the new version's way."""
    code = Code(ctx.location.common_dir)
    commit = str(here.payload.get("revert") or here.payload["commit"])
    if code.commit_of(commit) is None:
        message = f"{here.words} stands there, a commit that this repository does not have"
        raise Conflict(message, code="deploy/stale", hint="git fetch, then look again")
    if not code.is_ancestor(commit, build.commit):
        raise Conflict(
            f"{here.words} stands there, and {build.spec.id} {build.spec.version} ({build.commit[:12]}) does not come "
            "from it: its diff was made against another version",
            code="deploy/stale",
            hint=f"bring it together with what stands there (git merge {commit[:12]}), run and review it, then deploy",
            details={"deployed": commit, "commit": build.commit},
        )
    strange = [name for name in database.applied(here.database) if name not in build.migrations]
    if strange:
        message = f"the database there has migrations that {build.spec.version} does not know: {', '.join(strange)}"
        raise Conflict(message, code="deploy/stale", hint="merge the version that made them")


def _mutations(build: Build, here: Release | None) -> tuple[Mutation, ...]:
    """What changed in meaning since what stands there. Raises :class:`Forbidden` where that may not be."""
    old = standing_spec(here) if here is not None else None
    if old is None or here is None:
        return ()
    found = compare(old, build.spec).mutations
    bad = [one for one in found if one.risk == "forbidden"]
    if bad:
        listed = "".join(f"\n  {one.path}: {one.id}" for one in bad[:10])
        raise Forbidden(
            f"{here.words} stands there, and its identity forbids what {build.spec.version} makes of it:{listed}",
            code="deploy/forbidden",
            hint="what must not hold any more is an application of another id, with a target of its own",
        )
    return found


def standing_spec(here: Release) -> Any:
    """The spec of a release, from its own files; None where it does not load any more."""
    names = [str(name) for name in here.facts["spec"]]
    return spec_of({name: (here.folder / name).read_bytes() for name in names}, names)


def irreversible(files: Mapping[str, bytes], names: Sequence[str]) -> tuple[str, ...]:
    """The migrations among ``names`` that cannot be taken back, each with what it deletes, as its SQL says."""
    found = ((name, _FINAL.search(files.get(f"migrations/{name}/up.sql", b"").decode())) for name in names)
    return tuple(f"{name} ({match[1].strip()})" for name, match in found if match)


def _preview(job: _Job) -> Result:
    here = job.move.here
    if here is not None and here.facts["digest"] == job.build.digest:
        return job.result("unchanged", release=here.name, record=here.record)
    return job.result("would deploy", migrations=job.pending, irreversible=job.final)


def _deploy(job: _Job) -> Result:
    move = job.move
    if move.here is not None and move.here.facts["digest"] == job.build.digest:
        return job.result("unchanged", release=move.here.name, record=move.here.record)
    _confirm(job)
    move.target.prepare(job.build.spec.id, job.variant)
    try:
        return _brought(job)
    except (FactoryError, OSError) as error:
        said = error
        failed(move, lambda: _record(job, "", None, said))
        raise
    finally:
        clear(move.target)


def _confirm(job: _Job) -> None:
    if not job.final or job.source is None:
        return  # a new database has nothing that could be lost
    text = f"{job.build.spec.id}-{job.build.spec.version}"
    why = f"what these migrations remove cannot be brought back: {', '.join(job.final)}"
    typed = job.options.confirm or job.options.ask(text, why)
    if typed != text:
        said = f"{typed!r} is not {text!r}" if typed else "nobody confirmed it"
        raise UsageError(f"{why}; {said}", code="deploy/confirm", hint=f"git factory deploy --confirm {text}")


def _brought(job: _Job) -> Result:
    build, move = job.build, job.move
    name = release_name(move.target.number(), build.spec.version, build.spec_digest)
    move.step("staging")
    staged = move.target.stage(name, build.files)
    app = Application(root=staged, package=build.spec.package, label=f"{build.spec.id} {build.spec.version}")
    move.step("rehearsal")
    scratch = move.target.folder / ".rehearsal"
    shown = steps.rehearse(app, build.spec, job.source, scratch, irreversible=bool(job.final))
    move.notes += shown.notes
    if job.final:
        move.notes.append(f"no rehearsal of the way back: {', '.join(job.final)} cannot be taken back")
    plan = Plan(
        staged=staged,
        app=app,
        source=job.source,
        take=lambda db: _up(app, db),
        record=lambda release: _record(job, release, shown),
        facts=_facts(build),
    )
    release = carry_out(move, plan)
    return job.result(
        records.DEPLOYED,
        release=release.name,
        record=release.record,
        migrations=job.pending,
        irreversible=job.final,
        rehearsed=shown.down,
        proven=shown.proven,
        backup=str(release.payload["backup"]),
    )


def _up(app: Application, db: Path) -> None:
    steps.take_up(app, db)


def _facts(build: Build) -> dict[str, Any]:
    prefix = len(build.spec.root) + 1 if build.spec.root else 0
    return {
        "package": build.spec.package,
        "spec": sorted(path[prefix:] for path in build.side.files),
        "root": build.spec.root,
        "digest": build.digest,
        "files": sorted(build.files),
    }


def _record(job: _Job, release: str, shown: steps.Rehearsal | None, error: Exception | None = None) -> Record:
    build, move = job.build, job.move
    here, folder = move.here, records.told(move.ctx, move.target.folder)
    before = str(here.payload["version"]) if here is not None else ""
    way = f"{before} → {build.spec.version}" if before else build.spec.version
    title = f"deployment of {build.spec.id} {way}" + (f" failed at {move.at}" if error else "")
    payload: dict[str, Any] = {
        "app": build.spec.id,
        "title": title if job.variant == MAIN else f"{title} ({job.variant})",
        "variant": job.variant,
        "version": build.spec.version,
        "previous_version": before,
        "spec_digest": build.spec_digest,
        "commit": build.commit,
        "target": folder,
        "release": release,
        "database": f"{folder}/data/{DATABASE}",
        "migrations": list(job.pending),
        "rehearsed": shown.down if shown is not None else False,
        "proven": shown.proven if shown is not None else 0,
        "state": records.FAILED if error else records.DEPLOYED,
        "mutations": [{"id": m.id, "path": m.path, "risk": m.risk} for m in job.mutations],
        "backup": f"releases/{here.name}/{DATABASE}" if here is not None else "",
        "notes": list(move.notes),
    }
    if error is not None:
        payload |= {"reason": str(error), "failed_at": move.at}
    return records.make_record(payload, parents(here.record if here is not None else "", build.parent))
