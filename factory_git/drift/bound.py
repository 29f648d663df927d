"""Judge the bound code of one spec: tie nodes to declarations, run every rule. Lean: it is on the hook's path."""

from __future__ import annotations

from factory_git.core.value import value
from factory_git.drift import skipped
from factory_git.drift.bind import bind
from factory_git.drift.rules import table
from factory_git.drift.world import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.bind import Ignore
    from factory_git.drift.contract import Contract
    from factory_git.drift.hit import Hit
    from factory_git.drift.view import Code


@value
class Judgement:
    """What the rules say of one spec's code, sorted by place; ``ignores`` are the suppressions in its files."""

    world: World
    hits: tuple[Hit, ...]
    ignores: tuple[Ignore, ...]


def judge(contract: Contract, code: Code) -> Judgement:
    """The findings in the bound code of one spec. Suppressions and the baseline are not applied."""
    passed = skipped.of(contract, code)
    tied = bind(contract, code, passed)
    world = World(contract, code, tied.bound, tied.trouble, passed)
    hits = sorted([*tied.hits, *table.findings(world)], key=place_of)
    return Judgement(world=world, hits=tuple(hits), ignores=tied.ignores)


def place_of(hit: Hit) -> tuple[str, int, str, str, str]:
    """The key that hits are sorted by."""
    return (hit.file, hit.line, hit.code, hit.node, hit.about)
