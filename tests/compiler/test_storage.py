"""The store of a compiled application: what goes in comes out, and a failure stores nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.compiler.python.runtime.rows import from_sql, to_sql
from tests.compiler.support import App, application

SPEC = """factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - {name: Buyer, fields: {id: text key, email: {type: text?, pii: contact}}}
    - name: Item
      fields:
        {id: text key, buyer: ref Buyer, qty: {type: decimal, min: 0}, due: date?, tags: list text, free,
         size: {type: int, default: 1}}
    - {name: Event, fields: {item: ref Item, what: text}}
    - {name: Line, made: true, fields: {item: ref Item, qty: decimal}}
    - {name: Sum, made: true, fields: {qty: decimal}}
    - {name: Sign, made: true, fields: {item: ref Item, by: text}}
workflows:
  pipelines:
    - name: lines
      trigger: {args: {least: decimal}}
      steps:
        - {name: drop, gate: Event, keep: 'false'}
        - {name: all, each: Item, where: it.qty >= run.least, make: Line, set: {item: it.id, qty: it.qty}}
    - name: sums
      steps:
        - {name: sum, brief: Line, make: Sum, set: {qty: 'sum(rows.map(r, r.qty))'}}
safety:
  guardrails:
    - {name: Small, always: 'Line.all(l, l.qty < 100)'}
    - {name: Few, always: 'size(Line) < 3', on_break: alert}
"""
FILES = {
    "buyer.csv": "id,email\nana,ana@example.com\nbo,\n",
    "item.csv": "id,buyer,qty,due,tags,free\nb,ana,2.50,2026-06-09,x;y,7\na,bo,1,,,\n",
    "event.csv": "item,what\nb,second\na,first\nb,third\n",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with application(SPEC, tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.fixture
def store(app: App, tmp_path: Path) -> Iterator[Any]:
    with app.module("store").open_store(tmp_path / "shop.db") as found:
        found.migrate()
        yield found


def folder(path: Path, **changes: str | None) -> Path:
    data = path / "data"
    data.mkdir(exist_ok=True)
    for name, text in {**FILES, **{f"{k}.csv": v for k, v in changes.items()}}.items():
        if text is not None:
            (data / name).write_bytes(text.encode())
    return data


def run(app: App, store: Any, name: str, **args: Any) -> Any:
    pipelines = app.module("pipelines")
    texts = {k: str(v) for k, v in args.items()}
    return store.remake(f"run:{name}", texts, lambda world: pipelines.run(name, world, args))


def test_loaded_rows_come_back_typed_in_key_order_then_as_they_stood(app: App, store: Any, tmp_path: Path) -> None:
    loaded = store.load(folder(tmp_path))
    assert loaded.rows == {"Buyer": 2, "Item": 2, "Event": 3}
    world = store.world()
    assert [i.id for i in world.item] == ["a", "b"]
    assert world.item[1] == app.module("model").Item(
        id="b", buyer="ana", qty=Decimal("2.50"), due=dt.date(2026, 6, 9), tags=("x", "y"), free="7", size=1
    )
    assert str(world.item[1].qty) == "2.50"
    assert world.item[0].due is None
    assert [e.what for e in world.event] == ["second", "first", "third"]
    assert [b.email for b in world.buyer] == ["ana@example.com", None]


def test_a_file_with_windows_line_ends_a_byte_order_mark_and_blank_lines_is_read(store: Any, tmp_path: Path) -> None:
    text = '\ufeffwhat,item\r\n"two\r\nlines, ""q""",a\r\n\r\nplain,b\r\n'
    store.load(folder(tmp_path, event=text))
    assert [e.what for e in store.world().event] == ['two\r\nlines, "q"', "plain"]


