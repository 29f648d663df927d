"""``each``: one row made for every row there is."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """For every row (where ``where`` holds) make one."""
    return block(f"for it in {step.rows('each', keep='where')}:", step.make())
