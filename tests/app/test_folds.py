"""Folds that are kept: gone on with after whatever happened to the ledger or to the file, they are those made anew."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.app import claim, folds, memory, redact, state
from factory_git.app.context import Context, open_context
from factory_git.app.folds import Fold
from factory_git.app.knowledge import knowledge
from factory_git.core.errors import FactoryError
from factory_git.core.ids import RecordId
from factory_git.index import cells as file_cells
from factory_git.index.cells import FileCells
from factory_git.knowledge.query import Query as Asked
from factory_git.ledger import snapshots
from factory_git.ledger.cells import Cells, MemoryCells
from factory_git.ledger.projection import Query
from factory_git.ledger.reader import Reader
from factory_git.ledger.record import make
from tests.conftest import Git

SOAK = bool(os.environ.get("FACTORY_SOAK"))
REF = "refs/factory/ledger"


def everything(cells: Cells) -> dict[tuple[str, str], tuple[Any, list[int]]]:
    """Every cell with its tags, but for the count of what was read."""
    if isinstance(cells, MemoryCells):
        found = {
            (table, key): (value, sorted(file_cells._tag(table, tag) for tag in tags))
            for table, some in cells._tables.items()
            for key, (value, tags) in some.items()
        }
    else:
        assert isinstance(cells, FileCells)
        rows = cells._open().execute("SELECT tab, key, tags FROM cell").fetchall()
        found = {(table, key): (cells.get(table, key), sorted(file_cells._tags(tags))) for table, key, tags in rows}
        kept = sorted(cells._open().execute("SELECT tag, key FROM tag JOIN cell USING (n)").fetchall())
        assert kept == sorted((tag, key) for (_, key), (_, tags) in found.items() for tag in tags)
    return {place: cell for place, cell in found.items() if place[0] != folds.TALLY}


def anew(ctx: Context, fold: Fold) -> Cells:
    """A fold of all there is, made at once and in memory."""
    return folds.of(ctx.ledger, fold, Query(types=fold.types))


def check(ctx: Context) -> None:
    """What is kept is what is made anew, by this process or another."""
    for one in state.FOLDS:
        wanted = everything(anew(ctx, one))
        assert everything(ctx.folds.now(one)) == wanted, one.name
        assert everything(open_context(ctx.location.git_dir).folds.now(one)) == wanted, one.name


def begun(path: Path, git: Git) -> Context:
    git("init", "-q", cwd=path)
    git("config", "factory.fsync", "false", cwd=path)
    return open_context(path)


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    return open_context(repo)


def unite(here: Context, there: Context, git: Git) -> None:
    tip = there.ledger.tip
    if tip is not None:
        folder = here.location.common_dir
        git("fetch", "-q", str(there.location.common_dir), f"+{tip}:refs/factory-remotes/x/ledger", cwd=folder)
        here.ledger.unite(tip)


# -- what happens to the ledger --------------------------------------------------------------------------------------

DONE = (
    "add", "update", "rename", "delete", "link", "resolve", "collection", "remember", "revise", "forget", "claim",
    "release", "wish", "unite", "unite", "look", "rewind", "hostile",
)  # fmt: skip
HISTORIES = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DONE), st.integers(0, 3)), min_size=4, max_size=24)


def act(ctx: Context, what: str, turn: int, which: int) -> None:  # noqa: C901 (a table of deeds)
    store = knowledge(ctx)
    made = sorted(store._desk.state().known())
    one = made[which % len(made)] if made else ""
    other = made[(which + 1) % len(made)] if made else ""
    match what:
        case "collection":
            store.collections.add(f"c{which}")
        case "add":
            store.artifacts.add(f"c{which % 2}", f"a{which}", f"{turn}".encode(), metadata={"n": which, "m": 1.0})
        case "update":
            store.artifacts.update(one, f"again {turn}".encode())
        case "rename":
            store.artifacts.rename(one, f"r{turn % 3}")
        case "delete":
            store.artifacts.delete(one, cascade=bool(which % 2))
        case "link":
            store.links.add(one, other, "cites")
        case "resolve":
            clash = next(clash for clash in store.clashes() if clash.kind == "heads")
            store.artifacts.resolve(clash.ids[0], clash.ids[1 + which % 2])
        case "remember":
            memory.add(ctx, f"memory {which}", scope=("repository", "task:x")[which % 2], tags=["t"][: which % 2])
        case "revise":
            known = memory.listing(ctx)
            memory.add(ctx, f"memory {turn} revised", replace=known[which % len(known)].id)
        case "forget":
            known = memory.listing(ctx)
            memory.forget(ctx, known[which % len(known)].id, why=f"{turn}")
        case "claim":
            claim.take(ctx, [f"src/{which}"], task=f"T{which % 2}", ttl="4h")
        case "release":
            claim.release(ctx, task=f"T{which % 2}")
        case "wish":
            wish = {"app": "farm", "title": f"wish {turn}", "text": "w", "node": f"growth.desires.w{turn}", "open": []}
            wish |= {"by": "rules", "gaps": [], "spec_digest": "d", "understood": []}
            ctx.ledger.append([make("desire", wish)])
        case "hostile":
            with pytest.MonkeyPatch.context() as patch:  # another program, which checks nothing
                patch.setattr(type(ctx.ledger._types), "check", lambda *_: None)
                types: list[str] = ["change", "memory", "claim", "run", "promotion"]
                ctx.ledger.append([make(types[turn % 5], {"title": f"{turn}", "run": 5, "subject": ["x"]})])


@given(history=HISTORIES)
@settings(max_examples=300 if SOAK else 20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_two_clones_what_is_kept_is_what_is_made_anew(
    tmp_path_factory: pytest.TempPathFactory, git: Git, history: list[tuple[int, str, int]]
) -> None:
    sides = [begun(tmp_path_factory.mktemp(name), git) for name in ("one", "two")]
    for side in sides:
        act(side, "collection", 0, 0)
    for turn, (number, what, which) in enumerate(history):
        here, there = sides[number], sides[1 - number]
        if what == "unite":
            unite(here, there, git)
        elif what == "rewind":  # somebody else's hand on the ref
            folder = here.location.common_dir
            git("update-ref", REF, f"{REF}~{which}", cwd=folder, ok=False)
            (folder / "factory/acknowledged").unlink(missing_ok=True)
            sides[number] = open_context(folder.parent)
        elif what == "look":
            check(here)
        else:
            try:
                act(here, what, turn, which)
            except (FactoryError, StopIteration, ZeroDivisionError):
                continue
    check(sides[0])
    unite(sides[0], sides[1], git)
    unite(sides[1], sides[0], git)
    for one in sides:
        check(one)
    for fold in state.FOLDS:
        assert everything(sides[0].folds.now(fold)) == everything(sides[1].folds.now(fold))


def filled(ctx: Context, count: int = 3) -> Context:
    """Some of everything, a transaction each."""
    act(ctx, "collection", 0, 0)
    for turn in range(count):
        act(ctx, "add", turn, 2 * turn)
        act(ctx, "remember", turn, turn)
    act(ctx, "claim", 0, 0)
    return ctx


def looked(ctx: Context) -> dict[str, Any]:
    """What every fold says now."""
    return {fold.name: everything(ctx.folds.now(fold)) for fold in state.FOLDS}


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the records that were read from here on."""
    loaded: list[str] = []
    load = Reader._load

    def count(reader: Reader, id_: RecordId, **more: Any) -> Any:
        loaded.append(id_)
        return load(reader, id_, **more)

    monkeypatch.setattr(Reader, "_load", count)
    return loaded


