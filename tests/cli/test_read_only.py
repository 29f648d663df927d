"""Every command that only reads, in a repository that cannot be written: it works, and changes nothing at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.cli.table import COMMANDS
from tests.app.test_small_disk import World, without_index
from tests.disk import mounted
from tests.fork import Done

RUN, STARTED, PACKAGE = "RUN", "STARTED", "PACKAGE"  # ids that are only known once the world is there
# Verb by verb the ways to call it that read; none: it only writes. A verb that is not here fails the test.
READ: dict[str, tuple[str, ...]] = {
    "init": (),
    "adopt": (),
    "demo": (),
    "desire": (),
    "plan": (),
    "apply": (),
    "status": ("status", "status --json"),
    "run": ("run --dry-run",),
    "spec": ("spec lint", "spec show", "spec status", "spec schema", "spec fmt --check"),
    "render": ("render",),
    "check": ("check --all", "check"),
    "diff": ("diff HEAD~1 HEAD",),
    "simulate": ("simulate --no-record HEAD~1 HEAD",),
    "approve": (),
    "deploy": (),
    "rollback": (),
    "comment": (),
    "explain": ("explain",),
    "why": ("why tiny/values.py:3",),
    "lsp": (),  # a conversation, not an answer
    "map": (
        "map find main",
        "map outline tiny/values.py",
        "map callers main",
        "map callees main",
        "map imports tiny/values.py",
        "map importers tiny/values.py",
        "map impact tiny/values.py",
        "map refs main",
        "map brief 'what main does'",
        "map export tiny",
    ),
    "log": ("log", "log --json"),
    "watch": ("watch --once --json",),
    "state": ("state", "state --at 3", "state RUN"),
    "replay": ("replay RUN",),
    "fork": ("fork 4 --dry-run",),
    "branches": ("branches",),
    "list": ("list", "list --json"),
    "search": ("search thing",),
    "show": ("show RUN",),
    "lineage": ("lineage",),
    "metrics": (),  # of a deployment's folder
    "tree": ("tree RUN", "tree RUN --down"),
    "sync": (),
    "remote": ("remote",),
    "verify": ("verify", "verify --full"),
    "attest": ("attest HEAD",),
    "hooks": ("hooks status",),
    "claim": ("claim",),
    "memory": ("memory list", "memory search thing"),
    "artifact": (
        "artifact list",
        "artifact show papers/a.txt",
        "artifact cat papers/a.txt",
        "artifact history papers/a.txt",
        "artifact clashes",
        "artifact add papers factory.yaml --dry-run",
    ),
    "collection": ("collection list",),
    "link": ("link list",),
    "manifest": ("manifest list", "manifest show STARTED"),
    "context": ("context list", "context show PACKAGE"),
    "export": ("export OUTSIDE/a.json --force", "export --bundle OUTSIDE/a.bundle --force"),
    "import": ("import --dry-run snapshot.json",),
    "doctor": ("doctor",),
    "maintenance": (),
    "stats": ("stats",),
    "redact": (),  # also to try: it looks under the writer's lock
    "merge-driver": (),
    "diff-driver": (),
    "completion": ("completion bash",),
}


class Library(World):
    """A world with something of everything in it, and the ids of that."""

    def build(self) -> None:
        super().build()
        self.well("artifact", "add", "papers", "big.bin")
        self.well("link", "add", "papers/a.txt", "cites", "papers/big.bin")
        self.well("manifest", "start", "work", "--input", "papers/a.txt")
        self.well("context", "create", "pack", "--artifact", "papers/a.txt")
        self.well("claim", "a.txt", "--for", "tidy")
        self.well("fork", "3")
        self.well("hooks", "install")
        self.well("verify")  # the next one has less to look at

    def ids_of(self) -> dict[str, str]:
        listed = json.loads(self.well("list", "--type", "run", "--json"))
        started = json.loads(self.well("manifest", "list", "--json"))
        packages = json.loads(self.well("context", "list", "--json"))
        return {RUN: listed[0]["id"], STARTED: started[0]["id"], PACKAGE: packages[0]["id"]}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for disk in mounted(tmp_path / "small", size=32 << 10, files=8_000):
        made = Library(disk)
        made.copy()
        yield made


def calls(library: Library, outside: Path) -> Iterator[tuple[str, ...]]:
    ids = {**library.ids_of(), "OUTSIDE": str(outside)}
    for verb, ways in READ.items():
        for way in ways if verb in COMMANDS else ():
            words = way.replace("'what main does'", "what_main_does").split()
            yield tuple(ids.get(word) or word.replace("OUTSIDE", ids["OUTSIDE"]) for word in words)


def everything(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Mode, time of change, size and content of every file and folder below."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        at = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path.relative_to(folder))] = (
            at.st_mode,
            at.st_mtime_ns,
            len(content),
            hashlib.sha1(content).hexdigest(),
        )
    return found


def test_every_verb_is_said_to_read_or_to_write() -> None:
    assert COMMANDS.keys() <= READ.keys()


def test_every_reading_command_works_there_and_changes_nothing(library: Library, tmp_path: Path) -> None:
    """Where it can write it keeps its index and folds, below ``.git/factory``; nothing else changes, no time does."""
    called = list(calls(library, tmp_path))
    before, asked = everything(library.seen), {call: library.factory(*call) for call in called}
    after = everything(library.seen)
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert [name for name in names if not name.startswith(".git/factory")] == []
    library.disk.remount("ro")
    for call in called:
        same(call, asked[call], library.factory(*call))
    assert everything(library.seen) == after


def test_without_an_index_reading_works_all_the_same(library: Library, tmp_path: Path) -> None:
    ledger = {"log", "list", "show", "tree", "search", "state", "verify", "artifact", "memory", "stats", "watch"}
    called = [call for call in calls(library, tmp_path) if call[0] in ledger and call != ("verify",)]
    asked = {call: library.factory(*call) for call in called}
    without_index(library)
    before = everything(library.seen)
    library.disk.remount("ro")
    for call in called:
        same(call, asked[call], library.factory(*call))
    assert everything(library.seen) == before


def same(call: tuple[str, ...], writable: Done, read_only: Done) -> None:
    """The answer is the same in a repository that cannot be written; the doctor says that it cannot."""
    assert writable.code == 0, (call, writable.err)
    if call == ("doctor",):
        assert "cannot be written by this user" in read_only.out
    else:
        assert read_only == writable, call


@pytest.mark.parametrize(
    "call", ["memory add something", "claim factory.yaml --for this", "sync", "maintenance", "run"]
)
def test_what_writes_says_that_it_cannot(library: Library, call: str) -> None:
    (library.seen / "factory.yaml").write_text((library.seen / "factory.yaml").read_text() + "# more\n")
    library.git("commit", "-q", "-a", "--no-verify", "-m", "more")
    before = everything(library.seen)
    library.disk.remount("ro")
    done = library.factory(*call.split())
    assert (done.code, done.out) == (128, "")
    assert str(library.repo) in done.err
    assert "Read-only file system" in done.err
    assert "hint: it cannot be written or read by this user; commands that only read still work" in done.err
    assert everything(library.seen) == before
    library.disk.remount("rw")
    assert library.factory(*call.split()).code == 0


def test_a_folder_of_local_state_that_cannot_be_written_keeps_nobody_from_reading(library: Library) -> None:
    tip, before = library.tip, library.well("list")
    library.disk.remount("ro", library.repo / ".git/factory")
    assert library.well("list") == before
    assert "thing 3" in library.well("state", "--json")
    assert library.well("search", "thing")
    assert "all well" in library.factory("verify").err
    done = library.factory("memory", "add", "something")
    assert done.code == 128
    assert f"{library.repo}/.git/factory/" in done.err
    assert library.tip == tip
    library.disk.remount("rw", library.repo / ".git/factory")
    library.well("memory", "add", "something")
