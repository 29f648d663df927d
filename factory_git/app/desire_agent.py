"""An agent asked what the open words of a desire mean: started in a folder of its own, bounded, its answer judged."""

from __future__ import annotations

import tempfile
from pathlib import Path

from factory_git.agents.protocol import Agent, Task
from factory_git.agents.table import agent as agent_of
from factory_git.app.context import Context
from factory_git.core.errors import AgentFailed
from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, End, run
from factory_git.growth.desire import answer
from factory_git.growth.desire.desire import Desire, Understanding
from factory_git.ledger.types import compile_schema
from factory_git.spec.graph import Graph

TIMEOUT = 600.0
SHOWN = 20  # of what is wrong with an answer


def ask(
    ctx: Context, named: str, desire: Desire, before: Understanding, graph: Graph, *, timeout: float = TIMEOUT
) -> tuple[Understanding, tuple[bytes, bytes]]:
    """What the agent adds to ``before``, and what was asked and answered.

    Raises :class:`AgentFailed` when it cannot be started, fails, or gives an answer that is not taken; the error lists
    everything that is wrong about it.
    """
    agent = agent_of(named)
    text = answer.prompt(desire, before, graph)
    said = _started(ctx, agent, text, graph, timeout)
    value = answer.decoded(agent.read(said.stdout, said.stderr).text.encode())
    issues = list(compile_schema(answer.SCHEMA, checked=True).iter_errors(value))
    if issues:
        raise answer.refused(
            [f"{'.'.join(map(str, one.absolute_path)) or 'it'}: {one.message[:200]}" for one in issues[:SHOWN]]
        )
    return answer.accept(value, desire, before, graph, agent.name), (text.encode(), said.stdout)


def _started(ctx: Context, agent: Agent, text: str, graph: Graph, timeout: float) -> Completed:
    """Run it in a folder that holds the spec's files and nothing else."""
    with tempfile.TemporaryDirectory(prefix="factory-desire-") as scratch:
        place = Path(scratch) / "spec"
        for source in graph.spec.sources:
            file = place / source.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.content)
        prompt = Path(scratch) / "prompt.md"
        prompt.write_text(text)
        task = Task(worktree=place, prompt=text, prompt_file=prompt, spec=graph.spec.id, run="")
        call = agent.invoke(task)
        if call is None:
            raise AgentFailed(f"{agent.name} answers no questions", code="agent/none", hint="--agent 'command: …'")
        env = allowed((*ctx.settings.words("agentEnv"), *call.allow)) | dict(call.env)
        limit = answer.MOST_BYTES + 1
        done = run(call.argv, cwd=place, env=env, stdin=call.stdin, timeout=timeout, limit=limit, kill_over_limit=True)
    _judge(done, agent.name, timeout)
    return done


def _judge(done: Completed, name: str, timeout: float) -> None:
    words = {
        End.MISSING: "the program was not found or cannot be started",
        End.TIMEOUT: f"it ran into the time-out ({timeout:g} s) and was ended",
        End.OUTPUT: f"it wrote more than {answer.MOST_BYTES:,} bytes and was ended",
        End.SIGNAL: f"it was ended by a signal ({done.signal})",
    }
    why = words.get(done.end, "" if done.returncode == 0 else f"it ended with {done.returncode}")
    if why:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        details = {"reason": done.end.value, "stderr": said}
        hint = "nothing was recorded; without --agent what the rules do not know stays open"
        message = f"{name}: {why}" + (f": {' / '.join(said)}" if said else "")
        raise AgentFailed(message, code="agent/failed", hint=hint, details=details)