def test_what_is_known_is_not_read_again(ctx: Context, loads: list[str]) -> None:
    looked(filled(ctx, 5))
    loads.clear()
    other = open_context(ctx.location.worktree)
    assert other.folds.now(memory.FOLD).keys("head")
    assert loads == []
    new = memory.add(ctx, "one more")
    loads.clear()
    looked(open_context(ctx.location.worktree))
    assert loads == [new]


def test_after_a_union_no_more_is_read_than_was_written_apart(
    ctx: Context, repo: Path, git: Git, tmp_path: Path, loads: list[str]
) -> None:
    """Whichever side comes first in the order: the other one's records are taken back, and come after it."""
    looked(filled(ctx, 10))
    both = git("rev-parse", REF, cwd=repo).strip()
    for name in ("one", "two"):
        git("clone", "-q", "--bare", str(repo), name, cwd=tmp_path)
        git("fetch", "-q", str(repo), f"{both}:{REF}", cwd=tmp_path / name)
    sides = [open_context(tmp_path / name) for name in ("one", "two")]
    apart: set[str] = set()
    for number, side in enumerate(sides):
        git("config", "factory.fsync", "false", cwd=side.location.git_dir)
        looked(side)
        apart |= {memory.add(side, f"{number} {turn}") for turn in range(4)}
        looked(side)
    unite(sides[0], sides[1], git)
    unite(sides[1], sides[0], git)
    for side in sides:
        loads.clear()
        looked(side)
        assert set(loads) <= apart
        check(side)


