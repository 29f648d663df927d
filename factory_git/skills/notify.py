"""``notify``: a notice for every row, none of them twice."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Make a row for every row, unless one that is equal in every field is there."""
    to, row = step.made()
    body = [f"notice = {row}", *block(f"if notice not in {to}:", [f"{to}.append(notice)"])]
    return block(f"for it in {step.rows('notify', keep='where')}:", body)
