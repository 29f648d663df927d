"""One ref of a remote brought here, into a place of the remote's own; never onto a ref of ours."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from factory_git.core.clock import SystemClock
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed, run
from factory_git.gitio.locate import Location
from factory_git.gitio.lock import sleep
from factory_git.gitio.push import is_name, note_sent, ref_at, refs_below

UNION = "unite two ledgers"  # the subject of a commit that unites two
TRACKING = "refs/factory-remotes/"
_MALFORMED = re.compile(r"(?i)fsck error|index-pack failed|unpack-objects|bad pack|necessary objects|not our ref")
_ABSENT = re.compile(r"(?i)couldn't find remote ref|no such remote ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a remote has: ``new`` is its tip now, ``old`` what it was when last seen; empty where there is none.

    ``heads`` are the ledgers that clones published beside it because they lost every race: name there, and tip. Where
    they cannot be taken, since what one of them reaches is malformed or not there, ``unread`` has Git's words.
    """

    old: str
    new: str
    heads: tuple[tuple[str, str], ...] = ()
    unread: str = ""


def tracking(location: Location, remote: str, ref: str) -> str:
    """The ref that remembers what a remote has: under its name, or, for a URL, under the URL's digest."""
    name = remote if is_name(location, remote) else f"url-{hashlib.sha256(remote.encode()).hexdigest()[:12]}"
    of = ref.removeprefix("refs/factory/")
    return f"{TRACKING}{name}/{of if of.startswith('forks/') else ref.rpartition('/')[2]}"


@contextmanager
def fetched(location: Location, remote: str, ref: str, *, heads: str = "") -> Iterator[Fetched]:
    """``ref`` of ``remote`` (a name or a URL), whole, whatever it was before; held by a ref of its own meanwhile.

    With it comes everything below ``heads``, where that is given.

    The tracking ref stays: :func:`note_fetched` moves it once what came is taken in. Objects are checked on the way in.
    A partial clone's filter does not hold here: a ledger without its blobs says nothing. Raises :class:`GitFailed` in
    Git's words where the remote cannot be reached.
    """
    place = tracking(location, remote, ref)
    known = dict(refs_below(location, f"{place.rpartition('/')[0]}/"))
    for lock in (location.common_dir / place).parent.rglob("*.lock"):
        if _left(str(lock.relative_to(location.common_dir)), place):
            lock.unlink(missing_ok=True)
    _delete(location, [name for name in known if _left(name, place)], patient=True)
    old, held = known.get(place, ""), f"{place}.{os.getpid()}"
    beside = [f"+{heads}*:{held}.heads/*"] if heads else []
    try:
        there, unread = _with_heads(location, remote, f"+{ref}:{held}", beside)
        found = refs_below(location, f"{held}.heads/") if heads else []
        names = tuple((heads + name.removeprefix(f"{held}.heads/"), oid) for name, oid in found)
        yield Fetched(old=old, new=ref_at(location, held) if there else "", heads=names, unread=unread)
    finally:
        _let_go(location, held)


def _with_heads(location: Location, remote: str, ledger: str, beside: list[str]) -> tuple[bool, str]:
    """Whether the remote has a ledger; and why what lies beside it did not come: that keeps nobody from the ledger."""
    try:
        there = _fetch(location, remote, ledger, *beside)
        if not there and beside:  # Git brings nothing where one ref is not there
            _fetch(location, remote, *beside)
    except GitFailed as error:
        if not beside or _MALFORMED.search(error.stderr) is None:
            raise
        return _fetch(location, remote, ledger), error.stderr.strip().partition("\n")[0].removeprefix("fatal: ")
    return there, ""


def _let_go(location: Location, held: str) -> None:
    _delete(location, [held, *(name for name, _ in refs_below(location, f"{held}.heads/"))])


def _left(name: str, place: str) -> bool:
    """Whether a process that is dead held this beside the tracking ref ``place``, and could not let go of it."""
    pid = name.removeprefix(f"{place}.").partition("/")[0].partition(".")[0]
    if not name.startswith(f"{place}.") or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    return False


