"""What an application counted of itself: the table in its database, the file beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

NAMES = ("day", "version", "kind", "what", "outcome")


def counts(database: Path) -> list[tuple[str, str, str, str, str, int]]:
    """Day, version, kind, what, outcome and how often, of table and file; nothing where neither is. Only reads."""
    found: dict[tuple[str, ...], int] = {}
    for key, count in (*_table(database), *_file(Path(f"{database}.metrics.jsonl"))):
        found[key] = found.get(key, 0) + count
    return [(*key, count) for key, count in sorted(found.items())]  # type: ignore[misc]


def _table(database: Path) -> Iterator[tuple[tuple[str, ...], int]]:
    if not database.is_file():
        return
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = '_gf_metric'").fetchone() is None:
            return
        for *key, count in db.execute(f'SELECT {", ".join(NAMES)}, "count" FROM "_gf_metric"'):  # noqa: S608 (ours)
            yield tuple(map(str, key)), int(count)


def _file(path: Path) -> Iterator[tuple[tuple[str, ...], int]]:
    """One event a line; a line that a killed writer left half is passed over."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            event: Any = json.loads(line)
            yield tuple(str(event[name]) for name in NAMES), 1
        except (ValueError, KeyError, TypeError):
            continue
