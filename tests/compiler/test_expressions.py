"""Emitted Python: what it looks like, that it means what the expression means, and that type checkers accept it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.compiler.python.expressions import WORLD, emit
from factory_git.spec.types import DECIMAL, INT, TEXT, Enum, ListOf, Optional, Type
from tests.compiler import application
from tests.expr.farm import SCOPE, of, spec
from tests.expr.generate import START, Maker, world
from tests.expr.interpreter import Interpreter, Undefined

SMALL = spec()
KINDS = ("bool", "int", "decimal", "text", "date")
CLASSES = {"bool": bool, "int": int, "decimal": Decimal, "text": str, "date": dt.date}
ROUNDS = 20 if os.environ.get("FACTORY_SOAK") else 1

EMITTED = {
    "i + j * 2": "i + j * 2",
    "(i + j) * 2": "(i + j) * 2",
    "i - (j - 1)": "i - (j - 1)",
    "b && (b && !b)": "b and b and not b",
    "b || b && b": "b or b and b",
    "(b || b) && b": "(b or b) and b",
    "!(i == j)": "i != j",
    "!(i in [1])": "i not in (1,)",
    "!(i < j)": "not i < j",
    "!b == b": "(not b) == b",
    "(i == j) == b": "(i == j) == b",
    "b == true": "b",
    "b != true": "not b",
    "-(i + 1)": "-(i + 1)",
    "crop.note < (i < j)": "crop.note < (i < j)",
    "- -i": "--i",
    "b ? i : b ? 1 : 2": "i if b else 1 if b else 2",
    "(b ? i : j) + 1": "(i if b else j) + 1",
    "b ? 1 : 0.5": 'Decimal(1) if b else Decimal("0.5")',
    "d / 4": "d / 4",
    "i / 4": "values.quotient(i, 4)",
    "d / i": "values.quotient(d, i)",
    "i % 4": "values.remainder(i, 4)",
    "plot.class == null": "plot.class_ is None",
    "has(plot.class) && plot.class > 1": "plot.class_ is not None and plot.class_ > 1",
    "crop.plot.owner.name": "world.get_owner(world.get_plot(crop.plot).owner).name",
    "crop.plot.deputy != null && crop.plot.deputy.name == s": (
        "world.get_plot(crop.plot).deputy is not None"
        " and world.get_owner(values.given(world.get_plot(crop.plot).deputy)).name == s"
    ),
    "Crop.all(c, c.fresh)": "all(c.fresh for c in world.crop)",
    "Crop.exists(l, l.fresh)": "any(crop.fresh for crop in world.crop)",
    "Crop.exists(l, l.plot == crop.plot)": "any(crop_2.plot == crop.plot for crop_2 in world.crop)",
    "Crop.exists(list, list.fresh)": "any(list_.fresh for list_ in world.crop)",
    "Crop.exists_one(c, c.fresh)": "sum(1 for c in world.crop if c.fresh) == 1",
    "Crop.filter(c, c.fresh).all(x, x.kilos > i)": "all(c.kilos > i for c in world.crop if c.fresh)",
    "Crop.filter(c, c.fresh).filter(x, b || x.kilos > 1).exists(z, z.kilos > 2)": (
        "any(c.kilos > 2 for c in world.crop if c.fresh and (b or c.kilos > 1))"
    ),
    "size(Crop)": "len(world.crop)",
    "size(Crop.filter(c, c.fresh)) == 0": "sum(1 for c in world.crop if c.fresh) == 0",
    "sum(Crop.map(c, c.kilos))": "sum(c.kilos for c in world.crop)",
    "sum(Crop.map(c, c.price))": "sum((c.price for c in world.crop), Decimal(0))",
    "sum(Crop.filter(c, c.fresh).map(c, c.price)) * 2": "sum((c.price for c in world.crop if c.fresh), Decimal(0)) * 2",
    "max(Crop.map(c, c.kilos))": "values.greatest(c.kilos for c in world.crop)",
    "s in Crop.map(c, c.plot)": "s in (c.plot for c in world.crop)",
    "crop.plot in ['p1', 'p2']": 'crop.plot in ("p1", "p2")',
    "Crop.map(c, c.kilos)[0]": "values.item(tuple(c.kilos for c in world.crop), 0)",
    "words + ['a']": '(*words, *("a",))',
    "Plot.all(p, Crop.exists(p, p.kilos > 1))": "all(any(p_2.kilos > 1 for p_2 in world.crop) for p in world.plot)",
    "Plot.map(p, Crop.filter(c, c.plot == p.id).map(c, c.kilos))": (
        "tuple(tuple(c.kilos for c in world.crop if c.plot == p.id) for p in world.plot)"
    ),
    'date("2026-06-05") + days(3)': "dt.date(2026, 6, 5) + values.days(3)",
    "weekday(day) == 'mon'": 'values.weekday(day) == "mon"',
    "crop.note.a.b": 'values.member(values.member(crop.note, "a"), "b")',
    "s.startsWith('a') && !s.contains('b')": 's.startswith("a") and not "b" in s',
    "(s + 'x').lowerAscii()": 'values.lower_ascii(s + "x")',
    "(s + 'x').trim()": '(s + "x").strip()',
    "'a\"b\\n'": "'a\"b\\n'",
    "worth(crop.plot) > 1": "worth(world, crop.plot) > 1",
    "late(run.date)": "late(world, run.date)",
    "1.50": 'Decimal("1.50")',
}


@pytest.mark.parametrize("source", EMITTED)
def test_the_source_is_plain(source: str) -> None:
    assert emit(of(source)) == EMITTED[source]


WANTED: list[tuple[str, Type, str]] = [
    ("i", DECIMAL, "Decimal(i)"),
    ("3", DECIMAL, "Decimal(3)"),
    ("b ? 1 : d", DECIMAL, "Decimal(1) if b else d"),
    ("'clay'", Enum(("clay", "sand")), '"clay"'),
    ("null", Optional(TEXT), "None"),
    ("Crop.map(c, c.plot)", ListOf(TEXT), "tuple(c.plot for c in world.crop)"),
    ("[]", ListOf(INT), "()"),
    ("[1, i]", ListOf(DECIMAL), "(Decimal(1), Decimal(i))"),
]


@pytest.mark.parametrize(("source", "expect", "code"), WANTED)
def test_a_value_is_made_what_its_place_wants(source: str, expect: Type, code: str) -> None:
    assert emit(of(source, expect)) == code


def test_names_stand_for_what_the_caller_says() -> None:
    typed = of("crop.kilos > i && Plot.all(p, p.id != crop.plot)")
    assert emit(typed, {"crop": "row", "i": "run.limit", WORLD: "w"}) == (
        "row.kilos > run.limit and all(p.id != row.plot for p in w.plot)"
    )
    assert emit(of("run.limit + 1"), {"run.limit": "limit"}) == "limit + 1"
    assert emit(of("late(day)"), {"term late": "terms.late"}) == "terms.late(world, day)"


def test_a_variable_never_hides_what_its_body_needs() -> None:
    typed = of("Plot.all(row, row.id != crop.plot)")
    assert emit(typed, {"crop": "row.it"}) == "all(row_2.id != row.it.plot for row_2 in world.plot)"
    assert emit(of("Crop.all(worth, worth(worth.plot) > 1)")) == (
        "all(worth(world, worth_2.plot) > 1 for worth_2 in world.crop)"
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small spec's application."""
    return application.write(SMALL, tmp_path_factory.mktemp("small"), "small_app")


