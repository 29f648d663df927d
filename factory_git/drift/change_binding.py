"""What a change does to bindings themselves, told by the base's: a change does not loosen what it is judged by.

A tag that goes leaves its node to a guess by name, a node that is tied elsewhere leaves code alone that was judged, and
`gf: calls` says that something is called which nobody sees. Pure and lean.
"""

from __future__ import annotations

from factory_git.core.value import replace
from factory_git.drift.change import OWN
from factory_git.drift.hit import Hit
from factory_git.drift.rules import table
from factory_git.drift.world import CONVENTION, World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from factory_git.drift.world import Target

CODE = "GF402"
LOOSE = "the base has a tag or a place for this, and only its name ties it now: it counts as it did there"
SAID = "`gf: calls` is new in this change and does not count"


def by_the_base(new: World, old: World, hits: Sequence[Hit]) -> list[Hit]:
    """What the rules find where nodes are tied as firmly as in the base, and only the base's `gf: calls` count.

    Those of ``hits`` that weigh more then, and what is found besides.
    """
    before = dict(new.contract.renamed)
    bound, words = dict(new.bound), []
    for node, target in new.bound.items():
        was = old.bound.get(before.get(node, node))
        if was is None:
            continue
        calls = tuple(one for one in target.calls if one in was.calls)
        loose = target.how == CONVENTION != was.how
        if loose or calls != target.calls:
            bound[node] = replace(target, calls=calls, how=was.how if loose else target.how)
            words += [LOOSE] if loose else []
            words += [SAID] if calls != target.calls else []
    if not words:
        return []
    there = {hit.key: hit.severity for hit in hits}
    known = {path for path, _ in old.contract.digests}
    detail = tuple(dict.fromkeys(words))
    return [
        replace(hit, detail=(*hit.detail, *detail, OWN))
        for hit in table.findings(World(new.contract, new.code, bound, new.trouble, new.skipped))
        if before.get(hit.node, hit.node) in known and weight(hit) > _WEIGHTS[there.get(hit.key, "")]
    ]


_WEIGHTS = {"": 0, "warning": 1, "error": 2}


def weight(hit: Hit) -> int:
    """How much a finding counts: 2 for an error."""
    return 1 if hit.confidence == "low" else _WEIGHTS[hit.severity]


def left(new: World, old: World, hits: Sequence[Hit], place: Callable[[str, str], tuple[str, str]]) -> list[Hit]:
    """A warning for each declaration that was judged, is still there, and is tied to nothing after the change."""
    told = {hit.node for hit in hits}
    current = {path for path, _, _ in new.contract.nodes}
    now = {old_node: node for node, old_node in new.contract.renamed}
    out: dict[tuple[str, int], Hit] = {}
    gone: set[str] = set()
    for node, target in sorted(old.bound.items()):
        name = now.get(node, node)
        if name in told or name in new.trouble or target.index < 0:
            continue
        there = _still(new, old, target, place)
        if any(name.startswith(f"{one}.") for one in gone):
            continue  # what holds it was told
        if there is None or there in new.at or there in out:
            continue
        if name in current and name not in new.bound:
            continue  # that it has no code is a finding of its own
        gone |= set() if name in current else {name}
        out[there] = _told(new, name, there, gone=name not in current)
    return list(out.values())


def _still(
    new: World, old: World, target: Target, place: Callable[[str, str], tuple[str, str]]
) -> tuple[str, int] | None:
    symbol = old.symbol(target)
    if symbol is None or not new.code.mode(target.file) or new.skipped.why(target.file):
        return None
    index = new.code.named(target.file, symbol.id)
    if index < 0 or place(target.file, symbol.id) != (target.file, symbol.id):
        return None
    return target.file, index


def _told(new: World, node: str, there: tuple[str, int], *, gone: bool) -> Hit:
    symbol = new.code.symbol(*there)
    now = new.bound.get(node)
    what = "is removed from the spec" if gone else f"is tied to {now.file if now else 'other code'}"
    hint = "remove it with its node" if gone else "remove it, if nothing needs it any more"
    return Hit(
        code=CODE, node=node, file=there[0], line=symbol.line, symbol=symbol.id, about="left", severity="warning",
        message=f"{node} {what} by this change: nothing checks {symbol.id} any more",
        hint=f"{hint}; who reviews the change says whether it is meant",
    )  # fmt: skip
