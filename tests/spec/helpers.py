"""What the tests of the spec share."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from factory_git.core.errors import Problem, SpecError
from factory_git.core.resources import folder
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

FARMER = folder("templates") / "farmer" / "factory.yaml"
MINIMAL = Path(__file__).parent / "data" / "minimal.yaml"
HEAD = "factory: 1\napp: {id: shop}\n"


def spec(text: str, *, head: str = HEAD) -> Spec:
    """The spec that ``text`` holds below a head."""
    return load([Source(path="factory.yaml", content=(head + textwrap.dedent(text)).encode())])


def problems(text: str, *, head: str = HEAD) -> list[Problem]:
    """The problems of a spec that is not valid."""
    with pytest.raises(SpecError) as caught:
        spec(text, head=head)
    return list(caught.value.problems)


def problem(text: str, *, head: str = HEAD) -> Problem:
    """The one problem of a spec that is not valid."""
    found = problems(text, head=head)
    assert len(found) == 1, [str(p) for p in found]
    return found[0]


def at(one: Problem) -> tuple[int, int]:
    """Line and column of a problem; lines count from the first after the head."""
    assert one.place is not None
    return one.place.line - HEAD.count("\n"), one.place.column


def source(path: Path) -> Source:
    return Source(path="factory.yaml", content=path.read_bytes())
