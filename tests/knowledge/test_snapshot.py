"""Snapshots: everything comes back, the same bytes each time; what was tampered with or clashes is refused whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from factory_git.core.errors import IntegrityError, InvalidInput, UsageError
from factory_git.knowledge.fold import State
from factory_git.knowledge.repository import Knowledge
from factory_git.knowledge.snapshot import CHANGES, HEAD
from tests.knowledge.conftest import Place
from tests.knowledge.test_relations import filled


@pytest.fixture
def rich(knowledge: Knowledge) -> Knowledge:
    ids = filled(knowledge)
    knowledge.artifacts.update("notes/a", b"\0\xff two", metadata={"n": 1, "m": 1.0, "x": None})
    knowledge.artifacts.rename("notes/a", "Grüße")
    run = knowledge.runs.start("weave", inputs=["notes/b"])
    knowledge.runs.record(run, outputs=["notes/c"], diagnostics=[1.10])
    knowledge.runs.move(run, "failed")
    knowledge.contexts.create("x", artifacts=["notes/b"], runs=[run], links=[ids["cites"]])
    knowledge.artifacts.delete("notes/c", cascade=True)
    return knowledge


def things(knowledge: Knowledge) -> dict[str, object]:
    state = State(knowledge.changes())
    return {id_: state.thing(id_) for id_ in state.known()}


def test_a_snapshot_brings_everything_back_and_twice_changes_nothing(rich: Knowledge, other: Place) -> None:
    data = rich.export()
    assert rich.export() == data
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        frame = {(one.date_time, one.compress_type, one.create_system, one.external_attr) for one in file.infolist()}
    assert frame == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 3, 0o100644 << 16)}, "no time, no machine"
    brought = other.open().import_(data)
    assert (brought.changes, brought.known) == (len(rich.changes()), 0)
    there = other.open()
    assert things(there) == things(rich)
    assert there.artifacts.content("notes/Grüße") == b"\0\xff two"
    assert there.artifacts.history("notes/Grüße") == rich.artifacts.history("notes/Grüße")
    assert there.export() == data, "the same bytes, though it came in one transaction"
    before = other.now()
    assert there.import_(data).changes == 0
    assert other.now() == before


def test_a_later_snapshot_brings_what_is_new(rich: Knowledge, other: Place) -> None:
    other.open().import_(rich.export())
    rich.artifacts.update("notes/b", b"later")
    there = other.open()
    there.artifacts.add("notes", "own", b"")
    assert there.import_(rich.export()).changes == 1
    assert there.artifacts.content("notes/b") == b"later"


def test_a_snapshot_of_an_old_transaction(place: Place, rich: Knowledge, other: Place) -> None:
    before, data = place.now(), rich.export()
    rich.artifacts.update("notes/b", b"later")
    assert rich.export(at=before) == data != rich.export()


def test_names_that_clash_are_refused_before_anything_is_written(rich: Knowledge, other: Place) -> None:
    there = other.open()
    there.collections.add("notes")
    before = other.now()
    with pytest.raises(InvalidInput) as refused:
        there.import_(rich.export())
    assert "collection 'notes' is the name of" in refused.value.problems[0].message
    assert other.now() == before


def test_what_was_changed_here_and_there_is_refused(rich: Knowledge, other: Place) -> None:
    there = other.open()
    there.import_(rich.export())
    there.artifacts.update("notes/b", b"here")
    rich.artifacts.update("notes/b", b"there")
    before = other.now()
    with pytest.raises(InvalidInput, match="clashes") as refused:
        there.import_(rich.export())
    assert "'b' was changed apart" in refused.value.problems[0].message
    assert other.now() == before


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        files = {name: file.read(name) for name in file.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


def first_content(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("content/"))


def edit(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def swap_lines(files: dict[str, bytes]) -> None:
    lines = files[CHANGES].splitlines(keepends=True)
    files[CHANGES] = b"".join([lines[-1], *lines[:-1]])


def drop_line(files: dict[str, bytes]) -> None:
    files[CHANGES] = files[CHANGES].partition(b"\n")[2]


TAMPERED: list[tuple[Callable[[dict[str, bytes]], object], str]] = [
    (edit(CHANGES, b'"notes"', b'"nodes"'), r"snapshot, changes.jsonl"),
    (edit(CHANGES, b'"kind":', b'"kind": '), r"changes.jsonl:1: .*canonical"),
    (edit(CHANGES, b'"collection.add"', b'"collection.bad"'), r"changes.jsonl:1: .*required"),
    (swap_lines, r"changes.jsonl: it is not what was exported"),
    (drop_line, r"changes.jsonl: it is not what was exported"),
    (
        lambda files: files.update({first_content(files): files[first_content(files)][::-1]}),
        r"content/[0-9a-f]{40}: its bytes are not",
    ),
    (lambda files: files.pop(first_content(files)), r"content/[0-9a-f]{40}: it is missing"),
    (lambda files: files.update({"content/more": b""}), r"content/more: the snapshot does not name it"),
    (lambda files: files.pop(HEAD), r"snapshot.json: this is no snapshot"),
    (edit(HEAD, b"git-factory/knowledge", b"something"), r"snapshot.json: this is no snapshot"),
    (edit(HEAD, b'"sha256":"', b'"sha256":"0'), r"snapshot, "),
]


@pytest.mark.parametrize(("change", "place_named"), TAMPERED)
def test_a_tampered_snapshot_is_refused_with_the_place(
    rich: Knowledge, other: Place, change: Callable[[dict[str, bytes]], None], place_named: str
) -> None:
    data = rich.export()
    assert other.open(dry=True).import_(rewritten(data, lambda _: None)).changes, "packed anew is not tampered with"
    with pytest.raises(IntegrityError, match=place_named):
        other.open().import_(rewritten(data, change))
    assert other.open().changes() == []


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 half"])
def test_what_is_no_snapshot_is_refused(other: Place, data: bytes) -> None:
    with pytest.raises(IntegrityError, match="snapshot, the file"):
        other.open().import_(data)


def test_every_byte_counts(rich: Knowledge, other: Place) -> None:
    data = rich.export()
    there = other.open(dry=True)
    for place in range(0, len(data), max(1, len(data) // 60)):
        broken = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert there.import_(broken).changes == len(rich.changes()), "only the frame was touched"
        except (IntegrityError, InvalidInput):
            continue


def test_a_later_format_says_so(rich: Knowledge, other: Place) -> None:
    data = rewritten(rich.export(), edit(HEAD, b'"format":1', b'"format":2'))
    with pytest.raises(UsageError, match="has format 2; this program knows 1"):
        other.open().import_(data)
