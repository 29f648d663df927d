"""Folds that are kept: gone on with after whatever happened to the ledger or to the file, they are those made anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.app import claim, folds, memory, state
from factory_git.app.context import Context, open_context
from factory_git.app.folds import Fold
from factory_git.app.knowledge import knowledge
from factory_git.core.errors import FactoryError
from factory_git.index import cells as file_cells
from factory_git.index.cells import FileCells
from factory_git.ledger.cells import Cells, MemoryCells
from factory_git.ledger.projection import Query
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
