"""What an agent is told of what is remembered. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePath

from factory_git.memory.entry import REPOSITORY, Memory

ROOM = 6_000  # characters of memories in a prompt


def scopes(spec: str, agent: str, about: Iterable[str] = ()) -> tuple[str, ...]:
    """The scopes that concern an agent at work on a spec, the nearest first: ``about`` which it is asked, and these.

    An agent that is a command goes by its program: ``command: /opt/bin/claude -p`` is ``agent:claude``.
    """
    return tuple(dict.fromkeys((*about, f"spec:{spec}", f"agent:{called(agent)}", REPOSITORY)))


def called(agent: str) -> str:
    """The name that memories have for an agent."""
    kind, _, command = agent.partition(":")
    words = shlex.split(command)
    return PurePath(words[0]).name if words else kind.strip()


def chosen(memories: Iterable[Memory], wanted: Iterable[str], withheld: Iterable[str] = ()) -> tuple[Memory, ...]:
    """Those to tell: nearest scope first, in it summaries first, then the newest, as many as there is room for.

    A memory that has one of the texts that must be ``withheld`` is never told.
    """
    order = {scope: number for number, scope in enumerate(wanted)}
    hidden = tuple(withheld)
    near = [m for m in memories if m.scope in order and not any(text in m.text for text in hidden)]
    near.sort(key=lambda m: (order[m.scope], m.kind != "summary", -m.when.timestamp(), m.id))
    out: list[Memory] = []
    left = ROOM
    for memory in near:
        if len(memory.text) <= left:
            out.append(memory)
            left -= len(memory.text)
    return tuple(out)


def section(told: Iterable[Memory]) -> str:
    """The part of a prompt that tells them; empty where there is nothing."""
    lines = [f"- ({memory.scope}) {' '.join(memory.text.split())}" for memory in told]
    if not lines:
        return ""
    head = "Others noted these earlier. They may be out of date; the spec and the rules above go before them."
    return f"# What is remembered\n\n{head}\n\n" + "\n".join(lines) + "\n"
