"""Edits of a spec's text: the graph is the old one with the operation done, and what is not named stays as written."""

from __future__ import annotations

import difflib
import os
import random
import textwrap
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.core.errors import Conflict, NotFound
from factory_git.core.resources import folder
from factory_git.spec.edit import Insert, Move, Op, Remove, Rename, Set, Unset, apply
from factory_git.spec.split import split
from tests.spec.edits import comments, draw, expected, loaded, valid
from tests.spec.helpers import MINIMAL
from tests.spec.strategies import specs, written

SOAK = bool(os.environ.get("FACTORY_SOAK"))
HEAD = "app: {id: shop}\n"
TEMPLATES = sorted(folder("templates").glob("*/factory.yaml"))


def edited(text: str, *ops: Op) -> str:
    """``text`` below a head, edited; without the head."""
    files = {"factory.yaml": (HEAD + textwrap.dedent(text)).encode()}
    return apply(files, "", ops)["factory.yaml"].decode().removeprefix(HEAD)


def step(files: Mapping[str, bytes], rng: random.Random) -> tuple[Op, dict[str, bytes]]:
    """One random operation, done and held against the model."""
    before = loaded(files)
    while True:
        op = draw(before, rng)
        try:
            after = apply(files, "", [op])
        except Conflict as error:
            if error.code not in ("edit/exists", "edit/form"):  # a doubled id, an anchor
                raise
            continue
        if valid(after):  # a removal may leave references behind: the model needs a spec that loads
            expected(before, op, loaded(after))
            return op, after


@pytest.mark.parametrize("form", ["one", "split", "entities", "crlf"])
@pytest.mark.parametrize("source", [*TEMPLATES, MINIMAL], ids=lambda p: p.parent.name)
def test_random_operations_do_what_they_name_and_nothing_else(source: object, form: str) -> None:
    content = source.read_bytes()  # type: ignore[attr-defined]
    files = {"factory.yaml": content}
    if form in ("split", "entities"):
        files = split(content, "factory.yaml", entities=form == "entities")
    elif form == "crlf":
        files = {"factory.yaml": content.replace(b"\n", b"\r\n")}
    rng = random.Random(f"{source}{form}")
    for _ in range(40 if SOAK else 3):
        _, files = step(files, rng)
    if form == "crlf":
        assert files["factory.yaml"].count(b"\n") == files["factory.yaml"].count(b"\r\n")


@settings(max_examples=1500 if SOAK else 60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(0, 10**6))
def test_whatever_the_style_comments_stay_and_other_lines_are_the_same_bytes(data: st.DataObject, seed: int) -> None:
    files = {"factory.yaml": data.draw(data.draw(specs().map(written))).encode()}
    if not valid(files):
        return
    op, after = step(files, random.Random(seed))
    old, new = files["factory.yaml"].decode(), after["factory.yaml"].decode()
    gone, come = Counter(comments(old)) - Counter(comments(new)), Counter(comments(new)) - Counter(comments(old))
    if not isinstance(op, Remove | Unset):
        assert not gone, (op, gone)
    if not (isinstance(op, Insert | Set) and "#" in repr(op)):
        assert not come
    changed = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line.startswith("- ")]
    if isinstance(op, Insert | Set | Rename):
        assert len([line for line in changed if line[2:].strip()]) <= 2 + _short_form(old), (op, changed)


def _short_form(text: str) -> int:
    """Lines that move when a layer in its short form gets a second key."""
    return max((len(text.splitlines()) for line in ("- ",) if line in text), default=0)


# -- forms -----------------------------------------------------------------------------------------------------------


def test_a_node_goes_where_it_is_told_and_looks_like_its_neighbours() -> None:
    text = """\
    interface:
      panels:
        # what is urgent
        - {name: Triage, first: true}  # opens first

        # the rest
        - {name: Brief, note: short}
    """
    after = edited(text, Insert("interface.panels", {"name": "Map", "note": "of blocks"}, after="triage"))
    assert after == textwrap.dedent("""\
    interface:
      panels:
        # what is urgent
        - {name: Triage, first: true}  # opens first

        - {name: Map, note: of blocks}

        # the rest
        - {name: Brief, note: short}
    """)


def test_a_node_takes_its_comments_along_and_no_others() -> None:
    text = """\
    safety:
      # about all of them
      guardrails:
        - Keep one
        # about two
        # and more about it
        - name: Keep two  # beside it
          # within it
          note: x
            # below it
        # about three
        - Keep three
      # at the end
    """
    assert edited(text, Remove("safety.guardrails.keep_two")) == textwrap.dedent("""\
    safety:
      # about all of them
      guardrails:
        - Keep one
        # about three
        - Keep three
      # at the end
    """)


def test_short_forms_are_written_out_when_something_is_to_be_said() -> None:
    text = """\
    safety: [Never oversell]  # one rule
    terms:
      open: Order.all(o, o.qty > 0)
    evidence_policy:
      sources: ["gov data", field notes]
    """
    after = edited(
        text,
        Set("terms.open", "note", "n"),
        Set("evidence_policy.sources.gov_data", "note", "weekly"),
        Insert("safety.disclaimers", "No advice"),
    )
    assert after == textwrap.dedent("""\
    safety:
      guardrails: [Never oversell]  # one rule
      disclaimers: [No advice]
    terms:
      open:
        note: n
        is: Order.all(o, o.qty > 0)
    evidence_policy:
      sources: [{name: "gov data", note: weekly}, field notes]
    """)


