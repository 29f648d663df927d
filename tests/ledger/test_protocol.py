"""The write protocol under attack: kill -9 between any two steps, races, locks of dead and living, short writes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from factory_git.core import points
from factory_git.core.clock import FixedClock, SystemClock
from factory_git.core.errors import Conflict
from factory_git.gitio import journal, lock, pack, refs, repack
from factory_git.gitio.lock import sleep
from factory_git.gitio.objects import build
from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.ledger.conftest import ANY, open_ledger

STEPS = ["append:tip-read", "append:pack-written", "append:ref-moved", "append:acknowledged"]
FORK = multiprocessing.get_context("fork")  # the hermetic environment and the open fixtures come along
SOAK = bool(os.environ.get("FACTORY_SOAK"))


def in_child(work: Callable[[], object]) -> int:
    """Run ``work`` in a process of its own; its exit code, negative for a signal."""
    process = FORK.Process(target=work)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def killed(work: Callable[[], object], at: str) -> bool:
    """Run ``work`` in a process of its own that is killed outright at the point ``at``; whether it got there."""

    def die(name: str) -> None:
        if name == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying() -> None:
        with points.listening(die):
            work()

    return in_child(dying) == -signal.SIGKILL


def ids(ledger: Ledger) -> set[str]:
    return {entry.record.id for entry in ledger.list(type="note")}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("first", [True, False])
def test_killed_at_any_step_the_ledger_is_old_or_new(repo: Path, git: Git, step: str, first: bool) -> None:
    before = None
    kept: set[str] = set()
    if not first:
        ledger = open_ledger(repo)
        ledger.register("note", ANY)
        kept = {ledger.put("note", {"n": 0})}
        before = ledger.tip
        ledger.close()
    record = make("type", {"name": "note", "schema": ANY}) if first else make("note", {"n": 1})
    assert killed(lambda: open_ledger(repo).append([record]), step)
    after = open_ledger(repo).tip
    new = after != before
    assert new == (step in ("append:ref-moved", "append:acknowledged"))
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""
    git("gc", "-q", "--prune=now", cwd=repo)
    ledger = open_ledger(repo)
    everything = {entry.record.id for entry in ledger.list()}
    assert kept <= everything
    assert (record.id in everything) == new
    ledger.append([record])  # the retry neither loses nor doubles
    assert [entry.record.id for entry in ledger.list()].count(record.id) == 1
    assert ledger.verify().problems == ()
    assert pack.kept(repo / ".git/objects/pack") == []
    assert not ledger.notices


@pytest.mark.parametrize("step", STEPS)
def test_a_batch_whose_writer_was_killed_is_retried_under_its_key(ledger: Ledger, repo: Path, step: str) -> None:
    """Neither lost nor doubled, whether it got through or not."""
    records = [make("note", {"n": n}) for n in range(3)]
    ledger.close()
    assert killed(lambda: open_ledger(repo).append(records, key="batch"), step)
    late = open_ledger(repo)
    assert len(ids(late)) in (0, 3), "all or none"
    assert set(late.append(records, key="batch")) == ids(late)
    assert sorted(entry.record.payload["n"] for entry in late.list(type="note")) == [0, 1, 2]
    assert len({entry.tx for entry in late.list(type="note")}) == 1


def test_half_written_files_of_the_dead_are_swept(ledger: Ledger, repo: Path) -> None:
    def dies(path: Path, content: bytes, **_: object) -> None:
        (path.parent / f"{pack.TEMPORARY}x{path.suffix}").write_bytes(content[:5])
        os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        pack.place = dies
        open_ledger(repo).put("note", {"n": 1})

    in_child(work)
    folder = repo / ".git/objects/pack"
    assert list(folder.glob(f"{pack.TEMPORARY}*"))
    open_ledger(repo).put("note", {"n": 2})
    assert not list(folder.glob(f"{pack.TEMPORARY}*"))


def test_objects_no_ref_reaches_are_invisible(ledger: Ledger, repo: Path) -> None:
    record = make("note", {"n": 1})
    assert killed(lambda: open_ledger(repo).append([record]), "append:pack-written")
    assert (repo / ".git/objects/pack").glob("*.keep")
    assert ids(open_ledger(repo)) == set()


def test_a_lost_race_is_decided_again(ledger: Ledger, repo: Path) -> None:
    """Somebody who takes no lock (a push into this repository) moves the ref between reading and writing."""
    raced: list[str] = []

    def intrude(name: str) -> None:
        if name == "append:pack-written" and len(raced) < 3 and "" not in raced:
            raced.append("")
            other = open_ledger(repo)
            other._writer._recovered = True
            with pytest.MonkeyPatch.context() as lawless:
                lawless.setattr(lock, "exclusive", unlocked)
                raced[-1] = other.put("note", {"intruder": len(raced)})

    with points.listening(intrude):
        mine = open_ledger(repo).put("note", {"mine": 1})
    assert ids(open_ledger(repo)) == {mine, *raced}
    assert len(raced) == 3
    assert open_ledger(repo).verify().ok


def unlocked(*_: object, **__: object) -> object:
    import contextlib

    return contextlib.nullcontext(True)


def test_a_ref_that_never_rests_is_a_conflict(ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_: object) -> None:
        raise refs.RefMoved("moved")

    monkeypatch.setattr(refs, "compare_and_swap", moved)
    with pytest.raises(Conflict, match="keeps moving"):
        ledger.put("note", {})


def test_folders_that_gc_takes_away_cost_a_retry(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = refs.compare_and_swap, iter([True, True, False])

    def flaky(*args: object) -> None:
        if next(failures):
            raise OSError(2, "No such file or directory")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(refs, "compare_and_swap", flaky)
    assert ledger.put("note", {"n": 1}) in ids(ledger)


def lock_file(repo: Path) -> Path:
    return repo / ".git" / f"{REF}.lock"


def test_the_lock_of_a_process_killed_a_moment_ago_is_waited_for(repo: Path) -> None:
    clock = FixedClock(datetime.fromtimestamp(time.time(), UTC))

    def wait(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)

    ledger = open_ledger(repo, clock=clock, wait=wait)
    ledger.register("note", ANY)
    started = clock.at
    lock_file(repo).touch()
    assert ledger.put("note", {"n": 1}) in ids(ledger)
    assert clock.at - started >= timedelta(seconds=refs.STALE)
    assert any("stale lock" in notice for notice in ledger.notices)


def test_the_stale_lock_of_a_dead_process_is_taken_over(repo: Path) -> None:
    ledger = open_ledger(repo, clock=SystemClock())
    ledger.register("note", ANY)
    lock_file(repo).touch()
    os.utime(lock_file(repo), (time.time() - 60, time.time() - 60))
    assert ledger.put("note", {"n": 1}) in ids(ledger)
    assert any("stale lock" in notice for notice in ledger.notices)
    assert not lock_file(repo).exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc who holds a file")
def test_the_lock_of_a_living_process_is_respected_and_it_is_named(repo: Path) -> None:
    ledger = open_ledger(repo, clock=SystemClock())
    ledger.register("note", ANY)
    tip = ledger.tip
    with lock_file(repo).open("w"):
        os.utime(lock_file(repo), (time.time() - 60, time.time() - 60))
        with pytest.raises(refs.RefLocked, match=f"process {os.getpid()}"):
            ledger.put("note", {"n": 1})
        assert lock_file(repo).exists()
    assert ledger.tip == tip


def test_a_young_lock_is_waited_for_and_never_removed(ledger: Ledger, repo: Path) -> None:
    lock_file(repo).touch()
    made = open_ledger(repo, clock=FixedClock(datetime.fromtimestamp(time.time() + 1, UTC)))
    with pytest.raises(refs.RefLocked):
        made.put("note", {"n": 1})
    assert lock_file(repo).exists()
    waits: list[float] = []

    def freed(seconds: float) -> None:
        waits.append(seconds)
        lock_file(repo).unlink(missing_ok=True)

    made._writer.wait = freed
    assert made.put("note", {"n": 1}) in ids(made)
    assert waits


def test_a_busy_ledger_is_waited_for_then_refused_with_the_holders_name(ledger: Ledger, repo: Path) -> None:
    waits: list[float] = []
    with (
        lock.exclusive(repo / ".git/factory/lock"),
        pytest.raises(Conflict, match=str(os.getpid())),
        lock.exclusive(repo / ".git/factory/lock", wait=waits.append),
    ):
        pass
    assert lock.PATIENCE <= sum(waits) < lock.PATIENCE + 1


def test_a_file_system_without_locks_still_appends(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("factory_git.gitio.lock.fcntl.flock", unsupported)
    assert ledger.put("note", {"n": 1}) in ids(ledger)


def test_an_acknowledged_transaction_that_the_ref_lost_is_united_again(ledger: Ledger, repo: Path, git: Git) -> None:
    kept = [ledger.put("note", {"n": n}) for n in range(3)]
    ledger.close()
    git("update-ref", REF, f"{REF}~2", cwd=repo)
    late = open_ledger(repo)
    new = late.put("note", {"n": 9})
    assert ids(late) == {*kept, new}
    assert any("united again" in notice for notice in late.notices)
    assert late.verify().ok
    assert open_ledger(repo).put("note", {"n": 10})
    assert journal.read(repo / ".git/factory").tips[-1] == open_ledger(repo).tip


def test_a_ref_deleted_by_mistake_comes_back(ledger: Ledger, repo: Path, git: Git) -> None:
    kept = {ledger.put("note", {"n": n}) for n in range(3)}
    git("update-ref", "-d", REF, cwd=repo)
    late = open_ledger(repo)
    assert ids(late) == set()
    new = late.put("note", {"n": 9})
    assert ids(late) == {*kept, new}


def test_an_acknowledged_transaction_that_is_gone_is_said_and_bricks_nothing(
    ledger: Ledger, repo: Path, git: Git
) -> None:
    ledger.put("note", {"n": 1})
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    git("gc", "-q", "--prune=now", cwd=repo)
    late = open_ledger(repo)
    assert late.put("note", {"n": 2}) in ids(late)
    assert any("is gone" in notice for notice in late.notices)
    assert late.verify().ok


def test_a_torn_journal_line_is_skipped(ledger: Ledger, repo: Path) -> None:
    ledger.put("note", {"n": 1})
    with (repo / ".git/factory" / journal.NAME).open("ab") as file:
        file.write(b"0123456789abcdef")
    ledger.put("note", {"n": 2})
    tips = journal.read(repo / ".git/factory").tips
    assert tips[-1] == ledger.tip
    assert len(tips) == 3
    assert open_ledger(repo).put("note", {"n": 3})


# -- many at once ----------------------------------------------------------------------------------------------------


def test_two_hundred_concurrent_appends_are_two_hundred_records(repo: Path) -> None:
    ledger = open_ledger(repo)
    ledger.register("note", ANY)
    ledger._writer.wait = lock.sleep
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda n: ledger.put("note", {"n": n}), range(200)))
    assert len(made) == 200
    assert ids(open_ledger(repo)) == made
    assert ledger.verify().problems == ()


def write_many(repo: Path, process: int, count: int) -> None:
    ledger = open_ledger(repo)
    ledger._writer.wait = lock.sleep
    for n in range(count):
        ledger.put("note", {"process": process, "n": n})
        ledger.put("note", {"same": n})  # every process writes this one too


def together(repo: Path, processes: int, count: int) -> None:
    """Processes that write at once; each must end well."""
    started = [FORK.Process(target=write_many, args=(repo, n, count)) for n in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(300)
    assert [process.exitcode for process in started] == [0] * processes


def test_processes_that_write_at_once_lose_and_double_nothing(ledger: Ledger, repo: Path, git: Git) -> None:
    processes, count = (8, 200) if SOAK else (4, 15)
    ledger.close()
    together(repo, processes, count)
    late = open_ledger(repo)
    entries = late.list(type="note")
    assert len(entries) == processes * count + count
    assert len({entry.record.id for entry in entries}) == len(entries)
    assert late.verify().problems == ()
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


def test_gc_that_prunes_all_the_time_takes_nothing(ledger: Ledger, repo: Path, git: Git) -> None:
    processes, count = (2, 600) if SOAK else (2, 40)
    ledger.close()
    stop = threading.Event()
    runs: list[int] = []

    def collect() -> None:
        while not stop.is_set():
            runs.append(subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=repo, check=False).returncode)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        together(repo, processes, count)
    finally:
        stop.set()
        collector.join()
    assert len(open_ledger(repo).list(type="note")) == processes * count + count
    assert open_ledger(repo).verify().problems == ()
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""
    assert runs


@pytest.mark.soak
def test_killed_at_random_no_acknowledged_record_is_lost(ledger: Ledger, repo: Path, git: Git) -> None:
    """Writers print what was acknowledged and are killed at a moment nobody chose; all of it must be there."""
    ledger.close()
    program = (
        "import sys\nfrom pathlib import Path\nfrom factory_git.core.clock import SystemClock\n"
        "from factory_git.gitio.lock import sleep\nfrom tests.ledger.conftest import open_ledger\n"
        # A lock that the one before left behind must grow old: these writers really wait.
        "ledger = open_ledger(Path(sys.argv[1]), clock=SystemClock(), wait=sleep)\n"
        "for n in range(100000):\n    print(ledger.put('note', {'w': sys.argv[2], 'n': n}), flush=True)\n"
    )
    acknowledged: set[str] = set()
    for round_ in range(60 if SOAK else 4):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(repo), str(round_)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout
        for _ in range(3 + round_ % 7):
            acknowledged.add(child.stdout.readline().strip())
        child.kill()
        acknowledged |= {line.strip() for line in child.stdout if len(line) == 41}
        child.wait()
    late = open_ledger(repo, clock=SystemClock(), wait=sleep)
    late.put("note", {"end": 1})
    assert acknowledged - {""} <= ids(late)
    assert late.verify().problems == ()
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


# -- no room ---------------------------------------------------------------------------------------------------------


def test_a_short_write_is_an_error_and_the_ledger_stays(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.close()
    tip = ledger.tip

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        made = open_ledger(repo)
        made.list()
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            made.put("note", {"n": 1}, blobs=[os.urandom(400_000)])
        except OSError:
            os._exit(7)

    assert in_child(limited) == 7
    assert open_ledger(repo).tip == tip
    assert open_ledger(repo).put("note", {"n": 2})
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


@pytest.mark.parametrize("suffix", [".keep", ".pack", ".idx"])
def test_a_pack_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    real = pack.place

    def failing(path: Path, content: bytes, **options: bool) -> None:
        if path.suffix == suffix:
            raise OSError(28, "No space left on device")
        real(path, content, **options)

    monkeypatch.setattr(pack, "place", failing)
    with pytest.raises(OSError, match="space"):
        pack.write(tmp_path, [build("blob", b"x")], fsync=True)
    assert list(tmp_path.iterdir()) == []


# -- many packs ------------------------------------------------------------------------------------------------------


def test_the_number_of_packs_stays_bounded(repo: Path, git: Git) -> None:
    ledger = open_ledger(repo)
    ledger._writer.many = 16
    ledger.register("note", ANY)
    made = {ledger.put("note", {"n": n}) for n in range(120)}
    packs = list((repo / ".git/objects/pack").glob("*.pack"))
    assert len(packs) <= 16 + 6
    assert ids(open_ledger(repo)) == made
    assert ledger.verify().ok
    assert git("fsck", "--strict", cwd=repo) == ""


def test_packs_that_cannot_be_joined_fail_no_append(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(repack, "join", broken)
    ledger._writer.many = 4
    made = {ledger.put("note", {"n": n}) for n in range(9)}
    assert ids(ledger) == made
    assert any("not joined" in notice for notice in ledger.notices)


def test_packs_of_the_user_are_left_alone(repo: Path, git: Git) -> None:
    git("repack", "-q", "-d", cwd=repo)
    users = set((repo / ".git/objects/pack").iterdir())
    ledger = open_ledger(repo)
    ledger._writer.many = 8
    ledger.register("note", ANY)
    for n in range(40):
        ledger.put("note", {"n": n})
    assert users <= set((repo / ".git/objects/pack").iterdir())
