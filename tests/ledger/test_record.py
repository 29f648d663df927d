"""Records: what their id depends on, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.core import canonical
from factory_git.core.errors import IntegrityError, UsageError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.ledger.record import MAX_RECORD, decode, encode, make, summary
from tests.core.test_canonical import TEXT, VALUES

IDS = st.binary(min_size=20, max_size=20).map(lambda b: RecordId(b.hex()))


@given(st.dictionaries(TEXT, VALUES), st.lists(IDS))
def test_a_record_reads_back_as_it_was_made(payload: dict[str, Any], parents: list[RecordId]) -> None:
    record = make("note", payload, parents)
    assert decode(record.id, encode(record)) == record


@given(st.lists(IDS, min_size=1), st.randoms())
def test_parents_are_a_set(parents: list[RecordId], random: Any) -> None:
    shuffled = parents + parents[:1]
    random.shuffle(shuffled)
    assert make("note", {}, shuffled) == make("note", {}, parents)


def test_the_id_is_what_git_calls_the_blob() -> None:
    record = make("note", {"b": 1, "a": 2})
    assert encode(record) == b'{"parents":[],"payload":{"a":2,"b":1},"type":"note","v":1}'
    assert str(record.id) == str(blob_oid(encode(record)))


@pytest.mark.parametrize(("one", "other"), [({"a": None}, {}), ({"a": 1}, {"a": 1.0}), ({"a": "1"}, {"a": 1})])
def test_different_payloads_have_different_ids(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert make("note", one).id != make("note", other).id


def test_type_and_parents_are_part_of_the_id() -> None:
    first = make("note", {})
    assert len({first.id, make("nota", {}).id, make("note", {}, [first.id]).id}) == 3


def test_a_record_shares_nothing_with_its_maker() -> None:
    payload: dict[str, Any] = {"list": [1]}
    record = make("note", payload)
    payload["list"].append(2)
    assert record.payload == {"list": [1]}


@pytest.mark.parametrize(
    "name", ["", "Note", "no te", "../x", "a/b", "a..b", "-a", "a.lock", "a" * 65, "a\0b", None, 1]
)
def test_malformed_types_are_refused(name: Any) -> None:
    with pytest.raises(UsageError, match="no record type"):
        make(name, {})


@pytest.mark.parametrize("parent", ["../x", "a" * 39, "A" * 40, "a" * 39 + "\0", "", "g" * 40, "a" * 41, None])
def test_malformed_parents_are_refused(parent: Any) -> None:
    with pytest.raises(UsageError, match="no record id"):
        make("note", {}, [parent])


def test_a_record_over_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(UsageError, match=str(MAX_RECORD)):
        encode(make("note", {"text": "x" * MAX_RECORD}))


def test_a_record_changed_after_it_was_made_is_not_written() -> None:
    record = make("note", {"a": 1})
    record.payload["a"] = 2
    with pytest.raises(IntegrityError, match="changed"):
        encode(record)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"parents":[],"payload":{},"type":"note"}',
        b'{"parents":[],"payload":[],"type":"note","v":1}',
        b'{"parents":[],"payload":{},"type":"note","v":true}',
        b'{"parents":[],"payload":{},"type":"note","v":0}',
        b'{"parents":[],"payload":{},"type":"Note","v":1}',
        b'{"parents":["x"],"payload":{},"type":"note","v":1}',
        b'{"parents":[],"payload":{}, "type":"note","v":1}',
        b'{"payload":{},"parents":[],"type":"note","v":1}',
        b'{"parents":[],"payload":{"a":1,"a":2},"type":"note","v":1}',
    ],
)
def test_bytes_that_are_no_canonical_record_are_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError, match=blob_oid(data)):
        decode(RecordId(blob_oid(data)), data)


def test_bytes_that_do_not_hash_to_the_id_are_refused() -> None:
    record = make("note", {})
    with pytest.raises(IntegrityError, match="hash"):
        decode(record.id, encode(record) + b" ")


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({"title": "a\n b", "status": "ok"}, "a b: ok"),
        ({"summary": "s", "name": "n", "outcome": "passed"}, "s: passed"),
        ({"name": "x" * 100}, "x" * 79 + "…"),
        ({"name": 3}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_the_summary_is_one_short_line(payload: Any, line: str) -> None:
    assert summary(payload) == line


def test_numbers_keep_their_form() -> None:
    record = make("note", canonical.loads(b'{"a":1,"b":1.0,"c":1.10,"d":123456789012345678901234567890}'))
    assert b'"a":1,"b":1.0,"c":1.10,"d":123456789012345678901234567890' in encode(record)
