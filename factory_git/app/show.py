"""``show``: one record with its journal context, or the large content a transaction stored."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.core.errors import NotFound
from factory_git.core.ids import is_oid
from factory_git.ledger.record import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A record (``entry``), or bytes (``content``)."""

    entry: Entry | None
    content: bytes
    notices: tuple[str, ...]


def run(ctx: Context, id_: str) -> Result:
    """The record with that id or prefix; failing that, the content with that full id."""
    ledger = ctx.ledger
    try:
        return Result(entry=ledger.entry(id_), content=b"", notices=ledger.notices)
    except NotFound:
        if not is_oid(id_):
            raise
        try:
            return Result(entry=None, content=ledger.blob(id_), notices=ledger.notices)
        except NotFound:
            pass
        raise
