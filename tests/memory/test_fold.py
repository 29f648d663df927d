"""What stands, whatever order records that know nothing of each other come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations

from factory_git.core.ids import Oid, RecordId
from factory_git.ledger.cells import MemoryCells
from factory_git.ledger.record import Entry, Record, make
from factory_git.memory.fold import Remembered, take


def memory(text: str, *replaces: Record, state: str = "kept", scope: str = "repository") -> Record:
    ids = [one.id for one in replaces]
    said = {"scope": scope, "kind": "entry", "state": state, "text": text, "title": text}
    return make("memory", said | ({"replaces": ids} if ids else {}), ids)


def remembered(records: Sequence[Record]) -> Remembered:
    cells = MemoryCells()
    when = datetime(2026, 3, 1, tzinfo=UTC)
    entries = [Entry(record=one, tx=Oid("0" * 40), stream="", actor="A", when=when, subject="") for one in records]
    for entry in entries:
        take(cells, [entry])
    at_once = MemoryCells()
    take(at_once, entries)
    assert list(at_once.all("head")) == list(cells.all("head"))
    return Remembered(cells)


def test_one_that_replaces_several_leaves_none_of_them() -> None:
    one, other = memory("one"), memory("other", scope="task:a")
    both = memory("both", one, other)
    found = remembered([one, other, both])
    assert [each.text for each in found.all()] == ["both"]
    assert found.scopes() == {"repository": 1}
    assert found.replacers(one.id) == found.replacers(other.id) == [both.id]


def test_what_was_replaced_before_it_came_does_not_stand() -> None:
    one = memory("one")
    later = memory("later", one)
    found = remembered([later, one])
    assert found.ids() == [later.id]
    assert found.get(one.id) is None
    assert found.scopes() == {"repository": 1}


def test_revisions_made_apart_are_rivals_until_one_replaces_both() -> None:
    first = memory("first")
    here, there = memory("here", first), memory("there", first)
    further = memory("further", here)
    for order in permutations([here, there]):
        found = remembered([first, *order, further])
        assert [each.text for each in found.all()] == [one.payload["text"] for one in [*order, further] if one != here]
        assert {each.id: each.rivals for each in found.all()} == {
            there.id: (further.id,),
            further.id: (there.id,),
        }
        assert found.apart() == {first.id: sorted([there.id, further.id])}
    united = memory("united", further, there)
    found = remembered([first, here, there, further, united])
    assert found.apart() == {}
    assert [each.rivals for each in found.all()] == [()]


def test_what_is_forgotten_leaves_no_rival_and_no_count() -> None:
    first = memory("first", scope="task:a")
    here, there = memory("here", first, scope="task:a"), memory("there", first, scope="task:a")
    gone = memory("", here, state="forgotten", scope="task:a")
    found = remembered([first, here, there, gone])
    assert [(each.text, each.rivals) for each in found.all()] == [("there", ())]
    assert found.scopes() == {"task:a": 1}
    assert found.apart() == {}
    none = remembered([first, here, there, gone, memory("", there, state="forgotten", scope="task:a")])
    assert none.scopes() == {}
    assert none.titles() == []


def test_they_stand_in_the_order_of_the_ledger() -> None:
    some = [memory(f"memory {n}") for n in range(12)]
    found = remembered(some)
    assert [each.id for each in found.all()] == [one.id for one in some]
    assert [RecordId(each["id"]) for each in found.titles()] == [one.id for one in some]
    assert [each.id for each in found.all(scope="repository")] == [one.id for one in some]
    assert found.all(scope="task:a") == []
