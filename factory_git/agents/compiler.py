"""The built-in compiler as the only agent: holes stay holes."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.agents.protocol import Invocation, Reply, Task


@dataclass(frozen=True, slots=True)
class CompilerAgent:
    """Starts nothing: what the spec says is compiled by the engine itself, whichever agent is chosen."""

    argument: str = ""

    @property
    def name(self) -> str:
        return "compiler"

    def invoke(self, task: Task) -> Invocation | None:
        return None

    def read(self, stdout: bytes, stderr: bytes) -> Reply:
        return Reply(text="")
