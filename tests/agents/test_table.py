"""Agents by name: what is asked for, what is started, what is refused before anything is."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.agents.protocol import Task, Unreadable
from factory_git.agents.table import AGENTS, agent
from factory_git.core.errors import UsageError

TASK = Task(worktree=Path("/w t"), prompt="do it", prompt_file=Path("/p"), spec="farmer", run="ab12")


def test_a_command_is_split_like_a_shell_and_filled_in_word_by_word() -> None:
    invocation = agent("command: my-agent --in {worktree} 'a {spec} b' --run={run} {prompt_file}").invoke(TASK)
    assert invocation is not None
    assert invocation.argv == ("my-agent", "--in", "/w t", "a farmer b", "--run=ab12", "/p")
    assert invocation.stdin == b"do it"


def test_the_compiler_starts_nothing() -> None:
    assert agent("compiler").invoke(TASK) is None


@pytest.mark.parametrize("text", ["command:", "command: 'open", "command: x {worktre}", "claude-next: x", ""])
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        agent(text)
    assert caught.value.hint


def test_output_that_is_no_text_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        agent("command: x").read(b"\xff", b"")
    assert agent("command: x").read("grün".encode(), b"").text == "grün"


def test_every_agent_of_the_table_has_a_name_of_its_own() -> None:
    assert {agent(f"{name}: x").name.partition(":")[0] for name in AGENTS} == set(AGENTS)
