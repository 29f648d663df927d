"""Where objects lie: every path in a tree, every ref that reaches a commit; found by Git itself, which is quick."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable, Iterator

from factory_git.core.ids import Oid
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed, environment
from factory_git.gitio.locate import Location

_BLOCK = 1 << 20


def find(location: Location, tree: Oid, wanted: Collection[Oid]) -> list[tuple[str, Oid]]:
    """Path and id of each file of a tree (or commit) that is one of the ``wanted`` blobs. Raises :class:`GitFailed`."""
    ids = {oid.encode(): oid for oid in wanted}
    found = []
    for line in _lines(location, ["ls-tree", "-r", "-z", "--full-tree", tree]):
        head, _, path = line.partition(b"\t")
        if (oid := ids.get(head[-40:])) is not None:
            found.append((os.fsdecode(path), oid))
    return found


def refs(location: Location, commits: Iterable[Oid]) -> list[str]:
    """The refs that reach one of these commits."""
    wanted = [word for oid in commits for word in ("--contains", oid)]
    found = ask(location, "for-each-ref", "--format=%(refname)", *wanted) if wanted else b""
    return os.fsdecode(found).split("\n")[:-1]


def _lines(location: Location, argv: list[str]) -> Iterator[bytes]:
    env = environment({"GIT_DIR": str(location.git_dir)})
    with subprocess.Popen(
        ["git", *argv], cwd=location.common_dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        rest = b""
        while block := child.stdout.read(_BLOCK):
            *lines, rest = (rest + block).split(b"\0")
            yield from lines
        said = child.stderr.read().decode(errors="replace")
    if child.returncode:
        raise GitFailed(argv, child.returncode, said)
