"""What each skill does to the rows of a world, shown by running the code it is compiled to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.support import App, application, run, spec_of

D = Decimal
HEAD = """
factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - name: Item
      fields: {id: text key, kind: text, qty: decimal, due: date?, grade: {type: enum low mid high, default: mid}}
    - {name: Stall, fields: {id: text key, at: ref Place}}
    - {name: Place, fields: {id: text key, x: decimal, y: decimal}}
    - {name: Wish, fields: {id: text key, kind: text, want: decimal, level: {type: int, default: 1}}}
    - {name: Note, made: true, fields: {subject: text, text: text?, n: int?, amount: decimal?, day: date?}}
    - {name: Lot, made: true, fields: {item: ref Item, qty: decimal, weight: {type: decimal, default: 0}}}
    - {name: Gift, made: true, fields: {wish: ref Wish, item: ref Item, qty: decimal}}
workflows:
  pipelines:
    - name: day
      trigger: {args: {date: date, least: decimal}}
      steps:
"""

Shop = Callable[[str], App]


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """Compiles steps, written as YAML, to an application."""
    opened = []

    def compiled(steps: str) -> App:
        lines = "".join(f"        {line}\n" for line in steps.strip().split("\n"))
        manager = application(spec_of(HEAD.lstrip() + lines), tmp_path)
        opened.append(manager)
        return manager.__enter__()

    yield compiled
    for manager in opened:
        manager.__exit__(None, None, None)


def world(app: App, *items: tuple[Any, ...], wishes: tuple[tuple[Any, ...], ...] = ()) -> Any:
    m = app.module("model")
    found = m.World()
    found.item += [m.Item(id=i, kind=k, qty=D(q), **dict(more)) for i, k, q, *more in items]
    found.wish += [m.Wish(id=i, kind=k, want=D(w), **dict(more)) for i, k, w, *more in wishes]
    return found


def go(app: App, found: Any, least: str = "0") -> Any:
    assert app.run(found, "day", date=dt.date(2026, 6, 9), least=D(least)) == []
    return found


def notes(found: Any) -> list[tuple[Any, ...]]:
    return [(n.subject, n.text, n.n, n.amount) for n in found.note]


def subjects(found: Any) -> list[str]:
    return [n.subject for n in found.note]


def test_each_goes_in_key_order_over_the_rows_for_which_where_holds(shop: Shop) -> None:
    app = shop("- {name: a, each: Item, where: it.qty >= run.least, make: Note, set: {subject: it.id, day: run.date}}")
    found = go(app, world(app, ("c", "x", 3), ("a", "x", 1), ("b", "x", 2)), least="2")
    assert subjects(found) == ["b", "c"]
    assert {n.day for n in found.note} == {dt.date(2026, 6, 9)}


def test_each_may_make_rows_of_the_entity_it_goes_over(shop: Shop) -> None:
    app = shop(
        """
- {name: a, each: Item, make: Note, set: {subject: it.id}}
- {name: b, each: Note, make: Note, set: {subject: 'it.subject + "!"'}}
"""
    )
    assert subjects(go(app, world(app, ("a", "x", 1)))) == ["a", "a!"]


def test_gate_removes_what_fails_and_tells_of_it(shop: Shop) -> None:
    app = shop(
        """
- name: a
  gate: Item
  keep: it.qty > run.least
  else: {make: Note, set: {subject: it.id, text: '"too little"'}}
"""
    )
    found = go(app, world(app, ("b", "x", 1), ("c", "x", 2), ("a", "x", 0)), least="1")
    assert [i.id for i in found.item] == ["c"]
    assert notes(found) == [("a", "too little", None, None), ("b", "too little", None, None)]


def test_gate_judges_all_rows_before_any_goes(shop: Shop) -> None:
    app = shop("- {name: a, gate: Item, keep: size(Item) > 2}")
    assert len(go(app, world(app, *((k, "x", 1) for k in "abc"))).item) == 3


def test_gate_that_tells_of_a_row_by_one_of_the_same_kind_keeps_it(shop: Shop) -> None:
    app = shop(
        """
- {name: a, each: Item, make: Note, set: {subject: it.id}}
- {name: b, gate: Note, keep: it.subject != "b", else: {make: Note, set: {subject: '"not " + it.subject'}}}
"""
    )
    assert subjects(go(app, world(app, ("a", "x", 1), ("b", "x", 1)))) == ["a", "not b"]


ALLOCATE = """
- name: a
  allocate: {supply: Item, demand: Wish, need: it.want, match: supply.kind == demand.kind, order: [-level]}
  make: Gift
  set: {wish: demand.id, item: supply.id, qty: qty}
  short: {make: Note, set: {subject: demand.id, amount: qty}}
