"""What a clone says it holds, beside what the model says, and beside an index made anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from factory_git.app import claim, memory, state, verify
from factory_git.app.context import Context
from factory_git.app.knowledge import knowledge
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger.reader import Reader
from tests.ledger.model import plain
from tests.ledger.model.places import NOON, Clone, git
from tests.ledger.model.plain import Book

LATER = NOON + timedelta(hours=1)  # when derived state is asked for: some claims have ended
WORDS = ("word1", "word2", "body1")


def holds(book: Book, ctx: Context, held: set[int]) -> None:
    """The ledger has exactly the model's records and contents, parents first."""
    entries = ctx.ledger.list()
    ids = [entry.record.id for entry in entries]
    wanted = book.ids(held)
    assert set(ids) == wanted, f"lost {wanted - set(ids)}, strange {set(ids) - wanted}"
    assert len(ids) == len(wanted)
    place = {id_: number for number, id_ in enumerate(ids)}
    for entry in entries:
        assert entry.record == book.records[entry.record.id]
        assert all(place[parent] < place[entry.record.id] for parent in entry.record.parents)
    for oid in book.blobs(held):
        assert ctx.ledger.blob(oid) == book.contents[oid]


def knows_keys(book: Book, ctx: Context, held: set[int]) -> None:
    """An idempotency key leads to what was written with it; in two clones with the same one, to either."""
    for key in {tx.key for tx in book.txs if tx.key}:
        made = [tx.records for tx in book.keyed(held, key)]
        found = ctx.ledger.by_key(key)
        assert (found is None) == (not made), key
        assert found is None or frozenset(found) in made


def indexed(ctx: Context) -> None:
    """The index answers like one that was made anew."""
    fresh = Reader(ctx.repo, SqliteIndex(ctx.repo, None), ctx.settings.text("ref"))
    assert answers(ctx.ledger) == answers(fresh)


def answers(reader: Reader) -> dict[str, Any]:
    """What an index is asked for."""
    found: dict[str, Any] = {"journal": reader.journal(), "census": reader.census()}
    for word in WORDS:
        found[word] = [(one.row.id, one.content) for one in reader.search(word, reader.query())]
    for id_ in [one for one, type_, _ in found["census"] if type_][-3:]:
        found[id_] = [reader.tree(id_, direction) for direction in ("up", "down")]
    return found


def derived(ctx: Context) -> dict[str, Any]:
    """Everything that is folded from the records."""
    store = knowledge(ctx)
    return {
        "state": state.run(ctx).as_json(),
        "claims": [one.as_json() for one in claim.listing(ctx)],
        "memory": [one.as_json() for one in memory.listing(ctx)],
        "changes": [one.id for one in store.changes()],
        "export": store.export(),
        "clashes": [(one.kind, sorted(one.ids)) for one in store.clashes()],
        "order": [entry.record.id for entry in ctx.ledger.list()],
    }


def derived_at(clone: Clone, ctx: Context) -> dict[str, Any]:
    """The same, at a moment that is the same for all clones."""
    before, clone.clock.at = clone.clock.at, LATER
    try:
        return derived(ctx)
    finally:
        clone.clock.at = before


def as_folded(book: Book, held: set[int], found: dict[str, Any]) -> None:
    """Derived state is what the model folds from its records."""
    told = found["state"]
    assert told["types"] == dict(sorted(book.types(held).items()))
    remembered = book.of(held, "memory")
    rivals = plain.rivals(remembered)
    assert {one["id"]: set(one["rivals"]) for one in found["memory"]} == rivals
    assert {one["id"] for one in told["memories"]} == set(rivals)
    stand = plain.claims(book.of(held, "claim"), LATER)
    assert {one["id"] for one in found["claims"]} == {one["id"] for one in told["claims"]} == stand
    heads = plain.heads(book.of(held, "change"))
    apart = {subject: sorted(ids) for subject, ids in heads.items() if len(ids) > 1}
    assert {one["subject"]: one["heads"] for one in told["conflicts"] if one["type"] == "change"} == apart
    assert set(found["changes"]) == set(book.of(held, "change"))


def sound(ctx: Context) -> None:
    """Nothing is wrong with it, complete and incremental."""
    for options in (verify.Options(full=True), verify.Options()):
        report = verify.run(ctx, options).report
        assert report.ok, [str(problem) for problem in report.problems]
    assert git(ctx.location.common_dir, "fsck", "--strict", "--no-dangling") == ""
