"""Verify: whatever was tampered with is named, and an honest ledger passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.verify import Seals, verify
from tests.conftest import Git
from tests.ledger.conftest import open_ledger
from tests.ledger.redacting import anyone


def replant(repo: Path, git: Git, change: dict[str, str | None], message: str | None = None, *, amend: bool) -> None:
    """Move the ledger to a commit whose tree has these paths changed (None removes; else the object's id)."""
    lines = {line.partition("\t")[2]: line.split()[2] for line in git("ls-tree", "-r", REF, cwd=repo).splitlines()}
    for path, oid in change.items():
        lines.pop(path, None)
        if oid is not None:
            lines[path] = oid
    env = repo / "index"
    import os
    import subprocess

    def run(*args: str, stdin: str = "") -> str:
        environment = {**os.environ, "GIT_INDEX_FILE": str(env)}
        done = subprocess.run(
            ["git", *args], cwd=repo, input=stdin, capture_output=True, text=True, env=environment, check=True
        )
        return done.stdout.strip()

    env.unlink(missing_ok=True)
    run("update-index", "--add", "--index-info", stdin="".join(f"100644 {o}\t{p}\n" for p, o in lines.items()))
    message = message or git("log", "-1", "--format=%B", REF, cwd=repo)
    parents = git("log", "-1", "--format=%P", REF, cwd=repo).split() if amend else [REF]
    new = run("commit-tree", run("write-tree"), *(a for p in parents for a in ("-p", p)), "-m", message)
    git("update-ref", REF, new, cwd=repo)


def path_of(repo: Path, git: Git, id_: str) -> str:
    return next(p for p in git("ls-tree", "-r", "--name-only", REF, cwd=repo).split() if id_[:12] in p)


@pytest.fixture
def ids(ledger: Ledger) -> list[str]:
    """Three records, each the parent of the next."""
    out: list[str] = []
    for n in range(3):
        out.append(ledger.put("note", {"n": n}, out[-1:]))  # type: ignore[arg-type]
    return out


def codes(repo: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in open_ledger(repo).verify().problems]


def test_an_honest_ledger_passes(ledger: Ledger, repo: Path, ids: list[str]) -> None:
    ledger.put("note", {"big": 1}, blobs=[b"x" * 100])
    report = open_ledger(repo).verify()
    assert (report.records, report.blobs, report.transactions, report.problems) == (5, 1, 5, ())


def test_an_empty_ledger_passes(repo: Path) -> None:
    assert open_ledger(repo).verify().ok


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("amend", [True, False])
def test_a_deleted_record_is_named(repo: Path, git: Git, ids: list[str], which: int, amend: bool) -> None:
    replant(repo, git, {path_of(repo, git, ids[which]): None}, amend=amend)
    found = codes(repo)
    assert ("ledger/deleted", ids[which]) in found
    assert open_ledger(repo).verify().problems[0].code.startswith("ledger/")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_was_deleted_bricks_nothing(repo: Path, git: Git, ids: list[str], which: int) -> None:
    """The others are read, more is written, and the same record put again stands again."""
    replant(repo, git, {path_of(repo, git, ids[which]): None}, amend=False)
    ledger = open_ledger(repo)
    for other in ids[:which] + ids[which + 1 :]:
        assert ledger.get(other).payload == {"n": ids.index(other)}
    assert ledger.put("note", {"n": 9})
    assert ledger.put("note", {"n": which}, ids[which - 1 : which] if which else []) == ids[which]  # type: ignore[arg-type]
    assert ids[which] in git("ls-tree", "-r", REF, cwd=repo)
    assert open_ledger(repo).get(ids[which]).payload == {"n": which}


@pytest.mark.parametrize("bytes_", ["not JSON", '{"a": 1}', '{"parents":[],"payload":{},"type":"note","v":99}'])
def test_what_cannot_be_read_is_named_and_never_deleted(
    ledger: Ledger, repo: Path, git: Git, tmp_path: Path, ids: list[str], bytes_: str
) -> None:
    """A later program may understand it: appends, joined packs, gc, a union and a new index leave it where it is."""
    git("clone", "-q", "--bare", str(repo), str(tmp_path / "other"), cwd=tmp_path)
    git("fetch", "-q", str(repo), f"{REF}:{REF}", cwd=tmp_path / "other")
    open_ledger(tmp_path / "other").put("note", {"n": "theirs"})
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin=bytes_).strip()
    place = f"{path_of(repo, git, ids[0]).rpartition('/')[0]}/note-{blob[:12]}.json"
    replant(repo, git, {place: blob}, f"x\n\nFactory-Format: 1\nFactory-Record: note {blob}\n", amend=False)
    git("fetch", "-q", str(tmp_path / "other"), f"{REF}:refs/factory-remotes/o/ledger", cwd=repo)
    late = open_ledger(repo)
    late.put("note", {"n": "ours"})
    late.unite(git("rev-parse", "refs/factory-remotes/o/ledger", cwd=repo).strip())  # type: ignore[arg-type]
    late.maintain()
    late.close()
    git("gc", "-q", "--prune=now", cwd=repo)
    (repo / ".git/factory/index.sqlite").unlink()
    late = open_ledger(repo)
    assert {entry.record.payload["n"] for entry in late.list(type="note")} == {0, 1, 2, "ours", "theirs"}
    assert any(blob[:12] in notice for notice in late.notices)
    assert (place, blob) in [
        (line.split("\t")[1], line.split()[2]) for line in git("ls-tree", "-r", REF, cwd=repo).splitlines()
    ]
    assert git("cat-file", "blob", blob, cwd=repo) == bytes_
    assert blob in {problem.path for problem in late.verify().problems}


