"""What Git says about a repository's store, and what it does to keep it fast."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping

from factory_git.gitio.ask import ask
from factory_git.gitio.child import environment, git
from factory_git.gitio.locate import Location


def counts(location: Location) -> Mapping[str, int]:
    """``git count-objects -v``: ``count`` (loose), ``packs``, ``size``, ``size-pack`` (KiB), ``garbage`` …"""
    lines = ask(location, "count-objects", "-v").decode().splitlines()
    return {name: int(value) for name, _, value in (line.partition(": ") for line in lines) if value.isdigit()}


def commits(location: Location, tip: str) -> int:
    """How many commits ``tip`` reaches."""
    return int(ask(location, "rev-list", "--count", tip, "--"))


def disk_usage(location: Location, ref: str) -> int:
    """Bytes that everything reachable from ``ref`` takes in the object store."""
    return int(ask(location, "rev-list", "--objects", "--disk-usage", ref, "--") or 0)


def sizes(location: Location, oids: Iterable[str]) -> list[tuple[int, int]]:
    """Of each object its own bytes and those it takes in the store; zeros for what is not here."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    out = ask(location, "cat-file", "--batch-check=%(objectsize) %(objectsize:disk)", stdin=asked)
    return [(int(one), int(other)) if one.isdigit() else (0, 0) for one, other in map(_pair, out.decode().splitlines())]


def _pair(line: str) -> tuple[str, str]:
    one, _, other = line.partition(" ")
    return one, other


def write_commit_graph(location: Location) -> None:
    """Let Git walk history without opening commits."""
    git("commit-graph", "write", "--reachable", "--split", "--no-progress", cwd=location.common_dir)


def collect_garbage(location: Location) -> None:
    """``git gc`` with Git's own grace of two weeks for what nothing reaches."""
    git("gc", "--quiet", cwd=location.common_dir)


def git_version() -> tuple[int, ...]:
    """Git's version as numbers."""
    words = git("version").decode().split()
    return tuple(int(part) for part in words[2].split(".")[:3] if part.isdigit()) if len(words) > 2 else ()


def in_background(location: Location, *args: str) -> None:
    """Start ``git factory ARGS`` on its own: it outlives us, has no terminal, and nobody waits for it."""
    subprocess.Popen(
        [sys.executable, "-m", "factory_git", *args],
        cwd=location.common_dir,
        env=environment({"GIT_DIR": str(location.git_dir)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
