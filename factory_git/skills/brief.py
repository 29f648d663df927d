"""``brief``: one row that sums up many."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer


def emit(step: Writer) -> Lines:
    """Make one row of all ``rows``, also when there are none."""
    return [f"rows = {step.rows('brief', keep='where')}", *step.make()]