def _emitted(home: Path, code: str, names: dict[str, Any]) -> Any:
    """The value of emitted source, or None where the application says there is none."""
    kit, terms = application.load(home, "kit"), application.load(home, "terms")
    known = {"Decimal": Decimal, "dt": dt, "values": application.load(home, "values"), "worth": terms.worth}
    try:
        return eval(code, {**known, **names})
    except (kit.Invalid, kit.Missing):
        return Undefined


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS))
@settings(max_examples=250 * ROUNDS, deadline=None, suppress_health_check=list(HealthCheck))
def test_emitted_code_means_what_the_interpreter_says(home: Path, seed: int, kind: str) -> None:
    random = Random(seed)
    source = Maker(random).of(kind)
    rows = world(random)
    typed = of(source)
    plain = {"i": random.randint(-3, 3), "d": Decimal("1.5"), "s": "p1", "b": True, "day": dt.date(2026, 6, 3)}
    chosen = {"plot": rows["Plot"][0], "crop": random.choice(rows["Crop"]) if rows["Crop"] else _fallow(rows)}
    try:
        expected = Interpreter(SMALL, rows).value(typed.node, {**plain, **chosen})
    except Undefined:
        expected = Undefined
    made = application.world(SMALL, home, rows)
    there = {k: application.world(SMALL, home, {v["@"]: [v]}) for k, v in chosen.items()}
    names = {"world": made, "plot": there["plot"].plot[0], "crop": there["crop"].crop[0], **plain}
    found = _emitted(home, emit(typed), names)
    assert found == expected, f"{source}\n{emit(typed)}"
    assert expected is Undefined or type(found) is CLASSES[kind], f"{source}\n{emit(typed)}"


def _fallow(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    plot = rows["Plot"][0]["id"]
    day = dt.date(2026, 6, 2)
    return {
        "@": "Crop", "plot": plot, "sown": day, "reaped": None, "kilos": 0, "price": Decimal(1), "fresh": True,
        "tags": (), "note": None, "seen": dt.datetime(2026, 6, 1),  # noqa: DTZ001
    }  # fmt: skip


ANNOTATIONS = {"int": "int", "decimal": "Decimal", "text": "str", "bool": "bool", "date": "dt.date"}


def test_emitted_code_passes_the_strict_type_checker(home: Path, tmp_path: Path) -> None:
    """One module with the table above and generated expressions, checked with ``mypy --strict``."""
    random = Random(7)
    generated = [(kind, of(Maker(random).of(kind))) for _ in range(60 * ROUNDS) for kind in KINDS]
    args = "world: World, run: Run, i: int, j: int, d: Decimal, s: str, b: bool, day: dt.date, plot: Plot, crop: Crop"
    lines = [
        "import datetime as dt",
        "from dataclasses import dataclass",
        "from decimal import Decimal",
        "from typing import Any",
        "from . import values",
        "from .model import Crop, Plot, World",
        "from .terms import late, worth",
        "@dataclass",
        "class Run:",
        "    date: dt.date",
        "    limit: int",
    ]
    for n, (kind, typed) in enumerate(generated):
        lines += [f"def g{n}({args}) -> {ANNOTATIONS[kind]}:", f"    return {emit(typed)}"]
    for n, source in enumerate(EMITTED):
        lines += [f"def t{n}({args}, words: tuple[str, ...]) -> Any:", f"    return {emit(of(source))}"]
    (home / "many.py").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(home)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=home.parent, check=False)
    (home / "many.py").unlink()
    shown = [
        f"{line}\n    {lines[int(line.split(':')[1]) - 1]}" for line in done.stdout.splitlines() if "many.py" in line
    ]
    assert done.returncode == 0, "\n".join(shown) or done.stdout + done.stderr


def test_scope_and_generator_agree() -> None:
    assert {name for name in START if name not in SCOPE.names} == set()
