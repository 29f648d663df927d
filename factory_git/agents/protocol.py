"""What an agent is to the engine: a way to be started and a way to be read. Nothing it says about its work counts.

An adapter is pure: it makes an :class:`Invocation` from a :class:`Task` and a :class:`Reply` from the bytes that came
back. Starting, bounding, killing and measuring are the engine's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from factory_git.core.errors import AgentFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an agent is given. ``prompt_file`` lies outside the worktree and holds the same text as ``prompt``."""

    worktree: Path
    prompt: str
    prompt_file: Path
    spec: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A program to start in the worktree. ``allow`` are further environment variables it may see (names, patterns)."""

    argv: tuple[str, ...]
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What could be read from an agent's output: its words, and its use of tokens where it tells."""

    text: str
    usage: Mapping[str, int] = field(default_factory=dict)


class Unreadable(AgentFailed):
    """The agent's output is not what its adapter can read."""

    default_code = "agent/unreadable"


class Agent(Protocol):
    """A way to have bound code written."""

    @property
    def name(self) -> str:
        """What records call it."""

    def invoke(self, task: Task) -> Invocation | None:
        """The program to start for ``task``; None for an agent that writes no bound code."""

    def read(self, stdout: bytes, stderr: bytes) -> Reply:
        """Read its output. Raises :class:`Unreadable`."""
