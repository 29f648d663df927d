"""Relationships, runs, contexts, questions, and what two clones changed apart."""

from __future__ import annotations

import random
from typing import Any

import pytest

from factory_git.core.errors import Conflict, InvalidInput, NotFound, UsageError
from factory_git.knowledge.change import Change, Stamp, create, follow
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, External, Use
from factory_git.knowledge.query import Query
from factory_git.knowledge.repository import Knowledge
from factory_git.knowledge.runs import NEXT
from factory_git.knowledge.steps import RESOLVE
from tests.knowledge.conftest import Place


def filled(knowledge: Knowledge) -> dict[str, str]:
    """Artifacts a, b and c; a cites b, c is made from b."""
    ids: dict[str, str] = {
        name: knowledge.artifacts.add("notes", name, f"this is {name}".encode(), metadata={"of": {"name": name}})
        for name in "abc"
    }
    ids["cites"] = knowledge.links.add("notes/a", "notes/b", "cites", metadata={"page": 7})
    ids["made"] = knowledge.links.add(ids["c"], ids["b"], "made-from")
    return ids


def test_a_deletion_is_refused_with_the_relationships_or_takes_them_along(knowledge: Knowledge) -> None:
    ids = filled(knowledge)
    before = len(knowledge.changes())
    with pytest.raises(InvalidInput) as refused:
        knowledge.artifacts.delete("notes/b")
    assert sorted(str(one.message).partition(": ")[2] for one in refused.value.problems) == [
        "a cites b",
        "c made-from b",
    ]
    assert len(knowledge.changes()) == before
    knowledge.artifacts.delete("notes/b", cascade=True)
    assert knowledge.links.list() == []
    assert [one.name for one in knowledge.find(Query())] == ["a", "c"]
    kept: dict[str, str] = {one.id: one.kind for one in knowledge.changes()}
    assert {kept[ids["b"]], kept[ids["cites"]]} == {"artifact.add", "link.add"}, "what happened stays"
    assert list(kept.values()).count("link.delete") == 2


def test_both_ends_must_be_there(knowledge: Knowledge) -> None:
    a, b = (knowledge.artifacts.add("notes", name, b"") for name in "ab")
    for source, target in ((a, "f" * 40), ("notes/none", b), (a, knowledge.collections.get("notes").id)):
        with pytest.raises(NotFound):
            knowledge.links.add(source, target, "cites")
    id_ = knowledge.links.add(a, b, "cites")
    with pytest.raises(Conflict, match="there is this link"):
        knowledge.links.add(a, b, "cites")
    knowledge.links.delete(id_)
    assert knowledge.links.add(a, b, "cites") != id_
    knowledge.artifacts.delete(b, cascade=True)
    with pytest.raises(NotFound):
        knowledge.links.add(a, b, "cites")


def test_relationships_are_found_from_either_end(knowledge: Knowledge) -> None:
    ids = filled(knowledge)
    assert [one.id for one in knowledge.links.list(of="notes/b")] == [ids["cites"], ids["made"]]
    assert [one.id for one in knowledge.links.list(source="notes/a")] == [ids["cites"]]
    assert knowledge.links.list(source="notes/b") == []
    assert [one.id for one in knowledge.links.list(target=ids["b"], type="made-from")] == [ids["made"]]
    assert [one.name for one in knowledge.links.neighbours("notes/b")] == ["a", "c"]
    assert knowledge.links.get(ids["cites"]).metadata == {"page": 7}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (Query(), "abc"),
        (Query(collection="notes", name="[ab]"), "ab"),
        (Query(name="a*"), "a"),
        (Query(where={"of.name": "b"}), "b"),
        (Query(where={"/of/name": "b"}), "b"),
        (Query(where={"of": {"name": "c"}}), "c"),
        (Query(where={"of.name": None}), ""),
        (Query(text="this b"), "b"),
        (Query(text="is"), "abc"),
        (Query(text="isn"), ""),
        (Query(linked="notes/b"), "ac"),
        (Query(linked="notes/b", link="cites"), "a"),
        (Query(link="cites"), "ab"),
        (Query(name="a", where={"of.name": "b"}), ""),
    ],
)
def test_questions(knowledge: Knowledge, query: Query, names: str) -> None:
    filled(knowledge)
    assert "".join(one.name for one in knowledge.find(query)) == names


def test_questions_by_digest_and_exact_number(knowledge: Knowledge) -> None:
    for name, number in (("a", 1), ("b", 1.0)):
        knowledge.artifacts.add("notes", name, name.encode(), metadata={"n": number, "l": [0, {"x": None}]})
    content = knowledge.artifacts.get("notes/a").content
    for digest in (content.oid, content.sha256):
        assert [one.name for one in knowledge.find(Query(digest=digest))] == ["a"]
    assert [one.name for one in knowledge.find(Query(where={"n": 1}))] == ["a"]
    assert [one.name for one in knowledge.find(Query(where={"n": 1.0}))] == ["b"]
    assert len(knowledge.find(Query(where={"l.1.x": None}))) == 2, "null is there"
    assert knowledge.find(Query(where={"l.1.y": None})) == [], "absent is not"


