"""Steps, panels, actions and examples: what is in scope where, and what the check says about each."""

from __future__ import annotations

import pytest

from factory_git.spec.check import analyse, check
from factory_git.spec.skills import SKILLS
from factory_git.spec.step_types import StepTypes
from factory_git.spec.types import DECIMAL, Enum, Ref
from tests.expr.farm import messages, spec

BASE = """\
factory: 1
app: {id: shop}
data_contracts:
  entities:
    - {name: Buyer, fields: {id: text key, name: text, x: decimal, y: decimal}}
    - {name: Order, fields: {id: text key, buyer: ref Buyer, size: int, day: date, memo: text?}}
    - {name: Stock, fields: {id: text key, size: int, day: date, qty: decimal}}
    - {name: Note, made: true, fields: {about: text, text: text, n: {type: int, default: 0}}}
    - {name: Sum, made: true, fields: {about: text, total: decimal}}
workflows:
  pipelines:
    - name: Work
      trigger: {args: {day: date, limit: int}}
      steps:
        - {name: first, each: Order, make: Sum, set: {about: it.id, total: it.size}}
        - name: step
STEP
"""

GOOD = {
    "each": "each: Order\nwhere: it.day == run.day\nmake: Note\nset: {about: it.buyer, text: it.buyer.name}",
    "gate": "gate: Sum\nkeep: it.total > run.limit\nelse: {make: Note, set: {about: it.about, text: '\"no\"'}}",
    "allocate": (
        "allocate: {supply: Stock, have: supply.qty, demand: Order, need: it.size, match: supply.size == demand.size,\n"
        "  where: demand.day == run.day, order: [-day, size, buyer.name]}\n"
        "make: Sum\nset: {about: demand.id, total: qty}\n"
        "short: {make: Note, set: {about: demand.id, text: it.buyer.name, n: int(qty)}}"
    ),
    "group": (
        "group: Order\nwhere: it.size > 0\nby: [buyer, day]\nmake: Sum\n"
        "set: {about: key.buyer.name + text(key.day), total: 'sum(rows.map(r, r.size))'}"
    ),
    "route": (
        "route: {stops: Order, via: buyer, x: x, y: via.y, start: [0, run.limit]}\n"
        "make: Note\nset: {about: it.id, text: text(x + y), n: seq}"
    ),
    "join": (
        "join: {left: Order, right: Stock, on: left.size == right.size}\nmake: Note\n"
        "set: {about: left.id, text: right.id}\nelse: {make: Note, set: {about: left.id, text: '\"none\"'}}"
    ),
    "rank": (
        "rank: Order\nwhere: it.size > 0\nby: [-size, memo, id]\nlimit: run.limit\nmake: Note\n"
        "set: {about: it.id, text: it.buyer, n: rank}"
    ),
    "classify": (
        "classify: Order\nwhere: it.size > 0\n"
        "rules: [{when: it.size > 9, label: big}, {when: it.size > 3, label: mid}]\n"
        "otherwise: small\nmake: Note\nset: {about: it.id, text: label}"
    ),
    "match": (
        "match: {left: Order, right: Stock, on: left.day == right.day, score: left.size - right.size, once: true}\n"
        "make: Sum\nset: {about: left.id + right.id, total: score}\n"
        "else: {make: Note, set: {about: left.id, text: '\"no\"'}}"
    ),
    "notify": "notify: Order\nwhere: it.size > 9\nmake: Note\nset: {about: it.id, text: '\"big\"'}",
    "brief": "brief: Order\nmake: Sum\nset: {about: '\"all\"', total: 'sum(rows.map(r, r.size))'}",
    "checklist": (
        "checklist: Order\nitems: [Pack, {item: Weigh, when: it.size > 9}]\nmake: Note\n"
        "set: {about: it.id, text: item, n: seq}"
    ),
    "compare": (
        "compare: {left: Order, right: Stock, by: [size], fields: [day]}\nmake: Note\n"
        "set: {about: change, text: field + before + after, n: key.size}"
    ),
    "call": "call: {skill: post, with: {day: run.day, n: size(Order)}, reads: [Order]}\nmake: Note",
}


