"""The fold of changes made apart, a step at a time: what is known already changes nothing, what was decided is over."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from factory_git.knowledge import tags
from factory_git.knowledge.change import Change, create, follow
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Collection, Link
from factory_git.knowledge.packed import pack, unpack
from tests.knowledge.test_relations import ADA, BEA, base, content, update


def artifact(where: Change, name: str, text: str) -> Change:
    data = {"collection": where.id, "name": name, "content": content(text), "metadata": {}}
    return create("artifact.add", data, BEA, title="", refs=[where.id])


def step_by_step(changes: Sequence[Change]) -> State:
    state = State()
    for one in changes:
        state.take([one])
    return state


def test_what_is_known_already_changes_nothing() -> None:
    where, one = base()
    state = State([where, one])
    mark, before = state.mark, state.thing(one.id)
    state.take([one, where])
    assert (state.mark, state.thing(one.id)) == (mark, before)
    assert len(state.chain(one.id)) == 1
    state.take([])
    assert state.mark == mark
    assert State().empty


def test_a_name_is_clear_again_when_one_of_two_has_another() -> None:
    where, one = base()
    twin = artifact(where, "plan", "two")
    state = step_by_step([where, one, twin])
    assert [clash.kind for clash in state.clashes()] == ["name"]
    data = {"name": "scheme", "old": "plan", "collection": where.id}
    state.take([follow("artifact.rename", twin.id, [twin.id], data, BEA, title="")])
    assert state.clashes() == []
    assert [thing.id for thing in state.named(Artifact, "plan", where.id)] == [one.id]
    assert [thing.id for thing in state.named(Artifact, "scheme", where.id)] == [twin.id]


def test_of_three_newest_changes_each_is_known_as_it_was() -> None:
    where, one = base()
    sides = [update(one, text, ADA) for text in ("two", "three", "four")]
    state = step_by_step([where, one, *sides])
    assert state.heads_apart() == {one.id: tuple(sorted(side.id for side in sides))}
    for side, text in zip(sides, ("two", "three", "four"), strict=True):
        found = state.at(side.id)
        assert isinstance(found, Artifact)
        assert found.content.oid == content(text)["oid"]
    shown = state.thing(one.id)
    assert isinstance(shown, Artifact)
    assert shown.content == state.at(min(side.id for side in sides)).content  # type: ignore[union-attr]


def test_ends_that_were_never_there_are_told() -> None:
    where, one = base()
    data = {"source": one.id, "target": "1" * 40, "type": "cites", "metadata": {}}
    link = create("link.add", data, BEA, title="", refs=[one.id])
    state = State([where, one, link])
    assert [(clash.kind, clash.ids) for clash in state.clashes()] == [("end", (link.id, "1" * 40))]
    assert [thing.id for thing in state.touching(one.id, Link)] == [link.id]
    assert [thing.id for thing in state.touching(where.id, Artifact)] == [one.id]
    assert [thing.id for thing in state.all(Collection)] == [where.id]


def test_a_name_is_one_however_its_accents_are_composed() -> None:
    where, _ = base()
    apart, composed = (unicodedata.normalize(form, "Grüße") for form in ("NFD", "NFC"))
    assert apart != composed
    state = State([where, artifact(where, apart, "one"), artifact(where, composed, "two")])
    assert [clash.kind for clash in state.clashes()] == ["name"]


def test_metadata_is_tagged_by_place_and_kind_and_what_has_much_is_said_to() -> None:
    where, _ = base()
    thing = State([where, artifact(where, "a", "x")]).all(Artifact)
    some = next(iter(thing))
    from dataclasses import replace

    few = set(tags.tags_of(replace(some, metadata={"n": 1, "deep": {"list": ["1"]}})))
    assert {tags.at(["n"], 1), tags.at(["deep", "list", "0"], "1")} < few
    assert tags.at(["n"], "1") not in few, "a number is no text"
    assert tags.DEEP not in few
    many = list(tags.tags_of(replace(some, metadata={str(n): n for n in range(tags.MOST + 1)})))
    assert many[-1] == tags.DEEP
    gone = list(tags.tags_of(replace(some, deleted=True)))
    assert gone == [tags.GONE]
    assert unpack(pack(replace(some, metadata={}))) == replace(some, metadata={})


def test_a_name_is_clear_again_when_one_of_two_is_deleted() -> None:
    where, one = base()
    twin = artifact(where, "plan", "two")
    state = step_by_step([where, one, twin])
    state.take([follow("artifact.delete", twin.id, [twin.id], {"links": []}, BEA, title="")])
    assert state.clashes() == []
