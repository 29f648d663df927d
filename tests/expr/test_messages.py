"""What the checker says about each kind of mistake, with line and column of the token (the text starts at 3:5)."""

from __future__ import annotations

import pytest

from factory_git.core.errors import SpecError
from factory_git.spec.types import BOOL, DATE, DECIMAL, INT, TEXT, Enum, ListOf, Optional, Ref, Type
from tests.expr.farm import SCOPE, of, refusal

MISTAKES = {
    # syntax
    "1 + + 2": "3:9 expected a value, found '+'",
    "i = j": "3:7 unexpected '='",
    "(i": "3:7 expected ')', found the end of the expression",
    "": "3:5 an expression is expected here, the text is empty",
    "'abc": "3:5 text that ' opens is never closed",
    '"a\\q"': "3:7 \\q is not an escape",
    "12ab": "3:5 '12ab' is not a number",
    "i j": "3:7 expected an operator or the end, found 'j'",
    "b ? 1": "3:10 expected ':' of the choice, found the end of the expression",
    "{'a': 1}": "3:5 maps are not part of the language",
    "words.all(1, true)": "3:15 the first argument of 'all' is a new name for each item",
    "words.all(w)": "3:11 'all' takes 2 arguments, found 1",
    # names
    "Plots": "3:5 unknown name 'Plots' (has: ",
    "worth": "3:5 'worth' is a term: call it",
    "crop.pric": "3:10 Crop has no field 'pric' (has: plot, sown, reaped, kilos, price, fresh, tags, note, seen);"
    " did you mean 'price'?",
    "crop.plot.ownr.name": "3:15 Plot has no field 'ownr'",
    "crops.price": "3:11 'crops' is a list: it has no field 'price'",
    "i.x": "3:7 'i' is of type int: it has no field 'x'",
    "run.dat": "3:9 run has no field 'dat' (has: date, limit); did you mean 'date'?",
    "wort('p')": "3:5 unknown function 'wort'",
    "today()": "3:5 unknown function 'today'",
    "s.matches('x')": "3:7 unknown function 'matches'",
    "worth()": "3:5 'worth' takes 1 argument, found 0",
    "worth(i)": "3:11 argument 'plot' of worth expects text, found int",
    "startsWith(s, 'x')": "3:5 'startsWith' is asked of a text",
    "words.sum()": "3:11 'sum' is called without a dot",
    "all(words, w, true)": "3:5 'all' is asked of a list",
    "Plot('p')": "3:5 'Plot' is an entity, no function",
    # types
    "b && i": "3:10 '&&' needs true or false, found int",
    "!s": "3:6 '!' needs true or false, found text",
    "-s": "3:5 '-' needs a number, found text",
    "s + i": "3:7 '+' cannot take text and int",
    "day + 1": "3:9 '+' cannot take date and int",
    "s == i": "3:7 '==' never holds between text and int",
    "day == '2026-01-01'": "3:9 '==' never holds between date and text",
    "crop == plot": "3:10 '==' never holds between Crop and Plot",
    "plot.owner == crop.plot": "3:16 '==' never holds between ref Owner and ref Plot",
    "s < i": "3:7 '<' cannot compare text with int",
    "b < b": "3:7 '<' cannot compare bool with bool",
    "plot.soil < 'sand'": "3:15 '<' cannot compare enum clay sand loam with text",
    "plot.soil == 'mud'": "3:18 'plot.soil' is never 'mud' (has: clay, sand, loam)",
    "plot.soil in ['sand', 'lam']": "3:27 'plot.soil' is never 'lam' (has: clay, sand, loam); did you mean 'loam'?",
    "s in s": "3:7 'in' needs a list, found text",
    "i in words": "3:7 'in' never holds between int and list text",
    "b ? 1 : 'x'": "3:7 the two sides of '?' are int and text",
    "b ? [1] : [0.5]": "3:7 the two sides of '?' are list int and list decimal",
    "[1] + [0.5]": "3:9 '+' cannot take list int and list decimal",
    "[1, 'x']": "3:9 a list of int cannot hold text",
    "words['a']": "3:11 a position in a list is an int, found text",
    "s[0]": "3:6 's' is of type text: only lists have positions",
    "i.all(x, true)": "3:7 'all' needs a list, 'i' is of type int",
    "crops.filter(c, c.kilos)": "3:21 'filter' needs true or false, found int",
    "sum(words)": "3:5 'sum' takes a list of numbers, found list text",
    "sum(i)": "3:9 'sum' takes list, found int",
    "days(d)": "3:10 'days' takes int, found decimal",
    "weekday(s)": "3:13 'weekday' takes date or datetime, found text",
    "date('2026-02-30')": "3:10 '2026-02-30' is not a date",
    "date('20260201')": "3:10 '20260201' is not a date",
    "i / 0": "3:9 division by zero",
    "d % 0.0": "3:9 division by zero",
    "min(i, s)": "3:12 'min' cannot compare int with text",
    "crops.map(c, null)": "3:18 'map' to null only",
    "has(1)": "3:9 'has' asks for a field",
    # null
    "plot.class > 3": "3:10 'plot.class' may be null: '>' needs a value",
    "plot.class + 3": "3:10 'plot.class' may be null: '+' needs a value",
    "plot.deputy.name": "3:10 'plot.deputy' may be null: it has no 'name' then",
    "sum(Plot.map(p, p.class))": "3:5 'sum' needs values, items of 'Plot.map(p, p.class)' may be null",
    "plot.class != null || plot.class > 3": "3:32 'plot.class' may be null: '>' needs a value",
    "plot.class == null && plot.class > 3": "3:32 'plot.class' may be null: '>' needs a value",
    "plot.class != null && Plot.all(plot, plot.class > 3)": "3:47 'plot.class' may be null: '>' needs a value",
    "(plot.class != null || b) && plot.class > 3": "3:39 'plot.class' may be null: '>' needs a value",
    "(plot.class == null && b) || plot.class > 3": "3:39 'plot.class' may be null: '>' needs a value",
    "Plot.filter(p, p.class > 1 || p.class != null)": "3:22 'p.class' may be null",
}


