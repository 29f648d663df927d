"""What is to be deployed: the application as a commit has it, whole, sound and proven, or the reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from factory_git.app import check
from factory_git.app.context import Context
from factory_git.app.judge import join
from factory_git.app.revisions import HEAD, Side, sides
from factory_git.app.simulate_version import Version, version
from factory_git.compiler.lock import PATH as LOCK
from factory_git.core.errors import FactoryError, Negative, NotFound, UsageError
from factory_git.core.ids import RecordId, blob_oid, slug
from factory_git.gitio import trees
from factory_git.gitio.commits import Code, Entry
from factory_git.spec.graph import build
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

MAIN = "main"
SHOWN = 10  # findings and paths that a refusal lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An application at a commit. ``files`` are all it consists of, from the spec's root, its spec among them."""

    spec: Spec
    side: Side
    commit: str
    spec_digest: str
    files: Mapping[str, bytes]
    parent: str = ""  # the record that proves it

    @property
    def digest(self) -> str:
        """What tells it from every other: of the name and content of all its files."""
        listed = "".join(f"{path}\0{blob_oid(content)}\n" for path, content in sorted(self.files.items()))
        return hashlib.sha256(listed.encode()).hexdigest()

    @property
    def migrations(self) -> tuple[str, ...]:
        """The names of its migrations, in order."""
        return migrations(self.files)


def migrations(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The names of the migrations among files, in order."""
    return tuple(sorted({PurePosixPath(path).parts[1] for path in files if path.startswith("migrations/")}))


def choose(ctx: Context, wanted: Sequence[str], revision: str = HEAD) -> Side:
    """The one spec of a commit that is meant: by id, file or folder. Raises :class:`NotFound`, :class:`UsageError`."""
    found = sides(ctx.location, revision, also=wanted)
    mine = [one for one in found if not wanted or not {one.name, one.root, *one.files}.isdisjoint(wanted)]
    if len(mine) == 1:
        return mine[0]
    known = ", ".join(one.name for one in found) or "none"
    if not mine:
        raise NotFound(f"there is no such spec at {revision}", code="deploy/no-spec", hint=f"specs there: {known}")
    raise UsageError(f"there are {len(mine)} specs at {revision}: {known}", code="deploy/several", hint="name one")


def variant(spec: Spec, name: str) -> str:
    """The id of a variant that the spec names, or ``main``. Raises :class:`NotFound`."""
    known = {slug(str(item["name"])) for item in spec.raw.get("app", {}).get("variants", ())} | {
        str(item["id"]) for item in spec.raw.get("app", {}).get("variants", ())
    }
    if name == MAIN or slug(name) in known:
        return MAIN if name == MAIN else slug(name)
    there = ", ".join([MAIN, *sorted(known)])
    hint = f"there are: {there}; a new one is named in the spec: app: {{variants: [{name}]}}"
    raise NotFound(f"{spec.id} has no variant {name!r}", code="deploy/variant", hint=hint)


def promoted(ctx: Context, side: Side) -> Build:
    """The application at ``side``'s commit. Raises :class:`Negative` where it drifted or nothing proved this very code,

    :class:`SpecError` where the spec is not valid.
    """
    assert side.commit is not None
    tree = trees.commit(ctx.location, side.commit)
    made = version(side, tree)
    _refuse_drift(ctx, side)
    made_here = _whole(made, side, tree)
    record = _proof(ctx, side, made_here)
    if not record:
        raise Negative(
            f"nothing proves the code of {made.spec.id} at {side.commit[:12]}: no run has promoted it",
            code="deploy/unpromoted",
            hint="git factory run",
        )
    return Build(
        spec=made.spec,
        side=side,
        commit=side.commit,
        spec_digest=build(made.spec).digest,
        files=made_here,
        parent=record,
    )


def _whole(made: Version, side: Side, tree: trees.Tree) -> dict[str, bytes]:
    """All files that the commit has of the application, the spec's own among them."""
    root = made.spec.root
    inside = {path: path[len(root) :].lstrip("/") if root else path for path in side.files}
    return dict(made.files) | {name: tree.read(path) for path, name in inside.items()}


def _refuse_drift(ctx: Context, side: Side) -> None:
    result = check.run(ctx.location, check.Options(revision=side.commit, everything=True))
    wrong = [one for one in result.findings if one.severity == "error" and one.root == side.root]
    if wrong:
        listed = "".join(f"\n  {one.place}: {one.code} {one.message}" for one in wrong[:SHOWN])
        more = f"\n  … and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Negative(
            f"the code of {side.name} at {str(side.commit)[:12]} is not what its spec says:{listed}{more}",
            code="deploy/drift",
            hint="git factory check --rev HEAD; then git factory run",
            details={"findings": [one.as_json() for one in wrong]},
        )


def _proof(ctx: Context, side: Side, files: Mapping[str, bytes]) -> str:
    """The newest record that says that this very code was proven: a promotion, or a morph that was applied."""
    code = Code(ctx.location.common_dir)
    wanted = {path: blob_oid(content) for path, content in files.items() if path != LOCK}
    found = [e.record for e in ctx.ledger.valid(type="promotion") if e.record.payload["outcome"] == "promoted"]
    found = [record for record in found if record.payload["spec"] == side.name]
    applied = [e.record for e in ctx.ledger.valid(type="application") if e.record.payload["outcome"] == "applied"]
    found += [record for record in applied if record.payload["app"] == side.name]
    for record in reversed(found):
        commit = str(record.payload.get("commit") or "")
        if commit and code.commit_of(commit) is not None and _same(code.files(commit, side.root), side.root, wanted):
            return record.id
    return ""


def _same(there: Mapping[str, Entry], root: str, wanted: Mapping[str, str]) -> bool:
    return all(
        path in there and there[path].oid == oid for path, oid in ((join(root, p), o) for p, o in wanted.items())
    )


def spec_of(files: Mapping[str, bytes], names: Sequence[str]) -> Spec | None:
    """The spec among the files of a release; None where it does not load (a newer format of it)."""
    try:
        return load([Source(path=name, content=files[name]) for name in names])
    except (FactoryError, KeyError):
        return None


def parents(*records: str) -> list[RecordId]:
    """The ids that are there."""
    return [RecordId(one) for one in records if one]