def _delete(location: Location, names: Iterable[str], *, patient: bool = False, must: bool = False) -> None:
    """Delete refs of ours. Old locks that nobody holds are taken over; ``patient``: young ones are waited for, too.

    What cannot be deleted stays for the next time, or, where it ``must`` go, is a :class:`GitFailed`.
    """
    wanted = list(names)
    if not wanted:
        return
    lines, env = "".join(f"delete {name}\n" for name in wanted).encode(), {"GIT_DIR": str(location.git_dir)}
    delete = functools.partial(run, ["update-ref", "--stdin"], cwd=location.common_dir, stdin=lines, env=env)
    if delete(ok=range(256)).returncode and (_freed(location, wanted, patient=patient) or must):
        delete(ok=(0,) if must else range(256))


def _freed(location: Location, names: Iterable[str], *, patient: bool) -> bool:
    """Take over the locks that Git needs for deleting these refs; False where one may be a living process's."""
    locks = [location.common_dir / name for name in ("packed-refs.lock", *(f"{name}.lock" for name in names))]
    if not any(lock.exists() for lock in locks):
        return True
    from factory_git.gitio import refs  # noqa: PLC0415 (pygit2 costs 70 ms, and this is rare)

    try:
        for lock in locks:
            while lock.exists():
                taken = refs.take_over(lock, now=SystemClock().now().timestamp(), wait=sleep if patient else _no_wait)
                if not taken and not patient:
                    return False
    except refs.RefLocked:
        return False
    return True


def _no_wait(seconds: float) -> None:
    """What is not old yet is left for the next time."""


def note_fetched(location: Location, remote: str, ref: str, oid: str) -> None:
    """Remember what a remote has, now that it is ours, too."""
    note_sent(location, tracking(location, remote, ref), oid)


def forget(location: Location, refs: Iterable[str]) -> None:
    """Delete tracking refs: what they remember of a remote is seen again with the next sync.

    Raises :class:`GitFailed` for one that cannot be deleted.
    """
    _delete(location, refs, patient=True, must=True)


def _fetch(location: Location, remote: str, *refspecs: str) -> bool:
    """Whether the remote has these refs; where one is not there, none of them comes."""
    options = [
        "--quiet",
        "--no-tags",
        "--no-prune",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
        "--no-filter",
        "--refmap=",  # a mirror's own refspecs would put what comes onto our ledger, too
    ]
    try:
        run(
            ["-c", "fetch.fsckObjects=true", "fetch", *options, "--end-of-options", remote, *refspecs],
            cwd=location.worktree or location.common_dir,  # what the path of a remote is relative to
            env={"GIT_DIR": str(location.git_dir), "GIT_OPTIONAL_LOCKS": "1"},
        )
    except GitFailed as error:
        if _ABSENT.search(error.stderr):
            return False
        raise
    return True


def transactions(location: Location, new: str, old: str, *also: str) -> int:
    """How many transactions ``new`` (or one of ``also``) reaches that ``old`` (empty: nothing) does not.

    A transaction may have several parents: those of its records. What unites two ledgers is none, and says so.
    """
    if {new, *also} == {old}:  # the usual sync, with nothing new: no child for that
        return 0
    less = [f"^{old}"] if old else []
    unions = ["--invert-grep", f"--grep=^{UNION}$"]
    return int(ask(location, "rev-list", "--count", *unions, new, *also, *less, "--"))


def remotes(location: Location) -> list[str]:
    """The remotes that are configured, by name."""
    return ask(location, "remote").decode(errors="surrogateescape").split("\n")[:-1]


def refspecs(location: Location, remote: str) -> list[str]:
    """What a plain ``git fetch REMOTE`` brings, as configured."""
    done = run(
        ["config", "-z", "--get-all", f"remote.{remote}.fetch"],
        cwd=location.common_dir,
        env={"GIT_DIR": str(location.git_dir)},
        ok=(0, 1),
    )
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
