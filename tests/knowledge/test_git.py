"""What only Git can show: racing processes, clones, gc, a lost index, bundles, no type of a library in the contract."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pytest

import factory_git
from factory_git.app.context import open_context
from factory_git.app.knowledge import knowledge
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.knowledge.query import Query
from factory_git.knowledge.repository import Knowledge
from factory_git.ledger import snapshots
from factory_git.ledger.record import make
from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.knowledge.conftest import in_git

RACERS = 4


def call(repo: Path, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "factory_git", *args]
    return subprocess.run(command, cwd=repo, input=stdin, capture_output=True, check=False)


def race(repo: Path, *commands: list[str]) -> list[int]:
    """The exit codes of commands that begin at the same moment."""
    gate = (
        "import sys; from factory_git.cli.main import run; import factory_git.app.knowledge, factory_git.index.sqlite;"
    )
    code = f"{gate} print(flush=True); sys.stdin.readline(); sys.exit(run(sys.argv[1:]))"
    racers = [
        subprocess.Popen([sys.executable, "-c", code, *args], cwd=repo, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for args in commands
    ]
    for one in racers:
        assert one.stdout is not None
        one.stdout.readline()
    for one in racers:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
        one.stdin.flush()
    for one in racers:
        one.communicate()
    return [one.returncode for one in racers]


@pytest.fixture
def store(repo: Path, git: Git) -> Knowledge:
    git("config", "factory.fsync", "false", cwd=repo)
    made = knowledge(open_context(repo))
    made.collections.add("notes")
    return made


def test_of_racing_processes_that_want_one_name_one_gets_it(store: Knowledge, repo: Path) -> None:
    (repo / "x").write_text("the same content, too")
    codes = race(repo, *[["artifact", "add", "notes", "x"]] * RACERS)
    assert Counter(codes) == {0: 1, 5: RACERS - 1}
    assert [one.name for one in store.find(Query())] == ["x"]
    assert store.clashes() == []


def test_of_racing_edits_of_one_revision_one_stands(store: Knowledge, repo: Path) -> None:
    id_ = store.artifacts.add("notes", "x", b"")
    for number in range(RACERS):
        (repo / str(number)).write_text(str(number))
    codes = race(repo, *[["artifact", "update", id_, str(number), "--base", id_] for number in range(RACERS)])
    assert Counter(codes) == {0: 1, 5: RACERS - 1}
    assert store.artifacts.content(id_) == str(codes.index(0)).encode()
    assert len(store.artifacts.history(id_)) == 2


def test_a_deletion_and_a_new_relationship_do_not_pass_each_other(store: Knowledge, repo: Path) -> None:
    for turn in range(2):
        a, b = (store.artifacts.add("notes", f"{name}{turn}", b"") for name in "ab")
        codes = race(repo, ["artifact", "delete", b], ["link", "add", a, "cites", b])
        assert sorted(codes) in ([0, 2], [0, 3])
        assert store.clashes() == []


def test_racing_writers_of_different_things_all_get_through(store: Knowledge, repo: Path) -> None:
    (repo / "x").write_text("")
    run = store.runs.start("weave")
    added = [["artifact", "add", "notes", "x", "--name", f"x{number}"] for number in range(3)]
    noted = [["manifest", "record", run, "--diagnostic", str(number)] for number in range(3)]
    assert race(repo, *added, *noted) == [0] * 6
    assert [one.name for one in store.find(Query())] == ["x0", "x1", "x2"]
    assert sorted(store.runs.get(run).diagnostics) == [0, 1, 2], "what each of them said is kept"


def test_what_two_clones_changed_apart_is_shown_and_decided(
    store: Knowledge, repo: Path, git: Git, tmp_path: Path
) -> None:
    id_ = store.artifacts.add("notes", "x", b"first")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    there = knowledge(open_context(tmp_path / "other"))
    there.artifacts.update(id_, b"there")
    there.artifacts.add("notes", "twin", b"2")
    here = store.artifacts.update(id_, b"here")
    store.artifacts.add("notes", "twin", b"1")
    git("fetch", "-q", str(tmp_path / "other"), f"+{REF}:refs/factory-remotes/x/ledger", cwd=repo)
    open_context(repo).ledger.unite(Oid(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=repo).strip()))

    shown = call(repo, "artifact", "clashes", "--json")
    assert shown.returncode == 1
    assert [one["kind"] for one in json.loads(shown.stdout)] == ["heads", "name"]
    assert "2 heads" in call(repo, "artifact", "list").stdout.decode()
    assert call(repo, "artifact", "update", id_, "README").returncode == 5
    refused = call(repo, "artifact", "show", "notes/twin")
    assert refused.returncode == 5
    assert b"rename one, by id" in refused.stderr

    twins = [one.id for one in store.find(Query(name="twin"))]
    assert call(repo, "artifact", "resolve", id_, here[:12]).returncode == 0
    assert call(repo, "artifact", "rename", twins[0], "twin 2").returncode == 0
    assert call(repo, "artifact", "clashes").returncode == 0
    assert store.artifacts.content(id_) == b"here"
    assert len(store.artifacts.history(id_)) == 4
    git("fetch", "-q", str(repo), f"+{REF}:refs/factory-remotes/x/ledger", cwd=tmp_path / "other")
    tip = git("rev-parse", "refs/factory-remotes/x/ledger", cwd=tmp_path / "other").strip()
    open_context(tmp_path / "other").ledger.unite(Oid(tip))
    assert there.export() == store.export(), "both have the same"


def test_answers_are_the_same_after_gc_and_without_the_index(store: Knowledge, repo: Path, git: Git) -> None:
    for name in "cab":
        store.artifacts.add("notes", name, b"some words", metadata={"n": 1})
    asked = [["artifact", "list", "--json"], ["artifact", "list", "--text", "words"], ["collection", "list", "--json"]]
    before = [call(repo, *args).stdout for args in asked]
    git("gc", "-q", "--prune=now", cwd=repo)
    (repo / ".git" / "factory" / "index.sqlite").unlink()
    assert [call(repo, *args).stdout for args in asked] == before
    assert call(repo, "verify").returncode == 0


def test_an_old_commit_or_record_answers(store: Knowledge, repo: Path, git: Git) -> None:
    first = store.artifacts.add("notes", "a", b"one")
    tip = git("rev-parse", REF, cwd=repo).strip()
    store.artifacts.update("notes/a", b"two")
    for at in (tip, tip[:10], first, first[:10], f"{REF}~1"):
        assert call(repo, "artifact", "cat", "notes/a", "--at", at).stdout == b"one"
    for at in ("2", "2099-01-01"):
        wanted = b"one" if at == "2" else b"two"
        assert call(repo, "artifact", "cat", "notes/a", "--at", at).stdout == wanted
    head = git("rev-parse", "HEAD", cwd=repo).strip()
    for at, code in ((head, 3), ("HEAD", 3), ("9", 2), ("soon", 2)):
        assert call(repo, "artifact", "list", "--at", at).returncode == code, "a commit of the code is no transaction"


def test_export_and_import_stand_in_a_pipe(store: Knowledge, repo: Path, tmp_path: Path) -> None:
    id_ = store.artifacts.add("notes", "a", b"one")
    assert call(repo, "export", str(tmp_path / "k.zip")).returncode == 0
    for number, args in enumerate(([], ["--bundle"])):
        data = call(repo, "export", *args, "-").stdout
        assert args or data == (tmp_path / "k.zip").read_bytes()
        in_git(tmp_path / str(number))
        assert call(tmp_path / str(number), "import", "-", stdin=data).returncode == 0
        assert knowledge(open_context(tmp_path / str(number))).artifacts.content(id_) == b"one"
    assert not (repo / "-").exists()
    assert call(repo, "export", "-", "--json").returncode == 2
    assert call(repo, "export", "-", "--dry-run").stdout == b""
    refused = call(repo, "import", "README")
    assert (refused.returncode, b"neither a snapshot nor a bundle" in refused.stderr) == (2, True)


def test_a_damaged_change_is_told_and_the_rest_is_read(store: Knowledge, repo: Path, git: Git) -> None:
    id_ = store.artifacts.add("notes", "a", b"")
    store.artifacts.add("notes", "b", b"")
    git("gc", "-q", cwd=repo)
    for pack in (repo / ".git/objects/pack").glob("*.pack"):
        moved = pack.rename(repo / pack.name)
        with moved.open("rb") as file:
            subprocess.run(["git", "unpack-objects", "-q"], cwd=repo, stdin=file, check=True)
        moved.unlink()
        pack.with_suffix(".idx").unlink()
    loose = repo / ".git/objects" / id_[:2] / id_[2:]
    loose.chmod(0o644)
    loose.write_bytes(zlib.compress(b"blob 5\0other"))
    assert len(call(repo, "artifact", "list").stdout.splitlines()) == 2, "what was read when it was sound is known"
    snapshots.forget(open_context(repo).location)
    for _ in range(2):  # what is folded without it is not kept
        shown = call(repo, "artifact", "list")
        assert shown.returncode == 0
        assert [line.split()[-1] for line in shown.stdout.splitlines()] == [b"notes/b"]
        assert id_.encode() in shown.stderr


def test_a_change_of_a_newer_program_is_no_silent_gap(
    store: Knowledge, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.artifacts.add("notes", "a", b"")
    old = store.changes()[0].record
    monkeypatch.setattr("factory_git.ledger.types.version_of", lambda _: 2)
    open_context(repo).ledger.append([make("change", {**old.payload, "token": "later"}, v=2)])
    monkeypatch.undo()
    shown = call(repo, "artifact", "list")
    assert (shown.returncode, shown.stdout) == (2, b"")
    assert b"only a newer program can read" in shown.stderr


def test_a_bundle_carries_the_whole_history(store: Knowledge, repo: Path, git: Git, tmp_path: Path) -> None:
    id_ = store.artifacts.add("notes", "a", b"one")
    open_context(repo).ledger.register("note", {"type": "object"})
    file = tmp_path / "all.bundle"
    assert call(repo, "export", "--bundle", str(file)).returncode == 0
    assert call(repo, "export", "--bundle", str(file)).returncode == 2, "a file that is there is not replaced"
    git("bundle", "verify", "-q", str(file), cwd=repo)
    in_git(tmp_path / "other")
    other = tmp_path / "other"
    assert call(other, "import", str(file), "--dry-run").returncode == 0
    assert open_context(other).ledger.tip is None
    assert call(other, "import", str(file)).returncode == 0
    assert call(other, "import", str(file)).returncode == 0
    assert git("rev-parse", REF, cwd=other) == git("rev-parse", REF, cwd=repo)
    assert git("for-each-ref", "--format=%(refname)", cwd=other).split() == [REF]
    assert knowledge(open_context(other)).artifacts.content(id_) == b"one"
    file.write_bytes(file.read_bytes()[:-40])
    in_git(tmp_path / "third")
    broken = call(tmp_path / "third", "import", str(file))
    assert broken.returncode == 1
    assert b"all.bundle: " in broken.stderr
    assert open_context(tmp_path / "third").ledger.tip is None


def test_the_api_is_on_the_ledger_and_no_type_of_the_git_library_crosses_it(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    ledger = factory_git.open(repo)
    ledger.knowledge.collections.add("notes")
    id_ = ledger.knowledge.artifacts.add("notes", "a", b"one")
    assert ledger.get(id_).type == "change", "one ledger, one history"
    changes = ledger.knowledge.changes()
    values = [ledger.knowledge.artifacts.get(id_), ledger.knowledge.find(Query()), changes, ledger.knowledge.export()]
    assert "pygit2" not in repr(values)
    code = "import sys, factory_git.knowledge.repository; sys.exit('pygit2' in sys.modules or 'sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(Conflict):
        factory_git.open(repo).knowledge.artifacts.add("notes", "a", b"two")


def test_what_a_user_sees(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    (repo / "plan.md").write_bytes(b"sow in March\n")
    where = call(repo, "collection", "add", "notes").stdout.decode().strip()
    metadata = '{"n": 1.0, "big": 123456789012345678901, "none": null, "ä": "👩"}'
    id_ = call(repo, "artifact", "add", "notes", "plan.md", "--metadata", metadata).stdout.decode().strip()
    for bad in ('{"n": NaN}', '{"n": 1, "n": 2}', "[1]", "{"):
        refused = call(repo, "artifact", "update", id_, "--metadata", bad)
        assert (refused.returncode, refused.stdout) == (2, b"")
    shown = call(repo, "artifact", "show", "notes/plan.md", "--json").stdout.decode()
    assert '"metadata":{"big":123456789012345678901,"n":1.0,"none":null,"ä":"👩"}' in shown
    assert json.loads(shown)["collection"] == where
    assert len(call(repo, "artifact", "list", "--where", "n=1.0", "--where", "none=null").stdout.splitlines()) == 1
    assert call(repo, "artifact", "list", "--where", "n=1").stdout == b""
    call(repo, "artifact", "update", id_[:8], "-", "--why", "rain", stdin=b"\0\xff")
    assert call(repo, "artifact", "cat", "notes/plan.md").stdout == b"\0\xff"
    assert call(repo, "artifact", "cat", "notes/plan.md", "--revision", id_).stdout == b"sow in March\n"
    assert call(repo, "artifact", "update", id_, "plan.md", "--base", id_[:9]).returncode == 5
    assert b"rain" in call(repo, "artifact", "history", id_).stdout
    other = call(repo, "artifact", "add", "notes", "README").stdout.decode().strip()
    call(repo, "link", "add", id_, "cites", other)
    assert call(repo, "link", "list").stdout.decode().endswith("  notes/plan.md cites notes/README\n")
    call(repo, "artifact", "delete", other, "--cascade")
    dry = call(repo, "artifact", "delete", id_, "--dry-run", "--json")
    assert json.loads(dry.stdout)["id"] == id_
    run = call(repo, "manifest", "start", "weave", "--input", id_).stdout.decode().strip()
    call(repo, "manifest", "record", run, "--output", "notes/plan.md", "--diagnostic", "slow", "--diagnostic", "7.0")
    assert b'"diagnostics":["slow",7.0]' in call(repo, "manifest", "show", run, "--json").stdout
    assert call(repo, "manifest", "state", run, "pending").returncode == 2
    package = call(repo, "context", "create", "ada", "--artifact", id_, "--external", "https://a.b", "read").stdout
    assert b"1 inside, 1 outside" in call(repo, "context", "list").stdout
    assert json.loads(call(repo, "context", "show", package.decode().strip(), "--json").stdout)["external"][0]["note"]
    assert call(repo, "export", "k.zip").stdout == b""
    assert json.loads(call(repo, "import", "k.zip", "--json").stdout)["changes"] == 0
    assert call(repo, "artifact", "show", "notes/none").returncode == 3
    assert call(repo, "artifact", "delete", id_).returncode == 0
    assert call(repo, "artifact", "list").stdout == b""


def test_an_empty_name_is_not_that_of_the_file(store: Knowledge, repo: Path) -> None:
    (repo / "plan.md").write_text("sow in March\n")
    store.collections.add("shelf")
    done = call(repo, "artifact", "add", "shelf", "plan.md", "--name", "")
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (2, "error: '' is no name for artifact")
    assert call(repo, "artifact", "add", "shelf", "-", stdin=b"x").returncode == 2, "and a stream has none"
    assert call(repo, "artifact", "add", "shelf", "plan.md").returncode == 0
