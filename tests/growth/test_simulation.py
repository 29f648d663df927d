"""Two sets of rows, and what differs between them, row by row."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from factory_git.growth.simulation import MASK, Case, Outcome, Run, Simulated, Table, simulate
from factory_git.growth.simulation_words import as_data, lines, summary
from factory_git.growth.worlds import worlds
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

SPEC = """\
factory: 1
app: {{id: shop}}
data_contracts:
  entities:
    - name: Customer
      fields: {{id: text key, name: text, email: {{type: text?, pii: contact}}}}
    - name: {order}
      fields: {{id: text key, customer: ref Customer, kg: {{type: decimal, min: 0, max: 9}}{more}}}
    - {{name: Bill, made: true, fields: {{{names}, kg: decimal}}}}
    - {{name: Alert, made: true, fields: {{reason: text}}}}
workflows:
  pipelines:
    - name: Billing
      trigger: {{args: {{day: date, who: ref Customer}}}}
      steps:
        - {{name: Make bills, each: {order}, make: Bill, set: {{order: it.id, kg: it.kg}}}}
"""
ORDER = ("id", "customer", "kg")


def spec(order: str = "Order", more: str = "", names: str = "order: ref Order") -> Spec:
    text = SPEC.format(order=order, more=more, names=names)
    return load([Source(path="factory.yaml", content=text.encode())])


OLD = spec()


def table(fields: tuple[str, ...], *rows: tuple[Any, ...]) -> Table:
    return Table(fields=fields, rows=rows)


def case(before: dict[str, Table], after: dict[str, Table], label: str = "one", **runs: tuple[Run, ...]) -> Case:
    left, right = runs.get("left", ()), runs.get("right", ())
    return Case(label=label, before=Outcome(tables=before, runs=left), after=Outcome(tables=after, runs=right))


def compared(before: dict[str, Table], after: dict[str, Table], new: Spec = OLD) -> Simulated:
    return simulate(OLD, new, [case(before, after)])


def bills(*rows: tuple[Any, ...]) -> dict[str, Table]:
    return {"Bill": table(("order", "kg"), *rows)}


def test_rows_with_a_key_are_told_apart_by_it() -> None:
    before = {"Order": table(ORDER, ("o1", "c1", "3"), ("o2", "c1", "4"))}
    after = {"Order": table(ORDER, ("o2", "c1", "5"), ("o3", "c1", "4"))}
    found = compared(before, after)
    (one,) = found.rows
    assert [row["id"] for row in one.gone] == ["o1"]
    assert [row["id"] for row in one.new] == ["o3"]
    assert [(dict(c.row), dict(c.fields)) for c in one.changed] == [({"id": "o2"}, {"kg": ("4", "5")})]
    assert summary(found) == ("Order: 1 row gone, 1 row new, 1 row changed",)


def test_the_order_of_rows_is_no_difference() -> None:
    before = {"Order": table(ORDER, ("o1", "c1", "3"), ("o2", "c1", "4")), **bills(("o1", "3"), ("o2", "4"))}
    after = {"Order": table(ORDER, ("o2", "c1", "4"), ("o1", "c1", "3")), **bills(("o2", "4"), ("o1", "3"))}
    assert compared(before, after).empty


def test_equal_rows_without_a_key_are_counted() -> None:
    alerts = ("reason",)
    before = {"Alert": table(alerts, ("late",), ("late",), ("cold",))}
    after = {"Alert": table(alerts, ("late",), ("warm",), ("warm",))}
    assert compared(before, after).of("Alert") == (2, 2, 0)


def test_rows_that_refer_to_the_same_are_one_row_that_changed() -> None:
    found = compared(bills(("o1", "3"), ("o2", "4")), bills(("o1", "2.5"), ("o3", "4")))
    assert found.of("Bill") == (1, 1, 1)
    assert "~ order o1: kg 3 → 2.5" in "\n".join(lines(found))


def test_personal_data_is_compared_and_not_told() -> None:
    fields = ("id", "name", "email")
    found = compared(
        {"Customer": table(fields, ("c1", "Ana", "a@x"), ("c2", "Bo", "b@x"))},
        {"Customer": table(fields, ("c1", "Ana", "z@x"))},
    )
    (one,) = found.rows
    assert dict(one.changed[0].fields) == {"email": (MASK, MASK)}
    assert one.gone[0]["email"] == MASK
    assert "@" not in str(as_data(found, first=None))


def test_what_was_renamed_is_the_same() -> None:
    text = SPEC.format(order="Purchase", more="", names="order: ref Purchase")
    text = text.replace("- name: Purchase", "- name: Purchase\n      was: Order")
    new = load([Source(path="factory.yaml", content=text.encode())])
    before, after = {"Order": table(ORDER, ("o1", "c1", "3"))}, {"Purchase": table(ORDER, ("o1", "c1", "3"))}
    found = compared(before, after, new)
    assert found.empty
    assert found.shape == ("Purchase: was Order",)


def test_a_new_field_is_told_once_and_makes_no_row_another() -> None:
    new = spec(more=", paid: {type: bool, default: false}")
    before = {"Order": table(ORDER, ("o1", "c1", "3"), ("o2", "c1", "4"))}
    after = {"Order": table((*ORDER, "paid"), ("o1", "c1", "3", "false"), ("o2", "c1", "4", "false"))}
    found = compared(before, after, new)
    assert (found.empty, found.shape) == (True, ("Order.paid: a new field",))


def test_what_a_step_blocks_is_summed_over_all_cases() -> None:
    runs = [
        (("make_bills", "Bill", there, before), ("make_bills", "Bill", there, after))
        for there, before, after in ((30, 1, 2), (10, 0, 1))
    ]
    cases = [
        case(
            {},
            {},
            f"day {number}",
            left=(Run(pipeline="billing", outcome="done", stopped=(one,)),),
            right=(Run(pipeline="billing", outcome="done", stopped=(two,)),),
        )
        for number, (one, two) in enumerate(runs)
    ]
    found = simulate(OLD, OLD, cases)
    assert found.stopped[0].step == "workflows.pipelines.billing.steps.make_bills"
    assert summary(found) == ("make_bills: 3 of 40 Bill rows blocked (before: 1 of 40)",)


def test_guardrails_and_ends_of_runs_are_counted() -> None:
    rail = "safety.guardrails.cold"
    done, aborted = Run(pipeline="billing", outcome="done"), Run(pipeline="billing", outcome="aborted", broken=(rail,))
    failed = Run(pipeline="billing", outcome="failed", why="there is no Customer: 'c9'")
    cases = [case({}, {}, str(n), left=(done,), right=(end,)) for n, end in enumerate((done, aborted, failed))]
    found = simulate(OLD, OLD, cases)
    assert (found.runs, found.differing) == (3, 2)
    assert summary(found) == (
        "1 of 3 runs are stopped by a guardrail (before: 0)",
        "1 of 3 runs fail (before: 0)",
        f"{rail} breaks in 1 of 3 runs (before: 0)",
        "a run fails that did not: there is no Customer: 'c9' (2)",
    )


def test_data_that_the_newer_version_refuses_is_said_first() -> None:
    refused = Case(label="data", before=Outcome(), after=Outcome(refused="Order.kg: 12 is more than 9"))
    found = simulate(OLD, OLD, [refused])
    assert not found.empty
    assert summary(found) == ("the data does not fit the newer version: Order.kg: 12 is more than 9",)


def test_a_case_that_the_older_version_refuses_shows_nothing() -> None:
    refused = Outcome(refused="no")
    found = simulate(OLD, OLD, [Case(label="data", before=refused, after=refused)])
    assert (found.empty, found.unfit) == (True, 1)


def test_long_lists_are_cut_and_the_cut_is_marked() -> None:
    before = bills(*((f"o{n}", "1") for n in range(30)))
    found = compared(before, bills())
    shown = list(lines(found, first=10))
    assert (len(shown), shown[-1].strip()) == (12, "… 20 more")
    assert len(as_data(found, first=3)["entities"]["Bill"]["rows"]["gone"]) == 3
    assert len(as_data(found, first=None)["entities"]["Bill"]["rows"]["gone"]) == 30


rows_of = st.lists(st.tuples(st.sampled_from(["o1", "o2", "o3"]), st.sampled_from(["1", "2"])), max_size=8)


@given(rows_of, rows_of)
def test_differences_account_for_every_row(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> None:
    """What is gone and changed taken from one side, what is new and changed from the other, leaves the same rows."""
    found = compared(bills(*left), bills(*right))
    gone, new, changed = found.of("Bill")
    assert len(left) - gone == len(right) - new
    assert found.empty == (sorted(left) == sorted(right))
    assert gone + changed <= len(left)
    back = compared(bills(*right), bills(*left))
    assert back.of("Bill") == (new, gone, changed)


# Worlds.


def test_worlds_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    one, again, other = (list(worlds(OLD, OLD, 10, seed)) for seed in (3, 3, 4))
    assert one == again
    assert one != other


def test_worlds_keep_bounds_references_and_keys() -> None:
    for world in worlds(OLD, OLD, 40):
        customers = [row["id"] for row in world.rows["customer"]]
        orders = world.rows["order"]
        assert len(set(customers)) == len(customers)
        assert all(row["customer"] in customers for row in orders)
        assert all(0 <= row["kg"] <= 9 for row in orders)
        assert "bill" not in world.rows, "made rows come from runs"
        assert world.args["billing"]["who"] in customers


def test_small_worlds_come_first() -> None:
    sizes = [sum(map(len, world.rows.values())) for world in worlds(OLD, OLD, 50)]
    assert sum(sizes[:10]) < sum(sizes[-10:])
