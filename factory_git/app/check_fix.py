"""``check --fix``: mend by machine what can be mended, in the working tree.

What was judged is mended: a file that lies otherwise on disk is left alone and named. Edits of rules come as fixes on
their findings; a compiled file is written as its spec compiles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from factory_git.app import check
from factory_git.core.errors import UsageError
from factory_git.drift import fix as fixing
from factory_git.drift.finding import Finding
from factory_git.drift.hit import Fix
from factory_git.drift.judged import Judged
from factory_git.gitio import disk, trees
from factory_git.gitio.locate import Location

COMPILED = ("GF501", "GF502", "GF503")
LEFT = "GF402"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A file of the working tree: its content as judged and as it shall be (None: no file)."""

    path: str
    old: bytes | None
    new: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write, how many findings it is for, and what is left alone: each with the reason in words."""

    rewrites: tuple[Rewrite, ...]
    mended: int
    skipped: tuple[str, ...] = ()

    def diff(self) -> str:
        """The plan as a unified diff."""
        return "".join(fixing.unified(one.path, one.old, one.new) for one in self.rewrites)


def plan(location: Location, result: check.Result, *, unsafe: bool = False) -> Plan:
    """What can be mended of the findings of ``result``; with ``unsafe`` also what needs a second look."""
    offered = list(_offers(result, unsafe=unsafe))
    wanted = [path for _, one in offered for path in _files(one)]
    dirty = _dirty(location, result.tree, wanted)
    skipped = [f"{path}: {why}" for path, why in sorted(dirty.items())]
    usable = [(finding, one) for finding, one in offered if dirty.keys().isdisjoint(_files(one))]
    fixes = [one for _, one in usable if isinstance(one, Fix)]
    edits = fixing.apply(fixes, lambda path: _read(result.tree, path) or b"")
    why = "left out, it changes what another fix changes"
    skipped += [f"{_files(one)[0]}: {why}: {one.title}" for one in edits.overlapping]
    rewrites = {
        path: Rewrite(path=path, old=_read(result.tree, path), new=new) for path, new in sorted(edits.contents.items())
    }
    rewrites |= {one.path: one for _, one in usable if isinstance(one, Rewrite)}
    mended = sum(one not in edits.overlapping for _, one in usable)
    return Plan(
        rewrites=tuple(one for one in rewrites.values() if one.old != one.new),
        mended=mended,
        skipped=tuple(skipped),
    )


def apply(location: Location, planned: Plan) -> None:
    """Write what is planned, each file in one piece."""
    for one in planned.rewrites:
        if one.new is None:
            disk.remove(location, one.path)
        else:
            disk.write(location, one.path, one.new)


def again(location: Location, options: check.Options, result: check.Result) -> check.Result:
    """Judge the working tree after a fix, compared with what it was compared with before."""
    return check.run(location, replace(options, worktree=True, base=options.base or result.base))


def refuse_unless_on_disk(options: check.Options) -> None:
    """Raises :class:`UsageError` where what is judged is not what lies on disk."""
    if options.revision is not None:
        message = "a commit cannot be mended: --fix and --diff work on the working tree"
        raise UsageError(message, code="usage/fix", hint="check it out, then leave out --rev")


def _offers(result: check.Result, *, unsafe: bool) -> Iterable[tuple[Finding, Fix | Rewrite]]:
    by_root = {each.root: each for each in result.judged}
    for finding in result.findings:
        if finding.bound:
            chosen = next((one for one in finding.fixes if one.safe or unsafe), None)
            if chosen is not None:
                yield finding, chosen
        else:
            rewrite = _compiled(result.tree, by_root.get(finding.root), finding, unsafe=unsafe)
            if rewrite is not None:
                yield finding, rewrite


def _compiled(tree: trees.Tree, judged: Judged | None, finding: Finding, *, unsafe: bool) -> Rewrite | None:
    """What mends a finding of the comparison with a recompile; None where that is for a run or a person."""
    path = finding.place.file
    entry = tree.entries.get(path)
    if judged is None or judged.expected is None or (entry and (not entry.merged or not entry.mode.startswith("100"))):
        return None
    if finding.code == LEFT and unsafe and path in judged.left:
        return Rewrite(path=path, old=tree.read(path), new=None)
    want = judged.expected.get(path)
    started = any(one in tree.entries for one in judged.expected)  # a spec that was never compiled is for a run
    if finding.code in COMPILED and want is not None and want.content is not None and started:
        return Rewrite(path=path, old=tree.read(path) if entry else None, new=want.content)
    return None


def _files(one: Fix | Rewrite) -> list[str]:
    return [one.path] if isinstance(one, Rewrite) else [edit.file for edit in one.edits]


def _dirty(location: Location, tree: trees.Tree, paths: Sequence[str]) -> dict[str, str]:
    """Path → why it is left alone, of those that lie otherwise on disk than in the judged tree."""
    out = {}
    for path, oid in disk.ids(location, paths).items():
        entry = tree.entries.get(path)
        if entry is None and disk.occupied(location, path):
            out[path] = "left alone, it is on disk and was not judged; git add it, or look with --worktree"
        elif entry is not None and oid != entry.oid:
            out[path] = "left alone, it differs on disk from what was judged; git add it, or look with --worktree"
    return out


def _read(tree: trees.Tree, path: str) -> bytes | None:
    return tree.read(path) if path in tree.entries else None
