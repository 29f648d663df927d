"""The bound code of a change, judged against the trees that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from factory_git.app.check_sides import TreeMoves, TreeSide
from factory_git.app.check_target import Target
from factory_git.app.judge import REGULAR, judge
from factory_git.app.judge_bound import Codes
from factory_git.codemap.languages.registry import language_of
from factory_git.core.errors import FactoryError
from factory_git.drift import bound, change, change_binding, change_spec
from factory_git.drift.hit import Hit
from factory_git.drift.judged import Judged
from factory_git.gitio import trees
from factory_git.gitio.locate import Location
from factory_git.gitio.renames import Changed

UNLOADED = ("GF500", "GF504")  # of a tree that says nothing about its code


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The findings in one spec's bound code that a change brings, how many others there are, and what to tell."""

    hits: tuple[Hit, ...]
    older: int = 0
    notes: tuple[str, ...] = ()


class Base:
    """One tree that a change comes from; it is read and judged when that is needed, once."""

    def __init__(self, location: Location, commit: str, changed: Changed) -> None:
        self.location = location
        self.commit = commit
        self.changed = changed

    @cached_property
    def tree(self) -> trees.Tree:
        return trees.commit(self.location, self.commit)

    @cached_property
    def judged(self) -> list[Judged]:
        return judge(self.tree)

    def spec_of(self, new: Judged) -> Judged | None:
        """The same spec here: in the same folder, else with the same id; None when the change brings it."""
        for one in self.judged:
            if one.root == new.root and (one.sources or one.world):
                return one
        if new.world is None:
            return None
        return next((one for one in self.judged if one.world and one.world.contract.id == new.world.contract.id), None)

    def by_the_new(self, new: Judged, old: Judged) -> Judged:
        """The code of this tree judged by the new spec, where its own does not load."""
        assert new.world is not None
        done = bound.judge(new.world.contract, Codes(self.tree, ()).code)
        return Judged(
            root=old.root, sources=(), expected={}, findings=(), inputs=old.inputs,
            hits=done.hits, world=done.world, ignores=done.ignores,
        )  # fmt: skip


def brought(
    each: Judged, target: Target, bases: Sequence[Base], *, own: Callable[[], bool], spec_first: bool
) -> Brought:
    """Judge one spec of ``target``: all that is found where it has no base, else what the change brings."""
    if each.world is None:
        return Brought(hits=())
    side = TreeSide(target.tree, each)
    if target.paths is None:
        return Brought(hits=tuple(change.alone(side)))
    if not target.first and _untouched(side, target) and not _retied(target, bases):
        alone = change.alone(side)
        if not alone:
            return Brought(hits=())
    pairs, notes = _pairs(side, bases)
    fresh = all(base.spec_of(each) is None for base in bases)
    counts = fresh or (bool(side.marks or side.entries) and own())
    if fresh and side.entries:
        notes.append(f"{side.path} is counted: it comes with its spec")
    hits, older = change.brought(side, pairs, own=counts)
    if pairs:
        hits = _tied(side, hits, pairs, own=own)
    return Brought(hits=tuple(_with_spec(side, hits, pairs, target, ahead=spec_first)), older=older, notes=tuple(notes))


def _untouched(side: TreeSide, target: Target) -> bool:
    """Whether the change touches neither the spec, nor the baseline, nor a file with a suppression."""
    paths = target.paths or frozenset()
    theirs = {*side.judged.sources, *side.judged.inputs, side.path, *(one.file for one in side.marks)}
    return paths.isdisjoint(theirs)


def _retied(target: Target, bases: Sequence[Base]) -> bool:
    """Whether the change adds or takes away a tag in a file of code."""
    base = bases[0]
    for path in base.changed.paths:
        before = base.changed.renamed.get(path, path)
        now = _tags(target.tree, path) if language_of(path) else []
        if language_of(before) and now != _tags(base.tree, before):
            return True
    return False


def _tags(tree: trees.Tree, path: str) -> list[bytes]:
    entry = tree.entries.get(path)
    if entry is None or entry.mode not in REGULAR:
        return []
    try:
        return [line.strip() for line in tree.read(path).splitlines() if b"gf:" in line or b"Gf(" in line]
    except (FactoryError, OSError):
        return [b""]  # what is gone is told elsewhere; here it differs


def _tied(
    side: TreeSide, hits: list[Hit], pairs: Sequence[tuple[TreeSide, TreeMoves]], *, own: Callable[[], bool]
) -> list[Hit]:
    """Findings with what the change does to the bindings themselves."""
    base, moves = pairs[0]
    assert side.world is not None
    assert base.world is not None
    firm = change_binding.by_the_base(side.world, base.world, side.hits)
    if firm and not own():
        for other, way in pairs:
            firm = change.subtract(firm, [hit for hit in other.hits if change_binding.weight(hit) > 1], way)
        keys = {hit.key for hit in firm}
        hits = [*(hit for hit in hits if hit.key not in keys), *firm]
    return hits + change_binding.left(side.world, base.world, side.hits, moves.place)


def _pairs(side: TreeSide, bases: Sequence[Base]) -> tuple[list[tuple[TreeSide, TreeMoves]], list[str]]:
    pairs, notes = [], []
    assert side.world is not None
    for base in bases:
        old = base.spec_of(side.judged)
        if old is None:
            continue
        if old.world is None and any(one.code in UNLOADED for one in old.findings):
            where = f" in {old.root}" if old.root else ""
            head = f"the spec{where} of {base.commit[:12]} cannot be judged by"
            try:
                old = base.by_the_new(side.judged, old)
                notes.append(f"{head}: its code is judged by this spec")
            except (FactoryError, OSError) as error:
                notes.append(f"{head}, nor its code: all that is found counts as brought ({error})")
        if old.world is None:
            continue  # nothing was bound there: the change brings all of it
        moves = TreeMoves(side.world, old.world, base.changed.renamed, base.changed.paths)
        pairs.append((TreeSide(base.tree, old), moves))
    return pairs, notes


def _with_spec(
    side: TreeSide,
    hits: list[Hit],
    pairs: Sequence[tuple[TreeSide, TreeMoves]],
    target: Target,
    *,
    ahead: bool,
) -> list[Hit]:
    """Findings with those about code that is behind its spec; in one warning where the spec goes ahead on purpose."""
    paths, sources = target.paths or frozenset(), side.judged.sources
    assert side.world is not None
    touched = sorted(paths & set(sources))
    if not touched:
        return hits
    old = pairs[0][0].world if pairs else None
    nodes = change_spec.changed_nodes(old.contract if old else None, side.world.contract)
    if old is not None:
        untold = change_spec.untold(nodes, hits)
        hits = [
            *hits,
            *change_spec.behind(side.world, old, untold, paths),
            *change_spec.freed(side.world, old),
        ]
    if not ahead:
        return hits
    asked = [hit for hit in hits if hit.code == change_spec.BEHIND or change_spec.wanted(hit, nodes, paths, sources)]
    rest = [hit for hit in hits if hit not in asked]
    return [*rest, change_spec.ahead(asked, touched[0])] if asked else rest
