"""An agent asked what the open words of a desire mean; its answer is judged."""

from __future__ import annotations

from factory_git.app.context import Context
from factory_git.app.question import TIMEOUT, Question
from factory_git.app.question import ask as ask_agent
from factory_git.growth.desire import answer
from factory_git.growth.desire.desire import Desire, Understanding
from factory_git.ledger.types import compile_schema
from factory_git.spec.graph import Graph

SHOWN = 20  # of what is wrong with an answer


def ask(
    ctx: Context, named: str, desire: Desire, before: Understanding, graph: Graph, *, timeout: float = TIMEOUT
) -> tuple[Understanding, tuple[bytes, bytes]]:
    """What the agent adds to ``before``, and what was asked and answered. The spec's files lie beside the question.

    Raises :class:`AgentFailed` when it cannot be started, fails, or gives an answer that is not taken; the error lists
    everything that is wrong about it.
    """
    question = Question(
        text=answer.prompt(desire, before, graph),
        most=answer.MOST_BYTES,
        files={source.path: source.content for source in graph.spec.sources},
        spec=graph.spec.id,
        timeout=timeout,
        hint="nothing was recorded; without --agent what the rules do not know stays open",
    )
    said = ask_agent(ctx, named, question)
    value = answer.decoded(said.text.encode())
    issues = list(compile_schema(answer.SCHEMA, checked=True).iter_errors(value))
    if issues:
        raise answer.refused(
            [f"{'.'.join(map(str, one.absolute_path)) or 'it'}: {one.message[:200]}" for one in issues[:SHOWN]]
        )
    return answer.accept(value, desire, before, graph, said.by), (question.text.encode(), said.printed)
