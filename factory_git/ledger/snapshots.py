"""Where this clone keeps what it folded of a ledger, and how all of that is forgotten.

Snapshots hold words of records, so whoever takes a record out of history forgets them too; they are made anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from factory_git.gitio.locate import Location
from factory_git.ledger import forks

FOLDS = "folds"


def folder(location: Location, ref: str) -> Path:
    """The folder of the snapshots of the ledger on ``ref``: one file a fold."""
    return forks.folder(location, ref) / FOLDS


def forget(location: Location) -> None:
    """Delete every snapshot of a clone, those of its forks too. Nothing is lost: the next reader folds from the start.

    Raises :class:`OSError` for one that cannot be deleted: its words would stay.
    """
    here = location.factory_dir
    for place in (here / FOLDS, *here.glob(f"forks/*/{FOLDS}")):
        if place.exists():
            shutil.rmtree(place)
