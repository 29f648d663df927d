"""A desire as an entry of its spec: goal, constraints, sources, outputs, cadence, preferences, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.desire.desire import CADENCE, CONSTRAINT, OUTPUT, SOURCE, Desire, Understanding
from factory_git.growth.desire.words import clauses
from factory_git.spec.graph import Graph

WORDS = 5  # of the goal, that make the id
OPEN, DONE = "open", "done"
SETTLED = (DONE, "declined")


def entry(desire: Desire, understood: Understanding, graph: Graph) -> dict[str, Any]:
    """The item of ``desires:``. What was understood as a constraint or an output stands as one."""
    item: dict[str, Any] = {"id": _id(understood.goal, graph), "goal": understood.goal}
    lists = {
        "constraints": [*_words(understood, CONSTRAINT, desire.text), *desire.constraints],
        "trusted_sources": [*_words(understood, SOURCE, desire.text), *desire.trusted_sources],
        "outputs": list(dict.fromkeys(_outputs(understood, graph))),
        "preferences": list(desire.preferences),
    }
    item |= {key: list(dict.fromkeys(texts)) for key, texts in lists.items() if texts}
    cadence = desire.cadence or next(iter(_words(understood, CADENCE, desire.text)), "")
    item |= {"cadence": cadence} if cadence else {}
    item |= {"note": desire.why} if desire.why else {}
    return item | {"status": OPEN}


def known(desire: Desire, understood: Understanding, graph: Graph) -> SpecPath | None:
    """The entry that says this desire already; None where there is none."""
    said = {_plain(desire.text), _plain(understood.goal)}
    for path, node in graph.nodes.items():
        if node.kind == "desire" and _plain(str(node.value.get("goal", node.name))) in said:
            return path
    return None


def settled(graph: Graph) -> list[SpecPath]:
    """The entries that need nothing more: done, or declined."""
    return [path for path, node in graph.nodes.items() if node.kind == "desire" and node.value.get("status") in SETTLED]


def _words(understood: Understanding, role: str, text: str) -> list[str]:
    """The words that play a role in the text itself."""
    return [part.words for part in understood.parts if part.role == role and part.words in text]


def _outputs(understood: Understanding, graph: Graph) -> Iterator[str]:
    for part in understood.parts:
        if part.role == OUTPUT:
            named = [graph.nodes[path].name for path in part.nodes if graph.nodes[path].kind == "entity"]
            added = [str(op["add_entity"]) for op in part.ops if "add_entity" in op]
            yield (named or added or [part.words])[0]


def _id(goal: str, graph: Graph) -> str:
    """A short id of the goal's first words that no other desire has."""
    words = [token.text for clause in clauses(goal) for token in clause.content][:WORDS]
    first = slug(" ".join(words)) or "desire"
    taken = {path.rpartition(".")[2] for path, node in graph.nodes.items() if node.kind == "desire"}
    number, id_ = 1, first
    while id_ in taken:
        number += 1
        id_ = f"{first}_{number}"
    return id_


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")
