"""``verify`` of what is new, of everything, and of signatures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import verify
from factory_git.app.context import Context, open_context
from factory_git.core.errors import NotFound
from factory_git.ledger import merge
from factory_git.ledger.store import REF
from tests.conftest import Git

ANY = {"type": "object"}


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    ctx.ledger.put("note", {"n": 1})
    return ctx


def codes(ctx: Context, **options: object) -> list[str]:
    found = verify.run(ctx, verify.Options(**options))  # type: ignore[arg-type]
    return [problem.code for problem in found.report.problems]


def counts(ctx: Context, **options: object) -> tuple[int, int]:
    report = verify.run(ctx, verify.Options(**options)).report  # type: ignore[arg-type]
    assert report.ok, report.problems
    return report.transactions, report.records


def again(ctx: Context) -> Context:
    ctx.ledger.close()
    return open_context(ctx.location.worktree)


def plant(repo: Path, git: Git, parents: list[str], tree: str, message: str) -> None:
    """Move the ledger to a commit of somebody's making."""
    new = git("commit-tree", tree, *(word for one in parents for word in ("-p", one)), "-m", message, cwd=repo)
    git("update-ref", REF, new.strip(), cwd=repo)


def test_only_what_is_new_is_looked_at(ctx: Context) -> None:
    assert counts(ctx) == (2, 2)
    assert counts(ctx) == (0, 0)
    first = ctx.ledger.put("note", {"n": 2})
    ctx.ledger.put("note", {"n": 3}, [first])
    assert counts(ctx) == (2, 2)
    assert counts(ctx, full=True) == (4, 4)


def test_a_new_record_may_have_an_older_parent_and_an_older_type(ctx: Context) -> None:
    parent = ctx.ledger.put("note", {"n": 2})
    counts(ctx)
    ctx.ledger.put("note", {"n": 3}, [parent])
    assert counts(ctx) == (1, 1)


def test_what_is_wrong_with_something_new_is_named(ctx: Context, repo: Path, git: Git) -> None:
    counts(ctx)
    plant(repo, git, [REF], git("rev-parse", "main^{tree}", cwd=repo).strip(), "x\n\nFactory-Format: 1\n")
    ctx = again(ctx)
    assert "ledger/deleted" in codes(ctx)
    assert "ledger/deleted" in codes(ctx), "what was found wrong is not forgotten"


def test_a_ledger_that_went_back_is_verified_whole(ctx: Context, repo: Path, git: Git) -> None:
    counts(ctx)
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    assert codes(again(ctx)) == ["ledger/lost"]


def test_a_union_that_is_not_what_two_ledgers_give_is_named(ctx: Context, repo: Path, git: Git) -> None:
    base = git("rev-parse", REF, cwd=repo).strip()
    ctx.ledger.put("note", {"ours": 1})
    ours = git("rev-parse", REF, cwd=repo).strip()
    git("update-ref", REF, base, cwd=repo)
    (repo / ".git/factory/acknowledged").unlink()
    ctx = again(ctx)
    ctx.ledger.put("note", {"theirs": 1})
    ctx.ledger.unite(ours)  # type: ignore[arg-type]
    assert codes(ctx) == []
    theirs = git("rev-parse", f"{REF}^1", cwd=repo).strip(), git("rev-parse", f"{REF}^2", cwd=repo).strip()
    tree = git("rev-parse", f"{REF}^{{tree}}", cwd=repo).strip()
    plant(repo, git, list(theirs), tree, merge.MESSAGE)
    found = codes(again(ctx), full=True)
    assert "ledger/union" in found, "the same tree by another hand"