"""


def gifts(found: Any) -> list[tuple[Any, ...]]:
    return [(g.wish, g.item, g.qty) for g in found.gift]


def test_allocate_serves_in_order_until_the_need_is_met_and_tells_of_what_is_unmet(shop: Shop) -> None:
    app = shop(ALLOCATE)
    found = world(
        app,
        ("i1", "x", "1.5"),
        ("i2", "x", 2),
        ("i3", "y", 9),
        wishes=(("w1", "x", 1), ("w2", "x", 3, ("level", 5)), ("w3", "z", 1), ("w0", "x", "0.2")),
    )
    go(app, found)
    assert gifts(found) == [
        ("w2", "i1", D("1.5")),
        ("w2", "i2", D("1.5")),
        ("w0", "i2", D("0.2")),
        ("w1", "i2", D("0.3")),
    ]
    assert [(n.subject, n.amount) for n in found.note] == [("w1", D("0.7")), ("w3", D(1))]


def test_what_one_allocation_took_is_gone_for_the_next_and_supply_keeps_its_values(shop: Shop) -> None:
    app = shop(ALLOCATE + ALLOCATE.replace("name: a", "name: b"))
    found = world(app, ("i1", "x", 5), wishes=(("w1", "x", 3),))
    go(app, found)
    assert gifts(found) == [("w1", "i1", D(3)), ("w1", "i1", D(2))]
    assert [i.qty for i in found.item] == [D(5)]
    assert [(n.subject, n.amount) for n in found.note] == [("w1", D(1))]


def test_allocate_tells_equal_rows_apart(shop: Shop) -> None:
    app = shop(
        """
- {name: m, each: Item, make: Lot, set: {item: '"i"', qty: it.qty}}
- name: a
  allocate: {supply: Lot, demand: Wish, need: it.want}
  make: Gift
  set: {wish: demand.id, item: supply.item, qty: qty}
"""
    )
    found = world(app, ("i", "x", 1), ("j", "x", 1), wishes=(("w", "x", 2),))
    go(app, found)
    assert gifts(found) == [("w", "i", D(1)), ("w", "i", D(1))]


def test_allocate_takes_what_have_says_and_never_a_negative_amount(shop: Shop) -> None:
    app = shop(ALLOCATE.replace("need: it.want", "need: it.want, have: it.qty - 2"))
    found = world(app, ("i1", "x", 1), ("i2", "x", 3), wishes=(("w1", "x", 3), ("w2", "x", -1)))
    go(app, found)
    assert gifts(found) == [("w1", "i2", D(1))]


def test_allocate_is_exact(shop: Shop) -> None:
    app = shop(ALLOCATE)
    found = world(app, *((f"i{n}", "x", "0.1") for n in range(3)), wishes=(("w", "x", "0.3"),))
    go(app, found)
    assert sum(g.qty for g in found.gift) == D("0.3")
    assert found.note == []


def test_group_makes_one_row_a_key_in_key_order(shop: Shop) -> None:
    app = shop(
        """
- name: a
  group: Item
  where: it.qty > 0
  by: [kind, grade]
  make: Note
  set: {subject: 'key.kind + " " + key.grade', n: size(rows), amount: 'sum(rows.map(r, r.qty))'}
"""
    )
    found = world(app, ("a", "y", 1), ("b", "x", 2), ("c", "x", 3), ("d", "x", 0), ("e", "x", 1, ("grade", "low")))
    go(app, found)
    assert [(n.subject, n.n, n.amount) for n in found.note] == [
        ("x low", 1, D(1)),
        ("x mid", 2, D(5)),
        ("y mid", 1, D(1)),
    ]


def test_route_goes_to_the_nearest_each_time_ties_in_key_order(shop: Shop) -> None:
    app = shop(
        """
- name: a
  route: {stops: Place, x: x, y: y, start: [0, 0]}
  make: Note
  set: {subject: it.id, n: seq, amount: x}
"""
    )
    m = app.module("model")
    found = m.World()
    for id_, x, y in (("far", 9, 0), ("b", -1, 0), ("a", 1, 0), ("c", 2, 0)):
        found.place.append(m.Place(id=id_, x=D(x), y=D(y)))
    go(app, found)
    assert [(n.subject, n.n) for n in found.note] == [("a", 1), ("c", 2), ("b", 3), ("far", 4)]
    assert found.note[0].amount == 1


def test_route_finds_the_place_of_a_stop_by_a_reference(shop: Shop) -> None:
    app = shop(
        """
- name: a
  route: {stops: Stall, where: it.id != "out", via: at, x: x, y: y}
  make: Note
  set: {subject: it.id, n: seq}