AWKWARD = {
    "unknown field": ("item,what,nope\na,x,y\n", r"event\.csv:1: Event has no field 'nope' \(has: item, what\)"),
    "missing field": ("item\na\n", r"event\.csv:1: the field 'what' is missing"),
    "field twice": ("item,what,item\na,x,a\n", r"event\.csv:1: the field 'item' stands twice"),
    "too few cells": ("item,what\na,x\nb\n", r"event\.csv:3: 1 cells instead of 2"),
    "not UTF-8": ("item,what\na,\udcff\n", r"event\.csv: cannot be read"),
    "unknown row": ("item,what\na,x\nnope,y\n", r"event\.csv:3: Event\.item: there is no 'nope'"),
    "unclosed quote": ('item,what\na,"x\n', r"event\.csv:\d: not CSV"),
}


@pytest.mark.parametrize(("text", "message"), AWKWARD.values(), ids=AWKWARD)
def test_an_awkward_file_is_reported_with_its_line_and_nothing_is_loaded(
    app: App, store: Any, tmp_path: Path, text: str, message: str
) -> None:
    data = folder(tmp_path, event=None)
    (data / "event.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(app.module("kit").AppError, match=message):
        store.load(data)
    assert store.world().buyer == []


def test_every_awkward_row_is_reported_at_once(app: App, store: Any, tmp_path: Path) -> None:
    rows = ("a,ana,-1,,,", "b,ana,x,,,", "c,ana,,,,", "d,ana,1,31.12.2026,,", "a,ana,1e3,,,", "q,ana,1_0,,,", "")
    text = "\n".join(("id,buyer,qty,due,tags,free", *rows))
    with pytest.raises(app.module("kit").Invalid) as caught:
        store.load(folder(tmp_path, item=text))
    lines = [line.partition("item.csv:")[2] for line in str(caught.value).split("\n")]
    assert [line[0] for line in lines] == ["2", "3", "4", "5", "7"]
    assert "Item.qty: -1 is less than 0" in lines[0]
    assert "Item.qty: 'x' is not a decimal" in lines[1]
    assert "is empty" in lines[2]
    assert "is not a date" in lines[3]


def test_a_key_given_twice_is_reported_with_both_lines(app: App, store: Any, tmp_path: Path) -> None:
    with pytest.raises(app.module("kit").Invalid, match=r"buyer\.csv:4: Buyer\.id: 'ana' is that of line 2 too"):
        store.load(folder(tmp_path, buyer="id,email\nana,\nbo,\nana,x\n"))


def test_a_refused_value_of_a_person_is_not_shown(app: App, store: Any, tmp_path: Path) -> None:
    text = SPEC.replace("email: {type: text?, pii: contact}", "email: {type: int?, pii: contact}")
    with (
        application(text.replace("id: shop", "id: shop2"), tmp_path / "other") as other,
        other.module("store").open_store(tmp_path / "other.db") as opened,
    ):
        opened.migrate()
        with pytest.raises(other.module("kit").Invalid) as caught:
            opened.load(folder(tmp_path))
    assert "ana@example.com" not in str(caught.value)
    assert "personal data" in str(caught.value)


def test_a_file_that_is_no_entity_and_one_of_a_made_entity_are_refused(app: App, store: Any, tmp_path: Path) -> None:
    data = folder(tmp_path, itms="id\n", line="item,qty\n")
    with pytest.raises(app.module("kit").Invalid) as caught:
        store.load(data)
    assert "itms.csv: no entity has this name" in str(caught.value)
    assert "line.csv: Line is made, not loaded" in str(caught.value)


def test_a_run_replaces_the_rows_it_made_before_and_no_others(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    assert run(app, store, "lines", least=Decimal(0)).made == {"Line": 2}
    assert run(app, store, "sums").made == {"Sum": 1}
    assert run(app, store, "lines", least=Decimal(2)).made == {"Line": 1}
    world = store.world()
    assert [(line.item, str(line.qty)) for line in world.line] == [("b", "2.50")]
    assert [str(s.qty) for s in world.sum] == ["3.50"]
    assert len(world.event) == 3, "a gate takes rows out of the run, not out of the data"


def test_a_broken_guardrail_that_aborts_stores_nothing_but_that_it_broke(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    run(app, store, "lines", least=Decimal(2))
    before = store.world()
    store.load(folder(tmp_path, item="id,buyer,qty,due,tags,free\na,bo,100,,,\nb,bo,1,,,\n"))
    with pytest.raises(app.module("kit").GuardrailBroken, match="Small"):
        run(app, store, "lines", least=Decimal(0))
    assert store.world().line == before.line
    assert [(row[2], row[4]) for row in store.history()][-1] == ("run:lines", "aborted")
    assert "safety.guardrails.small" in store.history()[-1][6]


def test_a_broken_guardrail_that_alerts_is_told_of_and_kept_in_the_record(app: App, store: Any, tmp_path: Path) -> None:
    rows = "".join(f"i{n},bo,1,,,\n" for n in range(3))
    store.load(folder(tmp_path, item=f"id,buyer,qty,due,tags,free\n{rows}", event="item,what\n"))
    done = run(app, store, "lines", least=Decimal(0))
    assert [b.path for b in done.broken] == ["safety.guardrails.few"]
    assert len(store.world().line) == 3
    assert "safety.guardrails.few" in store.history()[-1][6]


def test_loading_anew_drops_made_rows_that_no_longer_fit(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    run(app, store, "lines", least=Decimal(0))
    assert store.load(folder(tmp_path)).dropped == 0
    loaded = store.load(folder(tmp_path, item="id,buyer,qty,due,tags,free\nz,bo,1,,,\n", event="item,what\n"))
    assert loaded.dropped == 2
    assert store.world().line == []


def test_a_change_keeps_the_place_of_rows_and_stores_all_it_did(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    m = app.module("model")

    def work(world: Any) -> tuple[()]:
        world.event[1] = m.Event(item="a", what="changed")
        del world.event[0]
        world.sign.append(m.Sign(item="a", by="me"))
        return ()

    assert store.change("act:sign", {}, work).made == {"Sign": 1}
    assert [e.what for e in store.world().event] == ["changed", "third"]


def test_what_breaks_a_reference_is_not_stored(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    m = app.module("model")
    with pytest.raises(app.module("kit").Invalid, match=r"Sign\.item: there is no 'nope'"):
        store.change("act:sign", {}, lambda world: world.sign.append(m.Sign(item="nope", by="me")) or ())
    assert store.world().sign == []
    assert store.history()[-1][4] == "failed"


def test_an_error_that_nobody_expected_stores_nothing(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))

    def work(world: Any) -> Any:
        world.sign.append(app.module("model").Sign(item="a", by="me"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change("act:sign", {}, work)
    assert store.world().sign == []


def test_two_writers_wait_for_each_other(app: App, store: Any, tmp_path: Path) -> None:
    store.load(folder(tmp_path))
    with app.module("store").open_store(tmp_path / "shop.db") as other:
        run(app, store, "lines", least=Decimal(0))
        run(app, other, "sums")
        assert [str(s.qty) for s in store.world().sum] == ["3.50"]


def test_a_file_that_is_no_database_is_an_error_in_words(app: App, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"not a database, not at all" * 100)
    with (
        pytest.raises((app.module("kit").AppError, sqlite3.DatabaseError), match="not a database"),
        app.module("store").open_store(tmp_path / "bad.db") as opened,
    ):
        opened.migrate()


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=5)
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False)
)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(),
    "int": st.integers(-(2**63) + 1, 2**63 - 1),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes() | st.datetimes(timezones=st.just(dt.UTC)),
    "list of date": st.lists(st.dates()).map(tuple),
    "any": st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3).map(tuple)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_comes_back_from_the_database_as_it_was(kind: str) -> None:
    connection = sqlite3.connect(":memory:")
    storage = "INTEGER" if kind in ("int", "bool") else "TEXT"
    connection.execute(f'CREATE TABLE "t" ("v" {storage})')

    @settings(max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(KINDS[kind])
    def check(value: Any) -> None:
        connection.execute('DELETE FROM "t"')
        connection.execute('INSERT INTO "t" VALUES (?)', (to_sql(kind, value),))
        back = from_sql(kind, connection.execute('SELECT "v" FROM "t"').fetchone()[0])
        assert back == value
        assert str(back) == str(value)
        assert type(back) is type(value)

    check()
