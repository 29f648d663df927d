"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from factory_git.app.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong. ``severity`` is ``error`` (something does not work, or may be lost) or ``warning``.

    ``fix`` puts it right and says what it did; None: only a person can.
    """

    code: str
    message: str
    hint: str = ""
    severity: str = "warning"
    fix: Callable[[], str] | None = None


Check: TypeAlias = Callable[[Context], Iterator[Trouble]]
