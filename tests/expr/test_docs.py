"""The pages about expressions and skills say what is so: every example has the type it says, no function is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory_git.spec.expr.functions import FUNCTIONS
from factory_git.spec.skills import SKILLS, Kind
from tests.expr.farm import of

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "expressions.md").read_text()
EXAMPLES = [
    tuple(part.strip() for part in line.rsplit("//", 1))
    for block in re.findall(r"```cel\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize(("source", "kind"), EXAMPLES)
def test_an_example_has_the_type_it_says(source: str, kind: str) -> None:
    assert str(of(source).type) == kind


def test_every_function_is_described() -> None:
    assert [name for name in FUNCTIONS if not re.search(rf"\b{name}\b", PAGE)] == []


@pytest.mark.parametrize("skill", SKILLS)
def test_every_parameter_of_a_skill_is_described(skill: str) -> None:
    line = next(x for x in (DOCS / "skills.md").read_text().splitlines() if x.startswith(f"| `{skill}` "))
    shape = SKILLS[skill]
    for param in shape.params:
        name = param.name.split(".")[-1].removesuffix("[]")
        assert f"`{name}`" in line, param.name
        if param.kind is not Kind.GROUP and "." not in param.name:
            assert (f"`{name}`*" in line) == param.required, param.name
    for word in {w for p in shape.params for w in p.scope}:
        assert re.search(rf"`{word}[.`]", line), word
