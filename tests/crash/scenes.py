"""What is killed: commands in small repositories that are made once and copied for each death.

A scene's folder holds the repository ``here``, and where clones play a part the bare repository ``there``. ``act`` may
be done again after any death, and then ends as it would have without one.
"""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from factory_git.app import fork, maintenance, redact, run, state, sync, verify
from factory_git.app.context import Context, open_context
from factory_git.app.run_session import Options
from factory_git.core import points
from factory_git.core.clock import SystemClock
from factory_git.core.errors import Conflict, Negative
from factory_git.core.ids import Oid
from factory_git.engine import making
from factory_git.engine.phases import validate
from factory_git.gitio import merge, pack
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location, locate
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger import forks
from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from tests.crash.deaths import Ack
from tests.engine import fakes
from tests.engine.test_kill import proves

ANY = {"type": "object"}
SECRET = "old 1"
LONG = 60.0  # seconds ago: long enough for a lock file to be nobody's


@dataclass(frozen=True, kw_only=True)
class Scene:
    """``make`` fills a new folder, ``act`` is the command, ``check`` says what else is wrong after it has ended."""

    name: str
    make: Callable[[Path], object]
    act: Callable[[Path, Ack], None]
    check: Callable[[Path], str] = lambda _: ""
    children: bool = False  # whether programs of Git do a good part of the work
    long: bool = False  # whether it takes long, so that there is time for it in the long form only
    same: bool = True  # whether what is written is the same each time
    gc: bool = True  # whether what is wanted survives that everything is pruned which no ref reaches


def git(*args: str, cwd: Path, ok: bool = True) -> str:
    """The output of Git."""
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
    return done.stdout.strip()


def begin(at: Path, name: str = "here", *, bare: bool = False) -> Path:
    """An empty repository below a scene's folder."""
    git("init", "-q", "--template=", *(("--bare",) if bare else ()), str(at / name), cwd=at)
    return at / name


@functools.cache
def located(path: Path) -> Location:
    """Where a repository is; asked once, since every copy of a scene stands in the same place."""
    return locate(path)


def opened(path: Path, many: int | None = None) -> Context:
    """A repository as another process would open it; its ledger joins packs when there are ``many``."""
    where = located(path)
    ctx = Context(location=where, config=Config(where), clock=SystemClock())
    if many is not None:
        ctx.ledger._writer.many = many
    return ctx


def write(path: Path, *words: str, ack: Ack = lambda _: None, many: int | None = None) -> None:
    """Append one record after the other, each in a transaction of its own that names the one before."""
    ctx = opened(path, many)
    above: list[str] = []
    for word in words:
        made = ctx.ledger.put("note", {"text": word}, above, blobs=[word.encode() * 99], stream="s")  # type: ignore[arg-type]
        ack(made)
        above = [made]
    ctx.ledger.close()


def _ledger(at: Path, notes: int = 3) -> Path:
    here = begin(at)
    ctx = open_context(here)
    ctx.ledger.register("note", ANY)
    ctx.ledger.close()
    write(here, *(f"old {n}" for n in range(notes)))
    return here


# -- append ----------------------------------------------------------------------------------------------------------


