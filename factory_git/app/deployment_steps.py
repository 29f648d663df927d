"""The steps by which a release comes into being on a copy of the data: taken up, checked, tried; and rehearsed before.

Every step works in a folder that nobody runs from, and raises :class:`Negative` that says what is wrong.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.compiler import lock
from factory_git.core.errors import Negative
from factory_git.executors import database
from factory_git.executors.acceptance import prove
from factory_git.executors.application import Answer, Application, Task, ask, command
from factory_git.spec.model import Spec

TIMEOUT = 600.0
TODAY = "2026-01-05"  # the pages are only tried
TOLD = 10  # tables that a refusal names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a rehearsal showed. ``applied`` are the migrations that the data needs; ``proven`` the tests that passed.

    ``down`` says that the way back was gone, too, and left every row as it was.
    """

    applied: tuple[str, ...]
    down: bool
    proven: int
    notes: tuple[str, ...] = ()


def rehearse(app: Application, spec: Spec, source: Path | None, folder: Path, *, irreversible: bool) -> Rehearsal:
    """Take a copy of ``source`` (None: a new database) up, check and try it, take it down, compare, and up again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        copy = folder / "app.db"
        if source is not None:
            database.copy(source, copy)
            database.reopen(copy)
        before = database.content(copy) if copy.exists() else {}
        applied = take_up(app, copy)
        down = bool(before) and bool(applied) and not irreversible
        if down:
            _there_and_back(app, copy, before, len(applied))
        smoke(app, copy)
        proven, notes = _prove(app, spec)
        return Rehearsal(applied=applied, down=down or not (before and applied), proven=proven, notes=notes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take_up(app: Application, db: Path) -> tuple[str, ...]:
    """Bring a database up to the application's schema in one transaction, check it, draw its panels; what was applied.

    Checked are schema, rows, references, and that what is stored keeps the guardrails.
    """
    taken, checked, panels = _ask(app, [{"do": "migrate"}, {"do": "check"}, {"do": "panels", "today": TODAY}], db)
    if "refused" in taken:
        raise Negative(
            f"the data does not fit: {taken['refused']}",
            code="deploy/migration",
            hint="mend the rows, or give the spec a migration that does; nothing was changed",
        )
    _sound(checked)
    if "refused" in panels:
        raise Negative(f"a panel cannot be drawn: {panels['refused']}", code="deploy/smoke")
    return tuple(taken["applied"])


def _ask(app: Application, tasks: Sequence[Task], db: Path) -> list[Answer]:
    return ask(app, [{**task, "db": str(db)} for task in tasks], timeout=TIMEOUT)


def down(app: Application, db: Path, count: int) -> tuple[str, ...]:
    """Take back the last ``count`` migrations; their names, newest first."""
    if not count:
        return ()
    answer = _ask(app, [{"do": "down", "count": count}], db)[0]
    if "refused" in answer:
        message = f"the data cannot be brought back: {answer['refused']}"
        raise Negative(message, code="deploy/migration-down", hint="nothing was changed")
    return tuple(answer["taken"])


def _sound(answer: Answer) -> None:
    if "refused" in answer:
        raise Negative(f"the data does not fit: {answer['refused']}", code="deploy/check", hint="mend these rows")
    if answer["broken"]:
        found = [line for one in answer["broken"] for line in (one["words"], *(f"  {row}" for row in one["rows"]))]
        listed = "".join(f"\n  {line}" for line in found)
        raise Negative(
            f"the stored rows break what must always hold:{listed}",
            code="deploy/guardrail",
            hint="mend these rows, or run the pipeline that made them again, then deploy",
        )


def smoke(app: Application, db: Path) -> None:
    """The application's own command line starts and shows what it has."""
    done = command(app, ["--db", str(db), "show"], cwd=db.parent, timeout=TIMEOUT)
    if not done.ok:
        words = done.stderr.decode(errors="replace").strip()
        raise Negative(f"the smoke test failed: {words}", code="deploy/smoke", hint="python run.py show")


def _there_and_back(app: Application, db: Path, before: dict[str, str], count: int) -> None:
    down(app, db, count)
    after = database.content(db)
    made = {name for name in _KEPT if name not in before}
    wrong = sorted(t for t in (before.keys() | after.keys()) - made if before.get(t) != after.get(t))
    if wrong:
        listed = ", ".join(wrong[:TOLD])
        message = f"the way back does not bring the data back: {listed} differ after up and down"
        raise Negative(message, code="deploy/rehearsal", hint="mend down.sql of the migration; nothing was changed")
    take_up(app, db)


_KEPT = ("_gf_migration", "_gf_run")  # tables that the application keeps for itself and makes where they are missing


def _prove(app: Application, spec: Spec) -> tuple[int, tuple[str, ...]]:
    """Run the examples among the acceptance tests on the staged code; how many passed."""
    tests = list(_examples(app.root, spec))
    if not tests:
        return 0, ("no example among the acceptance tests: nothing was tried by them",)
    if any(importlib.util.find_spec(name) is None for name in ("pytest", "hypothesis")):
        return 0, ("the acceptance tests were not run: pip install 'git-factory[acceptance]'",)
    proven = prove(app.root, app.package, tests, timeout=TIMEOUT)
    if not proven.passed:
        failed = next((r for r in proven.results if r.outcome != "passed"), None)
        words = proven.problem or (f"{failed.test}: {failed.outcome}" if failed else "no result")
        raise Negative(f"the acceptance tests fail on the release: {words}", code="deploy/acceptance")
    return len(proven.results), ()


def _examples(root: Path, spec: Spec) -> Iterator[str]:
    with contextlib.suppress(OSError):
        proofs = lock.read((root / lock.PATH).read_bytes()).proofs
        kinds = {one.path: one.kind for one in spec.scenarios}
        for test, proof in proofs.items():
            if kinds.get(proof["scenario"]) == "example" and not proof.get("holdout") and not proof.get("skipped"):
                yield test
