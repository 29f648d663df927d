"""Time enters the program here and nowhere else, so that tests and replays can set it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program asks of time."""

    def now(self) -> datetime:
        """The present moment, with its zone (UTC)."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; for durations only."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), tz=UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for tests and for reproducible runs."""

    at: datetime
    ticks: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks
