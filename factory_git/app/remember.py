"""What the commit hook may remember of a check: what the staged specs compile to, and where rules found nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from factory_git.app.check_sides import TreeSide
from factory_git.app.judge import MIGRATIONS, join
from factory_git.app.judge_quick import packed
from factory_git.codemap.languages.registry import CONFIGURATION, SUFFIXES, language_of
from factory_git.core.value import content
from factory_git.drift import baseline, known, memory
from factory_git.drift.contract import BOUND, pack
from factory_git.drift.judged import Judged
from factory_git.drift.skipped import ATTRIBUTES
from factory_git.drift.world import World
from factory_git.gitio import index_read, trees
from factory_git.gitio.ask import ask
from factory_git.gitio.locate import Location

UNREADABLE = "GF504"  # of drift.rules.table


def remember(location: Location, tree: trees.Tree, judged: Sequence[Judged]) -> None:
    """Keep what the staged specs compile to, and what the rules find in bound code, for the hook.

    A spec that does not compile is not remembered, nor one whose bound code could not be read.
    """
    expected: dict[str, str] = {}
    also: list[str] = []
    asked: list[str] = []
    for each in judged:
        if each.expected is None or any(one.code == UNREADABLE for one in each.findings):
            return
        for path, want in each.expected.items():
            what = memory.ANY
            if want.content is not None:
                what = f"{trees.FILE} {trees.blob_id(want.content, location.object_format)} 0"
            expected[path] = what
        expected |= dict.fromkeys(each.left, memory.ABSENT)
        also += [join(each.root, MIGRATIONS), *each.sources]
        asked += memory.folders(each.root, [*each.expected, *each.left])
    if any(each.world for each in judged):
        _remember_code(location, tree, judged)
    else:
        state = memory.State(memory.stamp(), also, asked, {}, expected)
        found = trees.listing(location, state.pathspecs())
        if any(not _same(tree, path, what) for path, what in found.items()):
            return  # the index moved on while we looked
        state.inputs = state.inputs_in(found)
        where = memory.path_in(str(location.common_dir))
        memory.write(where, [state, *memory.read(where)])


def _remember_code(location: Location, tree: trees.Tree, judged: Sequence[Judged]) -> None:
    """Keep the whole state, where compiled code is in place and nothing keeps the rules from judging the rest."""
    worlds = [each.world for each in judged if each.world]
    sides = [TreeSide(tree, each) for each in judged if each.world]
    base, site = worlds[0].code.tree.store.base()[1], _parsers()
    if any(each.findings for each in judged) or any(side.problem for side in sides) or not base or not site:
        return
    over = index_read.differing(ask(location, *index_read.DIFFERING, base, "--"))
    found = trees.listing(location, [memory.EVERYTHING])
    same = found.keys() == tree.entries.keys() and all(_same(tree, path, what) for path, what in found.items())
    if over is None or len(over) > known.MOST or not same:
        return  # the index moved on while we looked, or it is far from what the map keeps
    pathspecs, named = depends(tree.entries, worlds)
    packages = [one.contract.package for one in worlds if one.contract.package]
    stubs = [path for each in judged for path, want in (each.expected or {}).items() if want.content is None]
    state = known.Known(
        stamp=memory.stamp(),
        base=base,
        site=site,
        over={path: new for path, (_, new) in over.items()},
        specs=tuple(_spec(side) for side in sides),
        sources=tuple(sorted({path for each in judged for path in each.sources})),
        fixed=tuple(sorted({path for each in judged for path in _fixed(each)})),
        stubs=tuple(sorted(stubs)),
        packages=tuple(packages),
        named=(*named, *packages),
        everything=memory.EVERYTHING in pathspecs,
        pathspecs=_pathspecs(judged, pathspecs, packages),
        attributes={path: tree.read(path) for path in tree.entries if path.endswith(ATTRIBUTES)},
    )
    where = known.path_in(str(location.common_dir))
    known.write(where, [state, *known.read(where)])


def _spec(side: TreeSide) -> known.Spec:
    assert side.world is not None
    in_spec = [content(one) for one in side.spec_marks()]
    return known.Spec(
        contract=pack(side.world.contract),
        hits=tuple(packed(hit) for hit in side.hits),
        marks=tuple(content(one) for one in side.marks),
        spec_marks=tuple(in_spec),
        entries=tuple(content(one) for one in side.entries),
        baseline=side.path,
        gone=tuple(sorted({one.file for one in side.entries if not side.exists(one.file)})),
        tied=known.tied(side.world),
    )


def _fixed(each: Judged) -> set[str]:
    """What decides the comparison of one spec with a recompile: its inputs, its files, the folders they lie in."""
    start = len(each.root) + 1 if each.root else 0
    written = {path for path, want in (each.expected or {}).items() if want.content is not None}
    folders = {path[: path.index("/", start)] for path in written if "/" in path[start:]}
    return {*each.sources, *each.inputs, *written, *folders, *each.left, join(each.root, MIGRATIONS)}


def _pathspecs(judged: Sequence[Judged], wide: Sequence[str], packages: Sequence[str]) -> tuple[str, ...]:
    if memory.EVERYTHING in wide:
        return (memory.EVERYTHING,)
    places = sorted({*packages, *(path for each in judged for path in _fixed(each))})
    return (*memory.PATTERNS, *wide, *(f":(top,literal){path}" for path in memory.folders("", places)))


def _parsers() -> str:
    """The folder on the path that the parsers lie in; empty when they are found in another way."""
    return next((entry for entry in sys.path if entry and os.path.isdir(f"{entry}/tree_sitter")), "")  # noqa: PTH112


def depends(paths: Iterable[str], worlds: Sequence[World]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pathspecs of all files that what rules say can hang on, and those files and folders that no ending tells.

    Rules follow calls and names through every file of a language that the tree has; beside these they see the spec's
    folders, bound files, attributes, the baseline, and what says where imports lead. A panel may be a file of any kind.
    """
    named: set[str] = set()
    for world in worlds:
        contract = world.contract
        if "" in contract.folders or any(one.mode == BOUND for one in contract.panels):
            return (memory.EVERYTHING,), ()
        named |= {
            join(contract.root, baseline.PATH),
            *contract.folders,
            *(one.at.partition("::")[0] for one in contract.places),
        }
        named |= {word.partition("::")[0] for one in contract.scenarios for word in one.test.split() if "." in word}
    found = {language_of(path) for path in paths}
    endings = {ending for ending, language in SUFFIXES.items() if language in found}
    endings |= {name for name, language in CONFIGURATION.items() if language in found}
    kinds = [f":(top,icase)*{ending}" for ending in sorted(endings)]
    literal = [f":(top,literal){path}" for path in sorted(named)]
    return (*kinds, f":(top)*{ATTRIBUTES}", *literal), tuple(sorted(named))


def _same(tree: trees.Tree, path: str, what: str) -> bool:
    entry = tree.entries.get(path)
    return entry is not None and entry.merged and what == f"{entry.mode} {entry.oid} 0"