def test_a_fold_that_was_made_at_once_can_be_taken_back_a_little(
    ctx: Context, repo: Path, git: Git, loads: list[str]
) -> None:
    filled(ctx, 20)
    looked(ctx)
    git("update-ref", REF, f"{REF}~3", cwd=repo)
    (repo / ".git/factory/acknowledged").unlink()
    loads.clear()
    back = open_context(repo)
    looked(back)
    assert len(set(loads)) <= 2, "the place four transactions before the tip, and one of them again"
    check(back)


def test_only_so_many_steps_are_kept(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_cells, "STEPS", 5)
    monkeypatch.setattr(file_cells, "UNDO", 30)
    for turn in range(30):
        act(ctx, "remember", turn, turn)
        cells = ctx.folds.now(memory.FOLD)
        assert isinstance(cells, FileCells)
        undo = cells._open().execute("SELECT count(*) FROM undo").fetchone()[0]
        assert len(cells.steps()) <= 5
        assert undo <= 30 + 5, "some, and those of the last step"
    check(ctx)


# -- what happens to the file ----------------------------------------------------------------------------------------


def files(ctx: Context) -> list[Path]:
    return sorted(snapshots.folder(ctx.location, REF).glob("*.sqlite"))


def spoiled(path: Path, damage: str) -> None:
    """Damage that SQLite sees at once, or not at all."""
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    content = path.read_bytes()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "strange":
        path.write_bytes(b"nonsense" * 4096)
    elif damage == "a value":
        with sqlite3.connect(path) as db:
            db.execute("UPDATE cell SET value = replace(value, 'a', 'b')")
        db.close()
    elif damage == "a table":
        with sqlite3.connect(path) as db:
            db.execute("DROP TABLE cell")
        db.close()


@pytest.mark.parametrize("damage", ["empty", "cut", "strange", "a value", "a table", "gone"])
def test_what_is_damaged_is_made_anew(ctx: Context, damage: str) -> None:
    store = knowledge(filled(ctx))
    wanted = looked(ctx), store.find(Asked()), state.run(ctx).as_json()
    ctx.folds.close()
    assert len(files(ctx)) == len(state.FOLDS)
    for path in files(ctx):
        spoiled(path, damage)
    if damage == "gone":
        snapshots.forget(ctx.location)
    other = open_context(ctx.location.worktree)
    assert (knowledge(other).find(Asked()), state.run(other).as_json()) == wanted[1:]
    assert looked(other) == wanted[0]
    assert other.ledger.notices == ()
    other.folds.close()
    assert looked(open_context(ctx.location.worktree)) == wanted[0]


def test_forgetting_leaves_no_word_behind(ctx: Context) -> None:
    memory.add(ctx, "the password is on the fridge")
    looked(ctx)
    ctx.folds.close()
    folder = ctx.location.factory_dir
    assert any(b"fridge" in path.read_bytes() for path in folder.glob("folds/*"))
    snapshots.forget(ctx.location)
    assert not (folder / "folds").exists()
    snapshots.forget(ctx.location)
    assert [one.text for one in memory.listing(open_context(ctx.location.worktree))] == [
        "the password is on the fridge"
    ]