def _first(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    ctx.ledger.register("note", ANY)
    ack(make("type", {"name": "note", "schema": ANY}).id)
    ack(ctx.ledger.put("note", {"text": "first"}))
    ctx.ledger.close()


def _append(at: Path, ack: Ack) -> None:
    write(at / "here", "new 1", "new 2", ack=ack)
    ctx = opened(at / "here")
    for id_ in ctx.ledger.append([make("note", {"text": f"of three {n}"}) for n in range(3)], key="three"):
        ack(id_)
    ctx.ledger.close()


def _joining(at: Path, ack: Ack) -> None:
    write(at / "here", "new 1", "new 2", "new 3", ack=ack, many=4)


# -- what the dead left ----------------------------------------------------------------------------------------------


def _left(at: Path) -> None:
    """A ledger whose ref lost what was promised, among all that killed writers can leave."""
    here = _ledger(at, 4)
    common = here / ".git"
    git("update-ref", REF, f"{REF}~2", cwd=here)
    kept = min((common / "objects/pack").glob("*.pack"))
    kept.with_suffix(".keep").write_bytes(pack.KEEP)
    (common / "objects/pack" / f"{pack.TEMPORARY}dead").write_bytes(b"PACK")
    (common / "factory" / f"{pack.TEMPORARY}dead").write_bytes(b"half a jour")
    with (common / "factory/acknowledged").open("ab") as file:
        file.write(b"0123456789abcdef")
    lock = common / f"{REF}.lock"
    lock.touch()
    os.utime(lock, (time.time() - LONG, time.time() - LONG))


# -- index -----------------------------------------------------------------------------------------------------------


def _index(at: Path) -> Path:
    return at / "here/.git/factory/index.sqlite"


def _read(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    ctx.ledger.list()
    ctx.ledger.tidy_index()
    ctx.ledger.close()


def _behind(at: Path) -> None:
    here = _ledger(at)
    shutil.copy(_index(at), at / "older")
    write(here, *(f"later {n}" for n in range(4)))
    (at / "older").replace(_index(at))


def _absent(at: Path) -> None:
    _ledger(at)
    _index(at).unlink()


def _damaged(at: Path) -> None:
    _ledger(at)
    _index(at).write_bytes(b"no database" * 999)
    _index(at).with_name("index.sqlite-wal").write_bytes(b"no log" * 99)


def _torn(at: Path) -> None:
    """The file begins well, and a page in the middle is not what it was."""
    _ledger(at, 12)
    content = bytearray(_index(at).read_bytes())
    for place in range(4096, len(content), 8192):
        content[place : place + 512] = b"\xff" * 512
    _index(at).write_bytes(content)


def _apart(at: Path) -> None:
    """The index followed one line of history, the ref goes on from another: what is indexed is forgotten in part."""
    here = _ledger(at)
    fallen = git("rev-parse", REF, cwd=here)
    write(here, "one side 1", "one side 2")
    other = git("rev-parse", REF, cwd=here)
    shutil.copy(_index(at), at / "older")
    git("update-ref", REF, fallen, cwd=here)
    (here / ".git/factory/acknowledged").unlink()
    write(here, "other side 1", "other side 2")
    ctx = opened(here)
    ctx.ledger.unite(Oid(other))
    ctx.ledger.close()
    (at / "older").replace(_index(at))


# -- clones ----------------------------------------------------------------------------------------------------------


def _clones(at: Path) -> None:
    """Three that know of each other: ``here`` has something new, and ``there`` has something new from a third."""
    there = begin(at, "there", bare=True)
    here = _ledger(at)
    git("remote", "add", "origin", "../there", cwd=here)
    _sync(here)
    third = begin(at, "third")
    git("remote", "add", "origin", "../there", cwd=third)
    _sync(third)
    write(third, "theirs 1", "theirs 2")
    _sync(third)
    shutil.rmtree(third)
    write(here, "ours 1", "ours 2")
    git("gc", "-q", cwd=there)


def _alone(at: Path) -> None:
    begin(at, "there", bare=True)
    git("remote", "add", "origin", "../there", cwd=_ledger(at))


def _went_back(at: Path) -> None:
    _clones(at)
    _sync(at / "here")
    git("update-ref", REF, f"{REF}^1~1", cwd=at / "there")
    git("gc", "-q", "--prune=now", cwd=at / "there")
    write(at / "here", "ours 3")


def _sync(path: Path) -> None:
    ctx = opened(path)
    sync.run(ctx, sync.Options())
    ctx.ledger.close()


def _write_and_sync(at: Path, ack: Ack) -> None:
    write(at / "here", "new", ack=ack)
    _sync(at / "here")


# -- taken out of history ----------------------------------------------------------------------------------------------


def _redact(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    secret = next((entry.record.id for entry in ctx.ledger.list() if entry.record.payload.get("text") == SECRET), None)
    if secret is not None:
        redact.run(ctx, [secret], "it was a secret")
    ack(ctx.ledger.put("note", {"text": "after"}))
    ctx.ledger.close()


def _redacted_there(at: Path) -> None:
    """The remote has history without a record that ``here`` still has; both have something new."""
    _clones(at)
    _sync(at / "here")
    git("clone", "-q", "--bare", "there", "fourth", cwd=at)
    third = at / "fourth"
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=third)
    ctx = opened(third)
    redact.run(ctx, [next(e.record.id for e in ctx.ledger.list() if e.record.payload.get("text") == SECRET)], "secret")
    ctx.ledger.close()
    _sync(third)
    shutil.rmtree(third)


def _write_and_accept(at: Path, ack: Ack) -> None:
    write(at / "here", "new", ack=ack)
    ctx = opened(at / "here")
    sync.run(ctx, sync.Options(accept_redactions=True))
    ctx.ledger.close()


def _gone(at: Path) -> str:
    """What was taken out is in no file that is derived from history."""
    ctx = opened(at / "here")
    texts = [entry.record.payload.get("text") for entry in ctx.ledger.list()]
    ctx.ledger.close()
    held = [path.name for path in (at / "here/.git/factory").rglob("*") if path.is_file() and _holds(path)]
    return f"it is listed, or in {held}" if SECRET in texts or held else ""


def _holds(path: Path) -> bool:
    return f'"{SECRET}"'.encode() in path.read_bytes()


# -- care ------------------------------------------------------------------------------------------------------------


def _many(at: Path) -> None:
    _ledger(at, 9)


def _maintain(at: Path, ack: Ack) -> None:
    write(at / "here", "new", ack=ack)
    ctx = opened(at / "here")
    maintenance.run(ctx, gc=True)
    ctx.ledger.close()


def _verify(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    assert verify.run(ctx).report.ok
    ctx.ledger.close()


# -- time ------------------------------------------------------------------------------------------------------------


def _state(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    assert state.run(ctx).transactions == len(ctx.ledger.journal())
    ctx.ledger.close()


def _fork(at: Path, ack: Ack) -> None:
    ctx = opened(at / "here")
    try:
        ref = fork.run(ctx, "2", name="f").ref
    except Conflict:  # the one before came so far
        ref = forks.ref("f")
    repo, _, settings = ctx.ledger_parts()
    own = Ledger(repo, SqliteIndex(repo, forks.folder(ctx.location, ref) / "index.sqlite"), replace(settings, ref=ref))
    own.put("note", {"text": "on the fork"})
    assert [entry.record.payload["text"] for entry in own.list(type="note")] == ["old 0", "on the fork"]
    own.close()
    ctx.ledger.close()


# -- promotion -------------------------------------------------------------------------------------------------------


def _branch(at: Path) -> None:
    """``main`` is checked out at ``old``, with a file changed that promotion does not touch; ``new`` waits."""
    here = begin(at)
    files = {name: f"{name}\n" * 40 for name in ("a", "b", "gone", "deep/er/c", "mine")}
    _commit(here, files)
    git("tag", "old", cwd=here)
    _commit(here, {"a": "new\n", "deep/er/c": "new\n", "new/d": "new\n", "gone": None})
    git("tag", "new", cwd=here)
    git("reset", "-q", "--hard", "old", cwd=here)
    (here / "mine").write_text("changed by hand\n")


def _commit(here: Path, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).unlink(missing_ok=True)
        if text is not None:
            (here / name).write_text(text)
    git("add", "-A", cwd=here)
    git("commit", "-q", "-m", "files", cwd=here)


def _promote(at: Path, ack: Ack) -> None:
    here = at / "here"
    old, new, now = git("rev-parse", "old", "new", "main", cwd=here).split()
    if now == new:
        merge.settle(here / ".git", "refs/heads/main")
    else:
        merge.promote(here / ".git", "refs/heads/main", Oid(old), Oid(new), reason="test")


def _promoted(at: Path) -> str:
    here = at / "here"
    if git("rev-parse", "main", cwd=here) != git("rev-parse", "new", cwd=here):
        return "main was not moved"
    found = git("status", "--porcelain", cwd=here)
    return "" if found == "M mine" else f"the checkout is not the new commit: {found}"


# -- runs ------------------------------------------------------------------------------------------------------------


def _shop(at: Path) -> None:
    here = begin(at)
    _commit(here, {"factory.yaml": fakes.SPEC})
    script = f"import sys\nfrom pathlib import Path\nsys.stdin.read()\n{fakes.WRITE_GOOD}"
    (at / "agent.py").write_text(script)


def _run(at: Path, ack: Ack) -> None:
    """A run from the first record to the promoted commit; or what is left of it."""
    ctx = opened(at / "here")
    begun = ctx.ledger.list(type="sequence")
    agent = f"command: {shlex.quote(sys.executable)} {shlex.quote(str(at / 'agent.py'))} {{worktree}}"
    options = Options(resume=True) if begun else Options(agent=agent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "compile_spec", fakes.fake_compile)
        patch.setattr(validate, "prove", proves)
        result = run.run(ctx, options, fakes.Seen())
    if result.specs[0].outcome != "converged":  # Git was killed under it: said in words, and the next run goes on
        raise Negative(f"{result.specs[0]}")
    ctx.ledger.append([make("type", {"name": "note", "schema": ANY})])  # as the next command that writes
    ctx.ledger.close()


def _ran(at: Path, commits: int = 2, again: frozenset[str] = frozenset()) -> str:
    """One run, whose commit is on the branch and in the checkout.

    A death after the verdict may leave a working folder: the next run of that spec takes it away.
    """
    here = at / "here"
    ctx = opened(here)
    types = Counter(entry.record.type for entry in ctx.ledger.list())
    ctx.ledger.close()
    found = {
        "records twice": [type_ for type_, count in types.items() if count > 1 and type_ not in again],
        "the branch": git("rev-list", "--first-parent", "--count", "main", cwd=here) != str(commits),
        "the file": git("show", f"main:{fakes.BOUND_FILE}", cwd=here) != fakes.GOOD.strip(),
        "the checkout": git("status", "--porcelain", cwd=here),
    }
    return "; ".join(f"{name}: {what}" for name, what in found.items() if what)


def _run_beside(at: Path, ack: Ack) -> None:
    """A run while somebody commits to the branch: what was made is brought onto that."""

    def commit(name: str) -> None:
        if name == "validate:begin" and git("rev-list", "--count", "main", cwd=at / "here") == "1":
            git("commit", "-q", "--allow-empty", "-m", "theirs", cwd=at / "here")

    with points.listening(commit):
        _run(at, ack)


def _ran_beside(at: Path) -> str:
    return _ran(at, commits=3, again=frozenset({"candidate", "validate", "done", "phase"}))


def _killed_before(at: Path) -> None:
    """A promotion died when it had written the files, and had put nothing else in place."""
    _branch(at)

    class Killed(BaseException):
        """No handler takes it."""

    def die(name: str) -> None:
        if name == "switch:files":
            raise Killed

    with pytest.raises(Killed), points.listening(die):
        _promote(at, lambda _: None)


SCENES = (
    Scene(name="append, the first", make=begin, act=_first),
    Scene(name="append", make=_ledger, act=_append),
    Scene(name="append, packs joined", make=lambda at: _ledger(at, 5), act=_joining, children=True),
    Scene(name="append, after others died", make=_left, act=_append, gc=False),
    Scene(name="index, absent", make=_absent, act=_read),
    Scene(name="index, behind", make=_behind, act=_read),
    Scene(name="index, damaged", make=_damaged, act=_read),
    Scene(name="index, torn", make=_torn, act=_read),
    Scene(name="index, of another order", make=_apart, act=_read),
    Scene(name="sync", make=_clones, act=_write_and_sync, children=True),
    Scene(name="sync, the first", make=_alone, act=_write_and_sync, children=True, long=True),
    Scene(name="sync, remote went back", make=_went_back, act=_write_and_sync, children=True, long=True),
    Scene(name="redact", make=_many, act=_redact, check=_gone, same=False),
    Scene(
        name="sync, redacted there", make=_redacted_there, act=_write_and_accept, check=_gone, children=True, long=True
    ),
    Scene(name="maintenance", make=_many, act=_maintain, children=True),
    Scene(name="verify", make=_many, act=_verify),
    Scene(name="state", make=_many, act=_state),
    Scene(name="fork", make=_many, act=_fork),
    Scene(name="promotion", make=_branch, act=_promote, check=_promoted, children=True),
    Scene(name="promotion, after one died", make=_killed_before, act=_promote, check=_promoted, children=True),
    Scene(name="run, beside a commit", make=_shop, act=_run_beside, check=_ran_beside, same=False, long=True),
    Scene(name="run", make=_shop, act=_run, check=_ran, children=True, same=False, long=True),
)
