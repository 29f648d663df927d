"""Which acceptance tests speak for a spec node. Pure: the lock's proofs and read graph in, tests out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A test (a pytest node id), the scenario it comes from, and how it reaches the node.

    ``via`` is the covered node through which it does: the node itself, what holds it, or what reads it.
    """

    test: str
    scenario: str
    via: str
    direct: bool


def covering(nodes: Iterable[str], proofs: Mapping[str, Any], reads: Mapping[str, Iterable[str]]) -> tuple[Cover, ...]:
    """The tests that cover one of ``nodes``, those that name it first.

    A test covers what its scenario names (``covers``), what lies below that (a pipeline's steps), and what these read
    (a guardrail's terms and fields, an entity whose field is read). What it runs (``runs``) it covers by the way.
    """
    wanted = tuple(dict.fromkeys(nodes))
    found = []
    for test, proof in proofs.items():
        named = [str(path) for path in (*proof.get("covers", ()), *proof.get("runs", ()))]
        said = [str(path) for path in proof.get("covers", ())]
        scenario = str(proof.get("scenario", ""))
        direct = next((a for a in said for b in wanted if below(b, a)), None)
        if direct is None and any(below(one, scenario) for one in wanted):
            direct = scenario
        via = direct or _through(wanted, named, reads)
        if via is not None:
            found.append(Cover(test=test, scenario=scenario, via=via, direct=direct is not None))
    return tuple(sorted(found, key=lambda one: (not one.direct, one.test)))


def below(path: str, node: str) -> bool:
    """Whether the node ``path`` is ``node`` or lies in it."""
    return path == node or path.startswith(f"{node}.")


def _through(wanted: tuple[str, ...], named: list[str], reads: Mapping[str, Iterable[str]]) -> str | None:
    """The covered node that reads one of ``wanted``, directly or through what it reads."""
    for start in named:
        seen: set[str] = set()
        todo = [start]
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            todo += [target for source, targets in reads.items() if below(source, node) for target in targets]
            if any(below(one, node) or below(node, one) for one in wanted):
                return start
    return None
