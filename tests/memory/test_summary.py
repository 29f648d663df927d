"""Summaries by an agent: asked with the memories, recorded with what was said, bounded, and failing without a trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import memory, memory_summary, redact
from factory_git.app.context import Context, open_context
from factory_git.core.errors import AgentFailed, UsageError
from factory_git.memory import summary
from factory_git.memory.context import ROOM
from tests.conftest import Git
from tests.embedders import scripted

SCOPE = "spec:farmer"
TEXTS = ("basil wilts below six degrees", "mint does not", "the truck leaves at five")


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    for text in TEXTS:
        memory.add(ctx, text, scope=SCOPE)
    return ctx


def agent(tmp_path: Path, script: str = "print('Basil wants it warm.')") -> str:
    """An agent of a few lines of Python; what it read is kept in ``prompt.txt``."""
    program = tmp_path / "agent.py"
    program.write_text(f"import sys\nopen({str(tmp_path / 'prompt.txt')!r}, 'w').write(sys.stdin.read())\n{script}\n")
    return f"command: {sys.executable} {program}"


def run(ctx: Context, **options: object) -> memory_summary.Result:
    return memory_summary.run(ctx, memory_summary.Options(scope=SCOPE, **options))  # type: ignore[arg-type]


def test_an_agents_summary_is_recorded_with_what_was_said(ctx: Context, tmp_path: Path) -> None:
    named = agent(tmp_path)
    result = run(ctx, agent=named)
    record = ctx.ledger.get(result.id)
    entries = [one.id for one in memory.listing(ctx, memory.Filters(scope=SCOPE)) if one.kind == "entry"]
    assert record.payload["text"] == result.text == "Basil wants it warm."
    assert record.payload["by"] == named
    assert list(record.payload["of"]) == entries
    assert set(record.parents) == set(entries), "what is summed up is where it came from"
    asked = ctx.ledger.blob(record.payload["prompt"]).decode()
    assert asked == (tmp_path / "prompt.txt").read_text()
    assert [asked.index(text) for text in TEXTS] == sorted(asked.index(text) for text in TEXTS)
    assert "spec farmer" in asked
    assert ctx.ledger.blob(record.payload["answer"]) == b"Basil wants it warm.\n"
    assert [one.row.id for one in ctx.ledger.search("decided facts", ctx.ledger.query(type="memory"))] == [result.id]


def test_whom_to_ask_may_be_configured(ctx: Context, git: Git, repo: Path, tmp_path: Path) -> None:
    git("config", "factory.memoryAgent", agent(tmp_path), cwd=repo)
    configured = open_context(repo)
    assert run(configured).text == "Basil wants it warm."
    assert run(configured, agent="rules").by == "rules", "who is named goes before who is configured"


def test_a_summary_replaces_the_one_before_and_nothing_new_asks_nobody(ctx: Context, tmp_path: Path) -> None:
    named = agent(tmp_path)
    first = run(ctx, agent=named)
    (tmp_path / "prompt.txt").unlink()
    again = run(ctx, agent=named)
    assert (again.id, again.new) == (first.id, False)
    assert not (tmp_path / "prompt.txt").exists()
    memory.add(ctx, "dill is new", scope=SCOPE)
    second = run(ctx, agent=named)
    assert [one.id for one in memory.listing(ctx, memory.Filters(scope=SCOPE)) if one.kind == "summary"] == [second.id]
    assert first.id in ctx.ledger.get(second.id).parents


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("sys.exit('no credit left')", "it ended with 1: no credit left"),
        ("pass", "refused: it is empty"),
        (f"print('x' * {ROOM + 1})", "over the limit of 6,000"),
        ("print('x' * 300_000)", "wrote more than 200,000 bytes"),
        ("sys.stdout.buffer.write(b'\\xff')", "not UTF-8"),
        ("print('a\\0b')", "it is no text"),
        ("print('\\x1b[2J')", "it is no text"),
        ("import os; os.kill(os.getpid(), 9)", "ended by a signal"),
        ("import threading; threading.Event().wait()", "time-out"),
    ],
)
def test_an_agent_that_fails_leaves_nothing_and_no_rule_steps_in(
    ctx: Context, tmp_path: Path, script: str, words: str
) -> None:
    before = ctx.ledger.tip
    timeout = 0.3 if "wait" in script else 60.0
    with pytest.raises(AgentFailed, match=words):
        run(ctx, agent=agent(tmp_path, script), timeout=timeout)
    assert ctx.ledger.tip == before


def test_who_cannot_be_asked_is_told(ctx: Context) -> None:
    with pytest.raises(AgentFailed, match="answers no questions"):
        run(ctx, agent="compiler")
    with pytest.raises(UsageError, match="there is no agent"):
        run(ctx, agent="nobody")
    with pytest.raises(AgentFailed, match="was not found"):
        run(ctx, agent="command: /nowhere/agent")


def test_secrets_are_masked_in_the_summary_and_in_what_was_said(ctx: Context, tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    result = run(ctx, agent=agent(tmp_path, f"print('use {token} here')"))
    payload = ctx.ledger.get(result.id).payload
    assert token not in result.text
    assert "[secret: " in result.text
    assert token.encode() not in ctx.ledger.blob(payload["answer"])
    assert payload["masked"] == 1


def test_a_dry_run_asks_and_records_nothing(ctx: Context, tmp_path: Path) -> None:
    before = ctx.ledger.tip
    assert run(ctx, agent=agent(tmp_path), dry_run=True).id == ""
    assert ctx.ledger.tip == before
    assert (tmp_path / "prompt.txt").exists()


def test_what_has_no_room_is_left_to_the_summary_before_and_counted(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = agent(tmp_path)
    run(ctx, agent=named)
    monkeypatch.setattr(summary, "ASKED", 50)
    for text in ("thyme is in", "rosemary is out"):
        memory.add(ctx, text, scope=SCOPE)
    result = run(ctx, agent=named)
    asked = (tmp_path / "prompt.txt").read_text()
    assert (len(result.of), result.left) == (4, 2), "three memories and the summary before"
    assert TEXTS[0] not in asked
    assert "summary] Basil wants it warm." in asked
    assert not run(ctx, agent=named).new, "nothing is new"
    monkeypatch.setattr(summary, "ENTRIES", 2)
    assert len(run(ctx, agent="rules").of) == 3, "as many parents as a record should have"


def test_a_summary_of_what_was_forgotten_is_out_of_date_and_told_to_nobody(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = (one.id for one in memory.listing(ctx))
    for gone in (lambda: memory.forget(ctx, first), lambda: memory.add(ctx, "mint does, too", replace=second)):
        made = run(ctx, agent="rules")
        assert made.id in {one.id for one in memory.near(ctx, [SCOPE])}
        gone()
        assert made.id not in {one.id for one in memory.near(ctx, [SCOPE])}
        assert [one.outdated for one in memory.listing(ctx) if one.id == made.id] == [True]
    assert run(ctx, agent="rules").new, "it is made again"
    monkeypatch.setattr(summary, "ENTRIES", 2)
    memory.add(ctx, "dill is new", scope=SCOPE)
    carrying = run(ctx, agent="rules")
    assert (carrying.left, not memory.listing(ctx)[-1].outdated) == (1, True)
    memory.forget(ctx, memory.listing(ctx)[0].id)
    assert memory.listing(ctx)[-1].outdated, "it took over what the summary before said"
    memory.add(ctx, "borage is new", scope=SCOPE)
    assert "summary" not in {ctx.ledger.get(id_).payload["kind"] for id_ in run(ctx, agent="rules").of}


def test_what_is_taken_out_of_history_is_in_no_list_no_summary_that_is_told_and_no_vector(
    ctx: Context, git: Git, repo: Path, tmp_path: Path
) -> None:
    git("config", "factory.embeddings", scripted.command(tmp_path), cwd=repo)
    ctx = open_context(repo)
    first = memory.listing(ctx)[0].id
    made = run(ctx, agent="rules")
    assert first in {one.memory.id for one in memory.search(ctx, "", like="herb")}
    vectors = ctx.location.factory_dir / "folds/vectors.sqlite"
    assert vectors.exists()
    redact.run(ctx, [first], "it names a customer")
    assert not vectors.exists()
    assert [one.outdated for one in memory.listing(ctx) if one.id == made.id] == [True]
    assert made.id not in {one.id for one in memory.near(ctx, [SCOPE])}
    assert first not in {one.memory.id for one in memory.search(ctx, "", like="herb")}
    assert first not in {one.memory.id for one in memory.search(ctx, "basil")}


def test_a_long_sentence_is_cut_by_rule(ctx: Context) -> None:
    memory.add(ctx, "parsley " * 1_000, scope="task:7")
    memory.add(ctx, "sage", scope="task:7")
    found = memory_summary.run(ctx, memory_summary.Options(scope="task:7"))
    assert max(map(len, found.text.splitlines())) <= summary.LONGEST + 2
    assert found.text.splitlines()[0].endswith("…")


def test_what_a_user_sees(ctx: Context, repo: Path, tmp_path: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "memory", "summarize", "--scope", SCOPE, *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    shown = call("--agent", agent(tmp_path))
    assert shown.stdout == "Basil wants it warm.\n"
    assert shown.stderr.startswith("summary ")
    assert "nothing is new since" in call("--agent", agent(tmp_path)).stderr
    failed = call("--agent", agent(tmp_path, "sys.exit(3)"), "--json")
    assert failed.returncode == 0, "nothing is new, so that nobody is asked"
    memory.add(open_context(repo), "dill is new", scope=SCOPE)
    failed = call("--agent", agent(tmp_path, "sys.exit(3)"))
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "--agent rules" in failed.stderr
    assert json.loads(call("--agent", "rules", "--dry-run", "--json").stdout)["id"] is None


def test_memories_without_a_sentence_are_summed_up_as_they_are(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    for number in range(9):
        memory.add(ctx, str(number))
    lines = memory_summary.run(ctx, memory_summary.Options()).text.splitlines()
    assert lines == [f"- {number}" for number in range(2, 9)], "the newest, in their order"