@pytest.mark.parametrize("source", MISTAKES)
def test_a_mistake_is_named_at_its_token(source: str) -> None:
    assert refusal(source).startswith(MISTAKES[source])


WRONG_TYPE: list[tuple[str, Type, str]] = [
    ("d", INT, "3:5 this expects int, found decimal"),
    ("s", DECIMAL, "3:5 this expects decimal, found text"),
    ("i", TEXT, "3:5 this expects text, found int"),
    ("s", DATE, "3:5 this expects date, found text"),
    ("i + 1", BOOL, "3:5 this expects bool, found int"),
    ("plot", Ref("Plot"), "3:5 this expects ref Plot, found Plot"),
    ("crop.plot", Ref("Owner"), "3:5 this expects ref Owner, found ref Plot"),
    ("plot.class", INT, "3:10 'plot.class' may be null: this expects int"),
    ("null", INT, "3:5 this expects int, found null"),
    ("'mud'", Enum(("clay", "sand")), "3:5 this is never 'mud' (has: clay, sand)"),
    ("b ? 'clay' : 'mud'", Enum(("clay", "sand")), "3:18 this is never 'mud' (has: clay, sand)"),
    ("plot.soil", Enum(("clay", "sand")), "3:5 this expects enum clay sand, found enum clay sand loam"),
    ("s", Enum(("clay", "sand")), "3:5 this expects enum clay sand, found text"),
    ("['a', 1]", ListOf(TEXT), "3:11 this expects text, found int"),
    ("words", ListOf(INT), "3:5 this expects list int, found list text"),
]


@pytest.mark.parametrize(("source", "expect", "message"), WRONG_TYPE)
def test_what_does_not_fit_is_named(source: str, expect: Type, message: str) -> None:
    assert refusal(source, expect) == message


HINTS = {
    "i = j": "equality is ==",
    "today()": "expressions have no clock: give the pipeline an argument of type date",
    "s.matches('x')": "there are no regular expressions: use startsWith, endsWith or contains",
    "worth": "write worth(plot)",
    "words.sum()": "write sum(words)",
    "day + 1": "days(1) is a duration",
    "s + i": "text(x) writes a value as text",
    "crop.pric": "did you mean 'price'?",
    "plot.class > 3": "guard it: plot.class != null && …, or plot.class != null ? plot.class : …",
    "crops.price": "crops.map(x, x.price) has that of each, crops.exists(x, …) asks for one",
}