"""
    )
    m = app.module("model")
    found = world(app)
    found.place += [m.Place(id="p", x=D(5), y=D(0)), m.Place(id="q", x=D(1), y=D(0))]
    found.stall += [m.Stall(id=i, at=at) for i, at in (("i", "p"), ("j", "q"), ("out", "q"))]
    assert subjects(go(app, found)) == ["j", "i"]


def test_join_makes_a_row_a_pair_and_tells_of_rows_without_a_partner(shop: Shop) -> None:
    app = shop(
        """
- name: a
  join: {left: Wish, right: Item, on: left.kind == right.kind}
  make: Gift
  set: {wish: left.id, item: right.id, qty: left.want * right.qty}
  else: {make: Note, set: {subject: left.id}}
"""
    )
    found = world(app, ("j", "x", 3), ("i", "x", 2), wishes=(("w2", "x", 2), ("w1", "q", 1)))
    go(app, found)
    assert gifts(found) == [("w2", "i", D(4)), ("w2", "j", D(6))]
    assert subjects(found) == ["w1"]


def test_rank_numbers_rows_and_keeps_the_first(shop: Shop) -> None:
    app = shop("- {name: a, rank: Item, by: [-qty], limit: 2, make: Note, set: {subject: it.id, n: rank}}")
    found = go(app, world(app, ("b", "x", 2), ("a", "x", 2), ("c", "x", 5)))
    assert [(n.subject, n.n) for n in found.note] == [("c", 1), ("a", 2)]


def test_rank_by_words_and_by_what_may_be_missing(shop: Shop) -> None:
    app = shop("- {name: a, rank: Item, by: [-grade, due], make: Note, set: {subject: it.id}}")
    day = ("due", dt.date(2026, 1, 1))
    found = world(
        app,
        ("a", "x", 1, ("grade", "low")),
        ("b", "x", 1, ("grade", "high")),
        ("c", "x", 1, ("grade", "high"), day),
        ("d", "x", 1),
    )
    assert subjects(go(app, found)) == ["c", "b", "d", "a"]


def test_classify_takes_the_first_rule_that_holds(shop: Shop) -> None:
    app = shop(
        """
- name: a
  classify: Item
  rules: [{when: it.qty > 9, label: big}, {when: it.qty > 5, label: 'so "so"'}]
  otherwise: small
  make: Note
  set: {subject: it.id, text: label}
"""
    )
    found = go(app, world(app, ("a", "x", 10), ("b", "x", 6), ("c", "x", 1)))
    assert [(n.subject, n.text) for n in found.note] == [("a", "big"), ("b", 'so "so"'), ("c", "small")]


def test_classify_without_otherwise_makes_nothing_of_the_rest(shop: Shop) -> None:
    app = shop(
        "- {name: a, classify: Item, rules: [{when: it.qty > 9, label: big}], make: Note, set: {subject: label}}"
    )
    assert subjects(go(app, world(app, ("a", "x", 10), ("b", "x", 6)))) == ["big"]


MATCH = """
- name: a
  match: {left: Wish, right: Item, on: left.kind == right.kind, score: right.qty - left.want, once: true}
  make: Gift
  set: {wish: left.id, item: right.id, qty: score}
  else: {make: Note, set: {subject: left.id}}
"""


def test_match_takes_the_best_partner_once_ties_by_key(shop: Shop) -> None:
    app = shop(MATCH)
    found = world(
        app,
        ("b", "x", 5),
        ("a", "x", 5),
        ("c", "x", -9),
        wishes=(("w1", "x", 1), ("w2", "x", 1), ("w3", "x", 1), ("w4", "x", 1)),
    )
    go(app, found)
    assert gifts(found) == [("w1", "a", D(4)), ("w2", "b", D(4)), ("w3", "c", D(-10))]
    assert subjects(found) == ["w4"]


def test_match_without_once_may_take_a_partner_again(shop: Shop) -> None:
    app = shop(MATCH.replace(", once: true", ""))
    found = world(app, ("a", "x", 5), wishes=(("w1", "x", 1), ("w2", "x", 1)))
    assert gifts(go(app, found)) == [("w1", "a", D(4)), ("w2", "a", D(4))]


def test_notify_does_not_tell_twice(shop: Shop) -> None:
    app = shop("- {name: a, notify: Item, make: Note, set: {subject: it.kind}}")
    assert subjects(go(app, world(app, ("a", "x", 1), ("b", "x", 2), ("c", "y", 2)))) == ["x", "y"]


def test_brief_sums_up_all_rows_also_when_there_are_none(shop: Shop) -> None:
    app = shop(
        """
- {name: a, brief: Item, where: it.kind == "x", make: Note, set: {subject: '"all"', n: size(rows)}}
- {name: b, brief: Item, where: it.kind == "q", make: Note, set: {subject: '"none"', amount: 'sum(rows.map(r, r.qty))'}}
"""
    )
    found = go(app, world(app, ("a", "x", 1), ("b", "x", 2), ("c", "y", 2)))
    assert notes(found) == [("all", None, 2, None), ("none", None, None, D(0))]


def test_checklist_lists_for_each_row_the_items_that_apply(shop: Shop) -> None:
    app = shop(
        """
