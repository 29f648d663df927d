"""What another ledger must be before it is united with ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid, blob_oid
from factory_git.ledger import admit
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.types import NewerVersion
from tests.conftest import Git


def committed(repo: Path, git: Git, tree: str, *, form: int = 1) -> Oid:
    """What somebody else wrote on top of our ledger."""
    message = f"x\n\nFactory-Format: {form}"
    return Oid(git("commit-tree", tree, "-p", REF, "-m", message, cwd=repo).strip())


def with_file(repo: Path, git: Git, path: str, oid: str) -> str:
    """The tree of our ledger with one file more, or another one at its path."""
    git("read-tree", REF, cwd=repo)
    git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}", cwd=repo)
    return git("write-tree", cwd=repo).strip()


def test_a_later_format_is_refused(ledger: Ledger, repo: Path, git: Git) -> None:
    other = committed(repo, git, git("rev-parse", f"{REF}^{{tree}}", cwd=repo).strip(), form=99)
    tip = ledger.tip
    with pytest.raises(NewerVersion, match="format 99"):
        ledger.unite(other)
    assert ledger.tip == tip


def test_a_content_under_the_name_of_another_one_is_refused(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.put("note", {"n": 1}, blobs=[b"words"])
    content = blob_oid(b"words")
    path = ledger.located([content])[content].path
    strange = path.replace(content, "1" * 40)
    with pytest.raises(IntegrityError, match="where no record or content can be") as caught:
        ledger.unite(committed(repo, git, with_file(repo, git, strange, content)))
    assert caught.value.code == "ledger/path"


def test_more_files_than_a_union_may_bring_are_refused(
    ledger: Ledger, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ledger.tip
    for number in range(3):
        ledger.put("note", {"n": number})
    after = ledger.tip
    assert before is not None
    assert after is not None
    monkeypatch.setattr(admit, "MOST", 4)
    assert len(admit.check(ledger._repo, before, after).commits) == 3
    monkeypatch.setattr(admit, "MOST", 3)
    with pytest.raises(IntegrityError, match="more than 3 files") as caught:
        admit.look(ledger._repo, before, after)
    assert caught.value.code == "ledger/too-large"
