"""One change of an application, and what must be found of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.drift.catch.apps import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One change. ``code``, ``node`` and ``file`` are those of the finding, ``names`` must be in its message.

    ``also`` are codes of what follows from the change besides. ``warns``: a name alone, or less,
    ties the code.
    """

    kind: str
    title: str
    files: Files
    code: str
    node: str
    file: str
    names: str
    symbol: str | None = None
    also: tuple[str, ...] = ()
    warns: bool = False