@pytest.mark.parametrize("source", HINTS)
def test_a_message_names_the_way_out(source: str) -> None:
    with pytest.raises(SpecError) as caught:
        of(source)
    assert caught.value.problems[0].hint == HINTS[source]


def test_a_syntax_error_shows_the_line_with_a_caret() -> None:
    with pytest.raises(SpecError) as caught:
        of("i + * j")
    shown = str(caught.value.problems[0]).splitlines()
    assert shown[1] == "  hint: i + * j"
    assert shown[2] == "            ^"
    assert shown[1].index("*") == shown[2].index("^")


GUARDED = [
    "plot.class != null && plot.class > 3",
    "plot.class == null || plot.class > 3",
    "!(plot.class == null) && plot.class > 3",
    "has(plot.class) && plot.class > 3",
    "null != plot.class && b && plot.class > 3",
    "(plot.class == null || b) || plot.class > 3",
    "(plot.class != null ? plot.class : 0) > 3",
    "(plot.class == null ? 0 : plot.class) > 3",
    "plot.deputy != null && plot.deputy.phone != null && plot.deputy.phone.size() > 3",
    "sum(Plot.filter(p, p.class != null).map(q, q.class)) > 3",
    "Plot.filter(p, p.class != null && b).filter(q, q.class > 2).all(r, r.class > 2)",
    "plot.class == 3",
    "plot.class in [1, 2]",
    "plot.deputy == plot.owner",
]


@pytest.mark.parametrize("source", GUARDED)
def test_a_guarded_value_is_used_freely(source: str) -> None:
    assert of(source).type == BOOL


TYPES: dict[str, Type] = {
    "1": INT,
    "0.5": DECIMAL,
    "i + j": INT,
    "i + d": DECIMAL,
    "i / j": DECIMAL,
    "i % j": INT,
    "day - day": of("days(1)").type,
    "day + days(3)": DATE,
    "crop.plot": Ref("Plot"),
    "crop.plot.owner.name": TEXT,
    "plot.class": Optional(INT),
    "b ? plot.class : 1": Optional(INT),
    "b ? null : 1": Optional(INT),
    "b ? 1 : 0.5": DECIMAL,
    "Crop.map(c, c.price)": ListOf(DECIMAL),
    "sum(Crop.map(c, c.kilos))": INT,
    "[1, 0.5]": ListOf(DECIMAL),
    "words + ['a']": ListOf(TEXT),
    "worth('p')": DECIMAL,
    "late(day)": BOOL,
    "weekday(day) == 'mon'": BOOL,
    "plot.soil + s": TEXT,
    "size(Crop)": INT,
    "min(1, d)": DECIMAL,
    "crop.note + 1": of("crop.note").type,
}


@pytest.mark.parametrize("source", TYPES)
def test_the_type_of(source: str) -> None:
    assert of(source).type == TYPES[source]


def test_reads_are_the_entities_fields_and_terms_of_the_whole_tree() -> None:
    reads = of("late(day) && Crop.exists(c, c.plot.soil == 'clay')").reads
    start = "data_contracts.entities"
    assert reads == {
        "terms.late",
        f"{start}.crop",
        f"{start}.crop.fields.plot",
        f"{start}.plot",
        f"{start}.plot.fields.id",
        f"{start}.plot.fields.soil",
    }


def test_a_term_that_calls_itself_is_named_with_the_circle() -> None:
    from tests.expr.farm import SMALL, messages, spec

    looped = SMALL.replace(
        "terms:\n",
        "terms:\n  one: {args: {n: int}, is: two(n) + 1}\n  two: {args: {n: int}, is: three(n)}\n"
        "  three: {args: {n: int}, is: one(n - 1)}\n",
    )
    assert messages(spec(looped)) == ["terms call each other in a circle: one → two → three → one"]


def test_scopes_do_not_leak_between_expressions() -> None:
    assert "c" not in SCOPE.names
    assert of("Crop.all(c, c.fresh)").type == BOOL
    assert refusal("c.fresh").startswith("3:5 unknown name 'c'")