def test_what_is_missing_is_made_in_the_order_of_the_language() -> None:
    after = edited(
        "safety:\n  guardrails:\n    - A\n",
        Insert("data_contracts.entities", "Crate"),
        Set("deployment", "cadence", "daily"),
    )
    found = [line.partition(":")[0] for line in after.splitlines() if line[:1].strip()]
    assert found == ["data_contracts", "safety", "deployment"]


def test_a_list_left_empty_goes_and_the_layer_with_it() -> None:
    text = "interface:\n  panels: [A]\n  roles:\n    - B\nsafety: [C]\n"
    assert edited(text, Remove("interface.roles.b")) == "interface:\n  panels: [A]\nsafety: [C]\n"
    assert edited(text, Remove("safety.guardrails.c")) == "interface:\n  panels: [A]\n  roles:\n    - B\n"


def test_a_split_spec_is_edited_in_the_file_where_it_belongs() -> None:
    files = {
        "x/spec/app.yaml": b"factory: 1\napp: {id: shop}\n",
        "x/spec/data_contracts/crate.yaml": b"name: Crate\n",
        "x/spec/data_contracts/lot.yaml": b"name: Lot\n",
    }
    after = apply(files, "x", [Insert("safety.guardrails", "A"), Insert("data_contracts.entities", "Truck load")])
    assert after["x/spec/safety.yaml"] == b"safety:\n  guardrails: [A]\n"
    assert after["x/spec/data_contracts/truck_load.yaml"] == b"name: Truck load\n"
    assert sorted(apply(after, "x", [Remove("data_contracts.entities.lot"), Remove("safety.guardrails.a")])) == [
        "x/spec/app.yaml",
        "x/spec/data_contracts/crate.yaml",
        "x/spec/data_contracts/truck_load.yaml",
    ]


def test_a_plain_list_is_changed_item_by_item() -> None:
    text = """\
    interface:
      panels:
        - name: A
          columns:
            # first
            - one
            # second
            - two  # beside
        - {name: B, columns: ['one', 'two']}
    """
    after = edited(
        text,
        Set("interface.panels.a", "columns", ["two", "three"]),
        Set("interface.panels.b", "columns", ["zero", "one", "two"]),
    )
    assert after == textwrap.dedent("""\
    interface:
      panels:
        - name: A
          columns:
            # second
            - two  # beside
            - three
        - {name: B, columns: ['zero', 'one', 'two']}
    """)


def test_steps_move_with_their_comments() -> None:
    text = """\
    workflows:
      pipelines:
        - name: P
          steps:
            # first
            - a
            # second
            - name: b
              note: x
            - c
    """
    after = edited(
        text, Move("workflows.pipelines.p.steps.a", after="b"), Move("workflows.pipelines.p.steps.c", before="b")
    )
    assert [line.strip() for line in after.splitlines()[4:]] == [
        "- c",
        "# second",
        "- name: b",
        "note: x",
        "# first",
        "- a",
    ]


def test_bytes_that_no_operation_names_stay_to_the_last() -> None:
    raw = b"\xef\xbb\xbfapp:   {id: shop}   \r\n\r\n\r\ninterface:\r\n    panels:\r\n    - 'A'\r\n    -   B   # b"
    after = apply({"f": raw}, "", [Insert("interface.panels", "C", after="a")])["f"]
    assert after == raw.replace(b"    -   B", b"    - C\r\n    -   B")
    assert apply({"f": raw}, "", [Insert("interface.panels", "C")])["f"] == raw + b"\r\n    - C\r\n"


# -- refused ---------------------------------------------------------------------------------------------------------

SHARED = """\
data_contracts:
  entities:
    - name: A
      fields: &own {id: text key, qty: {type: decimal}}
    - name: B
      fields: *own
"""


@pytest.mark.parametrize(
    ("op", "line"),
    [
        (Insert("data_contracts.entities.a.fields", "x"), 5),
        (Set("data_contracts.entities.b.fields.qty", "unit", "kg"), 7),
        (Remove("data_contracts.entities.a"), 4),
        (Unset("data_contracts.entities.a.fields.qty", "type"), 5),
    ],
)
def test_what_is_shared_by_an_anchor_is_refused_with_its_place(op: Op, line: int) -> None:
    with pytest.raises(Conflict) as caught:
        edited(SHARED, op)
    assert f"factory.yaml:{line}" in caught.value.message
    assert "then try again" in caught.value.hint


def test_what_stands_beside_shared_text_can_be_edited() -> None:
    assert "note: n" in edited(SHARED, Set("data_contracts.entities.b", "note", "n"))
    assert "&own" in edited(SHARED, Remove("data_contracts.entities.b"))


@pytest.mark.parametrize(
    ("op", "code"),
    [
        (Insert("interface.panels", "A"), "edit/exists"),
        (Rename("interface.panels.b", "A"), "edit/exists"),
        (Insert("interface.panels", {"note": "x"}), "edit/name"),
        (Set("interface.panels.a", "name", "x"), "edit/name"),
        (Insert("interface.panels", "C", after="nowhere"), "spec/unknown-path"),
        (Remove("interface.panels.c"), "spec/unknown-path"),
        (Unset("interface.panels.a", "note"), "spec/unknown-path"),
        (Set("interface.panels.c", "note", "x"), "spec/unknown-path"),
    ],
)
def test_what_cannot_be_is_refused(op: Op, code: str) -> None:
    with pytest.raises((Conflict, NotFound)) as caught:
        edited("interface:\n  panels: [A, B]\n", op)
    assert caught.value.code == code
