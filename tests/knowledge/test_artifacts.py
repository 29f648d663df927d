"""Artifacts through the contract: revisions with both digests, names, deletion, metadata to the digit, any bytes."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from factory_git.core import canonical
from factory_git.core.errors import Conflict, IntegrityError, InvalidInput, NotFound, UsageError
from factory_git.core.ids import blob_oid, sha256
from factory_git.knowledge import storage
from factory_git.knowledge.artifacts import New, describe
from factory_git.knowledge.change import Stamp, create
from factory_git.knowledge.model import plain
from factory_git.knowledge.repository import Knowledge
from factory_git.ledger import transaction
from tests.knowledge.conftest import Place


def test_an_update_is_a_revision_with_old_and_new_digests_and_a_change_record(knowledge: Knowledge) -> None:
    id_ = knowledge.artifacts.add("notes", "plan", b"one", why="first")
    revision = knowledge.artifacts.update("notes/plan", b"two", why="second")
    first, second = knowledge.artifacts.history("notes/plan")
    assert (first.id, first.old, first.why) == (id_, None, "first")
    assert second.id == revision
    assert second.base == (id_,)
    assert second.old is not None
    assert (second.old.oid, second.old.sha256) == (blob_oid(b"one"), hashlib.sha256(b"one").hexdigest())
    assert (second.new.oid, second.new.sha256, second.new.size) == (blob_oid(b"two"), sha256(b"two"), 3)
    change = {one.id: one for one in knowledge.changes()}[revision]
    assert (change.kind, change.subject, change.why) == ("artifact.update", id_, "second")
    assert change.data["old"]["sha256"] == sha256(b"one")


def test_history_by_id_survives_a_rename_and_a_deletion(place: Place, knowledge: Knowledge) -> None:
    id_ = knowledge.artifacts.add("notes", "plan", b"one")
    knowledge.artifacts.rename("notes/plan", "Plan B")
    knowledge.artifacts.update("notes/Plan B", b"two")
    again = place.open()
    assert [one.name for one in again.artifacts.history(id_)] == ["plan", "Plan B", "Plan B"]
    assert again.artifacts.get("notes/Plan B").id == again.artifacts.get(id_[:12]).id == id_
    with pytest.raises(NotFound):
        again.artifacts.get("notes/plan")
    again.artifacts.delete(id_)
    assert [one.kind for one in place.open().artifacts.history(id_)][-1] == "artifact.delete"
    with pytest.raises(NotFound, match="no artifact"):
        place.open().artifacts.get(id_)
    with pytest.raises(NotFound):
        place.open().artifacts.content(id_)
    assert place.open().artifacts.content(id_, revision=id_) == b"one"


def test_a_name_is_unique_in_its_collection_and_free_again_after(knowledge: Knowledge) -> None:
    knowledge.artifacts.add("notes", "Ärger", b"one")
    for name in ("Ärger", "A\N{COMBINING DIAERESIS}rger"):
        with pytest.raises(Conflict, match="has an artifact"):
            knowledge.artifacts.add("notes", name, b"two")
    with pytest.raises(Conflict):
        knowledge.artifacts.add_all("notes", [New(name="x", content=b""), New(name="x", content=b"1")])
    assert len(knowledge.changes()) == 2, "all or none"
    knowledge.collections.add("other")
    knowledge.artifacts.add("other", "Ärger", b"one")
    with pytest.raises(Conflict, match="there is a collection"):
        knowledge.collections.add("other")
    first = knowledge.artifacts.delete("notes/Ärger").id
    assert knowledge.artifacts.add("notes", "Ärger", b"one") != first, "the same content again is another artifact"
    knowledge.artifacts.add("notes", "calm", b"")
    with pytest.raises(Conflict):
        knowledge.artifacts.rename("notes/calm", "Ärger")


def test_of_two_edits_of_one_revision_the_second_is_refused(place: Place, knowledge: Knowledge) -> None:
    id_ = knowledge.artifacts.add("notes", "plan", b"one")
    mine, theirs = place.open(), place.open()
    base = mine.artifacts.get(id_).heads
    theirs.artifacts.update(id_, b"theirs", base=theirs.artifacts.get(id_).heads)
    for change in (
        lambda: mine.artifacts.update(id_, b"mine", base=base),
        lambda: mine.artifacts.rename(id_, "mine", base=base),
        lambda: mine.artifacts.delete(id_, base=base),
    ):
        with pytest.raises(Conflict, match="changed meanwhile"):
            change()
    assert place.open().artifacts.content(id_) == b"theirs"


def test_what_happens_between_reading_and_writing_is_not_written_over(place: Place, knowledge: Knowledge) -> None:
    """The newest revision is read once: a retry does not silently go on from what somebody else made."""
    id_ = knowledge.artifacts.add("notes", "plan", b"one")
    mine = Knowledge(_Interrupted(place.storage(), lambda: place.open().artifacts.update(id_, b"theirs")))
    with pytest.raises(Conflict, match="changed meanwhile"):
        mine.artifacts.update(id_, b"mine")
    assert place.open().artifacts.content(id_) == b"theirs"
    mine = Knowledge(_Interrupted(place.storage(), lambda: place.open().artifacts.add("notes", "x", b"theirs")))
    with pytest.raises(Conflict, match="has an artifact"):
        mine.artifacts.add("notes", "x", b"mine")
    mine = Knowledge(_Interrupted(place.storage(), lambda: place.open().artifacts.add("notes", "y", b"")))
    mine.artifacts.add("notes", "z", b"what does not touch goes through")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"b":1.0,"c":1.10,"d":123456789012345678901234567890,"e":1E+400}',
        '{"null":null,"empty":{},"list":[[],{"x":[null,true]}]}',
        '{"Grüße 👩‍🌾":"\\u0000 \\"","é":"e\u0301"}',
    ],
)
def test_metadata_comes_back_to_the_digit(place: Place, knowledge: Knowledge, text: str) -> None:
    metadata = canonical.loads(text)
    id_ = knowledge.artifacts.add("notes", "plan", b"", metadata=metadata)
    found = place.open().artifacts.get(id_).metadata
    assert canonical.dumps(found) == canonical.dumps(metadata)
    assert {key: type(value) for key, value in found.items()} == {key: type(value) for key, value in metadata.items()}
    assert "absent" not in found


@pytest.mark.parametrize("bad", [{"x": float("nan")}, {"x": Decimal("Infinity")}, {"x": {1: 2}}, {"x": "\ud800"}])
def test_metadata_that_json_has_not_is_refused(knowledge: Knowledge, bad: Any) -> None:
    with pytest.raises(InvalidInput):
        knowledge.artifacts.add("notes", "plan", b"", metadata=bad)
    assert len(knowledge.changes()) == 1


def test_metadata_changes_with_the_content_or_alone_and_stays_otherwise(knowledge: Knowledge) -> None:
    id_ = knowledge.artifacts.add("notes", "plan", b"one", metadata={"n": 1})
    knowledge.artifacts.update(id_, b"two")
    assert knowledge.artifacts.get(id_).metadata == {"n": 1}
    knowledge.artifacts.update(id_, metadata={"n": 2})
    assert knowledge.artifacts.get(id_).metadata == {"n": 2}
    assert knowledge.artifacts.content(id_) == b"two"


@pytest.mark.parametrize("content", [b"", b"\0\xff\r\n" * 1000, "Grüße".encode(), bytes(range(256)) * 12_000])
def test_any_bytes_come_back(place: Place, knowledge: Knowledge, content: bytes) -> None:
    id_ = knowledge.artifacts.add("notes", "plan", content)
    assert place.open().artifacts.content(id_) == content
    assert place.open().artifacts.get(id_).content.size == len(content)


def test_bytes_that_are_not_what_the_change_says_are_an_error(place: Place, knowledge: Knowledge) -> None:
    where = knowledge.collections.get("notes").id
    what = {**plain(describe(b"one")), "sha256": sha256(b"two")}
    data = {"collection": where, "name": "forged", "content": what, "metadata": {}}
    storage_, stamp = place.storage(), Stamp(at="2026-03-01T12:00:00+00:00", by="Eve", token="1")
    forged = create("artifact.add", data, stamp, title="", refs=[where])
    storage_.append([forged.record], [b"one"], key="x", stream="", subject="")
    with pytest.raises(IntegrityError, match="its SHA-256 is not"):
        place.open().artifacts.content(forged.id)


def test_media_types_are_guessed_or_told(knowledge: Knowledge) -> None:
    kinds = {"a": b"text", "b": b"\xff", "c": b"a\0b"}
    for name, content in kinds.items():
        knowledge.artifacts.add("notes", name, content)
    found = {name: knowledge.artifacts.get(f"notes/{name}").content.media_type for name in kinds}
    assert found == {"a": "text/plain; charset=utf-8", "b": "application/octet-stream", "c": "application/octet-stream"}
    knowledge.artifacts.update("notes/a", b"# x", media_type="text/markdown")
    knowledge.artifacts.update("notes/a", b"# y")
    assert knowledge.artifacts.get("notes/a").content.media_type == "text/markdown"


def test_too_much_is_refused_and_the_limit_told(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert storage.MAX_CONTENT == transaction.MAX_BLOB
    monkeypatch.setattr("factory_git.knowledge.artifacts.MAX_CONTENT", 10)
    with pytest.raises(UsageError, match="11 bytes are over the limit of 10"):
        knowledge.artifacts.add("notes", "plan", b"x" * 11)
    with pytest.raises(UsageError, match="the limit is 1048576"):
        knowledge.artifacts.add("notes", "plan", b"", metadata={"x": "y" * (1 << 20)})
    assert len(knowledge.changes()) == 1


@pytest.mark.parametrize("name", ["", " x", "x ", "a\nb", "x" * 256, "\u202e", "a\0"])
def test_names_that_nobody_could_type_are_refused(knowledge: Knowledge, name: str) -> None:
    with pytest.raises(UsageError, match="is no name"):
        knowledge.artifacts.add("notes", name, b"")
    with pytest.raises(UsageError):
        knowledge.collections.add("a/b")


def test_a_collection_is_deleted_empty_or_with_what_is_in_it(knowledge: Knowledge) -> None:
    a, b = (knowledge.artifacts.add("notes", name, b"") for name in "ab")
    knowledge.links.add(a, b, "cites")
    with pytest.raises(InvalidInput) as refused:
        knowledge.collections.delete("notes")
    assert len(refused.value.problems) == 2
    knowledge.collections.delete("notes", cascade=True)
    assert knowledge.collections.list() == []
    assert knowledge.links.list() == []
    assert knowledge.clashes() == []
    assert [one.kind for one in knowledge.changes()].count("link.delete") == 1


def test_in_a_dry_run_everything_is_checked_and_nothing_kept(place: Place, knowledge: Knowledge) -> None:
    knowledge.artifacts.add("notes", "plan", b"")
    before = len(knowledge.changes())
    dry = place.open(dry=True)
    dry.artifacts.add("notes", "other", b"")
    dry.artifacts.update("notes/plan", b"new")
    dry.collections.delete("notes", cascade=True)
    with pytest.raises(Conflict):
        dry.artifacts.add("notes", "plan", b"")
    assert len(place.open().changes()) == before


class _Interrupted:
    """A storage on which somebody else is faster, once, between reading and writing."""

    def __init__(self, inner: Any, act: Any) -> None:
        self._inner, self._acts = inner, [act]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def append(self, *args: Any, **more: Any) -> None:
        if self._acts:
            self._acts.pop()()
        self._inner.append(*args, **more)