def test_an_old_transaction_answers_as_it_did(place: Place, knowledge: Knowledge) -> None:
    ids = filled(knowledge)
    before = place.now()
    knowledge.artifacts.update("notes/a", b"new")
    knowledge.artifacts.rename("notes/b", "z")
    knowledge.artifacts.delete("notes/c", cascade=True)
    assert [one.name for one in knowledge.find(Query(), at=before)] == ["a", "b", "c"]
    assert [one.name for one in knowledge.find(Query())] == ["a", "z"]
    assert knowledge.artifacts.content("notes/a", at=before) == b"this is a"
    assert [one.name for one in knowledge.find(Query(text="this a"), at=before)] == ["a"]
    assert knowledge.find(Query(text="this a")) == []
    assert [one.id for one in knowledge.links.list(at=before)] == [ids["cites"], ids["made"]]
    with pytest.raises(NotFound):
        knowledge.find(Query(), at="9" * 40)


def test_a_run_survives_its_process_and_keeps_its_manifest(place: Place, knowledge: Knowledge) -> None:
    ids = filled(knowledge)
    run = knowledge.runs.start("weave", inputs=["notes/a"], metadata={"seed": 1.0}, state="pending")
    knowledge.artifacts.update("notes/a", b"changed since")
    place.open().runs.move(run, "running")
    place.open().runs.record(run, outputs=[ids["c"]], diagnostics=["slow", {"line": 7}])
    place.open().runs.move(run, "succeeded")
    found = place.open().runs.get(run[:10])
    assert (found.state, found.workflow, found.metadata) == ("succeeded", "weave", {"seed": 1.0})
    assert [(use.artifact, use.revision) for use in found.inputs] == [(ids["a"], ids["a"])], "the revision that it read"
    assert [use.artifact for use in found.outputs] == [ids["c"]]
    assert found.diagnostics == ("slow", {"line": 7})
    assert sorted(found.times) == ["pending", "running", "succeeded"]
    assert list(found.times.values()) == sorted(found.times.values())
    for name in "ac":
        assert [one.id for one in place.open().runs.list(artifact=f"notes/{name}")] == [run]
    assert place.open().runs.list(artifact="notes/b") == []
    assert [one.name for one in knowledge.find(Query(run=run))] == ["a", "c"]
    with pytest.raises(UsageError, match="its manifest is closed"):
        knowledge.runs.record(run, outputs=["notes/b"])


@pytest.mark.parametrize("state", list(NEXT))
def test_a_run_goes_only_where_a_transition_leads(place: Place, knowledge: Knowledge, state: str) -> None:
    ways = {"pending": [], "running": ["running"], "waiting": ["running", "waiting"]}
    way: list[str] = ways.get(state, ["running", state])
    for target in NEXT:
        run = knowledge.runs.start("weave", state="pending")
        for step in way:
            knowledge.runs.move(run, step)
        if target in NEXT[state]:
            knowledge.runs.move(run, target)
        else:
            with pytest.raises(UsageError, match=f"is {state} and cannot become {target}"):
                knowledge.runs.move(run, target)
        assert place.open().runs.get(run).state == (target if target in NEXT[state] else state)
    with pytest.raises(UsageError, match="does not start"):
        knowledge.runs.start("weave", state="failed")


def test_a_context_refers_to_what_is_there_and_to_what_is_outside(place: Place, knowledge: Knowledge) -> None:
    ids = filled(knowledge)
    run = knowledge.runs.start("weave")
    outside = External(uri="https://example.com/a?b", note="read on Monday")
    revision = knowledge.artifacts.update("notes/a", b"two")
    id_ = knowledge.contexts.create(
        "for Ada", artifacts=["notes/a", ids["b"]], links=[ids["cites"]], runs=[run], external=[outside], why="asked"
    )
    found = place.open().contexts.get(id_)
    assert [one.revision for one in found.artifacts] == [revision, ids["b"]]
    assert (found.links, found.runs, found.external) == ((ids["cites"],), (run,), (outside,))
    assert (found.why, found.by) == ("asked", "A U Thor <author@example.com>")
    assert [one.id for one in knowledge.contexts.list()] == [id_]
    knowledge.links.delete(ids["cites"])
    dangling: list[dict[str, Any]] = [
        {"artifacts": ["notes/none"]},
        {"artifacts": [ids["cites"]]},
        {"links": [ids["cites"]]},
        {"runs": ["f" * 40]},
        {"runs": [ids["a"]]},
    ]
    for refs in dangling:
        with pytest.raises(NotFound):
            knowledge.contexts.create("x", **refs)
    with pytest.raises(UsageError, match="is no URI"):
        knowledge.contexts.create("x", external=[External(uri="not a uri")])
    assert len(knowledge.contexts.list()) == 1


