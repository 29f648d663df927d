"""One program, bounded in time and output, and nothing of it left behind."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, End, run

WAIT = "import sys,os;sys.stdout.flush();os.read(os.open(sys.argv[1],os.O_RDONLY),1)"


def python(code: str, cwd: Path, *args: str, timeout: float = 30, limit: int = 10_000, **more: object) -> Completed:
    return run([sys.executable, "-c", code, *args], cwd=cwd, env=allowed(), timeout=timeout, limit=limit, **more)  # type: ignore[arg-type]


def test_a_program_that_ends_well(tmp_path: Path) -> None:
    done = python("print(input()[::-1])", tmp_path, stdin=b"abc\n")
    assert (done.ok, done.end, done.returncode, done.stdout, done.stderr) == (True, End.EXIT, 0, b"cba\n", b"")


def test_the_ways_to_fail_are_distinct(tmp_path: Path) -> None:
    assert python("raise SystemExit(3)", tmp_path).returncode == 3
    dead = python("import os; os.kill(os.getpid(), 9)", tmp_path)
    assert (dead.end, dead.signal, dead.ok) == (End.SIGNAL, signal.SIGKILL, False)
    gone = run(["no-such-program-here"], cwd=tmp_path, env=allowed(), timeout=5, limit=100)
    assert (gone.end, gone.returncode) == (End.MISSING, None)
    assert b"No such file" in gone.stderr


def test_a_program_that_blocks_is_ended_with_its_children(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    code = f"""
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
child = os.fork()
if child: open('pids', 'w').write(f'{{os.getpid()}} {{child}}')
{WAIT}
"""
    done = python(code, tmp_path, str(fifo), timeout=0.7)
    assert done.end is End.TIMEOUT
    assert done.stdout.startswith(b"up")
    for pid in (tmp_path / "pids").read_text().split():
        assert not _alive(int(pid)), "a process outlived the time-out"


def test_a_daemon_that_left_the_session_is_killed_and_does_not_hold_the_pipes(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    code = f"""
import os, sys
r, w = os.pipe()
if os.fork():
    os.read(r, 1); os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
open('pid', 'w').write(str(os.getpid())); os.write(w, b'x')
{WAIT}
"""
    done = python(code, tmp_path, str(fifo), timeout=30)
    assert done.ok
    assert done.seconds < 10
    assert not _alive(int((tmp_path / "pid").read_text())), "the daemon lives on"


def test_output_over_the_limit_keeps_head_and_tail_with_the_cut_marked(tmp_path: Path) -> None:
    done = python("print('HEAD'); [print('x' * 99) for _ in range(5000)]; print('TAIL')", tmp_path, limit=2000)
    assert done.ok
    assert done.cut
    assert done.stdout.startswith(b"HEAD\n")
    assert done.stdout.endswith(b"TAIL\n")
    assert b"bytes cut" in done.stdout
    assert len(done.stdout) < 2100


def test_a_flood_ends_the_program_when_asked_to(tmp_path: Path) -> None:
    done = python("while True: print('x' * 4000)", tmp_path, limit=50_000, kill_over_limit=True)
    assert done.end is End.OUTPUT
    assert len(done.stdout) < 51_000


def test_a_program_that_never_reads_its_input_is_no_problem(tmp_path: Path) -> None:
    assert python("print('done')", tmp_path, stdin=b"x" * 5_000_000).ok


def test_large_input_arrives_whole(tmp_path: Path) -> None:
    done = python("import sys; print(len(sys.stdin.buffer.read()))", tmp_path, stdin=b"x" * 3_000_000)
    assert done.stdout == b"3000000\n"


def test_only_allowed_variables_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    source = {"PATH": "/bin", "GIT_DIR": "/x", "SECRET_KEY": "s", "LC_TIME": "C", "MY_KEY": "k", "PYTHONPATH": "/evil"}
    env = allowed(("MY_*",), source, EXTRA="1")
    assert set(env) == {"PATH", "LC_TIME", "MY_KEY", "EXTRA"}
    assert env["PATH"].split(os.pathsep)[0] == "/bin"


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
