"""Tie the nodes of a contract to declarations. Lean: it is on the hook's path.

The order: the lock's holes, ``code: at`` of the spec, ``gf:`` tags, names. A node has exactly one declaration or none:
where a binding that somebody wrote leads nowhere (GF001), to several places (GF002), to a node that is gone (GF402) or
to code that cannot be read (GF504), that is said here, and the node is in ``trouble``. A name that fits several
declarations binds nothing and says nothing.
"""

from __future__ import annotations

from factory_git.core.value import replace, value
from factory_git.drift import marks, tell
from factory_git.drift.contract import BOUND
from factory_git.drift.convention import by_name, the_one
from factory_git.drift.kinds_of import fits, modes, of_nodes
from factory_git.drift.places import Place, find
from factory_git.drift.skipped import Skipped, in_folders
from factory_git.drift.skipped import of as skipped_of
from factory_git.drift.world import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.codemap.model import FileFacts, Tag
    from factory_git.drift.contract import Contract
    from factory_git.drift.hit import Hit
    from factory_git.drift.view import Code


@value
class Ignore:
    """``gf: ignore[…] reason``: ``index`` is the declaration it stands on (-1: none), ``line`` its own line."""

    codes: tuple[str, ...]
    reason: str
    file: str
    index: int
    line: int


@value
class Bindings:
    """Which declaration each node is tied to, what is wrong with bindings, and the suppressions met on the way."""

    bound: dict[str, Target]
    trouble: dict[str, tuple[Hit, ...]]
    hits: tuple[Hit, ...]
    ignores: tuple[Ignore, ...]


def bind(contract: Contract, code: Code, skipped: Skipped | None = None) -> Bindings:
    """The bindings of ``contract`` in ``code``."""
    binder = _Binder(contract, code, skipped or skipped_of(contract, code))
    binder.written()
    binder.tags()
    binder.settle()
    binder.named()
    return Bindings(
        bound=binder.bound,
        trouble={node: tuple(hits) for node, hits in binder.trouble.items()},
        hits=tuple(binder.hits),
        ignores=tuple(binder.ignores),
    )


class _Binder:
    def __init__(self, contract: Contract, code: Code, skipped: Skipped) -> None:
        self.contract, self.code, self.skipped = contract, code, skipped
        self.compiled = frozenset(contract.compiled)
        self.kinds = of_nodes(contract)
        self.known = {path for path, _, _ in contract.nodes}
        self.left = {path for path, mode in modes(contract) if mode != BOUND}
        self.found: dict[str, list[Place]] = {}  # what was written down about each node, surest first
        self.calls: dict[tuple[str, int], tuple[str, ...]] = {}
        self.bound: dict[str, Target] = {}
        self.trouble: dict[str, list[Hit]] = {}
        self.hits: list[Hit] = []
        self.ignores: list[Ignore] = []

    def say(self, hit: Hit, node: str = "") -> None:
        """Keep a finding; with ``node``, that node is in trouble."""
        self.hits.append(hit)
        if node:
            self.trouble.setdefault(node, []).append(hit)

    def written(self) -> None:
        """What the lock and ``code:`` say."""
        coded = {one.path for one in self.contract.places if one.how == "code"}
        for one in self.contract.places:
            file = one.at.partition("::")[0]
            if one.mode != BOUND or file in self.compiled or (one.how == "code" and one.path in self.found):
                continue  # what is compiled or free is not judged here; the lock is the surer of two
            if one.how == "lock" and not self.code.mode(file):
                self.trouble.setdefault(one.path, [])  # a stub that is gone is GF501: the comparison has said so
                continue
            place, problem = find(self.code, one.at, one.how)
            if place is None:
                if one.how == "code" or one.path not in coded:
                    self.say(tell.nothing_at(one, problem), one.path)
                continue
            self.found.setdefault(one.path, []).append(place)

    def tags(self) -> None:
        """What ``gf:`` tags say, in the files that the spec has its code in or names."""
        own = {place.file for places in self.found.values() for place in places}
        for file in self.code.tagged():
            if file in self.compiled or not (file in own or self.judged(file)):
                continue
            facts = self.code.facts(file)
            if facts is not None:
                for tag in facts.tags:
                    self.tag(file, facts, tag)

    def judged(self, file: str) -> bool:
        """Whether a file is one that the spec's code is looked for in."""
        return in_folders(self.contract, file) and not self.skipped.why(file)

    def tag(self, file: str, facts: FileFacts, tag: Tag) -> None:
        index = tag.owner
        for mark in marks.read(tag.text):
            if mark.ignores is not None:
                self.ignores.append(
                    Ignore(codes=mark.ignores, reason=mark.reason, file=file, index=index, line=tag.line)
                )
            if mark.calls:
                self.calls[file, index] = (*self.calls.get((file, index), ()), *mark.calls)
            for node in mark.nodes:
                self.address(file, facts, tag, node)

    def address(self, file: str, facts: FileFacts, tag: Tag, node: str) -> None:
        place = Place(file=file, index=tag.owner, how="tag", line=tag.line)
        if node not in self.known:
            if not tell.is_prose(self.code, self.contract, file, tag, node):
                self.say(tell.no_node(self.contract, self.code, place, node))
        elif tag.owner < 0 and any(one.line < tag.line and one.parent < 0 for one in facts.symbols):
            self.say(tell.nothing_under(place, node), node)
        elif node not in self.left:
            self.found.setdefault(node, []).append(place)

    def settle(self) -> None:
        """Of what was written down, what holds."""
        for node, places in sorted(self.found.items()):
            distinct = {(one.file, one.index): one for one in reversed(places)}
            if len(distinct) > 1:
                hit = tell.several(self.code, node, sorted(distinct.values(), key=lambda one: (one.file, one.line)))
                self.say(hit, node)
            elif node not in self.trouble:
                self.tie(node, places[0])

    def tie(self, node: str, place: Place) -> None:
        """Bind one node, if the declaration can be what the node is and could be read."""
        kind = self.kinds.get(node, "")
        facts = self.code.facts(place.file)
        if place.index < 0 and kind and facts is not None and not facts.damage:
            place = replace(place, index=the_one(facts, kind, node))
        symbol = facts.symbols[place.index] if facts and place.index >= 0 else None
        if kind and symbol is not None and not fits(kind, symbol.kind):
            self.say(tell.wrong_kind(place, symbol, node, kind), node)
            return
        damage = next((one for one in facts.damage if _overlaps(one, symbol)), None) if facts else None
        if damage is not None:
            self.say(tell.unreadable(place, symbol, node, damage), node)
            return
        calls = self.calls.get((place.file, place.index), ())
        self.bound[node] = Target(node=node, how=place.how, file=place.file, index=place.index, calls=calls)

    def named(self) -> None:
        """Nodes that nothing was said about, by name."""
        taken = {(one.file, one.index) for one in self.bound.values()}
        for node, place in self.by_name():
            if (place.file, place.index) not in taken:
                self.tie(node, place)

    def by_name(self) -> Iterator[tuple[str, Place]]:
        open_ = {node for node in self.kinds if node not in self.found and node not in self.trouble}
        yield from by_name(self.contract, self.code, open_ - self.left, self.judged, self.compiled)


def _overlaps(damage: object, symbol: object) -> bool:
    line, end = damage.line, damage.end_line  # type: ignore[attr-defined]
    return symbol is None or (line <= symbol.end_line and end >= symbol.line)  # type: ignore[attr-defined]
