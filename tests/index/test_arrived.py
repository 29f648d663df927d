"""Contents that were not here when their transaction was indexed are found by their words once they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_git.app.context import Context, open_context
from factory_git.app.search import Options, run
from factory_git.core.ids import Oid, blob_oid
from factory_git.gitio.repository import MissingObject, Repository
from factory_git.ledger.record import make
from tests.conftest import Git

WORDS = b"the transcript speaks of marigolds"


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", {"type": "object"})
    for number in range(3):
        content = WORDS + b" %d" % number
        ctx.ledger.append([make("note", {"title": f"note {number}", "content": blob_oid(content)})], blobs=[content])
    ctx.ledger.close()
    (ctx.location.factory_dir / "index.sqlite").unlink()
    return ctx


def hits(ctx: Context) -> int:
    return len(run(ctx, Options(words="marigolds")))


def test_what_was_fetched_since_is_found(ctx: Context, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {blob_oid(WORDS + b" %d" % number) for number in range(3)}
    asked: list[Oid] = []
    real = Repository.blob

    def partial(self: Repository, oid: Oid) -> bytes:
        if oid in absent:
            asked.append(oid)
            raise MissingObject(f"object {oid} is not here")
        return real(self, oid)

    monkeypatch.setattr(Repository, "blob", partial)
    assert hits(ctx) == 0
    ctx.ledger.close()
    again = open_context(repo)
    assert hits(again) == 0
    before = len(asked)
    assert hits(again) == 0
    assert hits(open_context(repo)) == 0
    assert len(asked) == before, "nothing came: nothing is asked for"
    absent.pop()
    packs = repo / ".git/objects/pack"
    os.utime(packs, ns=(0, packs.stat().st_mtime_ns + 1))
    assert hits(open_context(repo)) == 1
    absent.clear()
    os.utime(packs, ns=(0, packs.stat().st_mtime_ns + 1))
    assert hits(open_context(repo)) == 3
    assert hits(open_context(repo)) == 3
