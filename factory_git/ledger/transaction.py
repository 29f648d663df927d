"""Transactions: one commit that adds its records to the ledger's tree. Built in memory, read back from commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio import objects
from factory_git.gitio.objects import Commit, Object, Person, Sign
from factory_git.ledger import layout
from factory_git.ledger.record import FORMAT, Record, encode, one_line
from factory_git.ledger.secrets import Scanner
from factory_git.ledger.types import UPGRADE, NewerVersion

MAX_BLOB = 32 << 20  # bytes of one large content; hosts refuse files of 100 MB
MAX_PARENTS = 16  # what `git commit-tree` and viewers handle well; the records themselves name every parent
MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a transaction says about itself; ``sign`` signs its commit."""

    author: Person
    committer: Person
    stream: str = ""
    subject: str = ""
    key: str | None = None
    sign: Sign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A transaction read from its commit: what it added to the tree, in graph order as far as one folder knows."""

    oid: Oid
    stream: str
    actor: str
    when: datetime
    subject: str
    key: str | None
    format: int
    claimed: tuple[tuple[str, RecordId], ...]  # type and id of each Factory-Record trailer
    records: tuple[layout.Stored, ...] = ()
    blobs: tuple[layout.Stored, ...] = ()
    strange: tuple[layout.Stored, ...] = ()  # paths that are neither
    gone: tuple[layout.Stored, ...] = ()  # what it removed or replaced; an honest transaction never does


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A transaction ready to be written."""

    commit: Oid
    objects: list[Object] = field(repr=False)


def build(
    trees: layout.Trees,
    tip: Commit | None,
    records: Sequence[Record],
    blobs: Sequence[bytes],
    *,
    note: Note,
    scanner: Scanner,
    provenance: Iterable[Oid] = (),
) -> Built:
    """Every object of the transaction that adds ``records`` and ``blobs`` on top of ``tip``.

    Raises :class:`InvalidInput` when ``scanner`` finds a secret in what is added.
    """
    for content in blobs:
        if len(content) > MAX_BLOB:
            raise UsageError(
                f"a content of {len(content)} bytes is over the limit of {MAX_BLOB}", code="ledger/blob-too-large"
            )
    written = [(record, encode(record)) for record in records]
    said = message(records, note)
    scanner.refuse(written, blobs, said)
    files = [(record, objects.build("blob", data)) for record, data in written]
    folders = layout.folders(files, [objects.build("blob", content) for content in blobs])
    new = layout.graft(trees, tip.tree if tip else None, note.author.when, [folder[-1] for folder in folders])
    first = [tip.oid] if tip else []
    further = [oid for oid in dict.fromkeys(provenance) if oid not in first]
    made = objects.commit(
        tree=new.root,
        parents=[*first, *further[: MAX_PARENTS - len(first)]],
        author=note.author,
        committer=note.committer,
        message=said,
        sign=note.sign,
    )
    return Built(commit=made.oid, objects=[*(o for folder in folders for o in folder), *new.objects, made])


def message(records: Sequence[Record], note: Note) -> str:
    """The commit message: what happened in words, then the trailers."""
    subject = one_line(note.subject) or _subject(records)
    if len(subject) > MAX_SUBJECT:
        subject = subject[: MAX_SUBJECT - 1] + "…"
    lines = [f"Factory-Format: {FORMAT}"]
    lines += [f"Factory-Stream: {note.stream}"] if note.stream else []
    lines += [f"Factory-Key: {note.key}"] if note.key else []
    lines += [f"Factory-Record: {record.type} {record.id}" for record in records]
    return subject + "\n\n" + "\n".join(lines) + "\n"


def read(commit: Commit) -> Transaction:
    """What a commit's message says; its files are added by :func:`factory_git.ledger.fold.transactions`."""
    trailers = commit.trailers()
    values = dict(trailers)
    version = values.get("Factory-Format", "0")
    claimed = (value.partition(" ") for key, value in trailers if key == "Factory-Record")
    return Transaction(
        oid=commit.oid,
        stream=values.get("Factory-Stream", ""),
        actor=str(commit.author),
        when=commit.author.when,
        subject=commit.subject,
        key=values.get("Factory-Key"),
        format=int(version[:9]) if version.isascii() and version.isdigit() else 0,  # Python refuses long numbers
        claimed=tuple((type_, RecordId(id_)) for type_, _, id_ in claimed),
    )


def refuse_newer(tip: Commit) -> None:
    """Raise :class:`NewerVersion` for a ledger that a later version of this program wrote: it is not added to."""
    version = read(tip).format
    if version > FORMAT:
        raise NewerVersion(f"the ledger has format {version}; this program writes {FORMAT}", hint=UPGRADE)


def check_line(text: str, what: str) -> str:
    """``text`` when it can stand in a trailer: one line, no surrounding blanks."""
    if text != one_line(text) or len(text) > MAX_SUBJECT:
        raise UsageError(f"{what} {text!r} is not one plain line of at most {MAX_SUBJECT} characters", code="usage")
    return text


def _subject(records: Sequence[Record]) -> str:
    types = sorted({record.type for record in records})
    if not records:
        return "store content"
    if len(records) == 1:
        return f"{types[0]} {records[0].id[:10]}"
    return f"{len(records)} records: {', '.join(types)}"