@pytest.fixture
def signers(repo: Path, tmp_path: Path, git: Git) -> Path:
    """A key that Git signs with, and the file that vouches for it."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "factory.signLedger": "true",
    }.items():
        git("config", name, value, cwd=repo)
    path = tmp_path / "signers"
    path.write_text(f"committer@example.com {key.with_suffix('.pub').read_text()}")
    return path


def test_every_transaction_can_be_signed_and_must_be_where_asked(ctx: Context, signers: Path) -> None:
    ctx = again(ctx)
    ctx.ledger.put("note", {"signed": 1})
    report = verify.run(ctx, verify.Options(require_signed=True, signers=signers)).report
    assert [problem.code for problem in report.problems] == ["ledger/unsigned"] * 2, "those from before"
    assert report.problems[0].message.endswith("it is not signed")


def test_a_signature_that_git_cannot_check_is_not_called_absent(repo: Path, git: Git, signers: Path) -> None:
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    git("config", "factory.signLedger", "false", cwd=repo)
    ctx = again(ctx)
    ctx.ledger.put("note", {"unsigned": 1})
    said = [
        one.message.partition(": ")[2] for one in verify.run(ctx, verify.Options(require_signed=True)).report.problems
    ]
    assert sorted(said) == [
        "it is not signed",
        "its signature cannot be checked: gpg.ssh.allowedSignersFile is not set",
    ]


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_signers_that_are_no_file_are_not_found(ctx: Context, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        verify.run(ctx, verify.Options(require_signed=True, signers=tmp_path / name))


def test_a_signed_ledger_passes_and_is_remembered_for_these_signers(
    repo: Path, git: Git, signers: Path, tmp_path: Path
) -> None:
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    ctx.ledger.put("note", {"n": 1})
    assert counts(ctx, require_signed=True, signers=signers) == (2, 2)
    assert counts(ctx, require_signed=True, signers=signers) == (0, 0)
    nobody = tmp_path / "nobody"
    nobody.write_text("")
    assert codes(ctx, require_signed=True, signers=nobody) == ["ledger/unsigned"] * 2
    git("config", "factory.signLedger", "false", cwd=repo)
    ctx = again(ctx)
    ctx.ledger.put("note", {"unsigned": 1})
    assert codes(ctx, require_signed=True, signers=signers) == ["ledger/unsigned"]
    assert codes(ctx) == []


def test_a_key_that_git_no_longer_vouches_for_does_not_count(repo: Path, git: Git, signers: Path) -> None:
    git("config", "gpg.ssh.allowedSignersFile", str(signers), cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    assert counts(ctx, require_signed=True) == (1, 1)
    assert counts(ctx, require_signed=True) == (0, 0)
    signers.write_text("")
    assert codes(ctx, require_signed=True) == ["ledger/unsigned"]


def test_what_another_version_found_sound_is_looked_at_again(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counts(ctx) != (0, 0)
    assert counts(ctx) == (0, 0)
    monkeypatch.setattr(verify, "__version__", "999")
    assert counts(ctx) != (0, 0)


def test_signers_that_are_not_there(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no"):
        codes(ctx, require_signed=True, signers=tmp_path / "none")


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    ctx.ledger.close()

    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "verify", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    assert call().stderr == "2 records, 0 contents, 2 transactions: all well\n"
    assert " since " in call().stderr
    assert json.loads(call("--json", "--full").stdout)["since"] is None
    done = call("--require-signed")
    assert done.returncode == 1
    assert done.stdout.count("ledger/unsigned: transaction ") == 2


def test_what_a_shallow_clone_lacks_is_looked_at_once_it_is_there(repo: Path, tmp_path: Path, git: Git) -> None:
    open_context(repo).ledger.register("note", ANY)
    for message in ("no transaction", "one\n\nFactory-Format: 1"):
        made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", message, cwd=repo).strip()
        git("update-ref", REF, made, cwd=repo)
    git("clone", "-q", f"file://{repo}", "cut", cwd=tmp_path)
    cut = tmp_path / "cut"
    git("fetch", "-q", "--depth=1", "origin", f"+{REF}:{REF}", cwd=cut)
    assert verify.run(open_context(cut)).report.ok
    git("fetch", "-q", "--unshallow", "origin", f"+{REF}:{REF}", cwd=cut)
    assert [one.code for one in verify.run(open_context(cut)).report.problems] == ["ledger/no-format"]
