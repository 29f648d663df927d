"""What differs, node by node: renames, moves, and what a rename does not hide."""

from __future__ import annotations

import random

from factory_git.growth.differ import heaviest_rising
from tests.growth.cases import base, diff, replaced, told

SHOP = base("shop")
FARMER = base("farmer")
TERM = (
    "    args: {item: text, day: date}\n"
    "    is: Item.exists(i, i.id == item && (i.best_before == null || i.best_before >= day))"
)


def test_what_calls_a_renamed_entity_says_the_same() -> None:
    renamed = FARMER.replace("{name: Forecast, ", "{name: Prognosis, was: Forecast, ")
    for old, new in (
        ("make: Forecast", "make: Prognosis"),
        ("Forecast.all", "Prognosis.all"),
        ("[Forecast]", "[Prognosis]"),
    ):
        renamed = renamed.replace(old, new)
    renamed = renamed.replace("gate: Forecast", "gate: Prognosis").replace("supply: Forecast", "supply: Prognosis")
    assert told(diff(FARMER, renamed)) == ["entity-renamed data_contracts.entities.prognosis breaking"]
    assert told(diff(renamed, FARMER)) == ["entity-renamed data_contracts.entities.forecast breaking"]


def test_what_reads_a_renamed_field_says_the_same() -> None:
    renamed = replaced(SHOP, "        best_before: date?\n", "        eat_by: {type: date?, was: best_before}\n")
    renamed = renamed.replace("i.best_before", "i.eat_by")
    assert told(diff(SHOP, renamed)) == ["field-renamed data_contracts.entities.item.fields.eat_by major"]


def test_a_rename_does_not_hide_that_another_field_is_read() -> None:
    """The item's `stock` is called `qty` now; the sale had both all along, and the rule reads its other one."""
    one = replaced(SHOP, "{item: ref Item, qty: int}", "{item: ref Item, qty: int, stock: int?}")
    one = replaced(one, "always: Sale.all(s, s.qty <= s.item.stock)", "always: Sale.all(s, s.stock != 3)")
    other = replaced(one, "        stock: {type: int,", "        qty: {was: stock, type: int,")
    other = other.replace("it.stock", "it.qty").replace("set: {stock:", "set: {qty:")
    other = other.replace("[id, label, stock,", "[id, label, qty,")
    rule = "safety.guardrails.never_oversell"
    assert rule not in {m.path for m in diff(one, other).mutations}
    assert rule in {m.path for m in diff(one, replaced(other, "s.stock != 3", "s.qty != 3")).mutations}


def test_words_in_quotes_are_data() -> None:
    """The field `reason` is renamed, the text "reason" in an expression is another text."""
    one = replaced(SHOP, "set: {subject: it.id, reason: '\"too old\"'}", "set: {subject: it.id, reason: '\"reason\"'}")
    other = replaced(one, "{subject: text, reason: text}", "{subject: text, cause: {type: text, was: reason}}")
    other = replaced(other, "reason: '\"reason\"'", "cause: '\"cause\"'")
    assert "workflows.pipelines.selling.steps.fresh_only" in {m.path for m in diff(one, other).mutations}
    same = replaced(other, "cause: '\"cause\"'", "cause: '\"reason\"'")
    assert told(diff(one, same)) == ["field-renamed data_contracts.entities.alert.fields.cause major"]


def test_the_order_of_a_terms_arguments_is_what_its_callers_mean() -> None:
    one = replaced(SHOP, TERM, "    args: {day: date, last: date}\n    is: day <= last")
    one = replaced(one, "keep: sellable(it.id, run.day)", "keep: sellable(run.day, run.day + days(1))")
    other = replaced(one, "args: {day: date, last: date}", "args: {last: date, day: date}")
    assert "term-changed" in {m.id for m in diff(one, other).mutations}


def test_as_few_nodes_as_can_be_are_said_to_have_moved() -> None:
    rng = random.Random(7)
    for _ in range(200):
        numbers = rng.sample(range(12), rng.randint(0, 9))
        kept = heaviest_rising(numbers, [(1, 1, rng.randrange(1 << 30)) for _ in numbers])
        values = [numbers[place] for place in sorted(kept)]
        assert values == sorted(values)
        assert len(kept) == _longest(numbers)


def _longest(numbers: list[int]) -> int:
    best = [1] * len(numbers)
    for at, number in enumerate(numbers):
        best[at] = 1 + max((best[before] for before in range(at) if numbers[before] < number), default=0)
    return max(best, default=0)
