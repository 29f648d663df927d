"""What a push brings that its remote has not, and a push of one ref beside it that asks nobody anything."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from factory_git.core.clock import SystemClock
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed, environment, run
from factory_git.gitio.locate import Location

# What a server says whose ref somebody else was writing: Git (in three versions), and hosts that queue pushes.
_BUSY = ("cannot lock ref", "failed to update ref", "incorrect old value provided", "reference already exists")
_BESIDE = ("error: failed to push some refs", "warning: ", "Warning: ")  # said beside the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One ref of a push, as Git tells its pre-push hook. An id of zeros: the ref is deleted, or new to the remote."""

    local_ref: str
    local: str
    remote_ref: str
    remote: str

    @property
    def deletes(self) -> bool:
        """Whether the ref goes away."""
        return not self.local.strip("0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a pushed ref: ``state`` is ``sent``, ``same``, ``behind``, ``busy`` or ``failed``.

    ``busy``: somebody else was writing it just then; asked again it may go. ``words`` are Git's own.
    """

    state: str
    words: str = ""


def updates(text: str) -> list[Update]:
    """The refs of a push from the lines that Git writes to its hook; a local name may have blanks in it."""
    found = []
    for line in text.splitlines():
        parts = line.rsplit(maxsplit=3)
        if len(parts) == 4:
            found.append(Update(local_ref=parts[0], local=parts[1], remote_ref=parts[2], remote=parts[3]))
    return found


def commit_of(location: Location, name: str) -> str:
    """The commit that an object leads to; empty for what leads to none, or is not here."""
    try:
        return (
            ask(location, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        )
    except GitFailed:
        return ""


def oldest_new(location: Location, tip: str, has: Iterable[str], remotes: Sequence[str]) -> str:
    """The oldest commit on the first-parent line of ``tip`` that the remote has not; empty when it has them all.

    It has the commits ``has``, and what ``refs/remotes/<name>/`` says of each of ``remotes`` (empty: of all there are).
    """
    known = [f"--remotes={_literal(name)}" for name in remotes] if remotes else ["--remotes"]
    out = ask(location, "rev-list", "--first-parent", tip, "--not", *known, *has, "--")
    return (out.decode().split() or [""])[-1]


def remotes_at(location: Location, url: str) -> list[str]:
    """The remotes that are configured with this URL."""
    try:
        out = ask(location, "config", "-z", "--get-regexp", r"^remote\..*\.(push)?url$").decode(
            errors="surrogateescape"
        )
    except GitFailed:
        return []
    pairs = (item.partition("\n") for item in out.split("\0") if item)
    return sorted({key.split(".", 1)[1].rpartition(".")[0] for key, _, value in pairs if value == url})


def send(location: Location, remote: str, ref: str, *, to: str = "") -> Sent:
    """Push one ref to the same name (or another one), fast-forward only, without hooks, asking for no password.

    The user has just answered what there was to ask for the push that this one goes with; a second question, for a
    ref that they did not name, would be a surprise. Credential helpers and agents answer as ever.
    """
    return _pushed(location, remote, f"{ref}:{to or ref}")


def replace(location: Location, remote: str, ref: str, seen: str) -> Sent:
    """Push one ref over what was seen there, if that is still what is there: the one push that may go back."""
    return _pushed(location, remote, f"{ref}:{ref}", f"--force-with-lease={ref}:{seen}")


def retire(location: Location, remote: str, ref: str, seen: str) -> Sent:
    """Delete a ref of a remote, if it is still what was seen there."""
    return _pushed(location, remote, f":{ref}", f"--force-with-lease={ref}:{seen}")


def _pushed(location: Location, remote: str, refspec: str, *options: str) -> Sent:
    quiet = {
        "GIT_DIR": str(location.git_dir),
        "GIT_ASKPASS": "",  # empty: not even the one of core.askPass
        "SSH_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
    }
    env = {name: value for name, value in environment(quiet).items() if not name.startswith("GIT_PUSH_OPTION_")}
    done = subprocess.run(
        [
            "git",
            *(("-c", f"remote.{remote}.mirror=false") if is_name(location, remote) else ()),  # it excludes naming a ref
            "push",
            "--no-verify",
            "--porcelain",
            "--no-follow-tags",
            "--recurse-submodules=no",
            *options,
            "--end-of-options",  # a remote may be named like one
            remote,
            refspec,
        ],
        cwd=location.worktree or location.common_dir,  # what the path of a remote is relative to
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=env,
        check=False,
        start_new_session=True,  # without a terminal ssh cannot ask either
    )
    out, said = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace").strip()
    flag, reason = _outcome(out, refspec)
    if done.returncode == 0:
        return Sent(state="same" if flag == "=" else "sent")
    behind = "(fetch first)" in out or "(stale info)" in out or ("(non-fast-forward)" in out and not options)
    busy = any(words in f"{reason}\n{said}" for words in _BUSY)
    return Sent(
        state="behind" if behind else "busy" if busy else "failed", words=_reason(said, reason, done.returncode)
    )


def _outcome(out: str, refspec: str) -> tuple[str, str]:
    """What ``--porcelain`` says of a refspec: its flag, and in brackets why it was refused."""
    for line in out.splitlines():
        flag, _, rest = line.partition("\t")
        if rest.startswith(f"{refspec}\t"):
            return flag, rest.rpartition("(")[2].removesuffix(")") if flag == "!" else ""
    return "", ""


def _reason(said: str, reason: str, code: int) -> str:
    """The first thing that was said about it, and the reason in Git's own word."""
    lines = (line.removeprefix("remote: ").strip() for line in said.splitlines())
    first = next((line for line in lines if line and not line.startswith(_BESIDE)), "")
    words = [*([first] if first else []), *([f"({reason})" if first else reason] if reason else [])]
    return " ".join(words) or f"exit {code}"


def ref_at(location: Location, ref: str) -> str:
    """Where a ref points; empty where there is none."""
    try:
        return ask(location, "rev-parse", "--verify", "--quiet", ref).decode().strip()
    except GitFailed:
        return ""


def refs_below(location: Location, prefix: str) -> list[tuple[str, str]]:
    """Every ref whose name begins with ``prefix``, and where it points."""
    out = ask(location, "for-each-ref", "--format=%(refname) %(objectname)", prefix).decode(errors="surrogateescape")
    return [(name, oid) for name, _, oid in (line.rpartition(" ") for line in out.splitlines())]


def note_sent(location: Location, tracking: str, oid: str) -> None:
    """Remember what a remote has of ours; what cannot be written is asked again next time.

    What a process left there that was killed while it wrote is taken away once it is old enough to be nobody's.
    """
    args, git_dir = ["update-ref", tracking, oid], {"GIT_DIR": str(location.git_dir)}
    if run(args, cwd=location.common_dir, ok=range(256), env=git_dir).returncode:
        from factory_git.gitio import refs  # noqa: PLC0415 (pygit2 costs 70 ms, and this is rare)

        now, lock = SystemClock().now().timestamp(), location.common_dir / f"{tracking}.lock"
        with suppress(refs.RefLocked):
            if refs.take_over(lock, now=now, wait=lambda _: None):
                run(args, cwd=location.common_dir, ok=range(256), env=git_dir)


def is_name(location: Location, remote: str) -> bool:
    """Whether this names a configured remote (and is not a URL)."""
    try:
        return bool(ask(location, "config", "--get-regexp", rf"^remote\.{_escaped(remote)}\.")) and os.sep not in remote
    except GitFailed:
        return False


def _literal(name: str) -> str:
    return "".join(f"\\{sign}" if sign in "*?[\\" else sign for sign in name)


def _escaped(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "_-" else f"[{sign}]" for sign in name if sign not in "[]^")
