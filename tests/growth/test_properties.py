"""What holds of any two specifications: drawn from edits of several ones (``FACTORY_SOAK=1``: many more)."""

from __future__ import annotations

import os
import random
from functools import cache

import pytest

from factory_git.growth.compare import compare
from factory_git.growth.mutation import Diff, Mutation
from factory_git.growth.table import RISKS, mirrors
from factory_git.spec.graph import ORDERED, UNORDERED, build
from factory_git.spec.model import Spec
from factory_git.spec.schema import SPEC
from factory_git.spec.shapes import Choice, Items, Many, MapOf, Record, Shape
from tests.benchmarks.spec import text as generated
from tests.growth.cases import base, spec
from tests.growth.generate import Editor, valid, written

SEEDS = range(3000 if os.environ.get("FACTORY_SOAK") else 36)
BASES = ("farmer", "immigration", "shop", "wares", "minimal", "rules", "bound", "strict", "people", "generated")
# What only a person can judge: a cadence or a span in words of one's own.
PROSE = frozenset(("cadence", "retention", "source"))


@cache
def start(name: str) -> Spec:
    """A specification to begin with."""
    return spec(generated(60) if name == "generated" else base(name))


def drawn(seed: int) -> tuple[Editor, Spec]:
    """A specification some edits away from one of the bases."""
    rng = random.Random(seed)
    editor, made = Editor(rng), start(BASES[seed % len(BASES)])
    for _ in range(rng.randint(0, 2)):
        made = editor.edited(made)
    return editor, made


def rank(diff: Diff) -> int:
    return RISKS.index(diff.risk)


def answered(one: Mutation, back: Diff) -> bool:
    """Whether the way back has what undoes ``one``, at the address where the node was."""
    return any(
        mirrors(one.id, other.id) and (other.was or other.path) in (one.path, one.was) for other in back.mutations
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_specification_does_not_differ_from_itself(seed: int) -> None:
    _, one = drawn(seed)
    assert not compare(one, one).mutations
    other = valid(written(shuffled(dict(one.raw), SPEC, random.Random(seed))))
    assert other is not None
    assert not compare(one, other).mutations
    assert build(one).digest == build(other).digest


@pytest.mark.parametrize("name", [b for b in BASES if b != "generated"])
def test_comments_quotes_and_layout_say_nothing(name: str) -> None:
    other = valid(written(dict(start(name).raw)))
    assert other is not None
    assert not compare(start(name), other).mutations


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_back_is_the_mirror(seed: int) -> None:
    editor, one = drawn(seed)
    other = editor.edited(one)
    there, back = compare(one, other), compare(other, one)
    assert [m.id for m in there.mutations if not answered(m, back)] == []
    assert [m.id for m in back.mutations if not answered(m, there)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_only_prose_is_unclassified(seed: int) -> None:
    editor, one = drawn(seed)
    there = compare(one, editor.edited(one))
    assert [m for m in there.mutations if m.id == "unclassified" and m.kind not in PROSE] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_two_commits_weigh_no_less_than_one(seed: int) -> None:
    """The worse of two parts is at least as grave as both in one, each part judged by its own base (R1).

    Two ways lead round that, and both are meant: what is renamed in each part was declared twice and cannot be told
    from a removal in one; and a field that every row needs may come in as one that may be empty, be filled, and then be
    required, each part with its own migration.
    """
    editor, one = drawn(seed)
    middle = editor.edited(one)
    editor.near = editor.rng.choice((editor.last, (editor.last[0], ""), ("", "")))
    other = editor.edited(middle)
    whole, first, second = compare(one, other), compare(one, middle), compare(middle, other)
    if not (renamed_twice(first, second) or expanded(first, second)):
        assert max(rank(first), rank(second)) >= rank(whole), (told(whole), told(first), told(second))


def renamed_twice(first: Diff, second: Diff) -> bool:
    """Whether a node got a third name."""
    return bool(
        {m.path for m in first.mutations if m.was or m.id == "label-changed"} & {m.was for m in second.mutations}
    )


def expanded(first: Diff, second: Diff) -> bool:
    """Whether a field came and was then required."""
    came = {m.path for m in first.mutations if m.id in ("field-added-optional", "field-added-default")}
    return bool(came & {m.path for m in second.mutations})


def told(diff: Diff) -> list[tuple[str, str, str]]:
    return [(m.id, m.path, m.risk) for m in diff.mutations]


def test_a_sketch_grows_into_the_farm() -> None:
    there = compare(start("minimal"), start("farmer"))
    assert 50 <= len(there.mutations) <= 80
    assert not [m for m in there.mutations if m.id == "unclassified"]
    back = compare(start("farmer"), start("minimal"))
    assert [m for m in back.mutations if m.risk == "forbidden"]
    assert not [m for m in back.mutations if m.id == "unclassified"]


def shuffled(data: object, shape: Shape, rng: random.Random, key: str = "") -> object:
    """The same said in another order, wherever order means nothing."""
    if isinstance(shape, Choice) and isinstance(data, dict):
        shape = next((record for tag, record in shape.tags.items() if tag in data), shape.default)
    if isinstance(shape, Record) and isinstance(data, dict):
        known = {k: shape.keys.get(k, shape.rest) for k in data}
        pairs = [(k, shuffled(v, s, rng, k) if (s := known[k]) is not None else v) for k, v in data.items()]
        return dict(rng.sample(pairs, len(pairs)))
    if isinstance(shape, MapOf) and isinstance(data, dict) and key != "args":  # terms are called by position
        return dict(rng.sample(list(data.items()), len(data)))
    if isinstance(shape, Items) and isinstance(data, list):
        items = [shuffled(item, shape.item, rng) for item in data]
        return items if key in ORDERED else rng.sample(items, len(items))
    if isinstance(shape, Many) and isinstance(data, list) and key in UNORDERED:
        return rng.sample(data, len(data))
    return data


@pytest.mark.parametrize("other", BASES)
@pytest.mark.parametrize("one", BASES)
def test_any_specification_becomes_any_other(one: str, other: str) -> None:
    there, back = compare(start(one), start(other)), compare(start(other), start(one))
    assert [m for m in there.mutations if m.id == "unclassified" and m.kind not in PROSE] == []
    assert [(m.id, m.path) for m in there.mutations if not answered(m, back)] == []
