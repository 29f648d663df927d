"""What a desire has become, written into its entry by the same edit as the morph. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.core.trailers import topmost
from factory_git.growth.desire.desire import Desire, Part, Understanding
from factory_git.growth.desire.entry import DONE, OPEN, entry
from factory_git.growth.morph.plan import Plan
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

MOST = 12  # nodes that an entry lists


def became(plan: Plan, parts: Sequence[Part] = ()) -> tuple[str, ...]:
    """The nodes that a morph made or changed; where it changed none, those that the desire was about."""
    nodes = build(plan.carried.spec).nodes
    changed = {one.path for one in plan.diff.mutations if one.path.partition(".")[0] not in ("", "app", "desires")}
    about = {str(path) for part in parts for path in part.nodes}
    wanted: Iterable[str] = changed & nodes.keys() or about & nodes.keys()
    return tuple(topmost(wanted)[:MOST])


def settle(plan: Plan, spec: Spec, node: str, nodes: Sequence[str]) -> list[Mapping[str, Any]]:
    """The operations that say in the entry of the desire at ``node`` what it became.

    Without an entry (empty ``node``) one is made, where the morph has a desire at all. What left words of it open
    leaves it open.
    """
    status = OPEN if plan.open else DONE
    now: dict[str, Any] = {"status": status} | ({"became": list(nodes)} if nodes else {})
    if node:
        held = build(spec).nodes[SpecPath(node)].value
        known = [one for one in held.get("became", ()) if one not in nodes]
        now |= {"became": [*known, *nodes]} if known or nodes else {}
        return [{"set_desire": node, **now}]
    if not plan.morph.desire:
        return []
    item = entry(Desire(text=plan.morph.desire), Understanding(goal=plan.morph.desire), build(spec))
    return [{"add_desire": item.pop("goal"), **item, **now}]