def test_the_newest_transaction_cut_off_is_named(ledger: Ledger, repo: Path, git: Git, ids: list[str]) -> None:
    lost = ledger.tip
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    assert codes(repo) == [("ledger/lost", lost)]


def test_other_bytes_at_a_records_path_are_named(repo: Path, git: Git, ids: list[str]) -> None:
    other = git("hash-object", "-w", "--stdin", cwd=repo, stdin="{}").strip()
    replant(repo, git, {path_of(repo, git, ids[1]): other}, amend=False)
    found = codes(repo)
    assert ("ledger/deleted", ids[1]) in found
    assert ("ledger/path", other) in found


def test_a_stranger_in_the_tree_is_named(repo: Path, git: Git, ids: list[str]) -> None:
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin="hello").strip()
    replant(repo, git, {"README": blob}, amend=False)
    assert ("ledger/path", blob) in codes(repo)


def test_a_record_with_the_wrong_type_in_its_path_is_named(repo: Path, git: Git, ids: list[str]) -> None:
    path = path_of(repo, git, ids[1])
    other = path.replace("/note-", "/verdict-")
    replant(repo, git, {path: None, other: ids[1]}, amend=False)
    assert ("ledger/deleted", ids[1]) in codes(repo)


def test_a_record_that_breaks_its_schema_or_has_no_parent_is_named(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.register("strict", {"required": ["n"]})
    bad = make("strict", {})
    orphan = make("note", {}, [make("note", {"never": "stored"}).id])
    with pytest.MonkeyPatch.context() as careless:
        careless.setattr("factory_git.ledger.types.Registry.check", lambda *_: None)
        careless.setattr("factory_git.ledger.store.Ledger._refuse_absent", lambda *_: None)
        ledger.append([bad, orphan])
    assert sorted(codes(repo)) == sorted([("record/schema", bad.id), ("record/absent-parent", orphan.id)])


def test_a_record_nobody_named_is_found(repo: Path, git: Git, ids: list[str]) -> None:
    data = '{"parents":[],"payload":{"smuggled":true},"type":"note","v":1}'
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin=data).strip()
    folder = path_of(repo, git, ids[0]).rpartition("/")[0]
    replant(repo, git, {f"{folder}/note-{blob[:12]}.json": blob}, "x\n\nFactory-Format: 1", amend=False)
    assert codes(repo) == [("ledger/unnamed", blob)]


def test_a_missing_commit_or_tree_is_named_and_nothing_crashes(repo: Path, git: Git, ids: list[str]) -> None:
    from tests.ledger.test_read import damage

    tree = git("rev-parse", f"{REF}^{{tree}}", cwd=repo).strip()
    damage(repo, git, tree, None)
    assert any(tree in problem.message for problem in open_ledger(repo).verify().problems)
    commit = git("rev-parse", f"{REF}~1", cwd=repo).strip()
    (repo / ".git/objects" / commit[:2] / commit[2:]).unlink()
    report = open_ledger(repo).verify()
    assert any(commit in problem.message for problem in report.problems)


def test_of_a_union_which_nobody_made_no_signature_is_asked(ledger: Ledger, repo: Path) -> None:
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    ledger.put("note", {"n": 1})
    other.put("note", {"n": 2})
    ledger.unite(other.tip)  # type: ignore[arg-type]
    seals = Seals(commits=lambda ids: dict.fromkeys(ids, "it has none"), notes=lambda _: {})
    every = {tx.oid for tx, _ in ledger.journal()}
    assert {one.path for one in verify(ledger._repo, REF, seals=seals).problems} == every - {ledger.tip}


def test_a_transaction_of_a_later_format_is_named(ledger: Ledger, repo: Path, git: Git) -> None:
    made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", "x\n\nFactory-Format: 99", cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    problem = next(one for one in open_ledger(repo).verify().problems)
    assert (problem.code, problem.path) == ("record/newer-version", made)


def test_a_transaction_may_name_a_record_that_was_there_before(ledger: Ledger, repo: Path, git: Git) -> None:
    first = ledger.put("note", {"n": 1})
    message = f"x\n\nFactory-Format: 1\nFactory-Record: note {first}"
    made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", message, cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    assert open_ledger(repo).verify().ok
