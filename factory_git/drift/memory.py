"""What a state of the inputs compiles to, remembered from one check to the next.

A memory is local and disposable: it says "these inputs (spec, lock, migrations; by blob id), compiled by this compiler,
give these outputs". It holds no verdict, so it cannot hide one: the outputs are compared with the index each time.
Missing, damaged or of another version, it is as if it were empty. This module is on the hook's path and imports
nothing that costs.

Code that somebody wrote is judged by rules: what is remembered of it is in :mod:`factory_git.drift.known`.
"""

from __future__ import annotations

import marshal
import os
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

HEAD = b"git-factory gate 4\n"
KEPT = 6  # states; one for each branch somebody switches between
ANY = "any"  # expected of bound code: a regular file, of whatever content
ABSENT = "absent"  # expected of what an older compile left behind

# What may be a spec or belongs to one, wherever it lies; wider than the rule where that makes Git faster (a pattern
# that is one star and an end costs a fifth of a glob). Everything else is known by name from a compile.
PATTERNS = (":(top)*factory.yaml", ":(top)*spec/*.yaml", ":(top)*.factory/lock.json")
EVERYTHING = ":(top)"
FEW = 4  # files that are named one by one; more of one folder are asked for as the folder: each name costs


class State:
    """Inputs (path → ``mode oid stage``) and what they compile to (path → ``mode oid 0``, ``any`` or ``absent``).

    ``also`` are inputs that no pattern tells: files, and folders with all they hold. ``asked`` are the paths to ask the
    index for so that everything expected is in the answer.
    """

    __slots__ = ("also", "asked", "expected", "inputs", "stamp")

    def __init__(
        self,
        stamp: str,
        also: Sequence[str],
        asked: Sequence[str],
        inputs: Mapping[str, str],
        expected: Mapping[str, str],
    ) -> None:
        self.stamp = stamp
        self.also = tuple(also)
        self.asked = tuple(asked)
        self.inputs = dict(inputs)
        self.expected = dict(expected)

    def pathspecs(self) -> tuple[str, ...]:
        """What to ask the index for: all that the verdict depends on."""
        return (*PATTERNS, *(f":(top,literal){path}" for path in (*self.also, *self.asked)))

    def inputs_in(self, found: Mapping[str, str]) -> dict[str, str]:
        """The entries among ``found`` that decide what is compiled."""
        return {path: what for path, what in found.items() if self._is_input(path)}

    def knows(self, found: Mapping[str, str]) -> bool:
        """Whether ``found`` (the entries of ``pathspecs()``) has exactly this state's inputs."""
        return self.inputs_in(found) == self.inputs

    def broken(self, found: Mapping[str, str]) -> list[str]:
        """The paths that are not what the inputs compile to."""
        return [path for path, what in self.expected.items() if not _holds(what, found.get(path))]

    def _is_input(self, path: str) -> bool:
        if path.endswith("factory.yaml") or path.endswith(".factory/lock.json"):  # noqa: PIE810 (each with its pattern)
            return True
        if path.endswith(".yaml") and "spec/" in path:
            return True
        return any(path == one or path.startswith(f"{one}/") for one in self.also)


def folders(root: str, paths: Iterable[str]) -> list[str]:
    """Few names that stand for all ``paths`` below ``root``: folders in it that hold many of them, else the paths."""
    start = len(root) + 1 if root else 0
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(path[start:].split("/", 1)[0], []).append(path)
    out: list[str] = []
    for name, held in groups.items():
        out += held if len(held) < FEW else [f"{root}/{name}" if root else name]
    return sorted(out)


def _holds(expected: str, found: str | None) -> bool:
    if expected == ABSENT:
        return found is None
    if expected == ANY:
        return found is not None and found.startswith("100") and found.endswith(" 0")
    return found == expected


def path_in(common_dir: str) -> str:
    """Where the memory of a repository lies."""
    return f"{common_dir}/factory/gate"


def read(path: str) -> list[State]:
    """The remembered states, the latest first; none when the file is missing or not what was written."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs as much as Git's answer)
            data = file.read()
        head, crc, body = data[: len(HEAD)], data[len(HEAD) : len(HEAD) + 4], data[len(HEAD) + 4 :]
        if head != HEAD or crc != zlib.crc32(body).to_bytes(4, "big"):
            return []
        return [State(*one) for one in marshal.loads(body)]  # noqa: S302 (our own bytes: the checksum says so)
    except (OSError, ValueError, EOFError, TypeError):
        return []


def write(path: str, states: Iterable[State]) -> None:
    """Keep ``states``, the first ones where they are too many. What cannot be written is not remembered: no error."""
    seen: dict[Any, State] = {}
    for state in states:
        seen.setdefault((state.stamp, tuple(sorted(state.inputs.items()))), state)
    rows = [(s.stamp, s.also, s.asked, s.inputs, s.expected) for s in list(seen.values())[:KEPT]]
    body = marshal.dumps(rows, 2)  # version 2 reads alike in every Python that shares the repository
    keep(path, HEAD + zlib.crc32(body).to_bytes(4, "big") + body)


def keep(path: str, data: bytes) -> bool:
    """Write a disposable file in one piece; False when the folder does not take it."""
    fresh = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(fresh, "wb") as file:  # noqa: PTH123
            file.write(data)
        os.replace(fresh, path)  # noqa: PTH105
    except OSError:
        try:  # noqa: SIM105 (contextlib costs)
            os.unlink(fresh)  # noqa: PTH108
        except OSError:
            pass
        return False
    return True


def stamp() -> str:
    """What tells one compiler from another: the program's files by name, size and time of change.

    Reading their bytes would be surer and costs more than the whole hook; a copy of the program that differs in none of
    these is the same program.
    """
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    crc, count = 0, 0
    todo = [f"{top}/{name}" for name in ("app", "codemap", "core", "drift", "gitio", "spec", "skills", "compiler")]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(folder) as found:
                listed = sorted(found, key=lambda one: one.name)
        except FileNotFoundError:
            continue
        for one in listed:
            if one.name == "__pycache__":
                continue
            if one.is_dir():
                todo.append(one.path)
            else:
                about = one.stat()
                crc = zlib.crc32(f"{one.path}\0{about.st_size}\0{about.st_mtime_ns}".encode(errors="replace"), crc)
                count += 1
    return f"{crc:08x}-{count}"
