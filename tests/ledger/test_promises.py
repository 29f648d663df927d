"""Which acknowledged transactions a ledger has lost: what is asked once, for the writer, ``verify`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.context import Context, open_context
from factory_git.core.ids import Oid
from factory_git.gitio.repository import Repository
from factory_git.ledger.promises import lost
from factory_git.ledger.store import REF
from tests.conftest import Git


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", {"type": "object"})
    return ctx


def append(ctx: Context, count: int, word: str) -> list[Oid]:
    tips = []
    for number in range(count):
        ctx.ledger.put("note", {"title": f"{word} {number}"})
        assert ctx.ledger.tip is not None
        tips.append(ctx.ledger.tip)
    return tips


def test_of_a_line_that_was_cut_off_the_newest_is_named(ctx: Context) -> None:
    tips = append(ctx, 6, "a")
    assert lost(ctx.repo, tips[-1], tips) == []
    assert lost(ctx.repo, tips[2], tips) == [tips[-1]]
    assert lost(ctx.repo, None, tips) == [tips[-1]]
    gone = Oid("0" * 39 + "1")
    assert lost(ctx.repo, tips[-1], [gone, *tips]) == [gone]


def test_two_lines_that_were_cut_off_are_both_named_and_a_united_one_is_not(ctx: Context, repo: Path, git: Git) -> None:
    first = append(ctx, 3, "a")
    git("update-ref", REF, first[0], cwd=repo)
    git("update-ref", "-d", REF, cwd=repo)
    (ctx.location.factory_dir / "acknowledged").unlink()
    other = open_context(repo)
    other.ledger.register("note", {"type": "object", "title": "of its own"})
    second = append(other, 3, "b")
    assert lost(ctx.repo, None, [*first, *second]) == [second[-1], first[-1]]
    other.ledger.unite(first[-1])
    assert lost(ctx.repo, other.ledger.tip, [*first, *second]) == []
    both = other.ledger.tip
    assert both is not None
    assert lost(ctx.repo, None, [*first, *second, both]) == [both], "which reaches the other ones, by either parent"


def test_what_is_asked_does_not_grow_with_the_square(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question of ancestry walks history; one for each of a thousand promises took seconds."""
    tips = append(ctx, 40, "a")
    asked: list[Oid] = []
    real = Repository.is_ancestor

    def counted(self: Repository, old: Oid, new: Oid) -> bool:
        asked.append(old)
        return real(self, old, new)

    monkeypatch.setattr(Repository, "is_ancestor", counted)
    assert lost(ctx.repo, tips[-1], tips) == []
    assert lost(ctx.repo, tips[0], tips) == [tips[-1]]
    assert len(asked) == 1
