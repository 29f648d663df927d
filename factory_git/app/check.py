"""``check``: is the code what its spec compiles to, and is that the change's doing?

Each spec is judged by :mod:`factory_git.app.judge`; here is which tree is looked at, what of the findings is reported,
and what the commit hook may remember.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from factory_git.app.judge import MIGRATIONS, join, judge
from factory_git.drift import memory
from factory_git.drift.finding import Finding, order
from factory_git.drift.judged import Judged, below, brought, spec_first
from factory_git.gitio import trees
from factory_git.gitio.locate import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at: the index (default), the working tree, or a commit; ``paths`` narrow what is reported.

    Of the index only what the change touches is reported, unless ``everything`` is set or nothing is staged.
    ``spec_first`` lets a change of the spec go ahead of its code, with a warning.
    """

    paths: tuple[str, ...] = ()  # from the top of the repository; a folder stands for all below it
    everything: bool = False
    spec_first: bool = False
    worktree: bool = False
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The findings to act on, sorted, and what else was seen."""

    findings: tuple[Finding, ...]
    older: int  # findings that the change did not touch
    specs: tuple[str, ...]  # root of each spec
    files: int  # compiled files compared


def run(location: Location, options: Options) -> Result:
    """Check the tree that ``options`` name. Changes nothing in the repository but its local, disposable memory."""
    tree = _tree(location, options)
    judged = judge(tree)
    findings = [one for each in judged for one in each.findings]
    staged = not options.worktree and options.revision is None
    if staged:
        remember(location, tree, judged)
    shown, older = findings, 0
    if staged and not options.everything and (changed := _changed(location, tree)):
        shown = brought(findings, judged, changed)
        older = len(findings) - len(shown)
        if options.spec_first:
            shown = spec_first(shown, judged, changed)
    if options.paths:
        shown = [one for one in shown if any(below(one.place.file, path) for path in options.paths)]
    return Result(
        findings=tuple(sorted(shown, key=order)),
        older=older,
        specs=tuple(each.root for each in judged if each.sources),
        files=sum(len(each.expected or ()) for each in judged),
    )


def remember(location: Location, tree: trees.Tree, judged: Sequence[Judged]) -> None:
    """Keep what the staged specs compile to, for the hook; a spec that does not compile is not remembered."""
    expected: dict[str, str] = {}
    also: list[str] = []
    asked: list[str] = []
    for each in judged:
        if each.expected is None:
            return
        for path, want in each.expected.items():
            known = memory.ANY
            if want.content is not None:
                known = f"{trees.FILE} {trees.blob_id(want.content, location.object_format)} 0"
            expected[path] = known
        expected |= dict.fromkeys(each.left, memory.ABSENT)
        also += [join(each.root, MIGRATIONS), *each.sources]
        asked += memory.folders(each.root, [*each.expected, *each.left])
    state = memory.State(memory.stamp(), also, asked, {}, expected)
    found = trees.listing(location, state.pathspecs())
    if any(not _same(tree, path, what) for path, what in found.items()):
        return  # the index moved on while we looked
    state.inputs = state.inputs_in(found)
    where = memory.path_in(str(location.common_dir))
    memory.write(where, [state, *memory.read(where)])


def _tree(location: Location, options: Options) -> trees.Tree:
    if options.revision is not None:
        return trees.commit(location, options.revision)
    return trees.worktree(location) if options.worktree else trees.index(location)


def _changed(location: Location, tree: trees.Tree) -> set[str]:
    """The paths that the index changes of ``HEAD``: all of them before the first commit."""
    staged = trees.staged(location)
    return set(tree.entries if staged is None else staged)


def _same(tree: trees.Tree, path: str, what: str) -> bool:
    entry = tree.entries.get(path)
    return entry is not None and entry.merged and what == f"{entry.mode} {entry.oid} 0"


def as_json(result: Result) -> str:
    """The whole result as a JSON object (``--json``)."""
    value = {
        "ok": not result.findings,
        "findings": [one.as_json() for one in result.findings],
        "older": result.older,
        "specs": list(result.specs),
        "files": result.files,
    }
    return json.dumps(value, ensure_ascii=False, indent=2)
