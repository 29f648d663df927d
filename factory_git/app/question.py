"""An agent asked something in words: started in a folder of its own, bounded, measured; what it says is data."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.agents.protocol import Agent, Task
from factory_git.agents.table import agent as agent_of
from factory_git.app.context import Context
from factory_git.core.errors import AgentFailed
from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, run

TIMEOUT = 600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, with the files that lie beside it and nothing else; ``hint`` is the way out when it fails."""

    text: str
    most: int  # bytes of an answer
    files: Mapping[str, bytes] = field(default_factory=dict)
    spec: str = ""
    timeout: float = TIMEOUT
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the agent's name, what it printed, and the words in that."""

    by: str
    printed: bytes
    text: str


def ask(ctx: Context, named: str, question: Question) -> Answer:
    """The answer of an agent.

    Raises :class:`AgentFailed` when it cannot be started, is none that answers, fails, or prints what cannot be read.
    """
    agent = agent_of(named)
    done = _started(ctx, agent, question)
    _judge(done, agent.name, question)
    return Answer(by=agent.name, printed=done.stdout, text=agent.read(done.stdout, done.stderr).text)


def _started(ctx: Context, agent: Agent, question: Question) -> Completed:
    with tempfile.TemporaryDirectory(prefix="factory-question-") as scratch:
        place = Path(scratch) / "files"
        place.mkdir()
        for path, content in question.files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        prompt = Path(scratch) / "prompt.md"
        prompt.write_text(question.text)
        task = Task(worktree=place, prompt=question.text, prompt_file=prompt, spec=question.spec, run="")
        call = agent.invoke(task)
        if call is None:
            raise AgentFailed(f"{agent.name} answers no questions", code="agent/none", hint="--agent 'command: …'")
        return run(
            call.argv,
            cwd=place,
            env=allowed((*ctx.settings.words("agentEnv"), *call.allow)) | dict(call.env),
            stdin=call.stdin,
            timeout=question.timeout,
            limit=question.most + 1,
            kill_over_limit=True,
        )


def _judge(done: Completed, name: str, question: Question) -> None:
    if why := done.trouble(timeout=question.timeout, limit=question.most):
        details = {"reason": done.end.value, "stderr": done.said}
        raise AgentFailed(f"{name}: {why}", code="agent/failed", hint=question.hint, details=details)
