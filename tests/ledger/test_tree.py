"""Lineage as a drawing: byte-exact, each record in full once, any depth."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import pytest

from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.ledger.projection import Lineage, Row, TxRow
from factory_git.ledger.record import make
from factory_git.ledger.store import Ledger
from factory_git.ledger.tree import Tree
from tests.ledger.conftest import NOON

TX = TxRow(Oid("0" * 40), "", "a", NOON, "s")


def draw(edges: Mapping[str, Sequence[str]], absent: Sequence[str] = (), depth: int | None = None) -> list[str]:
    """The drawing of a graph of short names; the first key is the root. Times are left out."""
    ids = {RecordId(name) for name in edges} | {RecordId(n) for below in edges.values() for n in below}
    rows = {id_: Row(id_, "note", "", TX) for id_ in ids if id_ not in absent}
    graph = {RecordId(name): [RecordId(n) for n in below] for name, below in edges.items()}
    tree = Tree(lineage=Lineage(root=RecordId(next(iter(edges))), rows=rows, edges=graph), direction="up")
    return [line.text().replace("  note  2026-03-01 12:00", "") for line in tree.lines(depth)]


def test_branches_are_drawn_with_box_characters() -> None:
    assert draw({"a": ["b", "c"], "b": ["d", "e"], "c": ["f"]}) == [
        "a",
        "├── b",
        "│   ├── d",
        "│   └── e",
        "└── c",
        "    └── f",
    ]


def test_a_line_says_id_type_title_and_time(ledger: Ledger) -> None:
    parent = ledger.put("note", {"title": "the plan", "status": "done"})
    child = ledger.put("note", {}, [parent])
    assert "\n".join(line.text() for line in ledger.tree(child).lines()) == (
        f"{child[:10]}  note  2026-03-01 12:00\n└── {parent[:10]}  note  the plan: done  2026-03-01 12:00"
    )
    assert [line.id for line in ledger.tree(parent[:6], "down").lines()] == [parent, child]


def test_a_shared_record_is_drawn_once_and_then_named() -> None:
    assert draw({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"]}) == [
        "a",
        "├── b",
        "│   └── d",
        "│       └── e",
        "└── c  → d (above)",
    ]


def test_what_turns_up_above_only_later_gets_a_line_that_says_so() -> None:
    assert draw({"a": ["b", "c"], "b": ["c"]}) == ["a", "├── b", "│   └── c", "└── c (above)"]


def test_eighteen_stacked_diamonds_are_fifty_five_lines() -> None:
    edges: dict[str, list[str]] = {}
    for n in range(18):
        edges |= {f"top{n}": [f"left{n}", f"right{n}"]}
        edges |= {f"left{n}": [f"top{n + 1}"], f"right{n}": [f"top{n + 1}"]}
    assert len(draw(edges)) == 55


def test_missing_parents_and_cycles_are_marked() -> None:
    assert draw({"a": ["b", "c"], "b": ["gone"], "c": ["a"]}, absent=["gone"]) == [
        "a",
        "├── b",
        "│   └── gone (missing)",
        "└── c  → a (cycle)",
    ]
    assert draw({"a": ["a"]}) == ["a", "└── a (cycle)"]


def test_depth_is_cut_with_the_way_on() -> None:
    edges = {"a": ["b", "z"], "b": ["c", "y"], "c": ["d"]}
    assert draw(edges, depth=1) == ["a", "├── b", "│   └── … deeper: git factory tree b", "└── z"]


def test_a_chain_of_a_hundred_thousand_neither_overflows_nor_slows() -> None:
    count = 100_000
    edges = {f"{n}": [f"{n + 1}"] for n in range(count)}
    assert len(draw(edges, depth=64)) == 66
    rows = {RecordId(name): Row(RecordId(name), "note", "", TX) for name in edges}
    graph = {RecordId(k): [RecordId(x) for x in v] for k, v in edges.items()}
    value = Tree(lineage=Lineage(root=RecordId("0"), rows=rows, edges=graph), direction="up").as_json()
    assert len(value["nodes"]) == count + 1
    assert [node["id"] for node in value["nodes"] if node["missing"]] == [str(count)]


@pytest.mark.soak
def test_a_deep_ledger_is_one_query(ledger: Ledger) -> None:
    depth = 100_000 if os.environ.get("FACTORY_SOAK") else 3_000
    records = [make("note", {"n": 0})]
    for n in range(depth):
        records.append(make("note", {"n": n}, [records[-1].id]))
    ledger.append(records)
    assert len(ledger.tree(records[-1].id).as_json()["nodes"]) == depth + 1
    assert len(ledger.tree(records[0].id, "down").as_json()["nodes"]) == depth + 1


def test_an_unknown_root_is_not_found_and_a_bad_direction_refused(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.tree("1" * 40)
    with pytest.raises(UsageError, match="sideways"):
        ledger.tree("1" * 40, "sideways")
