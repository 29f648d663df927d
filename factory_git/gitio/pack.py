"""Packs: a few objects written as one pack file with its index, flushed before anyone is told.

A transaction that is one pack is cheap to write, complete or absent, and with a ``.keep`` beside it no ``git gc`` takes
it before the ref points at it. Entries are whole objects: ``git gc`` or :mod:`factory_git.gitio.repack` deltify later.
Formats: https://git-scm.com/docs/pack-format (pack version 2, index version 2).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.gitio.objects import Object

KEEP = b"git-factory: a transaction in flight\n"
TEMPORARY = "factory-tmp-"  # not tmp_: `git gc --prune=now` removes those, also while they are being written

_NUMBER = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_LEVEL = 1  # time counts here; gc compresses again


def write(folder: Path, objects: Sequence[Object], *, fsync: bool) -> str:
    """Write ``objects`` as one kept pack into ``folder`` (``objects/pack``); returns its name, ``pack-<sha>``.

    The ``.keep`` is there before the pack can be seen. Nothing is left behind when it fails. Raises ``OSError``.
    """
    pack, index, name = encode(objects)
    stem = folder / name
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, content in ((".keep", KEEP), (".pack", pack), (".idx", index)):
            path = stem.with_name(name + suffix)
            place(path, content, fsync=fsync and suffix != ".keep")
            made.append(path)
            reached(f"pack:{suffix[1:]}")
        if fsync:
            flush(folder)
    except BaseException:
        for path in reversed(made):
            _remove(path)
        raise
    return name


def release(folder: Path, name: str) -> None:
    """Let gc have the pack: its objects are reachable now. What cannot be removed is, the next time."""
    _remove(folder / f"{name}.keep")


def kept(folder: Path) -> list[str]:
    """The names of packs that a writer of ours still holds (or held when it died)."""
    return sorted(path.stem for path in folder.glob("pack-*.keep") if _ours(path))


def whole(folder: Path, name: str) -> bool:
    """Whether the pack is there with its index, without which it counts for nobody."""
    return (folder / f"{name}.idx").exists() and (folder / f"{name}.pack").exists()


def sweep_half(folder: Path, names: Iterable[str]) -> None:
    """Remove what a death left of these packs without an index: nobody can have read from them."""
    for name in names:
        if not (folder / f"{name}.idx").exists():
            for suffix in (".pack", ".rev", ".bitmap"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what writers left that died while writing a file; call it only while holding the ledger's lock."""
    for path in folder.glob(f"{TEMPORARY}*"):
        path.unlink(missing_ok=True)


def place(path: Path, content: bytes, *, fsync: bool, mode: int = 0o444) -> None:
    """Write a file under another name and move it into place, so that nobody reads half of it."""
    try:
        fd, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    except OSError as error:
        error.filename = str(path)
        raise
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if fsync:
                os.fsync(file.fileno())
        reached("place:written")
        os.rename(temporary, path)  # noqa: PTH104 (the string of mkstemp)
    except BaseException as error:
        _remove(Path(temporary))
        if isinstance(error, OSError) and error.filename in (None, temporary):
            error.filename = str(path)  # a failed write names no file
        raise


def flush(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def members(folder: Path, name: str) -> list[str]:
    """The ids of a pack's objects, as its index (version 2) has them. Raises ``OSError``."""
    data = (folder / f"{name}.idx").read_bytes()
    begin = 8 + 256 * 4  # magic, version and the table of first bytes, whose last entry is the number of all
    (count,) = struct.unpack(">I", data[begin - 4 : begin])
    names = data[begin : begin + 20 * count].hex()
    return [names[at : at + 40] for at in range(0, 40 * count, 40)]


def encode(objects: Sequence[Object]) -> tuple[bytes, bytes, str]:
    """Pack bytes, index bytes and name of a pack of these objects, each once."""
    unique = list({item.oid: item for item in objects}.values())
    parts = [b"PACK" + struct.pack(">II", 2, len(unique))]
    offset, table = 12, []
    for item in unique:
        entry = _header(_NUMBER[item.kind], len(item.data)) + zlib.compress(item.data, _LEVEL)
        table.append((item.oid, zlib.crc32(entry), offset))
        parts.append(entry)
        offset += len(entry)
    body = b"".join(parts)
    checksum = hashlib.sha1(body, usedforsecurity=False).digest()
    return body + checksum, _index(table, checksum), f"pack-{checksum.hex()}"


def _header(number: int, size: int) -> bytes:
    byte, size = number << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    out.append(byte)
    return bytes(out)


def _index(table: list[tuple[Oid, int, int]], checksum: bytes) -> bytes:
    table.sort()
    names = [bytes.fromhex(oid) for oid, _, _ in table]
    fanout, position = [], 0
    for first in range(256):
        while position < len(names) and names[position][0] <= first:
            position += 1
        fanout.append(position)
    count = len(table)
    body = (
        b"\xfftOc"
        + struct.pack(">I256I", 2, *fanout)
        + b"".join(names)
        + struct.pack(f">{count}I", *(crc for _, crc, _ in table))
        # A transaction stays far below 2 GiB (sizes are capped), so offsets need no 64-bit table.
        + struct.pack(f">{count}I", *(offset for _, _, offset in table))
        + checksum
    )
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _remove(path: Path) -> None:
    """Take back what was begun, as far as the disk lets us: what stays is swept later, and the first error counts."""
    with contextlib.suppress(OSError):
        path.unlink()


def _ours(path: Path) -> bool:
    try:
        return path.read_bytes() == KEEP
    except OSError:
        return False
