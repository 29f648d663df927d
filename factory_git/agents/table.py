"""The agents there are. A further one is a module beside this and a line here."""

from __future__ import annotations

from collections.abc import Callable

from factory_git.agents.command import CommandAgent
from factory_git.agents.compiler import CompilerAgent
from factory_git.agents.protocol import Agent
from factory_git.core.errors import UsageError

AGENTS: dict[str, Callable[[str], Agent]] = {
    "compiler": CompilerAgent,
    "command": CommandAgent,
}


def agent(text: str) -> Agent:
    """The agent that ``NAME`` or ``NAME: ARGUMENT`` asks for. Raises :class:`UsageError` with the names there are."""
    name, _, argument = text.partition(":")
    make = AGENTS.get(name.strip())
    if make is None:
        raise UsageError(
            f"there is no agent {name.strip()!r}",
            code="agent/unknown",
            hint=f"agents: {', '.join(AGENTS)}; any program of yours: --agent 'command: my-agent {{worktree}}'",
        )
    return make(argument.strip())
