"""The real command line where there is no room: bytes, files, how large a file may grow; wherever it is then.

Whatever a command was doing, it says where and what to do, with an exit code that is no verdict; the ledger is as it
was or one whole transaction further, nothing half written stays, what was stored is read even then, and the same
command works once there is room.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from factory_git.core.points import listening
from factory_git.gitio import pack
from tests.cli.test_run import SPEC
from tests.disk import FILLER, Disk, mounted
from tests.fork import Done

SOAK = bool(os.environ.get("FACTORY_SOAK"))
SWEEP = (0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 160, 192, 256, 320, 400, 512, 640, 800, 1024, 1400)
FILES = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160)
LIMITS = (1, 2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256)
REF = "refs/factory/ledger"
_made: dict[type[World], Path] = {}


class World:
    """A repository on a small disk: a spec that was run, things in every store, a remote beside it."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.repo, self.seen = disk.path / "repo", disk.seen / "repo"

    def factory(self, *args: str) -> Done:
        return self.disk.factory(*args, cwd=self.repo)

    def well(self, *args: str) -> str:
        done = self.factory(*args)
        assert done.code == 0, f"{args}: {done.err}"
        return done.out.strip()

    def git(self, *args: str, ok: bool = True) -> str:
        return self.disk.git(*args, cwd=self.repo, ok=ok).strip()

    @property
    def tip(self) -> str:
        return self.git("rev-parse", "--verify", "--quiet", REF, ok=False)

    @property
    def ids(self) -> set[str]:
        return {record["id"] for record in json.loads(self.well("list", "--json"))}

    @property
    def left(self) -> list[str]:
        """What a writer that stopped half way would leave."""
        git = self.seen / ".git"
        begun = (pack.TEMPORARY, "tmp_", ".tmp", "tmp-")
        found = [path for path in git.rglob("*") if path.name.startswith(begun) or path.suffix == ".keep"]
        found += [path for path in git.rglob("*.lock") if git / "factory" not in path.parents]
        found += [path for folder in (git / "factory", git / "hooks", self.seen) for path in folder.glob(".*.*")]
        found += (git / "factory").glob("joining")
        return sorted(str(path.relative_to(self.seen)) for path in found if path.name != ".gitattributes")

    def build(self) -> None:
        """Everything anew."""
        for folder in (self.seen, self.disk.seen / "origin.git"):
            folder.mkdir()
        self.disk.git("init", "-q", "--bare", cwd=self.disk.path / "origin.git")
        self.git("init", "-q")
        (self.seen / "factory.yaml").write_text(SPEC)
        (self.seen / "a.txt").write_text("alpha\n")
        (self.seen / "big.bin").write_bytes(random.Random(1).randbytes(200_000))
        self.git("add", ".")
        self.git("commit", "-q", "-m", "spec")
        self.git("remote", "add", "origin", "../origin.git")
        self.git("config", "factory.maintenance", "false")
        self.well("run")
        self.well("collection", "add", "papers")
        self.well("artifact", "add", "papers", "a.txt")
        self.well("export", "snapshot.json")
        self.well("sync")
        for number in range(4):
            self.well("memory", "add", f"thing {number}")

    def copy(self) -> None:
        """The world as it was built once for all tests: the copy costs a tenth."""
        if (made := _made.get(type(self))) is None:
            self.build()
            made = _made[type(self)] = Path(os.environ["HOME"], "made")
            shutil.copytree(self.disk.seen, made, symlinks=True)
            return
        self.disk.empty()
        for name in ("repo", "origin.git"):
            shutil.rmtree(self.disk.seen / name, ignore_errors=True)
            shutil.copytree(made / name, self.disk.seen / name, symlinks=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    for disk in mounted(tmp_path, size=32 << 10, files=8_000):
        yield World(disk)


# -- what is done there ----------------------------------------------------------------------------------------------


def changed_spec(world: World) -> None:
    (world.seen / "factory.yaml").write_text(SPEC.replace("it.qty * 2", "it.qty * 2 + 0"))
    world.git("commit", "-q", "-a", "-m", "another way to say it")


def without_ledger(world: World) -> None:
    shutil.rmtree(world.seen / ".git/factory")
    world.git("update-ref", "-d", REF)


def without_index(world: World) -> None:
    for path in (world.seen / ".git/factory").iterdir():
        if path.name.startswith("index.sqlite") or path.name in ("verified", "folds", "state.json"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command, what is made ready before it, and where it is tried in the short form."""

    args: tuple[str, ...]
    ready: Callable[[World], None] | None = None
    room: tuple[int, ...] = ()
    files: tuple[int, ...] = ()
    limits: tuple[int, ...] = ()
    steps: bool = False  # it makes several transactions, each whole
    reads: bool = False

    def __str__(self) -> str:
        return " ".join(self.args)


CASES = (
    Case(args=("memory", "add", "something new"), room=(0, 4, 8, 12), files=(0, 3)),
    Case(args=("artifact", "add", "papers", "big.bin"), room=(64,), limits=(64,)),
    Case(args=("claim", "factory.yaml", "--for", "x")),
    Case(args=("desire", "make it quick"), room=(0,)),
    Case(args=("fork", "5", "--name", "other"), room=(0,), files=(0,)),
    Case(args=("sync",), room=(0, 64), files=(8,), steps=True),
    Case(args=("maintenance",), room=(12,), limits=(6,)),
    Case(args=("run",), ready=changed_spec, room=(16, 512, 1024), files=(40,), limits=(8,), steps=True),
    Case(args=("import", "snapshot.json"), ready=without_ledger, room=(12,)),
    Case(args=("export", "out.json"), room=(0,)),
    Case(args=("export", "--bundle", "out.bundle"), room=(8,), limits=(4,)),
    Case(args=("hooks", "install"), room=(8,)),
    Case(args=("remote", "setup"), room=(0,)),
    Case(args=("spec", "split"), room=(4,)),
    Case(args=("list",), ready=without_index, room=(0, 64), files=(0,), limits=(4,), reads=True),
    Case(args=("state",), ready=without_index, room=(0,), reads=True),
    Case(args=("verify", "--full"), ready=without_index, room=(0,), reads=True),
    Case(args=("search", "thing"), ready=without_index, room=(0,), reads=True),
    Case(args=("check", "--all"), room=(0,), reads=True),
)


def tried(kind: str, sweep: tuple[int, ...]) -> list[object]:
    """Every case with each amount to leave: all in the long form, else those that the case names."""
    return [
        pytest.param(case, leave, id=f"{case}-{leave}")
        for case in CASES
        for leave in (sweep if SOAK else getattr(case, kind))
    ]


def endure(world: World, case: Case, there: Callable[[World, Case], Done]) -> Done:
    """Do a command where it can stop anywhere, and look at what is left; then there is room."""
    world.copy()
    if case.ready is not None:
        case.ready(world)
    tip = world.tip
    before = world.ids if tip else set()
    if case.reads:
        without_index(world)
    done = there(world, case)
    told(world, case, done)
    assert world.git("fsck", "--strict", "--no-dangling", ok=False) == ""
    assert case.steps or done.code == 0 or world.tip == tip
    assert before <= (world.ids if world.tip else set()), "what was stored is read, full or not"
    assert world.left == []
    world.disk.empty()
    again = world.factory(*case.args)
    # What got through is there already: a name is taken then, and that is said.
    assert again.code == 0 or done.code == 0, again.err
    assert world.factory("verify", "--full").code == 0
    assert world.left == []
    return done


def told(world: World, case: Case, done: Done) -> None:
    if done.code == 0 or case.reads:
        assert done.code == 0, done.err
        return
    assert done.code == 128, done
    words = done.err[done.err.index("error: ") :]
    assert str(world.repo) in words or "origin" in words, "it names the place"
    assert "\nhint: " in words
    assert any(way in words for way in ("free some space", "raise that", "look for room")), "and the way out"


@pytest.mark.soak
@pytest.mark.parametrize(("case", "leave"), tried("room", SWEEP))
def test_where_there_is_no_room(world: World, case: Case, leave: int) -> None:
    def there(world: World, case: Case) -> Done:
        world.disk.fill(leave)
        return world.factory(*case.args)

    done = endure(world, case, there)
    assert case.reads or leave or done.code == 128 or case.args[0] == "fork", "nothing is written to a full disk"


@pytest.mark.soak
@pytest.mark.parametrize(("case", "leave"), tried("files", FILES))
def test_where_no_file_can_be_made(world: World, case: Case, leave: int) -> None:
    def there(world: World, case: Case) -> Done:
        world.disk.fill_files(leave)
        return world.factory(*case.args)

    endure(world, case, there)


@pytest.mark.soak
@pytest.mark.parametrize(("case", "limit"), tried("limits", LIMITS))
def test_where_a_file_may_grow_no_more(world: World, case: Case, limit: int) -> None:
    """``ulimit -f``: a write that is cut short, and a signal for the programs that do not look."""

    def there(world: World, case: Case) -> Done:
        def program() -> int:
            from factory_git.__main__ import main

            resource.setrlimit(resource.RLIMIT_FSIZE, (limit << 10, limit << 10))
            sys.argv = ["git-factory", *case.args]
            return main()

        return world.disk.call(program, world.repo)

    endure(world, case, there)


def test_a_disk_that_fills_up_within_a_phase_is_no_verdict_on_the_candidate(world: World) -> None:
    """There would be room to record one. The run stays open, and goes on when there is room for its work, too."""
    world.copy()
    changed_spec(world)

    def listen(name: str) -> None:
        if name == "validate:begin":
            there = os.statvfs(world.disk.path)
            with (world.disk.path / FILLER).open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, there.f_bavail * there.f_frsize - (100 << 10))

    def program() -> int:
        from factory_git.__main__ import main

        sys.argv = ["git-factory", "run"]
        with listening(listen):
            return main()

    done = world.disk.call(program, world.repo)
    assert done.code == 128, done
    assert "hint: free some space" in done.err
    verdicts = len(json.loads(world.well("list", "--type", "verdict", "--json")))
    world.disk.empty()
    assert "tiny: converged" in world.well("run", "--resume")
    assert len(json.loads(world.well("list", "--type", "verdict", "--json"))) == verdicts + 1


def test_a_hook_that_was_there_still_runs_where_ours_found_no_room(world: World) -> None:
    world.copy()
    own = world.seen / ".git/hooks/pre-push"
    own.parent.mkdir(exist_ok=True)
    own.write_text("#!/bin/sh\nexit 0\n")
    own.chmod(0o755)
    world.disk.fill(12)
    assert world.factory("hooks", "install").code == 128
    assert own.read_text() == "#!/bin/sh\nexit 0\n"
    assert [path.name for path in own.parent.iterdir() if path.suffix != ".sample"] == ["pre-push"]
