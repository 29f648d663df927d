"""What expressions call at run time: every function on values that decide it, and what it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from factory_git.compiler.python.calls import CALLS
from factory_git.compiler.python.expressions import emit
from factory_git.compiler.python.runtime import values
from factory_git.compiler.python.runtime.kit import Invalid
from factory_git.spec.expr.functions import FUNCTIONS
from tests.expr.farm import of

D = Decimal
DAY = dt.date(2026, 6, 5)
MOMENT = dt.datetime(2026, 6, 5, 12, 30)  # noqa: DTZ001  moments of a spec have no zone

RESULTS: dict[str, Any] = {
    "size('Zoé')": 3,
    "size([1, 2])": 2,
    "[1, 2].size()": 2,
    "sum([1, 2])": 3,
    "sum([1, 0.5])": D("1.5"),
    "sum([days(1), days(2)])": dt.timedelta(3),
    "min([3, 1, 2])": 1,
    "max(1, 0.5)": D(1),
    "min('b', 'a')": "a",
    "has(day)": True,
    "date('2026-06-05')": DAY,
    "date('2026-06-' + '05')": DAY,
    "date(datetime('2026-06-05T12:30:00'))": DAY,
    "datetime('2026-06-05T12:30:00')": MOMENT,
    "datetime('2026-06-05T' + '12:30:00')": MOMENT,
    "days(3)": dt.timedelta(3),
    "hours(36)": dt.timedelta(1, 12 * 3600),
    "minutes(90) == hours(1) + minutes(30)": True,
    "datetime('2026-06-05T22:30:00') + hours(4)": dt.datetime(2026, 6, 6, 2, 30),  # noqa: DTZ001
    "(datetime('2026-06-05T12:30:00') - datetime('2026-06-05T08:00:00')) / hours(1)": D("4.5"),
    "minutes(-20) / hours(1) * 3 < 0": True,
    "addMonths(day, 8)": dt.date(2027, 2, 5),
    "addMonths(date('2026-01-31'), 1)": dt.date(2026, 2, 28),
    "addMonths(date('2024-03-31'), -1)": dt.date(2024, 2, 29),
    "addMonths(datetime('2026-06-05T12:30:00'), -6)": dt.datetime(2025, 12, 5, 12, 30),  # noqa: DTZ001
    "['b', 'a', 'b'].distinct()": ("b", "a"),
    "[3, 1, 3, 2].filter(x, x > 1).map(x, x * 2).distinct()": (6, 4),
    "['b', 'a'].join(', ')": "b, a",
    "[3, 1].map(x, text(x)).join('-')": "3-1",
    "[].map(x, text(x)).join('-')": "",
    "weekday(day)": "fri",
    "weekday(day - days(1))": "thu",
    "[weekday(day + days(3)), weekday(day + days(4)), weekday(day + days(5))]": ("mon", "tue", "wed"),
    "[weekday(day + days(1)), weekday(day + days(2))]": ("sat", "sun"),
    "year(day)": 2026,
    "month(day)": 6,
    "day(day)": 5,
    "int(-2.9)": -2,
    "int('-12')": -12,
    "int(7)": 7,
    "int(day - date('2026-06-01'))": 4,
    "decimal('0.10') == 0.1": True,
    "decimal(3)": D(3),
    "text(day)": "2026-06-05",
    "text(1e3)": "1000",
    "text(0.50)": "0.50",
    "text(-3)": "-3",
    "text(true)": "true",
    "text('x')": "x",
    "abs(-3)": 3,
    "abs(-0.5)": D("0.5"),
    "round(2.345, 2)": D("2.35"),
    "round(-2.345, 2)": D("-2.35"),
    "round(1250, -2)": D(1300),
    "'abc'.startsWith('ab')": True,
    "'abc'.startsWith('bc')": False,
    "'abc'.endsWith('bc')": True,
    "'abc'.endsWith('ab')": False,
    "'abc'.contains('b')": True,
    "'abc'.contains('x')": False,
    "'ÄbC'.lowerAscii()": "Äbc",
    "'äbC'.upperAscii()": "äBC",
    "' a '.trim()": "a",
    "7 / 2": D("3.5"),
    "1 / 3 * 3 < 1": True,
    "-7 % 3": -1,
    "7 % -3": 1,
    "-7.5 % 2": D("-1.5"),
    "[1, 2][1]": 2,
    "'a' + 'b'": "ab",
    "[1] + [2, 3]": (1, 2, 3),
    "day + days(30) > date('2026-06-30')": True,
    "day - days(5)": dt.date(2026, 5, 31),
    "day - date('2026-06-01') >= days(4)": True,
    "days(2) * 3 == days(6)": True,
    "-days(2) + days(2) == days(0)": True,
}


def _value(source: str) -> Any:
    return eval(emit(of(source)), {"values": values, "Decimal": Decimal, "dt": dt, "day": DAY, "s": "x", "i": 0})


@pytest.mark.parametrize("source", RESULTS)
def test_the_value_of(source: str) -> None:
    found = _value(source)
    assert found == RESULTS[source]
    assert type(found) is type(RESULTS[source])


UNDEFINED = (
    "1 / (i * 2)",
    "7 % i",
    "0.5 % i",
    "[1][1]",
    "[1][i - 1]",
    "min([])",
    "max([])",
    "int(s)",
    "int('1_0' + '')",
    "int('1.5' + '')",
    "decimal(s)",
    "decimal('NaN' + '')",
    "decimal('Infinity' + '')",
    "date(s)",
    "datetime(s)",
    "days(999999999999)",
    "hours(99999999999999)",
    "minutes(99999999999999999)",
    "days(1) / days(i)",
    "addMonths(day, 99999999)",
    "addMonths(day, -99999999)",
    "round(1.5, 99)",
)


@pytest.mark.parametrize("source", UNDEFINED)
def test_what_has_no_value_is_invalid(source: str) -> None:
    with pytest.raises(Invalid):
        _value(source)


def test_every_function_is_emitted_and_tried() -> None:
    assert set(CALLS) == set(FUNCTIONS)
    tried = " ".join(RESULTS)
    assert [name for name in FUNCTIONS if f"{name}(" not in tried] == []


LOOSE: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = [
    (values.member, ({"a": 1}, "a"), 1),
    (values.member, ([5, 6], 1), 6),
    (values.member, (DAY, "year"), 2026),
    (values.items, ([1],), [1]),
    (values.given, (0,), 0),
    (values.to_date, (DAY,), DAY),
    (values.to_date, (MOMENT,), DAY),
    (values.to_datetime, (MOMENT,), MOMENT),
    (values.to_int, (D("2.9"),), 2),
    (values.to_decimal, (2,), D(2)),
]


@pytest.mark.parametrize(("function", "args", "result"), LOOSE)
def test_values_of_unknown_type_are_taken_as_they_are(
    function: Callable[..., Any], args: tuple[Any, ...], result: Any
) -> None:
    assert function(*args) == result


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (values.member, ({"a": 1}, "b")),
        (values.member, (DAY, "_secret")),
        (values.member, (None, "a")),
        (values.items, ("text",)),
        (values.given, (None,)),
        (values.to_int, (True,)),
        (values.to_decimal, (None,)),
        (values.to_date, (7,)),
    ],
)
def test_values_of_unknown_type_that_do_not_fit_are_invalid(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    with pytest.raises(Invalid):
        function(*args)