def shop(step: str) -> str:
    return BASE.replace("STEP", "\n".join(f"          {line}" for line in step.splitlines()))


def types(step: str) -> StepTypes:
    analysis = analyse(spec(shop(step)))
    return analysis.steps[spec(shop(step)).pipelines[0].steps[1].path]


def test_there_is_an_example_of_every_skill() -> None:
    assert set(GOOD) == set(SKILLS)


@pytest.mark.parametrize("skill", GOOD)
def test_every_parameter_has_its_scope(skill: str) -> None:
    assert messages(spec(shop(GOOD[skill]))) == []


WRONG = {
    "row that is not in scope": (GOOD["group"].replace("key.buyer.name +", "it.id +"), "unknown name 'it'"),
    "supply in where": (GOOD["allocate"].replace("demand.day ==", "supply.day =="), "unknown name 'supply'"),
    "bare field outside sort lists": (GOOD["each"].replace("it.day ==", "day =="), "unknown name 'day'"),
    "group by nothing known": (GOOD["group"].replace("[buyer, day]", "[buyer, dya]"), "Order has no field 'dya'"),
    "sort by a row": (GOOD["rank"].replace("memo, id", "it"), "rows cannot be sorted by Order"),
    "limit that is no number": (GOOD["rank"].replace("run.limit", "run.day"), "'limit' expects int, found date"),
    "via that is no reference": (GOOD["route"].replace("via: buyer", "via: size"), "'via' leads to a row"),
    "label as a number": (GOOD["classify"].replace("text: label", "text: it.id, n: label"), "Note.n expects int"),
    "label in a rule": (GOOD["classify"].replace("it.size > 3", "label == 'big'"), "unknown name 'label'"),
    "score that is no number": (GOOD["match"].replace("left.size - right.size", "left.id"), "'score' expects decimal"),
    "compare fields": (GOOD["compare"].replace("fields: [day]", "fields: [dat]"), "Order has no field 'dat'"),
    "null where a value is needed": (GOOD["each"].replace("it.buyer.name", "it.memo"), "'it.memo' may be null"),
    "a field that only one side has": (GOOD["compare"].replace("[day]", "[buyer]"), "Stock has no field 'buyer'"),
    "nothing to give": (
        GOOD["allocate"].replace("supply: Stock, have: supply.qty", "supply: Order"),
        "Order has no field 'qty' with a number to give",
    ),
    "missing in else": (GOOD["gate"].replace(", text: '\"no\"'", ""), "missing assignment: Note.text"),
    "missing with no set at all": ("each: Order\nmake: Sum", "missing assignment: Sum.about"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_parameter_is_refused(name: str) -> None:
    step, start = WRONG[name]
    found = messages(spec(shop(step)))
    assert found
    assert found[0].startswith(start)


def test_the_types_of_a_step_are_those_the_compiler_needs() -> None:
    found = types(GOOD["allocate"])
    assert [descends for _, descends in found.order("allocate.order")] == [True, False, False]
    assert list(found.assigned("short.set")) == ["about", "text", "n"]
    assert found.exprs["allocate.need"].type == DECIMAL
    assert "data_contracts.entities.buyer.fields.name" in found.reads
    assert types(GOOD["classify"]).assigned()["text"].type == Enum(("big", "mid", "small"))
    assert types(GOOD["route"]).exprs["route.via"].type == Ref("Buyer")


PROMISED = {
    "where": "each: Order\nwhere: it.memo != null\nmake: Note\nset: {about: it.id, text: it.memo}",
    "keep": "gate: Order\nkeep: it.memo == null\nelse: {make: Note, set: {about: it.id, text: it.memo}}",
    "where of a demand": GOOD["allocate"].replace("demand.day ==", "it.memo != null && demand.day ==").replace(
        "about: demand.id, total", "about: demand.memo, total"
    ),
    "on": GOOD["join"].replace("on: left.size", "on: left.memo != null && left.size").replace(
        "about: left.id, text: right", "about: left.memo, text: right"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROMISED)
def test_what_a_condition_rules_out_is_ruled_out_for_the_rows_it_lets_through(name: str) -> None:
    assert [m for m in messages(spec(shop(PROMISED[name]))) if "null" in m] == []


def test_what_a_condition_does_not_rule_out_may_be_null() -> None:
    for old, new in (("it.memo != null", "it.memo == null"), ("it.memo != null", "true")):
        wrong = PROMISED["where"].replace(old, new)
        assert messages(spec(shop(wrong)))[0].startswith("'it.memo' may be null")
    other = PROMISED["on"].replace("set: {about: left.id, text: '\"none\"'", "set: {about: left.memo, text: '\"none\"'")
    assert messages(spec(shop(other)))[0].startswith("'left.memo' may be null")


def test_every_mistake_of_a_step_is_told_at_once() -> None:
    step = "each: Order\nwhere: it.sise > 0\nmake: Sum\nset: {about: it.idd, totl: 1}"
    assert [m.split(" (")[0] for m in messages(spec(shop(step)))] == [
        "Order has no field 'sise'",
        "missing assignment: Sum.total",
        "Order has no field 'idd'",
        "Sum has no field 'totl'",
    ]


# The flow of rows


def _steps(*steps: str) -> str:
    head, _, _ = BASE.partition("        - {name: first")
    return head + "".join(f"        - {{{s}}}\n" for s in steps)


MAKE_SUM = "name: sums, each: Order, make: Sum, set: {about: it.id, total: it.size}"
USE_SUM = "name: use, each: Sum, make: Note, set: {about: it.about, text: it.about}"
GATE_SUM = "name: guard, gate: Sum, keep: it.total > 0"
LOOK = "name: look, each: Order, where: 'Sum.exists(s, s.about == it.id)', make: Note, set: {about: it.id, text: it.id}"
HOLE = "name: think"
WRITER = "name: think, writes: [Sum]"

FLOWS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "in order": ((MAKE_SUM, GATE_SUM, USE_SUM), []),
    "two gates": ((MAKE_SUM, GATE_SUM, GATE_SUM.replace("guard", "again"), USE_SUM), []),
    "used, then guarded": (
        (MAKE_SUM, USE_SUM, GATE_SUM),
        ["gate guard removes Sum rows after use has already used them"],
    ),
    "looked at, then guarded": (
        (MAKE_SUM, LOOK, GATE_SUM),
        ["gate guard removes Sum rows after look has already used them"],
    ),
    "used before made": (
        (USE_SUM, MAKE_SUM),
        ["step 'use' reads Sum, which only the later step 'sums' makes"],
    ),
    "looked at before made": (
        (LOOK, MAKE_SUM),
        ["step 'look' reads Sum, which only the later step 'sums' makes"],
    ),
    "made twice": ((MAKE_SUM, USE_SUM, MAKE_SUM.replace("sums", "more")), []),
    "a hole may make anything": ((HOLE, USE_SUM, MAKE_SUM), []),
    "a hole that says what it writes": ((WRITER, USE_SUM), []),
    "a later hole that says what it writes": (
        (USE_SUM, WRITER),
        ["step 'use' reads Sum, which only the later step 'think' makes"],
    ),
    "stored rows are not made": (
        ("name: bad, each: Order, make: Stock, set: {id: it.id, size: it.size, day: it.day, qty: 1}",),
        ["Stock is stored input: step 'bad' may not make its rows"],
    ),
}


@pytest.mark.parametrize("name", FLOWS)
def test_rows_flow_forward(name: str) -> None:
    steps, expected = FLOWS[name]
    assert messages(spec(_steps(*steps))) == expected


def test_what_a_term_reads_is_read_by_who_calls_it() -> None:
    terms = (
        "terms:\n  had: {args: {id: text}, is: 'Sum.exists(s, s.about == id)'}\n"
        "  twice: {args: {id: text}, is: had(id)}\n"
    )
    look = "name: look, each: Order, where: twice(it.id), make: Note, set: {about: it.id, text: it.id}"
    source = _steps(look, MAKE_SUM).replace("data_contracts:", f"{terms}data_contracts:")
    assert messages(spec(source)) == ["step 'look' reads Sum, which only the later step 'sums' makes"]


def test_a_pipeline_may_read_what_another_makes() -> None:
    other = f"    - name: Later\n      steps:\n        - {{{MAKE_SUM}}}\n"
    source = _steps(USE_SUM, MAKE_SUM.replace("sums", "again")) + other
    assert messages(spec(source)) == []


def test_an_entity_that_nothing_makes_is_a_warning() -> None:
    wrong = spec(_steps(MAKE_SUM))
    assert messages(wrong) == []
    assert messages(wrong, "warning") == ["Note is made: true, but no step and no action makes it"]


# The surface, and examples

SURFACE = """\
interface:
  panels:
    - {name: All, shows: [Order, Sum], where: it.buyer != "b", order: [-size, total]}
  actions:
    - {name: Tell, on: Order, when: it.size > 3 && act.day > it.day, make: Note, set: {about: it.id, text: act.why},
       args: {why: text}}
"""


def _surface(old: str = "", new: str = "") -> list[str]:
    source = shop(GOOD["each"]) + SURFACE
    assert old in source
    return messages(spec(source.replace(old, new) if old else source))


def test_a_panels_condition_is_asked_of_every_entity_it_shows() -> None:
    assert _surface('it.buyer != "b"', "true") == []
    assert _surface()[0].startswith("Sum has no field 'buyer'")


def test_a_panel_is_sorted_by_a_field_of_one_of_its_entities() -> None:
    assert _surface('it.buyer != "b", order: [-size, total]', "true, order: [colour]")[0].startswith(
        "unknown name 'colour'"
    )


def test_an_actions_arguments_and_row_are_in_scope() -> None:
    assert _surface('it.buyer != "b"', "true") == []
    good = ('it.buyer != "b"', "true")
    source = (shop(GOOD["each"]) + SURFACE).replace(*good)
    for old, new, start in (
        ("act.why}", "act.y}", "act has no field 'y' (has: actor, role, day, why)"),
        ("it.size > 3", "it.sise > 3", "Order has no field 'sise'"),
        ("text: act.why", "n: 1", "missing assignment: Note.text"),
        ("text: act.why", "text: act.day", "Note.text expects text, found date"),
        ("it.size > 3 &&", "run.day == act.day &&", "unknown name 'run'"),
    ):
        assert messages(spec(source.replace(old, new)))[0].startswith(start)


EXAMPLE = """\
acceptance:
  - name: One
    given:
      Buyer: [[id, name, x, y], [ana, Ana, 1, 2]]
      Order: [[id, buyer, size, day], [o1, ana, 1, 2026-06-01]]
    when: {run: work, day: 2026-06-01, limit: 3}
    then: [size(Note) == 1]
"""


def test_an_example_refers_to_rows_it_has() -> None:
    source = shop(GOOD["each"]) + EXAMPLE
    assert messages(spec(source)) == []
    wrong = check(spec(source.replace("[o1, ana,", "[o1, anna,")))
    assert [(p.message, p.path) for p in wrong] == [
        ("Order.buyer: there is no Buyer 'anna' (has: ana); did you mean 'ana'?", "acceptance.one")
    ]


def test_what_an_example_expects_is_a_condition() -> None:
    source = shop(GOOD["each"]) + EXAMPLE
    assert messages(spec(source.replace("size(Note) == 1", "size(Note)"))) == ["'then' expects bool, found int"]
