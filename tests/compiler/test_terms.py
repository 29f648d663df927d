"""``terms.py``: a function for each term, whatever its names are."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from factory_git.compiler.python import terms
from tests.compiler import application
from tests.expr.farm import farmer, spec

AWKWARD = """\
factory: 1
app: {id: awkward}
terms:
  class: {args: {world: text, class: int, list: list text}, is: 'list.exists(world, world == "a") && class > 1'}
  sum_of: {args: {Decimal: decimal, sum: decimal}, is: Decimal + sum}
  first: {args: {values: list decimal}, is: 'size(values) > 0 ? values[0] : 0'}
  kept: {args: {n: int}, is: 'World.filter(w, w.size > n).map(l, l.size)'}
data_contracts:
  entities:
    - {name: World, fields: {id: text key, size: int}}
"""


def test_a_term_reads_like_code_a_person_wrote() -> None:
    source = terms.emit(farmer())
    assert (
        "# gf: terms.reserved\n"
        "def reserved(world: World, contract_id: str) -> Decimal:\n"
        '    """``sum(Allocation.filter(a, a.contract_id == contract_id).map(a, a.qty))``."""\n'
        "    return sum(\n"
    ) in source


def test_the_same_spec_gives_the_same_bytes() -> None:
    assert terms.emit(farmer()) == terms.emit(farmer())


def test_terms_of_the_farmer_do_what_they_say(tmp_path: Path) -> None:
    home = application.write(farmer(), tmp_path, "farm_terms")
    made = application.load(home, "terms")
    spray = {"block_id": "b1", "product": "Neem", "date": dt.date(2026, 6, 5), "phi_days": 7}
    block = {"id": "b1", "crop": "herb", "cultivar": None, "sku": "s", "plant_count": 1, "kg_per_plant": Decimal(1)}
    world = application.world(farmer(), home, {"SprayEvent": [spray], "Block": [block]})
    locked = [made.phi_locked(world, "b1", dt.date(2026, 6, day)) for day in (4, 5, 11, 12)]
    assert locked == [False, True, True, False]
    assert made.phi_locked(world, "b2", dt.date(2026, 6, 6)) is False
    assert made.reserved(world, "c1") == Decimal(0)


def test_names_that_python_keeps_for_itself_are_no_trouble(tmp_path: Path) -> None:
    awkward = spec(AWKWARD)
    home = application.write(awkward, tmp_path, "awkward")
    made = application.load(home, "terms")
    world = application.world(awkward, home, {"World": [{"id": "w", "size": 3}]})
    assert made.class_(world, "x", 2, ("b", "a")) is True
    assert made.sum_of(world, Decimal(1), Decimal("0.5")) == Decimal("1.5")
    assert made.first(world, (Decimal(2),)) == Decimal(2)
    assert made.first(world, ()) == Decimal(0)
    assert made.kept(world, 2) == (3,)


def test_a_spec_without_terms_has_an_empty_module() -> None:
    source = terms.emit(spec("factory: 1\napp: {id: none}\n"))
    assert [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)] == []


@pytest.mark.parametrize("name", ["class", "sum_of"])
def test_each_function_is_tagged_with_its_node(name: str) -> None:
    assert f"# gf: terms.{name}\ndef " in terms.emit(spec(AWKWARD))