- name: a
  checklist: Item
  items: [Look, {item: Count, when: it.qty > 1}, Pack]
  make: Note
  set: {subject: it.id, text: item, n: seq}
"""
    )
    found = go(app, world(app, ("a", "x", 1), ("b", "x", 2)))
    assert [(n.subject, n.text, n.n) for n in found.note] == [
        ("a", "Look", 1),
        ("a", "Pack", 2),
        ("b", "Look", 1),
        ("b", "Count", 2),
        ("b", "Pack", 3),
    ]


def test_compare_tells_of_rows_added_and_removed_and_of_fields_changed(shop: Shop) -> None:
    app = shop(
        """
- name: a
  compare: {left: Item, right: Wish, by: [id]}
  make: Note
  set: {subject: 'key.id + " " + change', text: 'field + ": " + before + " → " + after'}
"""
    )
    found = world(
        app, ("a", "x", 1), ("b", "x", 1), ("c", "x", 1), wishes=(("b", "x", 1), ("c", "y", 1), ("d", "z", 1))
    )
    go(app, found)
    assert [(n.subject, n.text) for n in found.note] == [
        ("a removed", ":  → "),
        ("c changed", "kind: x → y"),
        ("d added", ":  → "),
    ]


def test_call_gives_an_adapter_its_arguments_and_adds_its_rows(shop: Shop) -> None:
    app = shop("- {name: a, call: {skill: Weather Report, with: {day: run.date, where: '\"here\"'}}, make: Note}")
    stub = app.root / "shop/adapters/weather_report.py"
    assert "def call(world: World, *, day: dt.date, where: str) -> list[Note]:" in stub.read_text()
    with pytest.raises(app.module("kit").NotBound) as caught:
        go(app, world(app))
    assert caught.value.path == "workflows.pipelines.day.steps.a"
    m = app.module("model")
    adapter = app.module("adapters.weather_report")
    adapter.call = lambda world, *, day, where: [m.Note(subject=f"{where} {day}")]
    assert subjects(go(app, world(app))) == ["here 2026-06-09"]


def test_a_step_without_a_skill_raises_its_path_until_somebody_writes_it(shop: Shop) -> None:
    app = shop("- {name: Do something clever}")
    assert [(h.path, h.file, h.function) for h in app.compilation.holes] == [
        ("workflows.pipelines.day.steps.do_something_clever", "shop/bound/day_do_something_clever.py", "run")
    ]
    with pytest.raises(app.module("kit").NotBound, match=r"workflows\.pipelines\.day\.steps\.do_something_clever"):
        go(app, world(app))


ALL = "\n".join(
    [
        "- {name: s1, each: Item, where: it.qty > 0, make: Note, set: {subject: it.id}}",
        "- {name: s2, gate: Note, keep: it.subject != '', else: {make: Note, set: {subject: it.subject}}}",
        ALLOCATE.strip(),
        "- {name: s4, group: Item, by: [kind], make: Note, set: {subject: key.kind, n: size(rows)}}",
        "- {name: s5, route: {stops: Place, x: x, y: y}, make: Note, set: {subject: it.id, n: seq}}",
        "- {name: s6, join: {left: Wish, right: Item, on: left.id == right.id}, make: Note, set: {subject: left.id}}",
        "- {name: s7, rank: Item, by: [-qty, due], limit: 3, make: Note, set: {subject: it.id, n: rank}}",
        "- {name: s8, classify: Item, rules: [{when: it.qty > 9, label: big}], make: Note, set: {subject: label}}",
        MATCH.strip().replace("name: a", "name: s9"),
        "- {name: s10, notify: Item, make: Note, set: {subject: it.id}}",
        "- {name: s11, brief: Item, make: Note, set: {subject: '\"all\"', n: size(rows)}}",
        "- {name: s12, checklist: Item, items: [Look, {item: Do, when: it.qty > 1}], make: Note, set: {subject: item}}",
        "- {name: s13, compare: {left: Item, right: Wish, by: [id]}, make: Note, set: {subject: key.id, text: change}}",
        "- {name: s14, call: {skill: mail, with: {to: '\"x\"'}}, make: Note}",
        "- {name: s15, call: {skill: git}}",
        "- {name: s16}",
    ]
)


def test_the_code_of_every_skill_is_formatted_clean_and_typed(shop: Shop, tmp_path: Path) -> None:
    shop(ALL)
    for command in (
        ("ruff", "format", "--check", "--isolated", "--no-cache", "shop"),
        ("ruff", "check", "--isolated", "--no-cache", "shop"),
        ("mypy", "--strict", "--cache-dir", str(tmp_path / ".cache"), "shop"),
    ):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stdout
