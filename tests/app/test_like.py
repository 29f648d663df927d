"""Search by meaning: joined with words, filtered, kept beside the index and nowhere else."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.app import like, memory, search
from factory_git.app.context import Context, open_context
from factory_git.core.errors import InvalidInput, UsageError
from factory_git.core.ids import Oid, blob_oid
from factory_git.embedders.command import CommandEmbedder
from factory_git.embedders.protocol import EmbedderFailed
from factory_git.index.fusion import fused
from factory_git.index.vectors import Vectors
from tests.conftest import Git
from tests.embedders import scripted
from tests.embedders.test_embedders import static_model

ANY = {"type": "object"}


@pytest.fixture
def ctx(repo: Path, git: Git, tmp_path: Path) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    git("config", "factory.embeddings", scripted.command(tmp_path), cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    for title in ("basil wilts in frost", "the lorry is late", "an unrelated remark"):
        ctx.ledger.put("note", {"title": title}, stream="notes")
    return ctx


def titles(ctx: Context, text: str, **options: object) -> list[str]:
    found = search.run(ctx, search.Options(like=text, **options))  # type: ignore[arg-type]
    return [one.row.title for one in found]


def asked(tmp_path: Path) -> list[str]:
    return (tmp_path / "asked.txt").read_text().splitlines()


def test_what_is_like_a_text_is_found_without_its_words(ctx: Context) -> None:
    assert titles(ctx, "a truck", type="note")[0] == "the lorry is late"
    assert titles(ctx, "freezing herb", type="note")[0] == "basil wilts in frost"


def test_words_and_meaning_are_joined(ctx: Context) -> None:
    ctx.ledger.put("note", {"title": "a van and no more"})
    ctx.ledger.put("note", {"title": "herbarium opening hours today"})
    found = titles(ctx, "lorry opening hours", type="note")
    only_words, only_meaning = "herbarium opening hours today", "a van and no more"
    assert set(found[:3]) == {"the lorry is late", only_words, only_meaning}
    assert found.index("the lorry is late") < found.index(only_meaning), "both is better than one"
    assert titles(ctx, "truck", words="unrelated", type="note") == ["an unrelated remark"], "WORDS must occur"
    assert titles(ctx, "truck", words="nowhere") == []


def test_filters_hold_and_only_what_they_let_through_is_made(ctx: Context, tmp_path: Path) -> None:
    ctx.ledger.put("note", {"title": "another truck"}, stream="other")
    assert titles(ctx, "truck", stream="other") == ["another truck"]
    assert asked(tmp_path) == ["truck", "another truck"]
    assert titles(ctx, "truck", stream="other", limit=1) == ["another truck"]
    assert titles(ctx, "truck", type="memory") == []


def test_a_text_is_asked_about_once(ctx: Context, tmp_path: Path) -> None:
    titles(ctx, "truck", type="note")
    ctx.ledger.put("note", {"title": "a second truck"})
    titles(open_context(ctx.location.worktree), "truck", type="note")
    assert len(asked(tmp_path)) == 3 + 2 + 1
    assert asked(tmp_path).count("the lorry is late") == 1


def test_large_contents_count_for_the_record_that_names_them(ctx: Context) -> None:
    transcript = b"nothing " * 400 + b" then the van van van van broke down " * 20
    oid = blob_oid(transcript)
    ctx.ledger.put("note", {"title": "an attempt", "transcript": oid}, blobs=[transcript, b"\0van"])
    found = search.run(ctx, search.Options(like="truck truck"))
    assert {one.row.title: one.content for one in found}["an attempt"] == oid
    hit = next(one for one in found if one.content)
    assert "van van" in hit.snippet, "the part that is like it is shown"


def test_a_few_at_once_and_the_rest_is_told(ctx: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number in range(5):
        ctx.ledger.put("note", {"title": f"truck {number}"})
    said: list[str] = []
    small = CommandEmbedder(argument=scripted.command(tmp_path).partition(": ")[2], batch=2, most=3)
    monkeypatch.setattr(like, "embedder", lambda *_, **__: small)
    for left in (5, 2, None):
        said.clear()
        search.run(ctx, search.Options(like="truck", type="note"), tell=said.append)
        told = [one for one in said if "have no vectors yet" in one]
        tail = "older texts have no vectors yet; the same command goes on with them"
        assert told == ([f"note: {left} {tail}"] if left else [])
    assert asked(tmp_path)[1] == "truck 4", "the newest first"


def test_what_was_made_before_a_failure_is_kept(ctx: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = scripted.SCRIPT.replace("log.write(line)", "log.write(line); assert 'lorry' not in line, 'no lorries'")
    argument = scripted.command(tmp_path, script).partition(": ")[2]
    one_by_one = CommandEmbedder(argument=argument, batch=1)
    monkeypatch.setattr(like, "embedder", lambda *_, **__: one_by_one)
    with pytest.raises(EmbedderFailed, match="no lorries"):
        titles(ctx, "truck", type="note")
    (tmp_path / "embed.py").write_text(scripted.SCRIPT)
    assert titles(ctx, "truck", type="note")[0] == "the lorry is late"
    assert asked(tmp_path).count("an unrelated remark") == 1


def test_nothing_of_it_is_in_the_ledger_and_the_file_may_go(ctx: Context, git: Git, repo: Path) -> None:
    before, file = ctx.ledger.tip, ctx.location.factory_dir / "folds/vectors.sqlite"
    first = titles(ctx, "truck")
    assert ctx.ledger.tip == before
    assert git("status", "--porcelain", cwd=repo) == ""
    for damage in (file.unlink, lambda: file.write_bytes(b"no database" * 1000)):
        damage()
        assert titles(ctx, "truck") == first
    assert file.stat().st_size


def test_another_model_makes_its_own_vectors_and_old_ones_go(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    for name, width in (("a", 2), ("b", 3), ("c", 2)):
        store = Vectors(path, name)
        store.keep([(Oid("1" * 40), [array("f", [1.0] * width)])])
        assert store.width() == width
        store.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM vector").fetchone() == (2,)
    kept = {name: Vectors(path, name).missing([Oid("1" * 40)]) for name in ("c", "b", "a")}
    assert kept == {"c": [], "b": [], "a": ["1" * 40]}


def test_where_nothing_can_be_written_what_is_kept_is_used_and_the_rest_made_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, known, new = tmp_path / "v.sqlite", Oid("1" * 40), Oid("2" * 40)
    store = Vectors(path, "m")
    store.keep([(known, [array("f", [1.0])])])
    store.close()
    before = path.read_bytes()
    monkeypatch.setattr("factory_git.index.database.os.access", lambda *_: False)
    for place, missing in ((path, [new]), (tmp_path / "none" / "v.sqlite", [known, new])):
        store = Vectors(place, "m")
        assert store.missing([known, new]) == missing
        store.keep([(new, [array("f", [1.0])])])
        assert [one.id for one in store.nearest(array("f", [1.0]), [new], 9)] == [new]
    assert path.read_bytes() == before
    assert not (tmp_path / "none").exists()


def test_a_model_that_changed_behind_its_name_is_noticed(ctx: Context, tmp_path: Path) -> None:
    titles(ctx, "truck", type="note")
    (tmp_path / "embed.py").write_text(scripted.SCRIPT.replace("[0.01]", "[0.01, 0.01]"))
    said: list[str] = []
    found = search.run(ctx, search.Options(like="truck", type="note"), tell=said.append)
    assert found[0].row.title == "the lorry is late"
    assert said == ["note: the model is another one now: its vectors are made again"]


def test_order_is_the_same_with_and_without_numpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    ids = [blob_oid(str(number).encode()) for number in range(300)]
    store = Vectors(tmp_path / "v.sqlite", "m")
    store.keep((id_, [array("f", [(n % 7) / 7, 1 - (n % 7) / 7])]) for n, id_ in enumerate(ids))
    target = array("f", [0.6, 0.8])
    fast = store.nearest(target, ids, 50)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert store.nearest(target, ids, 50) == fast
    assert fast == sorted(fast, key=lambda one: (-one.cosine, one.id)), "ties by id"
    assert len(store.nearest(target, set(ids[:9]), 50)) == 9


def test_it_is_said_plainly_when_nothing_is_configured(ctx: Context, git: Git, repo: Path) -> None:
    git("config", "--unset", "factory.embeddings", cwd=repo)
    for call in (
        lambda: titles(open_context(repo), "truck"),
        lambda: memory.search(open_context(repo), "", like="truck"),
    ):
        with pytest.raises(UsageError, match="no embedder is configured") as caught:
            call()
        assert "git config factory.embeddings" in caught.value.hint


def test_what_is_run_here_is_not_said_by_a_commit(repo: Path) -> None:
    (repo / ".factory").mkdir()
    (repo / ".factory/config.yaml").write_text("embeddings: 'command: rm -rf /'\nmemoryAgent: 'command: x'\n")
    with pytest.raises(InvalidInput) as caught:
        _ = open_context(repo).settings
    assert [one.code for one in caught.value.problems] == ["config/personal"] * 2


def test_memories_are_found_by_what_they_mean(ctx: Context) -> None:
    memory.add(ctx, "every lorry comes on Friday", scope="spec:farmer")
    memory.add(ctx, "frost kills", scope="spec:farmer")
    gone = memory.add(ctx, "a truck that is gone")
    memory.forget(ctx, gone)
    found = [one.memory.text for one in memory.search(ctx, "", like="truck")]
    assert found == ["every lorry comes on Friday", "frost kills"], "what is forgotten is not found"
    assert memory.search(ctx, "", memory.Filters(scope="repository"), like="lorry") == [], "nor by its words"
    assert [one.memory.text for one in memory.search(ctx, "frost", like="truck")] == ["frost kills"]


def test_a_model_in_a_folder_serves_a_search(
    ctx: Context, git: Git, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "factory.embeddings", f"model2vec: {static_model(tmp_path / 'model', monkeypatch)}", cwd=repo)
    assert titles(open_context(repo), "truck", type="note")[0] == "the lorry is late"


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    shown = call("search", "--like", "a truck", "-t", "note", "-n", "1")
    assert "the lorry is late" in shown.stdout
    assert json.loads(call("search", "--like", "a truck", "-n1", "--json").stdout)[0]["snippet"] == "the lorry is late"
    assert call("search").returncode == 2
    assert call("search", "--like", " ").returncode == 2
    assert "basil wilts" in call("search", "--like", "herb", "--", "frost").stdout


def test_fusion_counts_ranks() -> None:
    assert fused([[1, 2, 3, 4], [4, 3]]) == [4, 3, 1, 2]
    assert fused([["a", "b", "a"], ["b"]]) == ["b", "a"]


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=3))
def test_fusion_holds_everything_once_and_what_is_above_in_all_is_above(rankings: list[list[int]]) -> None:
    order = fused(rankings)
    assert sorted(order) == sorted({one for ranking in rankings for one in ranking})
    for one in order:
        for other in order:
            above = [
                one in ranking and (other not in ranking or ranking.index(one) < ranking.index(other))
                for ranking in rankings
            ]
            assert not (all(above) and order.index(one) > order.index(other))
