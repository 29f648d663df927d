"""Well-typed expressions and worlds, made at random over the small spec of these tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

Env = Mapping[str, str]
"""Variables and their kinds: ``int decimal text bool date``, or an entity's name."""

START: Env = {"i": "int", "d": "decimal", "s": "text", "b": "bool", "day": "date", "plot": "Plot", "crop": "Crop"}

FIELDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Owner", "text"): ("id", "name"),
    ("Plot", "text"): ("id", "owner", "owner.name", "soil"),
    ("Plot", "decimal"): ("area",),
    ("Crop", "text"): ("plot", "plot.owner", "plot.owner.name", "plot.soil"),
    ("Crop", "int"): ("kilos",),
    ("Crop", "decimal"): ("price", "plot.area"),
    ("Crop", "bool"): ("fresh",),
    ("Crop", "date"): ("sown",),
}
NULLABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Owner", "text"): ("phone",),
    ("Plot", "int"): ("class",),
    ("Plot", "text"): ("deputy", "owner.phone"),
    ("Crop", "date"): ("reaped",),
    ("Crop", "int"): ("plot.class",),
}
ENTITIES = ("Owner", "Plot", "Crop")
VARIABLES = ("x", "y", "i", "l", "list", "class", "world", "values", "Decimal", "plot", "run", "worth")


