"""``join``: pairs of rows that belong together."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """One row for every pair for which ``on`` holds; ``else`` for a left row that has no partner."""
    alone = step.has("else")
    pair = block(f"if {step.expr('join.on')}:", [*step.make(), *(["alone = False"] if alone else [])])
    body = block("for right in rights:", pair)
    if alone:
        body = ["alone = True", *body, *block("if alone:", step.make("else"))]
    return [
        f"lefts = {step.rows('join.left')}",
        f"rights = {step.rows('join.right')}",
        *block("for left in lefts:", body),
    ]
