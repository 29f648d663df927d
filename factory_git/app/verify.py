"""``verify``: check every record of the ledger."""

from __future__ import annotations

from factory_git.app.context import Context
from factory_git.ledger.verify import Report


def run(ctx: Context) -> Report:
    """Read and hash everything; the report names what is wrong."""
    return ctx.ledger.verify()
