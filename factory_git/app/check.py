"""``check``: is the code what its spec says, and is that the change's doing?

Each spec is judged by :mod:`factory_git.app.judge`; which tree is looked at is in :mod:`factory_git.app.check_target`,
what a change brings to bound code in :mod:`factory_git.app.check_bases`; here is what of it all is reported, and what
the commit hook may remember.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from factory_git.app import check_bases, settings
from factory_git.app.check_bases import Base
from factory_git.app.check_target import Question, Target, target
from factory_git.app.judge import judge
from factory_git.app.remember import remember
from factory_git.core.errors import Place, UsageError
from factory_git.core.escape import dump
from factory_git.drift.finding import Finding, order
from factory_git.drift.judged import Judged, below, brought, spec_first
from factory_git.drift.skipped import ATTRIBUTES
from factory_git.gitio import renames, trees
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at: the index (default), the working tree, or a commit; ``paths`` narrow what is reported.

    Of the index only what the change brings is reported, unless ``everything`` is set or nothing is staged. ``base``
    names the revision that the change is for: what is compared with is the commit that both have in common.
    ``spec_first`` lets a change of the spec go ahead of its code, with a warning. ``own`` lets the change's own
    suppressions and baseline count; None: as ``factory.ownSuppressions`` says.
    """

    paths: tuple[str, ...] = ()  # from the top of the repository; a folder stands for all below it
    everything: bool = False
    spec_first: bool = False
    worktree: bool = False
    revision: str | None = None
    base: str | None = None
    own: bool | None = None
    typed: Mapping[str, bytes] = field(default_factory=dict)  # of the working tree: what an editor holds unsaved


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The findings to act on, sorted, and what else was seen.

    ``told`` says what was compared with what, ``notes`` what a person should know besides.
    """

    findings: tuple[Finding, ...]
    older: int  # findings that the change did not bring
    specs: tuple[str, ...]  # root of each spec
    files: int  # compiled files compared
    told: str = ""
    notes: tuple[str, ...] = ()
    base: str | None = None  # the commit that was compared with
    tree: trees.Tree = field(repr=False, compare=False)
    judged: tuple[Judged, ...] = field(default=(), repr=False, compare=False)

    @property
    def failed(self) -> bool:
        """Whether the verdict is negative: warnings do not count."""
        return any(one.severity == "error" for one in self.findings)


def run(location: Location, options: Options) -> Result:
    """Check the tree that ``options`` name. Changes nothing in the repository but its local, disposable memory."""
    asked = Question(
        worktree=options.worktree,
        revision=options.revision,
        base=options.base,
        everything=options.everything,
        typed=options.typed,
    )
    looked = target(location, asked)
    bases = [Base(location, commit, changed) for commit, changed in looked.bases]

    @cache
    def own() -> bool:  # settings are read where something hangs on them, and once
        if options.own is not None:
            return options.own
        return settings.load(location, Config(location)).flag("ownSuppressions")

    touched = _touched(location, looked)
    exempts = any(path.endswith(ATTRIBUTES) for path in touched)
    judged = judge(looked.tree, bases[0].tree if exempts and bases and not own() else None)
    if looked.staged and not exempts and not _said(judged, touched):
        remember(location, looked.tree, judged)
    shown, older = _compiled(judged, looked, ahead=options.spec_first)
    notes: list[str] = []
    for each in judged:
        done = check_bases.brought(each, looked, bases, own=own, spec_first=options.spec_first)
        shown += each.told(done.hits)
        older += done.older
        notes += done.notes
    shown += _dropped(looked, bases, judged, own=own)
    if options.paths:
        _refuse_unknown(options.paths, looked, judged)
        shown = [one for one in shown if any(below(one.place.file, path) for path in options.paths)]
    return Result(
        findings=tuple(sorted(shown, key=order)),
        older=older,
        specs=tuple(each.root for each in judged if each.sources),
        files=sum(len(each.expected or ()) for each in judged),
        told=looked.told,
        notes=tuple(notes),
        base=looked.bases[0][0] if looked.bases else None,
        tree=looked.tree,
        judged=tuple(judged),
    )


def _touched(location: Location, looked: Target) -> Collection[str]:
    """The paths that a commit of what is looked at would change, also where all of it is looked at."""
    if looked.bases or not looked.staged or looked.first:
        return looked.paths or ()
    head = renames.head(location)
    return renames.of_index(location, head).paths if head else ()


def _said(judged: Sequence[Judged], touched: Collection[str]) -> bool:
    """Whether a file that the change touches says of calls that they are there: who is asked next compares again."""
    targets = (target for each in judged if each.world for target in each.world.bound.values())
    return any(target.calls and target.file in touched for target in targets)


def _compiled(judged: Sequence[Judged], looked: Target, *, ahead: bool) -> tuple[list[Finding], int]:
    """What the comparison with a recompile found, as far as the change can have brought it; how many others."""
    findings = [one for each in judged for one in each.findings]
    if looked.paths is None:
        return findings, 0
    shown = brought(findings, judged, looked.paths)
    older = len(findings) - len(shown)
    return (spec_first(shown, judged, looked.paths) if ahead else shown), older


def _dropped(
    looked: Target, bases: Sequence[Base], judged: Sequence[Judged], *, own: Callable[[], bool]
) -> list[Finding]:
    """A finding for each spec that the change takes away from code that was bound to it; a warning where the code goes
    with it, or who reviewed the change says so."""
    gone = {path for path in looked.paths or () if path.endswith(".yaml") and path not in looked.tree.entries}
    if not bases or not gone:
        return []
    ids = {each.world.contract.id for each in judged if each.world}
    roots = {each.root for each in judged}  # a lock that lost its spec is told already
    return [
        Finding(
            code="GF402",
            severity="error" if _stands(looked, old) and not own() else "warning",
            message="the spec is removed by this change: nothing checks the code that was bound to it any more",
            place=Place(file=old.sources[0]),
            hint="remove its code with it, or bring the spec back; who reviewed that lets it pass with --own",
            root=old.root,
        )
        for old in bases[0].judged
        if old.world and old.world.bound and gone & set(old.sources)
        if old.root not in roots and old.world.contract.id not in ids
    ]


def _stands(looked: Target, old: Judged) -> bool:
    """Whether code that was bound to a spec is still there, where it was or renamed."""
    files = {target.file for target in old.world.bound.values()} if old.world else set()
    renamed = set(looked.bases[0][1].renamed.values()) if looked.bases else set()
    return any(path in looked.tree.entries or path in renamed for path in files)


def _refuse_unknown(paths: Sequence[str], looked: Target, judged: Sequence[Judged]) -> None:
    """A path that names nothing would find nothing: raises :class:`UsageError`."""
    known = {*looked.tree.entries, *(looked.paths or ()), *(path for each in judged for path in each.expected or ())}
    for path in paths:
        if not any(below(one, path) for one in known):
            where = "the index" if looked.staged else "what is looked at"
            hint = "git add it first, or look at the files on disk: --worktree" if looked.staged else "git ls-files"
            raise UsageError(f"there is no {path} in {where}", code="usage/path", hint=hint)


def as_json(result: Result) -> str:
    """The whole result as a JSON object (``--json``)."""
    value: dict[str, Any] = {
        "ok": not result.failed,
        "findings": [one.as_json() for one in result.findings],
        "older": result.older,
        "specs": list(result.specs),
        "files": result.files,
    }
    if result.told:
        value |= {"compared": result.told, "base": result.base}
    if result.notes:
        value["notes"] = list(result.notes)
    return dump(value)