def test_a_revision_that_is_asked_for_by_its_id_is_the_one_taken(knowledge: Knowledge) -> None:
    first = knowledge.artifacts.add("notes", "a", b"one")
    second = knowledge.artifacts.update("notes/a", b"two")
    knowledge.artifacts.update("notes/a", b"three")
    run = knowledge.runs.start("weave", inputs=[second])
    assert knowledge.runs.get(run).inputs == (Use(artifact=first, revision=second),)


# -- apart: changes that two clones made, as they are after a sync; in one store they cannot come about --------------

ADA = Stamp(at="2026-03-01T12:00:00+00:00", by="Ada", token="1")
BEA = Stamp(at="2026-03-01T12:00:00+00:00", by="Bea", token="2")


def content(text: str) -> dict[str, Any]:
    from factory_git.knowledge.artifacts import describe
    from factory_git.knowledge.model import plain

    made: dict[str, Any] = plain(describe(text.encode()))
    return made


def base() -> tuple[Change, Change]:
    where = create("collection.add", {"name": "notes", "metadata": {}}, ADA, title="")
    data = {"collection": where.id, "name": "plan", "content": content("one"), "metadata": {}}
    return where, create("artifact.add", data, ADA, title="", refs=[where.id])


def update(one: Change, text: str, stamp: Stamp) -> Change:
    data = {"content": content(text), "old": content("one")}
    return follow("artifact.update", one.subject, [one.id], data, stamp, title="")


def test_two_successors_of_one_revision_are_a_clash_until_it_is_decided() -> None:
    where, one = base()
    ours, theirs = update(one, "ours", ADA), update(one, "theirs", BEA)
    state = State([where, one, ours, theirs])
    assert [clash.kind for clash in state.clashes()] == ["heads"]
    assert set(state.clashes()[0].ids) == {one.id, ours.id, theirs.id}
    decided = follow(RESOLVE, one.id, [ours.id, theirs.id], {"keep": theirs.id}, ADA, title="")
    state.take([decided])
    assert state.clashes() == []
    found = state.thing(one.id)
    assert isinstance(found, Artifact)
    assert found.content.oid == content("theirs")["oid"]
    assert found.heads == (decided.id,)


def test_what_was_deleted_here_and_changed_there_stands() -> None:
    where, one = base()
    gone = follow("artifact.delete", one.id, [one.id], {"links": []}, ADA, title="")
    sides = set()
    for text in map(str, range(12)):  # ids on either side of the other's
        theirs = update(one, text, BEA)
        sides.add(theirs.id < gone.id)
        state = State([where, one, gone, theirs])
        assert [thing.name for thing in state.all(Artifact)] == ["plan"]
        assert [clash.kind for clash in state.clashes()] == ["heads"]
    assert sides == {True, False}


def test_names_ends_and_collections_that_clash_after_a_sync_are_told() -> None:
    where, one = base()
    twin = create("artifact.add", {**one.data, "content": content("two")}, BEA, title="", refs=[where.id])
    assert [clash.kind for clash in State([where, one, twin]).clashes()] == ["name"]
    gone = follow("artifact.delete", one.id, [one.id], {"links": []}, ADA, title="")
    data = {"source": twin.id, "target": one.id, "type": "cites", "metadata": {}}
    link = create("link.add", data, BEA, title="", refs=[one.id, twin.id])
    assert [clash.kind for clash in State([where, one, twin, gone, link]).clashes()] == ["end"]
    closed = follow("collection.delete", where.id, [where.id], {}, ADA, title="")
    assert [clash.kind for clash in State([where, one, closed]).clashes()] == ["collection"]


def test_the_state_depends_on_the_changes_and_not_on_their_order(knowledge: Knowledge) -> None:
    filled(knowledge)
    knowledge.artifacts.update("notes/a", b"two")
    knowledge.runs.start("weave", inputs=["notes/a"])
    changes = knowledge.changes()
    whole = State(changes)
    for seed in range(5):
        random.Random(seed).shuffle(changes)
        turned = State(changes)
        assert turned.mark == whole.mark
        assert {id_: turned.thing(id_) for id_ in turned.known()} == {id_: whole.thing(id_) for id_ in whole.known()}
    assert State(changes[1:]).mark != whole.mark


def test_a_change_that_fits_nothing_is_left_out() -> None:
    where, one = base()
    strange = [
        follow("artifact.update", one.id, [where.id], update(one, "x", ADA).data, ADA, title=""),
        follow("collection.delete", one.id, [one.id], {}, ADA, title=""),
        follow(RESOLVE, one.id, [one.id], {"keep": where.id}, ADA, title=""),
        create("artifact.delete", {"links": []}, ADA, title=""),
    ]
    state = State([where, one, *strange])
    assert sorted(state.broken) == sorted(change.id for change in strange)
    assert [clash.kind for clash in state.clashes()] == ["broken"] * 4
    assert [thing.heads for thing in state.all(Artifact)] == [(one.id,)]
