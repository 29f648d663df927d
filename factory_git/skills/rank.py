"""``rank``: rows in an order, numbered."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Number the rows in the order of ``by`` from 1, at most ``limit`` of them; ties keep the order of the rows."""
    rows = step.rows("rank", keep="where", order="by")
    limit = f"[: max(0, {step.expr('limit')})]" if step.has("limit") else ""
    return [f"ranked = {rows}{limit}", *block("for rank, it in enumerate(ranked, start=1):", step.make())]
