"""Which notes of redactions count in this clone: those made here, and those that somebody here took for good.

One file beside the journal, an id a line. It is not in the ledger: a note that comes from elsewhere must not say of
itself that it counts. Lost, nothing happens but that it is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from factory_git.core import files
from factory_git.core.ids import RecordId, is_oid

NAME = "redactions"


def read(folder: Path) -> frozenset[RecordId]:
    """The notes that count."""
    try:
        words = (folder / NAME).read_text(errors="replace").split()
    except FileNotFoundError:
        return frozenset()
    return frozenset(RecordId(word) for word in words if is_oid(word))


def add(folder: Path, ids: Iterable[RecordId]) -> None:
    """Let these count, too."""
    known = read(folder)
    if not known.issuperset(ids := frozenset(ids)):
        files.write(folder / NAME, "".join(f"{id_}\n" for id_ in sorted(known | ids)).encode())
