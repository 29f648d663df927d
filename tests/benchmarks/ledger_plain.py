"""What people do without a ledger: one JSON file a record in a folder, named by the digest of its bytes.

    python -I -S ledger_plain.py VERB FOLDER [ARGUMENT]

There is no order but that of the files' times, so a list reads them all; parents are opened by name, children are found
by reading all; a check hashes all.
"""

# A small process: pathlib would be most of it.
# ruff: noqa: PTH104, PTH116, PTH118, PTH123, PTH208

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any


def write(folder: str, files: Sequence[tuple[str, bytes]], *, durable: bool = True) -> None:
    """Add files so that nobody sees half of one and, if ``durable``, a crash takes none back."""
    for name, data in files:
        path = os.path.join(folder, f"{name}.json")
        with open(f"{path}.tmp", "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.rename(f"{path}.tmp", path)
    if durable:
        fd = os.open(folder, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


def read(folder: str) -> Iterator[tuple[str, bytes, float]]:
    """Name, bytes and time of every file."""
    for entry in os.scandir(folder):
        with open(entry.path, "rb") as file:
            yield entry.name[:-5], file.read(), entry.stat().st_mtime


def records(folder: str) -> list[tuple[float, str, Any]]:
    """Time, name and value of every record, oldest first."""
    found = [(at, name, json.loads(data)) for name, data, at in read(folder)]
    found.sort(key=lambda one: one[:2])
    return found


def list_(folder: str, type_: str = "", limit: str = "") -> None:
    """All of a type (empty: any), the newest ``limit`` of them where that is given."""
    found = [one for one in records(folder) if type_ in ("", one[2]["type"])]
    for at, name, value in found[-int(limit) :] if limit else found:
        _line(at, name, value)


def up(folder: str, name: str) -> None:
    """A record and all it came from."""
    seen, stack = {name}, [name]
    while stack:
        name = stack.pop()
        path = os.path.join(folder, f"{name}.json")
        with open(path, "rb") as file:
            value = json.load(file)
        _line(os.stat(path).st_mtime, name, value)
        stack += [one for one in value["parents"] if one not in seen]
        seen.update(value["parents"])


def down(folder: str, name: str) -> None:
    """A record and all that came of it."""
    found = {one: (at, value) for at, one, value in records(folder)}
    below: dict[str, list[str]] = {}
    for one, (_, value) in found.items():
        for parent in value["parents"]:
            below.setdefault(parent, []).append(one)
    seen, stack = {name}, [name]
    while stack:
        name = stack.pop()
        _line(found[name][0], name, found[name][1])
        fresh = [one for one in below.get(name, ()) if one not in seen]
        seen.update(fresh)
        stack += fresh


def state(folder: str, at: str = "") -> None:
    """How many of each type, and the memories that stand; ``at``: of the first so many records."""
    types: dict[str, int] = {}
    memories: dict[str, str] = {}
    found = records(folder)
    for _, name, value in found[: int(at) if at else len(found)]:
        types[value["type"]] = types.get(value["type"], 0) + 1
        if value["type"] == "memory":
            memories[name] = value["payload"]["title"]
            for before in value["payload"].get("replaces", ()):
                memories.pop(before, None)
    print(types)
    for name, title in memories.items():
        print(name, title)


def log(folder: str, limit: str) -> None:
    """The newest by the files' times; only these are read."""
    newest = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime, reverse=True)[: int(limit)]
    for entry in newest:
        with open(entry.path, "rb") as file:
            _line(entry.stat().st_mtime, entry.name[:-5], json.load(file))


def verify(folder: str) -> None:
    """Every name is the digest of the bytes, every parent is there."""
    names, parents = set(), set()
    for name, data, _ in read(folder):
        if hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() != name:
            sys.exit(f"{name} was changed")
        names.add(name)
        parents.update(json.loads(data)["parents"])
    if parents - names:
        sys.exit(f"absent: {parents - names}")


def sync(folder: str, other: str) -> None:
    """Copy what either folder has and the other has not."""
    here, there = set(os.listdir(folder)), set(os.listdir(other))
    for source, target, lacking in ((folder, other, here - there), (other, folder, there - here)):
        for name in lacking:
            shutil.copy2(os.path.join(source, name), os.path.join(target, name))


def _line(at: float, name: str, value: Any) -> None:
    print(name[:10], value["type"], value["payload"].get("title", ""), time.strftime("%F %R", time.localtime(at)))


VERBS = {
    "list": list_, "up": up, "down": down, "state": state, "log": log, "verify": verify, "sync": sync,
}  # fmt: skip

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
