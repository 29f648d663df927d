"""Full text: what is found, in which order, and that the index of words follows the ledger."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.app import search
from factory_git.app.context import Context, open_context
from factory_git.core.errors import UsageError
from factory_git.core.ids import blob_oid
from factory_git.index.search import expression
from factory_git.ledger.store import REF
from tests.conftest import Git

ANY = {"type": "object"}


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    for text in (
        "The cold chain broke twice in May",
        "May brings the first basil; basil everywhere, basil again",
        "Étude on basil",
        "chain cold: the words of a phrase in another order",
    ):
        ctx.ledger.put("note", {"title": text})
    return ctx


def titles(ctx: Context, words: str, **options: object) -> list[str]:
    return [one.row.title for one in search.run(ctx, search.Options(words=words, **options))]  # type: ignore[arg-type]


def test_all_words_must_occur_and_the_best_comes_first(ctx: Context) -> None:
    assert titles(ctx, "basil") == ["May brings the first basil; basil everywhere, basil again", "Étude on basil"]
    assert titles(ctx, "may basil") == ["May brings the first basil; basil everywhere, basil again"]
    assert titles(ctx, "basil chain") == []


def test_phrases_beginnings_and_words_that_must_not_be_there(ctx: Context) -> None:
    assert titles(ctx, '"cold chain"') == ["The cold chain broke twice in May"]
    assert len(titles(ctx, "cold chain")) == 2
    assert titles(ctx, "everyw*") == ["May brings the first basil; basil everywhere, basil again"]
    assert titles(ctx, "basil -may") == ["Étude on basil"]
    assert titles(ctx, "ETUDE") == ["Étude on basil"], "case and accents do not matter"


def test_filters_and_limit(ctx: Context) -> None:
    ctx.ledger.put("note", {"title": "basil on a stream"}, stream="runs/1", actor="Ana <ana@example.com>")
    assert titles(ctx, "basil", stream="runs/1") == ["basil on a stream"]
    assert titles(ctx, "basil", actor="ana@") == ["basil on a stream"]
    assert titles(ctx, "basil", type="type") == []
    assert len(titles(ctx, "basil", limit=2)) == 2


def test_large_contents_count_for_the_record_that_names_them(ctx: Context) -> None:
    transcript = b"the agent said: rhubarb is out of season"
    oid = blob_oid(transcript)
    ctx.ledger.put("note", {"title": "an attempt", "transcript": oid}, blobs=[transcript, b"\0rhubarb"])
    found = search.run(ctx, search.Options(words="rhubarb season"))
    assert [(one.row.title, one.content) for one in found] == [("an attempt", oid)]
    assert "out of \x02season\x03" in found[0].snippet
    assert search.as_json(found[0])["snippet"].endswith("rhubarb is out of season")


def test_the_best_comes_first_be_it_a_record_or_a_content(ctx: Context) -> None:
    content = b"rhubarb rhubarb rhubarb"
    ctx.ledger.put("note", {"title": "rhubarb, among " + "many other words " * 40})
    ctx.ledger.put("note", {"title": "an attempt", "transcript": blob_oid(content)}, blobs=[content])
    assert titles(ctx, "rhubarb")[0] == "an attempt"
    assert titles(ctx, "rhubarb", limit=1) == ["an attempt"]


def test_a_content_that_two_clones_stored_is_found_once(ctx: Context, repo: Path, git: Git, tmp_path: Path) -> None:
    content = b"quince"
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    for number, here in enumerate((ctx, open_context(tmp_path / "other"))):
        title = f"attempt {number}"
        here.ledger.put("note", {"title": title, "of": blob_oid(content)}, blobs=[content])
        here.ledger.put("note", {"title": f"later {number}"})
    git("fetch", "-q", str(tmp_path / "other"), f"+{REF}:refs/other", cwd=repo)
    ctx.ledger.unite(git("rev-parse", "refs/other", cwd=repo).strip())  # type: ignore[arg-type]
    assert len(titles(ctx, "quince")) == 1
    assert [len(titles(ctx, f'"later {number}"')) for number in range(2)] == [1, 1]


def test_words_of_what_the_ledger_no_longer_has_are_not_found(ctx: Context, repo: Path, git: Git) -> None:
    ctx.ledger.put("note", {"title": "gooseberry", "content": blob_oid(b"currant")}, blobs=[b"currant"])
    assert titles(ctx, "gooseberry") == titles(ctx, "currant") == ["gooseberry"]
    ctx.ledger.close()
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    again = open_context(repo)
    assert titles(again, "gooseberry") == titles(again, "currant") == []
    assert len(titles(again, "basil")) == 2


def test_a_text_is_found_whatever_its_case_and_signs(ctx: Context) -> None:
    ctx.ledger.put("note", {"title": "100% ÄRGER_\\ here"})
    listed = {text: len(ctx.ledger.list(text=text)) for text in ("100%", "ärger", "r_\\", "0x", "_r", "\\ HERE")}
    assert listed == {"100%": 1, "ärger": 1, "r_\\": 1, "0x": 0, "_r": 0, "\\ HERE": 1}


def test_nothing_to_look_for_is_refused(ctx: Context) -> None:
    for words in ("", "-", '""', "* ...", "-basil", '-"a phrase" -b*'):
        with pytest.raises(UsageError, match="nothing to look for"):
            search.run(ctx, search.Options(words=words))


@given(st.text(max_size=40))
def test_no_words_are_an_error_of_the_query(words: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE search USING fts5(text)")
    asked = expression(words)
    if asked:
        db.execute("SELECT 1 FROM search WHERE search MATCH ?", (asked,)).fetchall()
    db.close()
