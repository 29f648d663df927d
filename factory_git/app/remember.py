"""What the commit hook may remember of a check: what the staged specs compile to, and where rules found nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from factory_git.app.judge import MIGRATIONS, join
from factory_git.codemap.languages.registry import CONFIGURATION, SUFFIXES, language_of
from factory_git.drift import baseline, memory
from factory_git.drift.contract import BOUND
from factory_git.drift.judged import Judged
from factory_git.drift.skipped import ATTRIBUTES
from factory_git.drift.world import World
from factory_git.gitio import trees
from factory_git.gitio.locate import Location


def remember(location: Location, tree: trees.Tree, judged: Sequence[Judged]) -> None:
    """Keep what the staged specs compile to, for the hook.

    A spec that does not compile is not remembered, nor is one whose bound code the rules have anything to say of: then
    the verdict hangs on what the change is compared with, too.
    """
    expected: dict[str, str] = {}
    also: list[str] = []
    asked: list[str] = []
    for each in judged:
        if each.expected is None or not each.quiet:
            return
        for path, want in each.expected.items():
            known = memory.ANY
            if want.content is not None:
                known = f"{trees.FILE} {trees.blob_id(want.content, location.object_format)} 0"
            expected[path] = known
        expected |= dict.fromkeys(each.left, memory.ABSENT)
        also += [join(each.root, MIGRATIONS), *each.sources]
        asked += memory.folders(each.root, [*each.expected, *each.left])
    wide = depends(tree.entries, [each.world for each in judged if each.world])
    state = memory.State(memory.stamp(), also, asked, {}, expected, wide)
    found = trees.listing(location, state.pathspecs())
    if any(not _same(tree, path, what) for path, what in found.items()):
        return  # the index moved on while we looked
    state.settle(found)
    where = memory.path_in(str(location.common_dir))
    memory.write(where, [state, *memory.read(where)])


def depends(paths: Iterable[str], worlds: Sequence[World]) -> tuple[str, ...]:
    """Pathspecs of all files that what rules say can hang on; none where there are no rules to ask.

    Rules follow calls and names through every file of a language that the tree has; beside these they see the spec's
    folders, bound files, attributes, the baseline, and what says where imports lead. A panel may be a file of any kind.
    """
    if not worlds:
        return ()
    named: set[str] = set()
    for world in worlds:
        contract = world.contract
        if "" in contract.folders or any(one.mode == BOUND for one in contract.panels):
            return (memory.EVERYTHING,)
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
    return (*kinds, f":(top)*{ATTRIBUTES}", *(f":(top,literal){path}" for path in sorted(named)))


def _same(tree: trees.Tree, path: str, what: str) -> bool:
    entry = tree.entries.get(path)
    return entry is not None and entry.merged and what == f"{entry.mode} {entry.oid} 0"
