"""fmt: one form, comments kept, nothing said differently; split and join: nothing lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.core import yaml
from factory_git.core.errors import SpecError
from factory_git.spec import graph
from factory_git.spec.format import formatted
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.split import join, split
from tests.spec.helpers import FARMER, MINIMAL
from tests.spec.strategies import specs, written


def fmt(text: str) -> str:
    return formatted(text.encode(), "f.yaml").decode()


def digest(content: bytes) -> str:
    return graph.build(load([Source(path="factory.yaml", content=content)])).digest


def comments(text: str) -> list[str]:
    return sorted(found.rstrip() for found in re.findall(r"#.*", text))


UGLY = """\
# the header

# about data
data_contracts:
    # all
    entities:
    # first
    -   name: A   \n\
        fields:
            a: text key   # the key


            b:
                  type: decimal
                  min: 0
    # second
    -   {name: B, fields: {a: text,
              b: ref A}}
    - name: C
      fields:
      - x
      # tail of fields
      - y
    # tail of entities

# app
app:
    id: shop
terms:
    t:
        args: {a: text}
        is: >-
            A.exists(x,
               x.a == a)
    u: |
          1 == 1


identity:
      purpose:
            "some text
            more text"
      beneficiaries: [A,
        B]
"""

NEAT = """\
# the header

factory: 1
# app
app:
  id: shop

identity:
  purpose:
    "some text
    more text"
  beneficiaries: [A,
    B]

terms:
  t:
    args: {a: text}
    is: >-
        A.exists(x,
           x.a == a)
  u: |
        1 == 1

# about data
data_contracts:
  # all
  entities:
    # first
    - name: A
      fields:
        a: text key   # the key

        b:
          type: decimal
          min: 0
    # second
    - {name: B, fields: {a: text,
              b: ref A}}
    - name: C
      fields:
        - x
        # tail of fields
        - y
    # tail of entities
"""


def test_the_canonical_form() -> None:
    assert fmt(UGLY) == NEAT
    assert fmt(NEAT) == NEAT


def test_specs_that_are_neat_are_left_alone() -> None:
    assert fmt(FARMER.read_text()) == FARMER.read_text()
    assert fmt(MINIMAL.read_text()) == "factory: 1\n" + MINIMAL.read_text()


def test_marks_line_ends_and_space_at_the_end_go() -> None:
    assert fmt("\ufefffactory: 1\r\napp: x  \r\n\r\n\r\nidentity: y\r\n\r\n") == "factory: 1\napp: x\n\nidentity: y\n"
    assert fmt("factory: 1\napp: x") == "factory: 1\napp: x\n"


@pytest.mark.parametrize(
    "text",
    [
        "factory: 1\napp: x\nx-a: |+\n  text\n\n\n\nx-b: 1\n",
        "factory: 1\napp: x\nx-a: |\n  # not a comment\n    deeper  \n\n\n  and on\n",
        "factory: 1\nx-a: &a [1]\napp: x\nx-b: *a\n",
        "factory: 1\napp: x\nx-a: 'quoted\n\n\n  over lines   '\n",
        "factory: 1\napp: x\nx-a:\n  ? complex\n  : value\n",
        "factory: 1\napp: x\nx-a:\n  - - a\n    - b\n  -\n    c: d\n",
        "{factory: 1, app: x}\n",
        "factory: 1\napp: x\nx-a: |2\n    two more\n   one more\n",
        "- a\n- b\n",
        "",
        "# nothing but this\n",
    ],
)
def test_odd_forms_keep_their_meaning(text: str) -> None:
    once = fmt(text)
    assert yaml.same(yaml.parse(text.encode(), "f"), yaml.parse(once.encode(), "f"), ordered=False)
    assert fmt(once) == once
    assert comments(once) == comments(text)


def test_layers_move_only_where_anchors_allow_it() -> None:
    text = "factory: 1\napp: x\nacceptance:\n  - {name: A, note: &n text}\nidentity:\n  purpose: *n\n"
    assert fmt(text) == text


def test_broken_yaml_is_refused() -> None:
    with pytest.raises(SpecError):
        fmt("a: [\n")


@settings(max_examples=150, deadline=None)
@given(specs(), st.data())
def test_formatting_keeps_meaning_and_comments_and_is_final(data: dict[str, Any], draw: st.DataObject) -> None:
    text = draw.draw(written(data))
    once = fmt(text)
    assert digest(once.encode()) == digest(text.encode())
    assert comments(once) == comments(text)
    assert fmt(once) == once
    assert not re.search(r"[ \t]+$", once, re.MULTILINE)


@settings(max_examples=100, deadline=None)
@given(specs(), st.data())
def test_one_spec_has_one_indentation(data: dict[str, Any], draw: st.DataObject) -> None:
    once = fmt(draw.draw(written(data)))
    for line in once.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            assert (len(line) - len(line.lstrip(" "))) % 2 == 0, once


@pytest.mark.parametrize("entities", [False, True])
@pytest.mark.parametrize("text", [FARMER.read_text(), MINIMAL.read_text(), UGLY, NEAT])
def test_split_then_join_loses_nothing(text: str, entities: bool) -> None:
    if entities and text == MINIMAL.read_text():
        text = text.replace("    - Buyer\n", "    - Buyer  # in words\n")
    parts = split(text.encode(), "factory.yaml", entities=entities)
    assert "spec/app.yaml" in parts
    assert len(parts) > 3
    folder = load([Source(path=p, content=c) for p, c in parts.items()])
    whole = load([Source(path="factory.yaml", content=text.encode())])
    assert graph.build(folder).digest == graph.build(whole).digest
    joined = join({p.removeprefix("spec/"): c for p, c in parts.items()})
    assert digest(joined) == digest(text.encode())
    assert comments(joined.decode()) == comments(text)


def test_join_gives_back_the_neat_file_it_was_split_from() -> None:
    text = FARMER.read_text()
    parts = split(text.encode(), "factory.yaml")
    assert join({p.removeprefix("spec/"): c for p, c in parts.items()}).decode() == text


def test_layers_that_share_anchors_stay_together() -> None:
    text = "app: x\nx-rows: &rows [[id], [1]]\nidentity: &p y\ndesires: [*p]\nx-other: 1\nx-use: *rows\n"
    parts = split(text.encode(), "f")
    assert sorted(parts) == ["spec/app.yaml", "spec/desires.yaml"]
    assert parts["spec/desires.yaml"] == b"identity: &p y\ndesires: [*p]\n"


def test_entities_with_anchors_between_them_are_not_torn_apart() -> None:
    text = "app: x\ndata_contracts:\n  entities:\n    - {name: A, fields: &f [x]}\n    - {name: B, fields: *f}\n"
    with pytest.raises(SpecError) as caught:
        split(text.encode(), "f", entities=True)
    assert caught.value.hint == "split without --entities"
    split(text.encode(), "f")


@settings(max_examples=100, deadline=None)
@given(specs(), st.data(), st.booleans())
def test_any_spec_can_be_split_and_joined(data: dict[str, Any], draw: st.DataObject, entities: bool) -> None:
    text = draw.draw(written(data))
    try:
        parts = split(text.encode(), "factory.yaml", entities=entities)
    except SpecError as error:
        assert entities and error.code == "spec/split"  # noqa: PT017, PT018 (brackets have no lines to move)
        return
    joined = join({p.removeprefix("spec/"): c for p, c in parts.items()})
    assert digest(joined) == digest(text.encode())
    assert comments(joined.decode()) == comments(text)
