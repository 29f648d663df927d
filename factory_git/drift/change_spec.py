"""GF601: the spec changed and the code bound to it did not. Pure and lean.

Only what the change touches is told. Where a spec goes ahead of its code on purpose, all that its change asks of the
code becomes one warning.
"""

from __future__ import annotations

from factory_git.drift.contract import FREE
from factory_git.drift.hit import Hit
from factory_git.drift.kinds_of import modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from factory_git.drift.contract import Contract
    from factory_git.drift.world import Target, World

BEHIND, ORPHAN = "GF601", "GF402"
SHOWN = 8


def changed_nodes(old: Contract | None, new: Contract) -> frozenset[str]:
    """The nodes that differ, the innermost ones: added, removed, or with another digest. All of a spec that is new."""
    a, b = dict(old.digests) if old else {}, dict(new.digests)
    before = dict(new.renamed)
    differing = {path for path in a.keys() | b.keys() if a.get(path) != b.get(path)}
    inner = frozenset(path for path in differing if not any(one.startswith(f"{path}.") for one in differing))
    # A renamed node is told by its new name.
    return inner - {before[path] for path in inner if path in before}


def freed(new: World, old: World) -> list[Hit]:
    """A warning for each node that was judged and that the change sets free."""
    free = {path for path, mode in modes(new.contract) if mode == FREE}
    before = dict(new.contract.renamed)
    out = []
    for path in sorted(free):
        target = old.bound.get(before.get(path, path))
        if target is not None and path.rpartition(".fields.")[0] not in free:
            file, line = new.nodes.get(path, ("", 0))
            symbol = old.symbol(target)
            where = f"{target.file}::{symbol.id}" if symbol else target.file
            out.append(
                Hit(
                    code=ORPHAN, node=path, file=file, line=line, about="freed", severity="warning",
                    message=f"{path} is set free by this change: nothing checks {where} any more",
                    hint="who reviews the change says whether that is meant",
                )
            )  # fmt: skip
    return out


def untold(nodes: AbstractSet[str], hits: Iterable[Hit]) -> frozenset[str]:
    """Those nodes of which no finding says already what their code lacks."""
    said = {hit.node for hit in hits if hit.node}
    return frozenset(node for node in nodes if not any(_kin(node, one) for one in said))


def behind(new: World, old: World, nodes: AbstractSet[str], changed: Collection[str]) -> list[Hit]:
    """A warning for each declaration whose node changed in the spec while its text did not.

    A node that is new is no change of words: whether its code is there is for the rules to say.
    """
    found: dict[tuple[str, int], tuple[Target, list[str]]] = {}
    before, known = dict(new.contract.renamed), {path for path, _ in old.contract.digests}
    current = {path for path, _ in new.contract.digests}
    for node in sorted(nodes):
        if node not in current or before.get(node, node) not in known:
            continue
        target = _owner(new, node)
        if target is not None and not _touched(new, old, target, changed):
            found.setdefault((target.file, target.index), (target, []))[1].append(node)
    out = []
    for target, names in found.values():
        words = "changed in the spec, and the code that is bound to it did not"
        subject = names[0] if len(names) == 1 else f"{target.node} ({len(names)} nodes)"
        out.append(
            new.hit(
                BEHIND, target, f"{subject} {words}", severity="warning", about=",".join(names), detail=_few(names),
                hint="change the code, or look at it and commit: this is told once",
            )
        )  # fmt: skip
    return out


def wanted(hit: Hit, nodes: AbstractSet[str], changed: Collection[str], sources: Collection[str]) -> bool:
    """Whether a finding is what a change of the spec asks of code that this change does not touch."""
    if hit.file in changed and hit.file not in sources:
        return False
    return any(_kin(hit.node, node) for node in nodes)


def ahead(hits: Sequence[Hit], source: str) -> Hit:
    """The one warning of a spec that goes ahead of its code."""
    asked = [hit for hit in hits if hit.code != BEHIND]
    count = f": {len(asked)} finding{'s' * (len(asked) > 1)} wait for it" if asked else ""
    return Hit(
        code=BEHIND, node="", file=source, line=0, about="ahead", severity="warning",
        message=f"the spec changed and its code did not yet{count}",
        hint="bring the code after it; `git factory check --all` tells what is missing",
        detail=_few([f"{hit.code} {hit.node}: {hit.message}" for hit in asked]),
    )  # fmt: skip


def _owner(world: World, node: str) -> Target | None:
    """The declaration of a node, or of what holds it."""
    while node:
        if node in world.bound:
            return world.bound[node]
        node = node.rpartition(".")[0]
    return None


def _touched(new: World, old: World, target: Target, changed: Collection[str]) -> bool:
    if target.file not in changed:
        return False
    before = old.bound.get(target.node)
    return before is None or text(new, target.file, target.index) != text(old, before.file, before.index)


def text(world: World, file: str, index: int) -> bytes:
    """The text of a declaration, or of the whole file (-1)."""
    content = world.code.content(file)
    if index < 0:
        return content
    symbol = world.code.symbol(file, index)
    return content[symbol.start : symbol.end]


def _kin(a: str, b: str) -> bool:
    return bool(a) and (a == b or a.startswith(f"{b}.") or b.startswith(f"{a}."))


def _few(lines: Iterable[str]) -> tuple[str, ...]:
    rows = list(lines)
    return tuple(rows[:SHOWN] + ([f"… and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []))
