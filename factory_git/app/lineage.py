"""``lineage``: the stages, variants and versions of an application, with what changed at each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from factory_git.app.metrics import latest
from factory_git.core.errors import FactoryError, NotFound, UsageError
from factory_git.core.ids import Oid
from factory_git.gitio.commits import Code
from factory_git.growth.compare import compare
from factory_git.growth.lineage import HEADS, Deployment, Lineage, Version, follow
from factory_git.growth.metrics import Metrics
from factory_git.growth.metrics import Version as Counted
from factory_git.growth.mutation import Mutation
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

if TYPE_CHECKING:
    from factory_git.app.context import Context
    from factory_git.ledger.record import Entry

DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``app`` empty means the only one there is; ``limit`` the newest versions whose changes are told."""

    app: str = ""
    limit: int = 20


def run(ctx: Context, options: Options) -> Lineage:
    """The lineage of one application, from the ledger. Raises :class:`NotFound` where nothing of it was promoted."""
    promoted = [entry for entry in ctx.ledger.valid("promotion") if entry.record.payload["outcome"] == "promoted"]
    app = _app(options.app, promoted)
    code = Code(ctx.location.common_dir)
    specs = _Specs(ctx)
    mine = [entry for entry in promoted if entry.record.payload["spec"] == app]
    versions = follow((specs.version(entry) for entry in mine), _contains(code))
    changed = _changes(versions[-options.limit :] if options.limit else versions, versions, specs)
    latest = specs.of(versions[-1])
    lineage = Lineage(
        app=app,
        title=latest.title if latest else app,
        versions=(*(_uncompared(one) for one in versions[: len(versions) - len(changed)]), *changed),
        variants=_variants(latest),
    )
    return _deployed(ctx, lineage)


def _app(wanted: str, promoted: Sequence[Entry]) -> str:
    known = list(dict.fromkeys(entry.record.payload["spec"] for entry in promoted))
    if not known:
        hint = "a version enters the lineage when a run promotes it: git factory run"
        raise NotFound("nothing was promoted here yet", code="lineage/none", hint=hint)
    if wanted and wanted not in known:
        hint = f"there are: {', '.join(known)}"
        raise NotFound(f"no version of {wanted!r} was promoted", code="lineage/none", hint=hint)
    if not wanted and len(known) > 1:
        raise UsageError(f"there are {len(known)} applications: {', '.join(known)}", hint="name one of them")
    return wanted or known[0]


class _Specs:
    """The specs of promoted versions, read from the blobs that their runs name; each once."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._sources: dict[str, Mapping[str, str]] = {}
        self._read: dict[str, Spec | None] = {}

    def version(self, entry: Entry) -> Version:
        """A promotion as a version of the lineage, before it is known what it came from."""
        payload = entry.record.payload
        run = self._ctx.ledger.get(payload["run"]).payload
        self._sources[run["spec_digest"]] = run["sources"]
        spec = self._spec(run["spec_digest"])
        return Version(
            record=entry.record.id,
            branch=payload["branch"].removeprefix(HEADS),
            commit=payload["commit"],
            onto=payload["from"],
            digest=run["spec_digest"],
            number=spec.version if spec else "",
            stage=spec.stage if spec else "",
            when=entry.when,
            actor=entry.actor,
        )

    def of(self, version: Version) -> Spec | None:
        """The spec of a version; None where it cannot be read any more."""
        return self._spec(version.digest)

    def _spec(self, digest: str) -> Spec | None:
        if digest not in self._read:
            self._read[digest] = self._load(self._sources.get(digest, {}))
        return self._read[digest]

    def _load(self, sources: Mapping[str, str]) -> Spec | None:
        try:
            files = [Source(path=path, content=self._ctx.repo.blob(Oid(oid))) for path, oid in sources.items()]
            spec = load(files)
        except FactoryError:  # the blob is gone, or of a form that this version no longer reads
            return None
        return None if any(problem.severity == "error" for problem in check(spec)) else spec


def _contains(code: Code) -> Callable[[str, str], bool]:
    """Whether one commit is in the history of another; one that this clone does not have is in none."""

    def contains(old: str, new: str) -> bool:
        return all(code.commit_of(one) for one in (old, new)) and code.is_ancestor(old, new)

    return contains


def _changes(versions: Sequence[Version], every: Sequence[Version], specs: _Specs) -> tuple[Version, ...]:
    known = {version.record: version for version in every}
    return tuple(_changed(version, known.get(version.before), specs) for version in versions)


def _uncompared(version: Version) -> Version:
    return replace(version, why="older than -n versions: not compared")


def _changed(version: Version, before: Version | None, specs: _Specs) -> Version:
    if before is None:
        return replace(version, why="the first of its line")
    old, new = specs.of(before), specs.of(version)
    if old is None or new is None:
        return replace(version, why="the spec of one of the two cannot be read here")
    return replace(version, diff=compare(old, new))


def _variants(spec: Spec | None) -> tuple[tuple[str, str], ...]:
    named = spec.raw.get("app", {}) if spec else {}
    found = named.get("variants", ()) if isinstance(named, Mapping) else ()
    return tuple((str(one["id"]), str(one["name"])) for one in found)


def _deployed(ctx: Context, lineage: Lineage) -> Lineage:
    """The lineage with where its versions were brought."""
    found: dict[str, list[Deployment]] = {}
    for entry in ctx.ledger.valid(DEPLOYMENT):
        payload = entry.record.payload
        if payload.get("app") == lineage.app:
            found.setdefault(payload["spec_digest"], []).append(_deployment(entry))
    counted = latest(ctx, lineage.app)
    versions = (
        replace(one, deployments=tuple(found.get(one.digest, ())), counted=_counted(one, counted))
        for one in lineage.versions
    )
    return replace(lineage, versions=tuple(versions))


def _counted(version: Version, counted: Mapping[str, Metrics]) -> tuple[tuple[str, Counted], ...]:
    """What a version counted of itself. Counts know its number only: versions of one number share them."""
    pairs = ((variant, one) for variant, metrics in counted.items() for one in metrics.versions)
    return tuple((variant, one) for variant, one in pairs if one.version == version.number)


def _deployment(entry: Entry) -> Deployment:
    payload = entry.record.payload
    return Deployment(
        record=entry.record.id,
        variant=payload.get("variant", "main"),
        state=payload["state"],
        target=payload["target"],
        when=entry.when,
    )


def as_json(lineage: Lineage) -> dict[str, Any]:
    """The lineage as a JSON object: app, title, variants, versions (oldest first)."""
    return {
        "app": lineage.app,
        "title": lineage.title,
        "variants": [{"id": id_, "name": name} for id_, name in lineage.variants],
        "versions": [_version(one) for one in lineage.versions],
    }


def _version(one: Version) -> dict[str, Any]:
    out: dict[str, Any] = {
        "record": one.record,
        "branch": one.branch,
        "commit": one.commit,
        "spec_digest": one.digest,
        "version": one.number,
        "stage": one.stage,
        "when": one.when.isoformat(),
        "actor": one.actor,
        "before": one.before or None,
        "counted": [{"variant": variant, **counts.as_json()} for variant, counts in one.counted],
        "deployments": [{"record": d.record, "variant": d.variant, "state": d.state} for d in one.deployments],
    }
    if one.diff is None:
        return out | {"changes": None, "why": one.why}
    return out | {"risk": one.risk, "changes": [_mutation(change) for change in one.diff.mutations]}


def _mutation(one: Mutation) -> dict[str, Any]:
    return {"id": one.id, "path": one.path, "risk": one.risk, "fingerprint": one.fingerprint}
