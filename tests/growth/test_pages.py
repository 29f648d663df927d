"""Every kind of mutation has a page, and the example on it is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory_git.core import yaml
from factory_git.core.resources import folder
from factory_git.growth import pages
from factory_git.growth.compare import compare
from factory_git.growth.table import ROWS
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

# Layers that an example does not write. A plate everywhere: the place of a change says nothing about its risk then.
BASE = {
    "app": "app: {id: shop, title: Shop, version: 1.0.0, stage: mature}",
    "growth": 'growth: {plates: [{name: Everywhere, at: "**", max_risk: breaking}]}',
    "data_contracts": """\
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, price: decimal, stock: int}}
    - {name: Order, fields: {id: text key, item: ref Item, qty: int}}
    - {name: Sale, made: true, fields: {item: ref Item, qty: int}}
    - {name: Customer, fields: {id: text key, email: {type: text?, pii: contact}}}
    - {name: Warning, made: true, fields: {subject: text}}""",
}
UNSHOWN = {
    "entity-split", "entity-merged", "enum-value-renamed", "format-upgraded", "gate-unproven", "guardrail-unproven",
    "unclassified",
}  # fmt: skip
EXAMPLES = [id_ for id_ in ROWS if id_ not in UNSHOWN]


def spec(example: str, both: str) -> Spec:
    """The example with the base's layers that neither of its sides writes."""
    written = set(re.findall(r"^[ +-]?(\w+):", both, re.MULTILINE))
    text = "\n".join([*(layer for key, layer in BASE.items() if key not in written), example])
    made = load([Source(path="factory.yaml", content=text.encode())])
    wrong = [str(problem) for problem in check(made) if problem.severity == "error"]
    assert not wrong, wrong
    return made


@pytest.mark.parametrize("id_", EXAMPLES)
def test_the_example_is_what_the_page_is_about(id_: str) -> None:
    page = pages.page(id_)
    old, new = spec(page.before(), page.example), spec(page.after(), page.example)
    assert id_ in {one.id for one in compare(old, new).mutations}


@pytest.mark.parametrize("id_", ROWS)
def test_every_mutation_has_a_whole_page(id_: str) -> None:
    page = pages.page(id_)
    assert page.what.endswith("."), "no page: write one in growth/help"
    assert page.why.endswith(".")
    assert (page.example == "") == (id_ in UNSHOWN)
    assert page.markdown().startswith(f"# {id_}\n\n{page.what} ")
    assert "```" not in page.plain()


def test_no_page_is_of_a_mutation_that_is_not() -> None:
    files = folder("growth/help").glob("*.md")
    found = [id_ for file in files for id_ in re.findall(r"^## (\S+)$", file.read_text(), re.MULTILINE)]
    assert sorted(found) == sorted(ROWS)


def test_every_file_is_an_area() -> None:
    assert {file.stem for file in folder("growth/help").glob("*.md")} == set(pages.AREAS)
    assert all(pages.title(area) for area in pages.AREAS)


@pytest.mark.parametrize("id_", EXAMPLES)
def test_both_sides_of_an_example_are_yaml_and_differ(id_: str) -> None:
    page = pages.page(id_)
    sides = [page.before(), page.after()]
    assert sides[0] != sides[1]
    for side in sides:
        if side.strip():
            yaml.parse(side.encode(), id_)


@pytest.mark.parametrize(("id_", "words"), [("gate-removed", "two approvals"), ("panel-renamed", "no approval")])
def test_a_page_says_who_must_agree(id_: str, words: str) -> None:
    assert words in pages.page(id_).facts()["risk"]


def test_the_documentation_has_every_page() -> None:
    text = (Path(__file__).parents[2] / "docs" / "mutations.md").read_text()
    assert [id_ for id_ in ROWS if pages.page(id_).markdown("###") not in text] == []
    assert re.findall(r"^### (\S+)$", text, re.MULTILINE) == sorted(
        ROWS, key=lambda id_: pages.AREAS.index(pages.page(id_).area)
    )
