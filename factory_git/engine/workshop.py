"""What phases work with, and what they give back. Built once per run by :mod:`factory_git.app.run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from factory_git.agents.protocol import Agent
from factory_git.core.clock import Clock
from factory_git.core.ids import Oid, RecordId
from factory_git.engine.making import Gate, Made
from factory_git.engine.state import Outcome, State
from factory_git.gitio.commits import Code, Identity
from factory_git.ledger.secrets import Scanner
from factory_git.memory.entry import Memory


def no_gate(commit: Oid, base: Oid | None) -> Gate:  # noqa: ARG001 (the gate's shape)
    """The gate of a spec in which there is nothing for rules to judge."""
    return Gate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds in seconds and bytes."""

    timeout: float = 600.0  # of the agent, of the acceptance tests, of each done command
    agent_output: int = 4_000_000  # of each stream; an agent that writes more is ended
    command_output: int = 60_000  # kept of each stream of a done command


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The tools of one run on one spec."""

    common_dir: Path
    code: Code
    identity: Identity
    make: Callable[[Oid], Made]  # what the run's spec, as a commit has it, compiles to beside that commit
    spec: str
    branch: str  # full ref name
    agent: Agent
    agent_env: tuple[str, ...] = ()
    reconverge: bool = False  # compiled code that was changed by hand is compiled again instead of refused
    limits: Limits = field(default_factory=Limits)
    clock: Clock
    scanner: Scanner = field(default_factory=Scanner)  # masks what records would be refused for
    memories: tuple[Memory, ...] = ()  # what is remembered, for prompts
    told: tuple[str, ...] = ()  # the scopes of which prompts tell, the nearest first
    gate: Callable[[Oid, Oid | None], Gate] = no_gate  # what rules say of a commit, and of what it changes of a base

    def folder_name(self, run: RecordId, suffix: str = "") -> str:
        """The name of a working folder of a run; ``+`` is in no spec id, so prefixes of two specs never meet."""
        return f"{self.spec}+{run[:12]}{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a phase measured. ``payload`` is the phase's own part of the record; ``candidate`` makes a second record."""

    outcome: Outcome
    title: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = ()
    candidate: Mapping[str, Any] | None = None


class Phase(Protocol):
    """Execute one action. Whatever it does outside the ledger may be done again after a kill."""

    def __call__(self, shop: Workshop, state: State, action: Any) -> Report:
        """Do it and report; an exception becomes a recorded error."""
