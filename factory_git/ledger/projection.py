"""What the ledger asks of its index. The index is derived from history and can be deleted at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from factory_git.core.ids import Oid, RecordId

OPEN, CLOSE = "\x02", "\x03"  # STX and ETX, around what matched in a snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Filters of ``list``; None asks for nothing. ``since`` is inclusive, ``until`` exclusive."""

    type: str | None = None
    stream: str | None = None
    run: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    parent: RecordId | None = None
    text: str | None = None
    types: Sequence[str] = ()  # any of these
    after: int | None = None  # transactions later in the order than the one with this place (1: the first)
    upto: int | None = None  # and no later than this one
    limit: int | None = None
    newest_first: bool = False


class TxRow(NamedTuple):
    """A transaction as the journal shows it."""

    oid: Oid
    stream: str
    actor: str
    when: datetime
    subject: str


class Row(NamedTuple):
    """A record as lists and trees show it; ``damaged`` says what is wrong with its bytes."""

    id: RecordId
    type: str
    title: str
    tx: TxRow
    damaged: str = ""


class Located(NamedTuple):
    """Where a record or blob lies: the transaction that brought it first, its path in the ledger's tree."""

    tx: Oid
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The records that can be reached from ``root`` along parents (``up``) or children (``down``), and the edges."""

    root: RecordId
    rows: Mapping[RecordId, Row]
    edges: Mapping[RecordId, Sequence[RecordId]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record with words that were looked for: in its payload, or in the content (a blob) that it names.

    ``snippet`` has what matched between :data:`OPEN` and :data:`CLOSE`.
    """

    row: Row
    snippet: str
    content: Oid | None = None


def unmarked(snippet: str) -> str:
    """A snippet without its marks."""
    return snippet.replace(OPEN, "").replace(CLOSE, "")


class Projection(Protocol):
    """An index of the ledger up to a tip."""

    @property
    def notices(self) -> list[str]:
        """What happened to the index that a person should hear, once (rebuilt because it was unreadable …)."""

    def refresh(self, tip: Callable[[], Oid | None]) -> None:
        """Catch up with the ref that ``tip`` reads: by the new commits when it continues what is indexed, else anew."""

    def empty(self) -> bool:
        """Whether nothing is indexed yet, so that a single question is cheaper asked of history; builds nothing."""

    def resolve(self, prefix: str) -> list[RecordId]:
        """Ids that start with ``prefix``, at most ten."""

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        """Where the records and blobs among ``ids`` are; absent ones are left out."""

    def rows(self, query: Query) -> Iterator[Row]:
        """The records that match, in graph order, read as they are asked for: there may be millions."""

    def row(self, id: RecordId) -> Row | None:  # noqa: A002
        """One record."""

    def by_key(self, key: str) -> tuple[RecordId, ...] | None:
        """The records of the transaction with that idempotency key."""

    def lineage(self, root: RecordId, direction: str) -> Lineage:
        """Everything above (``up``) or below (``down``) a record."""

    def journal(self, limit: int | None, stream: str | None = None) -> Iterator[tuple[TxRow, list[Row]]]:
        """Transactions newest first, each with its records, read as they are asked for."""

    def transactions(self, oids: Sequence[str]) -> list[tuple[TxRow, list[Row]]]:
        """The transactions among these commits, oldest first, each with its records."""

    def span(self, after: int, upto: int) -> list[tuple[TxRow, list[Row]]]:
        """The transactions after one place in the order, up to another, each with its records."""

    def search(self, query_: Query, words: str, *, some: bool = False) -> list[Found]:
        """Records and contents with these words (``some``: with one of them), the best first."""

    def text_ids(self, query_: Query) -> list[tuple[Oid, RecordId]]:
        """The records that match, and the contents they name: the id of the text, and of the record; newest first."""

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of records and contents by their ids; those without a text are left out."""

    def at(self, n: int) -> TxRow | None:
        """The ``n``-th transaction of the order."""

    def numbers(self, prefix: str) -> list[tuple[int, Oid]]:
        """Transactions whose id starts with ``prefix``, at most ten, each with its place in the order."""

    def until(self, when: datetime) -> int:
        """The place of the last transaction in the order whose time is not later; 0: there is none."""

    def tally(self, query_: Query) -> tuple[int, dict[str, int]]:
        """How many transactions (of a stream, between two places) there are, and how many records of each type."""

    def census(self) -> list[tuple[RecordId, str, datetime]]:
        """Every record's id, type and time, and those of every content, which has no type."""

    def apart(self) -> Projection:
        """Another index of the same repository, empty and in memory."""

    def tidy(self) -> None:
        """Do what keeps the index fast."""

    def forget(self) -> None:
        """Keep no byte of what was indexed: history itself forgets something."""

    def close(self) -> None:
        """Let go of files."""
