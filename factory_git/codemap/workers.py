"""Extraction of many blobs: in this process when they are few, in one process a core when they are many."""

from __future__ import annotations

import gc
import os
import sys

from factory_git.codemap import pack, words
from factory_git.codemap.extract import extract
from factory_git.core.value import value
from factory_git.gitio.snapshot import Blobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factory_git.codemap.extract import Rows

    Folder = str | os.PathLike[str]
    Extracted = tuple[list[bytes | None], dict[tuple[str, str], list[int]]]
    """The packed facts of a portion, None for what is not to be had, and its words."""

MANY = 80
"""From this many files on, starting further processes costs less than it saves."""
_PORTION = 100
_SMALL = 10


@value
class Wanted:
    """One content to extract: its id, its language, and the file to read it from when it is not in the object store."""

    oid: str
    language: str
    file: str = ""


@value
class Portion:
    """Some extracted blobs: packed facts in order, and for each (role, name) the places in that order."""

    done: tuple[tuple[Wanted, bytes], ...]
    words: dict[tuple[str, str], list[int]]


def extract_all(cwd: Folder, wanted: list[Wanted]) -> Iterator[Portion]:
    """The facts of every blob, in portions, in no particular order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Small enough that no process waits long for the last one, large enough that words are gathered before they travel.
    size = max(_SMALL, min(_PORTION, len(wanted) // (8 * cores)))
    portions = [wanted[i : i + size] for i in range(0, len(wanted), size)]
    if len(wanted) < MANY or cores < 2:
        with Blobs(cwd) as blobs:
            for portion in portions:
                yield _portion(portion, _extract(blobs, portion))
        return
    import multiprocessing  # noqa: PLC0415 (a query that finds everything in the cache starts no process)
    import threading  # noqa: PLC0415

    # A fork is ten times cheaper than a fresh interpreter, and safe only where no other thread can hold a lock.
    forks = sys.platform.startswith("linux") and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forks else "spawn")
    # Only numbers and facts travel: what is wanted is in every process from its start.
    with context.Pool(min(cores, 8, len(portions)), _start, (cwd, portions)) as pool:
        for number, extracted in pool.imap_unordered(_work, range(len(portions))):
            yield _portion(portions[number], extracted)


_blobs: Blobs | None = None
_portions: list[list[Wanted]] = []


def _start(cwd: Folder, portions: list[list[Wanted]]) -> None:
    global _blobs, _portions
    _blobs, _portions = Blobs(cwd), portions
    gc.disable()  # what is made here lives for one portion; counting it again and again finds nothing


def _work(number: int) -> tuple[int, Extracted]:
    assert _blobs is not None
    return number, _extract(_blobs, _portions[number])


class Given:
    """Contents that are at hand, read as :class:`Blobs` are."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Id and content of each blob, in order."""
        return iter([(oid, self._contents.get(oid)) for oid in oids])


def portion(wanted: list[Wanted], blobs: Given) -> Portion:
    """Extract a few blobs in this process."""
    return _portion(wanted, _extract(blobs, wanted))


def _portion(wanted: list[Wanted], extracted: Extracted) -> Portion:
    facts, found = extracted
    done = [(one, data) for one, data in zip(wanted, facts, strict=True) if data is not None]
    return Portion(done=tuple(done), words=found)


def _extract(blobs: Blobs | Given, portion: list[Wanted]) -> Extracted:
    facts: list[bytes | None] = []
    found: dict[tuple[str, str], list[int]] = {}
    stored, place = blobs.read([w.oid for w in portion if not w.file]), 0
    for one in portion:
        data = _read(one.file) if one.file else next(stored)[1]
        if data is None:
            facts.append(None)
            continue
        rows = _rows(data, one.language)
        for word in words.of(rows):
            found.setdefault(word, []).append(place)
        place += 1
        facts.append(pack.dump(rows))
    return facts, found


def _rows(data: bytes, language: str) -> Rows:
    """The rows of a file; one that the extractor trips over is marked, and the others are read all the same."""
    try:
        return extract(data, language)
    except Exception as error:  # noqa: BLE001 (the border of a worker: one odd file must not cost the whole map)
        what = f"not read: {type(error).__name__}: {error}"
        return (language, "", (), (), (), (), (), (), (), (), ((what[:200], 1, data.count(b"\n") + 1),))


def _read(file: str) -> bytes | None:
    try:
        with open(file, "rb") as content:  # noqa: PTH123
            return content.read()
    except OSError:
        return None