class Maker:
    """Makes expressions of a wanted kind, at most ``depth`` deep."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def of(self, kind: str, env: Env = START, depth: int = 4) -> str:
        """The text of an expression of a kind."""
        makers: Mapping[str, tuple[Callable[[Env, int], str], ...]] = {
            "bool": (self.compare, self.logic, self.macro, self.inside, self.guarded, self.asked, self.negation),
            "int": (self.arithmetic, self.count, self.sum_int, self.whole, self.calendar),
            "decimal": (self.decimal_arithmetic, self.sum_decimal, self.quotient, self.worth, self.exact),
            "text": (self.joined, self.spelled, self.written),
            "date": (self.shifted,),
        }
        if depth <= 0 or self.random.random() < 0.2:
            return self.leaf(kind, env)
        if self.random.random() < 0.15:
            test, yes, no = (
                self.of("bool", env, depth - 1),
                self.of(kind, env, depth - 1),
                self.of(kind, env, depth - 1),
            )
            return f"({test} ? {yes} : {no})"
        return self.random.choice(makers[kind])(env, depth - 1)

    def leaf(self, kind: str, env: Env) -> str:
        found = [name for name, k in env.items() if k == kind]
        found += [f"{name}.{f}" for name, k in env.items() for f in FIELDS.get((k, kind), ())]
        literal = {
            "bool": ("true", "false"),
            "int": ("0", "1", "7", "(-2)"),
            "decimal": ("0.5", "2.25", "0.0", "1e2"),
            "text": ('"a"', "'clay'", '"o1"', '"Zoé"', '""'),
            "date": ('date("2026-06-05")', 'date("2026-01-31")'),
        }
        return self.random.choice([*found, *found, *literal[kind]])

    # bool

    def compare(self, env: Env, depth: int) -> str:
        kind = self.random.choice(["int", "decimal", "text", "date"])
        other = self.random.choice(["int", "decimal"]) if kind in ("int", "decimal") else kind
        op = self.random.choice(["==", "!=", "<", "<=", ">", ">="])
        return f"({self.compared(kind, env, depth)} {op} {self.compared(other, env, depth)})"

    def compared(self, kind: str, env: Env, depth: int) -> str:
        """An operand of a comparison: enum words have no order and only some words, so never bare."""
        made = self.of(kind, env, depth)
        return f'({made} + "")' if kind == "text" else made

    def logic(self, env: Env, depth: int) -> str:
        op = self.random.choice(["&&", "||", "==", "!="])
        return f"({self.of('bool', env, depth)} {op} {self.of('bool', env, depth)})"

    def negation(self, env: Env, depth: int) -> str:
        return f"!{self.of('bool', env, depth)}"

    def rows(self, env: Env, depth: int) -> tuple[str, str]:
        """A collection and its entity, now and then filtered."""
        entity = self.random.choice(ENTITIES)
        source = entity
        while depth > 0 and self.random.random() < 0.4:
            var, inner = self.variable(env, entity)
            source = f"{source}.filter({var}, {self.of('bool', inner, depth - 1)})"
        return source, entity

    def variable(self, env: Env, kind: str) -> tuple[str, Env]:
        var = self.random.choice(VARIABLES)
        return var, {**env, var: kind}

    def macro(self, env: Env, depth: int) -> str:
        source, entity = self.rows(env, depth)
        var, inner = self.variable(env, entity)
        word = self.random.choice(["all", "exists", "exists_one"])
        return f"{source}.{word}({var}, {self.of('bool', inner, depth)})"

    def inside(self, env: Env, depth: int) -> str:
        kind = self.random.choice(["int", "decimal", "date"])
        if self.random.random() < 0.5:
            items = ", ".join(self.of(kind, env, depth - 1) for _ in range(self.random.randint(0, 3)))
            return f"({self.of(kind, env, depth)} in [{items}])"
        return f"({self.of(kind, env, depth)} in {self.values(kind, env, depth)})"

    def values(self, kind: str, env: Env, depth: int) -> str:
        """A list of values of a kind, from rows."""
        source, entity = self.rows(env, depth)
        var, inner = self.variable(env, entity)
        return f"{source}.map({var}, {self.of(kind, inner, depth)})"

    def guarded(self, env: Env, depth: int) -> str:
        kind = self.random.choice(["int", "text", "date"])
        found = [f"{name}.{f}" for name, k in env.items() for f in NULLABLE.get((k, kind), ())]
        if not found:
            return self.leaf("bool", env)
        path = self.random.choice(found)
        other = self.of(kind, env, depth)
        used = f'({path} + "") <= ({other} + "")' if kind == "text" else f"{path} <= {other}"
        forms = (
            f"({path} != null && {used})",
            f"({path} == null || {used})",
            f"(has({path}) ? {used} : {self.of('bool', env, depth)})",
            f"({path} == null)",
            f"!has({path})",
        )
        return self.random.choice(forms)

    def asked(self, env: Env, depth: int) -> str:
        word = self.random.choice(["startsWith", "endsWith", "contains"])
        return f"{self.of('text', env, depth)}.{word}({self.of('text', env, depth)})"

    # numbers

    def arithmetic(self, env: Env, depth: int) -> str:
        op = self.random.choice(["+", "-", "*", "%"])
        # A literal zero behind % is refused by the checker.
        return f"({self.of('int', env, depth)} {op} ({self.of('int', env, depth)} + 0))"

    def count(self, env: Env, depth: int) -> str:
        return f"size({self.random.choice([self.rows(env, depth)[0], self.of('text', env, depth)])})"

    def sum_int(self, env: Env, depth: int) -> str:
        if self.random.random() < 0.3:
            guard = self.variable(env, "Plot")[0]
            return f"sum(Plot.filter({guard}, {guard}.class != null).map({guard}, {guard}.class))"
        return f"sum({self.values('int', env, depth)})"

    def whole(self, env: Env, depth: int) -> str:
        return self.random.choice([f"int({self.of('decimal', env, depth)})", f"abs({self.of('int', env, depth)})"])

    def calendar(self, env: Env, depth: int) -> str:
        word = self.random.choice(["year", "month", "day"])
        first, second = self.of("date", env, depth), self.of("date", env, depth)
        return self.random.choice([f"{word}({first})", f"int({first} - {second})"])

    def decimal_arithmetic(self, env: Env, depth: int) -> str:
        op = self.random.choice(["+", "-", "*"])
        left, right = self.of("decimal", env, depth), self.of(self.random.choice(["int", "decimal"]), env, depth)
        return self.random.choice([f"({left} {op} {right})", f"({right} {op} {left})", f"-{left}"])

    def sum_decimal(self, env: Env, depth: int) -> str:
        word = self.random.choice(["sum", "sum", "min", "max"])
        return f"{word}({self.values('decimal', env, depth)})"

    def quotient(self, env: Env, depth: int) -> str:
        left = self.of(self.random.choice(["int", "decimal"]), env, depth)
        right = self.random.choice(["2", "0.5", self.of("int", env, depth)])
        # A literal zero is refused by the checker.
        return f"({left} / ({right} + 0))"

    def worth(self, env: Env, depth: int) -> str:
        if env.get("worth"):
            return self.leaf("decimal", env)
        return f"worth({self.of('text', env, depth)})"

    def exact(self, env: Env, depth: int) -> str:
        first, second = self.of("decimal", env, depth), self.of("int", env, depth)
        return self.random.choice([f"decimal({second})", f"max({first}, {second})", f"min({second}, {first}, 3)"])

    # text, dates

    def joined(self, env: Env, depth: int) -> str:
        return f"({self.of('text', env, depth)} + {self.of('text', env, depth)})"

    def spelled(self, env: Env, depth: int) -> str:
        return f"{self.of('text', env, depth)}.{self.random.choice(['lowerAscii', 'upperAscii', 'trim'])}()"

    def written(self, env: Env, depth: int) -> str:
        return f"text({self.of(self.random.choice(['int', 'bool', 'date', 'text']), env, depth)})"

    def shifted(self, env: Env, depth: int) -> str:
        days = self.random.choice(["3", f"({self.of('int', env, 0)} % 50)"])
        return f"({self.of('date', env, depth)} {self.random.choice('+-')} days({days}))"


def world(random: Random) -> dict[str, list[dict[str, Any]]]:
    """Rows of each entity, as plain mappings; now and then a reference leads nowhere."""
    owners = [
        {"@": "Owner", "id": f"o{n}", "name": random.choice(["Ana", "Zoé", "a"]), "phone": random.choice([None, "12"])}
        for n in range(random.randint(1, 3))
    ]
    keys = [o["id"] for o in owners] + (["gone"] if random.random() < 0.1 else [])
    plots = [
        {
            "@": "Plot",
            "id": f"p{n}",
            "owner": random.choice(keys),
            "soil": random.choice(["clay", "sand", "loam"]),
            "area": random.choice([Decimal("0.5"), Decimal(3), Decimal(0)]),
            "class": random.choice([None, 0, 4]),
            "deputy": random.choice([None, *keys]),
        }
        for n in range(random.randint(1, 3))
    ]
    day = dt.date(2026, 6, 1)
    crops = [
        {
            "@": "Crop",
            "plot": random.choice(plots)["id"],
            "sown": day + dt.timedelta(random.randint(0, 9)),
            "reaped": random.choice([None, day]),
            "kilos": random.randint(-1, 5),
            "price": random.choice([Decimal("1.25"), Decimal(2)]),
            "fresh": random.random() < 0.5,
            "tags": random.choice([(), ("a", "b")]),
            "note": None,
            "seen": dt.datetime(2026, 6, 1, 12, 30),  # noqa: DTZ001  a moment of the spec has no zone
        }
        for n in range(random.randint(0, 4))
    ]
    return {"Owner": owners, "Plot": plots, "Crop": crops}
