"""Merges by nodes: pairs of random branches against a model, and the forms that a person meets."""

from __future__ import annotations

import os
import random
import subprocess
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from factory_git.core.errors import FactoryError, SpecError
from factory_git.core.resources import folder
from factory_git.spec.check import check
from factory_git.spec.edit import Insert, Move, Op, Remove, Rename, Set, apply
from factory_git.spec.edit.merge import Merge, MergeText, Unmergeable, merge
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.split import split
from tests.spec.edits import comments, draw, loaded, valid
from tests.spec.merges import differences, union

PAIRS = 1000 if os.environ.get("FACTORY_SOAK") else 60
FILE = "factory.yaml"
SMALL = b"""\
# the shop
factory: 1
app: {id: shop, title: Shop}

evidence_policy:
  # where we look
  sources:
    - gov data  # weekly
    - {name: lab, tier: high}
  trust_tiers: [high, low]

data_contracts:
  entities:
    # what is sold
    - name: Lot
      fields: {id: text key, qty: decimal}
    - name: Order
      fields:
        id: text key
        # how much
        qty: {type: decimal, min: 0}  # kg

workflows:
  pipelines:
    - name: Plan
      steps:
        # first
        - name: Pick
          gate: Lot
          keep: it.qty > 0
          note: n
        - Pack  # by hand
        - name: Send
          note: away

interface:
  panels: [Triage, Brief]

safety:
  - Never oversell
"""
STEPS = "workflows.pipelines.plan.steps"
ENTITIES = "data_contracts.entities"