@pytest.mark.parametrize("forgets", [True, False], ids=["forgotten", "made again by somebody meanwhile"])
def test_what_is_taken_out_of_history_is_in_no_fold(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, *, forgets: bool
) -> None:
    filled(ctx)
    id_ = memory.add(ctx, "the password is on the fridge", scope="task:x")
    memory.add(ctx, "the other password is under the mat", replace=id_)
    act(ctx, "remember", 7, 7)
    looked(ctx)
    ctx.folds.close()
    if not forgets:
        monkeypatch.setattr(snapshots, "forget", lambda _: None)
    redact.run(ctx, [id_], "a secret")
    other, idle = open_context(ctx.location.worktree), open_context(ctx.location.worktree)
    idle.folds.now(memory.FOLD)  # has it open, so that SQLite keeps the log
    check(other)
    other.folds.close()
    assert all(b"fridge" not in path.read_bytes() for path in ctx.location.factory_dir.glob("folds/*"))


def test_what_other_code_made_is_not_gone_on_with(ctx: Context, loads: list[str]) -> None:
    filled(ctx)
    before = memory.FOLD
    ctx.folds.now(before)
    later = replace(before, modules=(*before.modules, "factory_git.core.errors"))
    assert folds.version(later) != folds.version(before)
    loads.clear()
    other = open_context(ctx.location.worktree)
    other.folds.now(later)
    assert len(loads) == 3
    loads.clear()
    open_context(ctx.location.worktree).folds.now(later)
    assert loads == []


def test_a_repository_that_cannot_be_written_is_read_and_left_as_it_is(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = looked(filled(ctx))
    ctx.folds.close()
    memory.add(ctx, "later")
    wanted = wanted | {"memory": everything(anew(ctx, memory.FOLD))}
    before = {path: path.read_bytes() for path in files(ctx)}
    monkeypatch.setattr("factory_git.index.database.os.access", lambda *_: False)
    assert looked(open_context(ctx.location.worktree)) == wanted | {"state": looked(ctx)["state"]}
    assert {path: path.read_bytes() for path in files(ctx)} == before
    snapshots.forget(ctx.location)
    assert looked(open_context(ctx.location.worktree))["memory"] == wanted["memory"]
    assert not (ctx.location.factory_dir / "folds").exists()


def test_what_cannot_be_read_yet_is_not_left_out_for_good(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(ctx)
    hidden = memory.add(ctx, "in a pack that is still to come")
    load = Reader._load

    def absent(self: Reader, id_: RecordId, **more: Any) -> Any:
        if id_ == hidden:
            raise FactoryError("it is not here")
        return load(self, id_, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "_load", absent)
        for _ in range(2):
            other = open_context(ctx.location.worktree)
            assert hidden not in other.folds.now(memory.FOLD).keys("head")
            assert any("it is not here" in one for one in other.ledger.notices)
    assert hidden in open_context(ctx.location.worktree).folds.now(memory.FOLD).keys("head")


def test_what_breaks_its_schema_is_told_each_time(ctx: Context) -> None:
    filled(ctx)
    act(ctx, "hostile", 1, 0)
    for _ in range(2):
        other = open_context(ctx.location.worktree)
        assert len(memory.listing(other)) == 3
        assert [one for one in other.ledger.notices if "breaks its schema" in one]


# -- its code --------------------------------------------------------------------------------------------------------


def imported(name: str) -> Iterator[str]:
    """The modules of this program that a module names at its top."""
    tree = ast.parse(Path(str(importlib.import_module(name).__file__)).read_bytes())
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("factory_git"):
            spec = importlib.util.find_spec(node.module)
            package = spec is not None and spec.submodule_search_locations is not None
            yield from (f"{node.module}.{one.name}" if package else node.module for one in node.names)


STEADY = {
    "factory_git.core.errors",  # what is raised
    "factory_git.engine.state",  # of the engine's fold the names of types are taken, and the version has these
    "factory_git.render.board",  # of the board what is drawn, not what is kept
    "factory_git.core.ids",  # object ids are Git's
    "factory_git.core.escape",
    "factory_git.core.clock",
}


@pytest.mark.parametrize("fold", state.FOLDS, ids=lambda fold: fold.name)
def test_the_version_of_a_fold_names_every_module_that_decides_what_comes_of_it(fold: Fold) -> None:
    """A fold whose code imports something new names that, too: else a snapshot would outlive the code that made it."""
    known = {*fold.modules, *folds._ALWAYS}
    taker = [one for one in fold.modules if not one.startswith("factory_git.app.knowledge")]
    seen: set[str] = set()
    while taker:
        for name in imported(taker.pop()):
            if name not in seen | STEADY:
                seen.add(name)
                taker.append(name)
    assert seen <= known
