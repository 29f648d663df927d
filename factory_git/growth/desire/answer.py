"""What an agent is asked about a desire, and what is taken of its answer. Pure; what it says is never trusted.

An answer counts only when it has the shape, quotes words that are in the desire and were open, names nodes that are in
the spec, and gives operations that can be carried out on it together with those of the rules. Anything else refuses the
whole answer, with everything that is wrong about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import AgentFailed, FactoryError, Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.growth.desire.desire import Desire, Part, Understanding
from factory_git.growth.desire.words import FILLER, clauses
from factory_git.growth.morph.carry import carry_out, read
from factory_git.growth.morph.ops import OPERATIONS
from factory_git.spec.graph import Graph

MOST_BYTES = 200_000
SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "understood": {
            "type": "array",
            "maxItems": 50,
            "items": {
                "type": "object",
                "properties": {
                    "words": {"type": "string", "minLength": 1, "maxLength": 500},
                    "means": {"type": "string", "minLength": 1, "maxLength": 500},
                    "nodes": {"type": "array", "maxItems": 50, "items": {"type": "string", "maxLength": 300}},
                    "ops": {"type": "array", "maxItems": 50, "items": {"type": "object", "minProperties": 1}},
                },
                "required": ["words", "means"],
                "additionalProperties": False,
            },
        },
        "open": {"type": "array", "maxItems": 100, "items": {"type": "string", "maxLength": 500}},
    },
    "required": ["understood"],
    "additionalProperties": False,
}


def prompt(desire: Desire, understood: Understanding, graph: Graph) -> str:
    """What the agent reads: the desire, what is open of it, the spec's nodes, the operations, the answer's shape."""
    nodes = [f"{node.path} ({node.kind}: {node.name})" for node in graph.nodes.values() if node.kind != "layer"]
    ops = [f"{one.name}: {one.means} (level {one.level})" for one in OPERATIONS.values()]
    return "\n".join(
        [
            "A person wants something of an application that a spec describes. Say what the open words mean.",
            "",
            f"Desire: {desire.text}",
            *([f"Why: {desire.why}"] if desire.why else []),
            *(f"Constraint: {one}" for one in desire.constraints),
            "",
            "Understood already:",
            *(f"- {part.words}: {part.means}" for part in understood.parts),
            "Open:",
            *(f"- {one.words}" for one in understood.open),
            "",
            "The spec's nodes:",
            *(f"- {one}" for one in nodes),
            "",
            "Operations, each {NAME: what it is about, argument: value, …}; the spec's files are beside you:",
            *(f"- {one}" for one in ops),
            "",
            "Print one JSON object of this schema and nothing else. `words` are quoted from the desire as they stand.",
            "`nodes` are addresses from above; `ops` is empty where they say it already. What you do not know is open.",
            json.dumps(SCHEMA),
            "",
        ]
    )


def decoded(answer: bytes) -> Any:
    """The JSON value of an answer. Raises :class:`AgentFailed` for what is too long or no JSON."""
    if len(answer) > MOST_BYTES:
        raise refused([f"{len(answer):,} bytes are over the limit of {MOST_BYTES:,}"])
    try:
        return canonical.loads(answer)
    except FactoryError as error:
        raise refused([f"it is no JSON: {error.message}"]) from error


def accept(value: Any, desire: Desire, before: Understanding, graph: Graph, by: str) -> Understanding:
    """``before`` with what an answer of the right shape adds. Raises :class:`AgentFailed` with all that is wrong."""
    said = [_part(one, by) for one in value["understood"]]
    wrong = [message for part in said for message in _wrong(part, desire, before, graph)]
    if not wrong:
        wrong = _impossible([*before.ops, *(op for part in said for op in part.ops)], graph)
    if wrong:
        raise refused(wrong)
    covered = {token.stem for part in said for clause in clauses(part.words) for token in clause.tokens}
    left = tuple(one for one in before.open if not _stems(one.words) <= covered)
    return Understanding(goal=before.goal, parts=(*before.parts, *said), open=left)


def refused(wrong: Sequence[str]) -> AgentFailed:
    """The error for an answer that is not taken."""
    shown = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    problems = [Problem(code="desire/answer", message=message).as_json() for message in wrong]
    return AgentFailed(
        f"the agent's answer is refused: {shown}",
        code="desire/answer",
        hint="nothing was recorded; without --agent what the rules do not know stays open",
        details={"reason": "answer", "problems": problems},
    )


def _part(one: Mapping[str, Any], by: str) -> Part:
    nodes = tuple(SpecPath(path) for path in one.get("nodes", ()))
    return Part(words=one["words"], means=one["means"], nodes=nodes, ops=tuple(one.get("ops", ())), by=by)


def _wrong(part: Part, desire: Desire, before: Understanding, graph: Graph) -> Iterable[str]:
    text = "\n".join((desire.text, *desire.constraints))
    if part.words not in text:
        yield f"{part.words[:80]!r} is not in the desire"
    elif not _stems(part.words) & {stem for one in before.open for stem in _stems(one.words)}:
        yield f"{part.words[:80]!r} was not open"
    yield from (f"the spec has no node {path[:120]!r}" for path in part.nodes if path not in graph.nodes)
    for op in part.ops:
        try:
            read(op)
        except SpecError as error:
            yield error.message
    if not part.nodes and not part.ops:
        yield f"{part.words[:80]!r}: neither a node nor an operation is named"


def _impossible(ops: Sequence[Mapping[str, Any]], graph: Graph) -> list[str]:
    try:
        carry_out(graph.spec, ops)
    except FactoryError as error:
        return [error.message]
    return []


def _stems(words: str) -> set[str]:
    return {token.stem for clause in clauses(words) for token in clause.tokens if token.stem not in FILLER}