def by_lines(place: Path) -> MergeText:
    """The merge by lines, through Git."""

    def call(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        names = [place / name for name in ("ours", "base", "theirs")]
        for name, content in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(content)
        done = subprocess.run(["git", "merge-file", "-p", "-q", *names], capture_output=True, check=False)
        return done.stdout, done.returncode == 0

    return call


def edited(content: bytes, *ops: Op) -> bytes:
    return apply({FILE: content}, "", ops)[FILE]


def merged(place: Path, ours: bytes, theirs: bytes, base: bytes = SMALL) -> Merge:
    return merge(FILE, base, ours, theirs, by_lines(place))


def grown(content: bytes, rng: random.Random, count: int) -> bytes:
    """``content`` after random operations that each leave it valid."""
    while count:
        try:
            after = edited(content, draw(loaded({FILE: content}), rng))
        except FactoryError:
            continue
        if valid({FILE: after}):
            content, count = after, count - 1
    return content


def errors(content: bytes) -> set[tuple[str, str]]:
    """What is wrong with a spec, expressions included."""
    try:
        found = check(load([Source(path=FILE, content=content)]))
    except SpecError as error:
        found = list(error.problems)
    return {(one.code, one.path) for one in found if one.severity == "error"}


# -- pairs of branches -----------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_no_pair_of_branches_loses_a_node_or_gains_one_or_is_merged_where_both_clash(tmp_path: Path) -> None:
    sources = [path.read_bytes() for path in folder("templates").glob("*/factory.yaml")]
    found: Counter[str] = Counter()
    for seed in range(PAIRS):
        rng = random.Random(seed)
        base = rng.choice(sources) if rng.random() < 0.1 else SMALL
        ours, theirs = (grown(base, rng, rng.choice((1, 2, 4, 8))) for _ in range(2))
        found[_judged(tmp_path, base, ours, theirs, seed)] += 1
    print(dict(found))
    assert found["clean"] > PAIRS // 3
    assert found["clash"] > PAIRS // 20
    assert found["false clash"] <= PAIRS // 100


def test_a_clash_beside_a_renamed_node_and_two_that_meet_in_one_place_are_shown(tmp_path: Path) -> None:
    seed = 379
    sources = [path.read_bytes() for path in folder("templates").glob("*/factory.yaml")]
    rng = random.Random(seed)
    base = rng.choice(sources) if rng.random() < 0.1 else SMALL
    ours, theirs = (grown(base, rng, rng.choice((1, 2, 4, 8))) for _ in range(2))
    assert _judged(tmp_path, base, ours, theirs, seed) == "clash"


def _judged(place: Path, base: bytes, ours: bytes, theirs: bytes, seed: int) -> str:
    here, there = merged(place, ours, theirs, base), merged(place, theirs, ours, base)
    assert here.clean == there.clean, seed
    graphs = [loaded({FILE: one}) for one in (base, ours, theirs)]
    wanted = union(*graphs)
    if here.broken:
        alone = errors(ours) | errors(theirs)
        assert errors(here.content) - alone, seed
        return "broken"
    if here.clashes:
        assert b"\n<<<<<<< ours" in here.content, seed
        return "clash" if wanted.conflicts else "false clash"
    assert not wanted.conflicts, (seed, wanted.conflicts)
    assert not errors(here.content) - errors(ours) - errors(theirs), seed
    both = loaded({FILE: here.content})
    assert not differences(wanted, both, graphs[0]), seed
    assert both.digest == loaded({FILE: there.content}).digest, seed
    return "clean"


# -- what is merged --------------------------------------------------------------------------------------------------


def test_nodes_of_both_sides_come_with_their_comments(tmp_path: Path) -> None:
    ours = SMALL.replace(b"    - {name: lab", b"    # ours\n    - weather  # daily\n    - {name: lab")
    theirs = SMALL.replace(b"tier: high}\n", b"tier: high}\n    # theirs\n    - name: soil\n      note: x  # deep\n")
    ours = ours.replace(b"# how much", b"# how much of it")
    theirs = theirs.replace(b"# what is sold", b"# what is sold here")
    done = merged(tmp_path, ours, theirs)
    assert done.clean
    said = comments(done.content.decode())
    for one in ("# ours", "# daily", "# theirs", "# deep", "# how much of it", "# what is sold here", "# kg"):
        assert said.count(one) == 1, one


def test_comments_and_layout_are_merged_where_nodes_clash_for_lines(tmp_path: Path) -> None:
    ours = edited(SMALL, Insert("evidence_policy.sources", "weather"), Set(f"{ENTITIES}.lot", "note", "a"))
    theirs = edited(SMALL, Insert("evidence_policy.sources", "soil"), Set(f"{ENTITIES}.order.fields.qty", "unit", "kg"))
    theirs = theirs.replace(b"# by hand", b"# by two hands").replace(
        b"panels: [Triage, Brief]", b"panels:\n  - Triage\n  - Brief"
    )
    done = merged(tmp_path, ours, theirs)
    assert done.clean
    assert b"- weather\n    - soil\n" in done.content
    assert b"# by two hands" in done.content
    assert b"panels:\n  - Triage\n  - Brief\n" in done.content
    assert not done.notes


def test_a_node_that_one_side_renamed_takes_what_the_other_changed(tmp_path: Path) -> None:
    ours = edited(SMALL, Rename(f"{ENTITIES}.order", "Purchase"))
    theirs = edited(
        SMALL,
        Insert(f"{ENTITIES}.order.fields", {"name": "day", "type": "date"}),
        Set(f"{ENTITIES}.order", "note", "n"),
    )
    for one, other in ((ours, theirs), (theirs, ours)):
        done = merged(tmp_path, one, other)
        assert done.clean
        node = loaded({FILE: done.content}).node(f"{ENTITIES}.purchase")
        assert (node.was, node.value["note"], node.ordered["fields"]) == ("order", "n", ("id", "qty", "day"))


def test_steps_that_one_side_moved_stay_moved(tmp_path: Path) -> None:
    ours = edited(SMALL, Move(f"{STEPS}.send", before="pick"))
    theirs = edited(SMALL, Set(f"{STEPS}.pack", "note", "twice"), Set(f"{STEPS}.send", "note", "by rail"))
    for one, other in ((ours, theirs), (theirs, ours)):
        graph = loaded({FILE: merged(tmp_path, one, other).content})
        assert graph.node("workflows.pipelines.plan").ordered["steps"] == ("send", "pick", "pack")
        assert graph.node(f"{STEPS}.send").value["note"] == "by rail"


def test_new_fields_in_one_place_go_by_their_ids_and_that_is_told(tmp_path: Path) -> None:
    ours = edited(SMALL, Insert(f"{ENTITIES}.lot.fields", {"name": "weight", "type": "decimal"}))
    theirs = edited(SMALL, Insert(f"{ENTITIES}.lot.fields", {"name": "colour", "type": "text"}))
    for one, other in ((ours, theirs), (theirs, ours)):
        done = merged(tmp_path, one, other)
        assert loaded({FILE: done.content}).node(f"{ENTITIES}.lot").ordered["fields"] == (
            "id",
            "qty",
            "colour",
            "weight",
        )
        assert any("colour, weight" in note for note in done.notes)


def test_parts_of_a_split_spec_and_entities_of_their_own_are_merged(tmp_path: Path) -> None:
    files = split(SMALL, FILE, entities=True)
    text = by_lines(tmp_path)
    path = "shop/spec/data_contracts/order.yaml"
    base = files["spec/data_contracts/order.yaml"]
    done = merge(path, base, base + b"note: a\n", base.replace(b"# kg", b"# kilos") + b"was: sale\n", text)
    assert done.clean
    assert b"note: a" in done.content
    assert b"was: sale" in done.content
    assert b"# kilos" in done.content
    base = files["spec/workflows.yaml"]
    ours, theirs = base.replace(b"note: n", b"note: m"), base.replace(b"note: away", b"note: gone")
    assert merge("shop/spec/workflows.yaml", base, ours, theirs, text).content == ours.replace(b"away", b"gone")


def test_a_file_that_both_sides_made_is_merged_as_far_as_it_agrees(tmp_path: Path) -> None:
    ours = edited(SMALL, Insert("evidence_policy.sources", "weather", before="lab"))
    theirs = edited(SMALL, Insert("evidence_policy.sources", "soil"))
    done = merged(tmp_path, ours, theirs, b"")
    assert done.clean
    assert [one for one in loaded({FILE: done.content}).nodes if "sources." in one] == [
        f"evidence_policy.sources.{name}" for name in ("gov_data", "weather", "lab", "soil")
    ]


# -- what is not -----------------------------------------------------------------------------------------------------


def gate(name: str) -> dict[str, str]:
    return {"name": name, "gate": "Lot", "keep": "it.qty > 1"}


def test_two_steps_in_one_place_are_a_question_of_order(tmp_path: Path) -> None:
    ours = edited(SMALL, Insert(STEPS, gate("Cold gate"), after="pick"), Insert("interface.roles", "packer"))
    theirs = edited(SMALL, Insert(STEPS, gate("Tax gate"), after="pick"), Insert("evidence_policy.sources", "soil"))
    done = merged(tmp_path, ours, theirs)
    assert [clash.path for clash in done.clashes] == [STEPS]
    assert "which comes first, cold_gate or tax_gate?" in done.clashes[0].what
    text = done.content.decode()
    start, end = text.index("<<<<<<<"), text.index("\n>>>>>>>")
    assert text[start:end] == textwrap.dedent(f"""\
        <<<<<<< ours: {STEPS}
                - name: Cold gate
                  gate: Lot
                  keep: it.qty > 1
        =======
                - name: Tax gate
                  gate: Lot
                  keep: it.qty > 1""")
    assert text.count("<<<<<<<") == 1
    assert "packer" in text
    assert "- soil" in text


CLASHES: dict[str, tuple[list[Op], list[Op], str]] = {
    "one attribute, two values": (
        [Set(f"{STEPS}.pick", "keep", "it.qty > 1")],
        [Set(f"{STEPS}.pick", "keep", "it.qty > 2")],
        f"{STEPS}.pick.keep",
    ),
    "changed and removed": ([Set(f"{STEPS}.send", "note", "x")], [Remove(f"{STEPS}.send")], f"{STEPS}.send"),
    "two names": (
        [Rename(f"{ENTITIES}.order", "Purchase")],
        [Rename(f"{ENTITIES}.order", "Sale")],
        f"{ENTITIES}.",
    ),
    "two new nodes of one id": (
        [Insert(ENTITIES, {"name": "Crate", "note": "a"})],
        [Insert(ENTITIES, {"name": "Crate", "note": "b"})],
        f"{ENTITIES}.crate",
    ),
    "two orders": ([Move(f"{STEPS}.send", before="pick")], [Move(f"{STEPS}.pick", after="pack")], STEPS),
}


@pytest.mark.parametrize("name", CLASHES)
def test_real_clashes_are_marked_in_their_own_lines(name: str, tmp_path: Path) -> None:
    left, right, path = CLASHES[name]
    ours, theirs = edited(SMALL, *left), edited(SMALL, *right)
    for one, other in ((ours, theirs), (theirs, ours)):
        done = merged(tmp_path, one, other)
        assert [clash.path.startswith(path) for clash in done.clashes] == [True]
        lines = done.content.decode().split("\n")
        marks = [n for n, line in enumerate(lines) if line[:7] in ("<" * 7, "=" * 7, ">" * 7)]
        assert path in lines[marks[0]]
        assert sum(b - a for a, _, b in zip(marks[::3], marks[1::3], marks[2::3], strict=True)) <= 20
        # Each side alone is what that side had.
        assert _side(lines, ours=True) == one.decode().split("\n")
        assert loaded({FILE: "\n".join(_side(lines, ours=False)).encode()}).digest == loaded({FILE: other}).digest


def test_something_put_between_what_the_other_moved_apart_is_shown_in_both_orders(tmp_path: Path) -> None:
    ours = edited(SMALL, Move(f"{STEPS}.pack", after="send"))
    theirs = edited(SMALL, Insert(STEPS, "Weigh", after="pack"))
    for one, other in ((ours, theirs), (theirs, ours)):
        done = merged(tmp_path, one, other)
        assert [clash.path for clash in done.clashes] == [STEPS]
        lines = done.content.decode().split("\n")
        both = [loaded({FILE: "\n".join(_side(lines, ours=side)).encode()}) for side in (True, False)]
        orders = [graph.node("workflows.pipelines.plan").ordered["steps"] for graph in both]
        assert [sorted(order) for order in orders] == [["pack", "pick", "send", "weigh"]] * 2
        assert orders[0] != orders[1]


def _side(lines: list[str], *, ours: bool) -> list[str]:
    out, where = [], "both"
    for line in lines:
        mark = {"<" * 7: "ours", "=" * 7: "theirs", ">" * 7: "both"}.get(line[:7])
        where = mark or where
        if mark is None and where in ("both", "ours" if ours else "theirs"):
            out.append(line)
    return out


def test_a_merge_that_does_not_hold_is_not_called_clean(tmp_path: Path) -> None:
    ours = edited(SMALL, Remove(f"{ENTITIES}.lot"), Remove(f"{STEPS}.pick"))
    theirs = edited(SMALL, Insert("interface.panels", {"name": "Lots", "shows": ["Lot"]}))
    done = merged(tmp_path, ours, theirs)
    assert not done.clean
    assert not done.clashes
    assert any("no entity 'Lot'" in problem for problem in done.broken)
    assert b"<<<<<<<" not in done.content


@pytest.mark.parametrize("broken", [b"app: [", b"app: {id: shop}\nwrong: 1\n", b"- a\n", b"\xff"])
def test_what_is_no_spec_is_no_matter_for_nodes(broken: bytes, tmp_path: Path) -> None:
    for base, ours, theirs in ((broken, SMALL, SMALL), (SMALL, broken, SMALL), (SMALL, SMALL, broken)):
        with pytest.raises(Unmergeable):
            merged(tmp_path, ours, theirs, base)
