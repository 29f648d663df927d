"""What is remembered: added, revised, found, summed up, forgotten; the same in every clone; told to agents."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from factory_git.app import memory, memory_summary
from factory_git.app.context import Context, open_context
from factory_git.app.memory import Filters
from factory_git.core.errors import NotFound, UsageError
from factory_git.engine.phases import validate
from factory_git.ledger.cells import MemoryCells
from factory_git.ledger.record import make
from factory_git.ledger.store import REF
from factory_git.memory import context, snippet
from factory_git.memory.entry import Memory
from factory_git.memory.fold import Remembered, take
from factory_git.memory.summary import by_rule
from tests.conftest import Git
from tests.engine.fakes import BOUND_FILE, Shop, make_shop
from tests.engine.test_kill import proves


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    return open_context(repo)


def summarize(ctx: Context, scope: str) -> memory_summary.Result:
    return memory_summary.run(ctx, memory_summary.Options(scope=scope))


def texts(ctx: Context, **where: str) -> list[str]:
    return [one.text for one in memory.listing(ctx, Filters(**where))]


def found(ctx: Context, words: str, **where: str) -> list[str]:
    return [one.memory.text for one in memory.search(ctx, words, Filters(**where))]


def test_what_is_added_stands_by_scope_and_tag(ctx: Context) -> None:
    memory.add(ctx, "  the harvest is weighed wet \n", scope="spec:farmer", tags=["units"])
    memory.add(ctx, "CI runs on two cores")
    assert texts(ctx) == ["the harvest is weighed wet", "CI runs on two cores"]
    assert texts(ctx, scope="spec:farmer") == texts(ctx, tag="units") == ["the harvest is weighed wet"]
    assert texts(ctx, scope="task:7") == []


def test_the_same_text_is_one_memory(ctx: Context) -> None:
    assert memory.add(ctx, "once") == memory.add(ctx, "once ")
    assert texts(ctx) == ["once"]
    assert memory.add(ctx, "once", scope="task:7") != memory.add(ctx, "once")


def test_a_revision_stands_for_what_it_replaces(ctx: Context) -> None:
    first = memory.add(ctx, "CI runs on two cores", scope="task:7", tags=["ci"])
    second = memory.add(ctx, "CI runs on four cores", replace=first[:8])
    assert texts(ctx) == texts(ctx, scope="task:7", tag="ci") == ["CI runs on four cores"]
    assert ctx.ledger.get(second).parents == (first,)
    with pytest.raises(NotFound, match="is no memory that stands"):
        memory.add(ctx, "three", replace=first)


def test_what_is_forgotten_stands_no_more_and_is_not_found(ctx: Context) -> None:
    id_ = memory.add(ctx, "the password is on the fridge")
    memory.forget(ctx, id_, why="moved")
    assert texts(ctx) == []
    assert found(ctx, "fridge") == []
    assert "fridge" in ctx.ledger.get(id_).payload["text"], "history keeps it, and the command says so"


def test_what_is_said_again_after_it_was_taken_back_stands_again(ctx: Context) -> None:
    for _ in range(3):
        id_ = memory.add(ctx, "basil is in")
        assert texts(ctx) == ["basil is in"]
        memory.forget(ctx, id_)
        assert texts(ctx) == []
    memory.add(ctx, "basil is out", replace=memory.add(ctx, "basil is in"))
    memory.add(ctx, "basil is in")
    assert sorted(texts(ctx)) == ["basil is in", "basil is out"]


def test_a_chain_of_revisions_goes_on_over_a_deletion_and_only_from_its_end(ctx: Context) -> None:
    first = memory.add(ctx, "basil is in")
    memory.forget(ctx, first)
    again = memory.add(ctx, "basil is in")
    chain = [line.id for line in ctx.ledger.tree(again).lines()]
    assert (chain[0], chain[-1], len(chain)) == (again, first, 3), "it comes after the deletion, not beside the first"
    memory.add(ctx, "basil is out", replace=again)
    tip = ctx.ledger.tip
    for stale in (first, again):
        with pytest.raises(NotFound, match="no memory that stands"):
            memory.add(ctx, "an earlier revision has a successor", replace=stale)
        with pytest.raises(NotFound, match="no memory that stands"):
            memory.forget(ctx, stale)
    assert ctx.ledger.tip == tip
    assert texts(ctx) == ["basil is out"]


def test_a_record_that_is_no_memory_stops_nobody(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.add(ctx, "basil is in")
    hostile = open_context(ctx.location.worktree)
    monkeypatch.setattr(hostile.ledger._types, "check", lambda _: None)  # another program, which checks nothing
    hostile.ledger.append([make("memory", {"title": "basil", "text": 5})])
    ctx = open_context(ctx.location.worktree)
    assert texts(ctx) == found(ctx, "basil") == ["basil is in"]
    assert any("breaks its schema" in one for one in ctx.ledger.notices)


def test_two_revisions_made_apart_are_rivals_until_one_replaces_the_other(
    ctx: Context, repo: Path, git: Git, tmp_path: Path
) -> None:
    first = memory.add(ctx, "CI runs on two cores")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    other = open_context(tmp_path / "other")
    memory.add(other, "CI runs on four cores", replace=first)
    ours = memory.add(ctx, "CI runs on eight cores", replace=first)
    git("fetch", "-q", str(tmp_path / "other"), f"+{REF}:refs/factory-remotes/x/ledger", cwd=repo)
    ctx.ledger.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=repo).strip())  # type: ignore[arg-type]
    standing = memory.listing(ctx)
    assert {one.text for one in standing} == {"CI runs on four cores", "CI runs on eight cores"}
    assert all(len(one.rivals) == 1 for one in standing)
    assert folded(ctx) == standing
    memory.add(ctx, "CI runs on eight", replace=ours)
    assert len(memory.listing(ctx)) == 2, "the other one still stands"
    assert folded(ctx) == memory.listing(ctx)


def folded(ctx: Context) -> list[Memory]:
    """What stands, folded from the start."""
    cells = MemoryCells()
    take(cells, ctx.ledger.list(type="memory"))
    return Remembered(cells).all()


def test_memories_are_found_by_their_words(ctx: Context) -> None:
    memory.add(ctx, "basil wilts below six degrees", scope="spec:farmer")
    memory.add(ctx, "mint does not")
    memory.add(ctx, "six is a number", tags=["numbers"])
    assert found(ctx, "wilt*") == found(ctx, '"below six"') == ["basil wilts below six degrees"]
    assert found(ctx, "six", tag="numbers") == found(ctx, "six -basil") == ["six is a number"]
    assert found(ctx, "basil", scope="repository") == found(ctx, "basil", actor="nobody") == []
    assert found(ctx, "basil", actor="a u THOR", since="1 day ago") == ["basil wilts below six degrees"]
    assert found(ctx, "basil", until="1 day ago") == texts(ctx, until="1 day ago") == []
    with pytest.raises(UsageError, match="nothing to look for"):
        memory.search(ctx, "-")


def test_forgotten_ones_do_not_hide_those_that_stand(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "FIRST", 2)
    for number in range(9):
        memory.forget(ctx, memory.add(ctx, f"basil basil basil {number}"))
    memory.add(ctx, "basil, and many other words that say nothing about it at all")
    assert len(memory.search(ctx, "basil", limit=1)) == 1


def test_a_snippet_stands_around_the_words(ctx: Context) -> None:
    text = f"{'one of many words ' * 30}the Étude begins {'and goes on ' * 30}"
    piece = snippet.around(text, 'etude -many "begins and"')
    assert "the \x02Étude\x03 \x02begins\x03 \x02and\x03 goes" in piece
    assert (piece[0], piece[-1]) == ("…", "…")
    assert len(piece.translate({2: None, 3: None})) <= snippet.ROOM + 2
    assert snippet.around("short\nwords", "none") == "short words"
    assert snippet.around("x" * 1_000, "wor*")[:3] == "xxx"
    assert snippet.around("words of words", "wor*") == "\x02words\x03 of \x02words\x03"


def test_a_summary_says_what_most_of_a_scope_says_and_replaces_the_one_before(ctx: Context) -> None:
    for text in ("Basil wilts in the cold.", "Cold basil is returned. A dog barked.", "Keep basil warm: cold kills it"):
        memory.add(ctx, text, scope="spec:farmer")
    first = summarize(ctx, "spec:farmer").id
    said = ctx.ledger.get(first).payload
    assert len(said["of"]) == 3
    assert said["by"] == "rules"
    memory.add(ctx, "Basil likes light.", scope="spec:farmer")
    assert summarize(ctx, "spec:farmer").new
    assert not summarize(ctx, "spec:farmer").new, "there is nothing to sum up again"
    assert [one.kind for one in memory.listing(ctx)].count("summary") == 1
    short = by_rule(memory.listing(ctx, Filters(scope="spec:farmer")), most=2)
    assert "dog" not in short
    assert len(short.splitlines()) == 2


@pytest.mark.parametrize("scope", ["farm", "spec:", "spec: x", "robot:x", "spec:a b", ":x"])
def test_a_scope_that_is_none_is_refused(ctx: Context, scope: str) -> None:
    with pytest.raises(UsageError, match="is no scope"):
        memory.add(ctx, "x", scope=scope)


def test_nothing_and_too_much_are_refused(ctx: Context) -> None:
    for text, words in (("  \n", "nothing to remember"), ("x" * 60_001, "over the limit of 60,000")):
        with pytest.raises(UsageError, match=words):
            memory.add(ctx, text)
    with pytest.raises(UsageError, match="nothing to sum up"):
        summarize(ctx, "repository")
    assert ctx.ledger.tip is None


def test_what_an_agent_is_told_is_near_bounded_and_without_secrets_of_the_tests(ctx: Context) -> None:
    memory.add(ctx, "about the repository")
    memory.add(ctx, "about another spec", scope="spec:other")
    memory.add(ctx, "about the spec", scope="spec:shop")
    memory.add(ctx, "x" * 5_990, scope="agent:claude")
    memory.add(ctx, "the answer is 42 == 42", scope="spec:shop")
    told = context.chosen(memory.listing(ctx), context.scopes("shop", "claude"), withheld=["42 == 42"])
    assert [one.text[:5] for one in told] == ["about", "about"], "5,990 characters have no room beside the rest"
    assert context.section(()) == ""
    assert "- (spec:shop) about the spec\n" in context.section(told)
    newer = [replace(one, when=one.when.replace(year=2040)) if one.scope == "repository" else one for one in told]
    assert context.chosen(newer, context.scopes("shop", "claude"))[0].scope == "spec:shop", "nearness before newness"


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(validate, "prove", proves)
    return make_shop(tmp_path / "shop", git, monkeypatch)


def test_an_agent_gets_what_is_remembered_and_the_record_says_which(shop: Shop, tmp_path: Path) -> None:
    ctx = open_context(shop.path)
    scopes = ("task:7", "objective:other", "spec:shop", "agent:agent.sh", "agent:other", "repository")
    ids = {scope: memory.add(ctx, f"the value of {scope} was 42 last year", scope=scope) for scope in scopes}
    memory.forget(ctx, memory.add(ctx, "what was forgotten about 42", scope="spec:shop"))
    ctx.ledger.close()
    script = tmp_path / "agent.sh"
    script.write_text(
        f'#!/bin/sh\ncat "$1" > {tmp_path}/prompt.md\necho I looked for rhubarb\n'
        f"printf 'def run():\\n    return 42\\n' > \"$2/{BOUND_FILE}\"\n"
    )
    script.chmod(0o755)
    result = shop.run(agent=f"command: {script} {{prompt_file}} {{worktree}}", about=("task:7",))
    assert result.specs[0].promoted
    told = ("task:7", "spec:shop", "agent:agent.sh", "repository")
    prompt = (tmp_path / "prompt.md").read_text()
    places = [prompt.index(f"the value of {scope} was") for scope in told]
    assert places == sorted(places), "the nearest first"
    assert prompt.count("was 42 last year") == len(told)
    assert "forgotten" not in prompt
    ctx = open_context(shop.path)
    (implement,) = ctx.ledger.list(type="implement")
    assert implement.record.payload["memory"] == [ids[scope] for scope in told]
    for words in ("rhubarb", '"task:7 was 42"'):  # the transcript, the prompt
        hits = ctx.ledger.search(words, ctx.ledger.query(type="implement"))
        assert [one.row.id for one in hits] == [implement.record.id]


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    def call(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "memory", *args]
        return subprocess.run(command, cwd=repo, input=stdin, capture_output=True, text=True, check=False)

    id_ = call("add", "-", "--tag", "units", stdin="the harvest\nis weighed wet\n").stdout.strip()
    assert call("list").stdout.endswith("the harvest  [units]\n")
    assert json.loads(call("list", "--json").stdout)[0]["id"] == id_
    assert call("search", "wet").stdout.splitlines()[1].strip() == "the harvest is weighed wet"
    assert json.loads(call("search", "wet", "--json").stdout)[0]["snippet"] == "the harvest is weighed wet"
    assert call("search", "dry").returncode == 1
    assert "its text stays in the ledger's history" in call("forget", id_[:8]).stderr
    call("add", "-", "--tag", "\x1b[2J", stdin="red \x1b[2J sky")
    assert not any("\x1b" in call(*said).stdout for said in (("list",), ("search", "sky"))), "nobody steers a terminal"
    call("forget", json.loads(call("search", "sky", "--json").stdout)[0]["id"])
    assert call("list").stdout == ""
