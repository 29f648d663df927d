"""Small counts of what the application does, for those who look after it. Opt-in.

A count has a day, a version, what happened (a run, an act, a panel that was looked at,
a guardrail that broke) and how it ended. No value of a row and no name is in it.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_TABLE = """
CREATE TABLE IF NOT EXISTS "_gf_metric" (
    "day" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    PRIMARY KEY ("day", "version", "kind", "what", "outcome")
)
"""
_COUNT = """
INSERT INTO "_gf_metric" VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT DO UPDATE SET "count" = "count" + 1
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: ``run contract_allocation done``."""

    kind: str
    what: str
    outcome: str


class Meter(Protocol):
    """Where events are counted."""

    def note(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Count them; within the caller's transaction, where there is one."""


class Silent:
    """Counts nothing."""

    def note(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Do nothing."""


SILENT: Meter = Silent()


@dataclass(frozen=True, slots=True)
class TableMeter:
    """Counts in a table of the application's own database."""

    version: str

    def note(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Count them in the table, which is made where it is not there."""
        connection.execute(_TABLE)
        for event in events:
            row = (_today(), self.version, event.kind, event.what, event.outcome)
            connection.execute(_COUNT, row)


@dataclass(frozen=True, slots=True)
class FileMeter:
    """Appends a line of JSON for each event to a file beside the database."""

    version: str
    path: Path

    def note(self, connection: sqlite3.Connection, events: Sequence[Event]) -> None:
        """Append them; a file that cannot be written stops nothing."""
        lines = [
            {
                "day": _today(),
                "version": self.version,
                "kind": event.kind,
                "what": event.what,
                "outcome": event.outcome,
            }
            for event in events
        ]
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(json.dumps(line) + "\n" for line in lines))
        except OSError:
            return


def beside(database: Path | str) -> Path:
    """The file of a :class:`FileMeter`."""
    return Path(f"{database}.metrics.jsonl")


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
