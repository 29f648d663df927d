"""Whether the migration that a breaking change brings works: tried up and down, here and now, on data.

Both versions are compiled as they would be promoted. The older one is filled with the application's own ``data/``,
where the base has some, and with generated rows; the newer one migrates each database, looks at every row, and goes
back. What stood in the tables before must stand there again, to the value; of a migration that deletes for good only
the way up can be tried. Code runs in a child process with a bare environment.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.app import diff
from factory_git.app.gate_base import Base
from factory_git.app.gate_verdict import Rehearsal
from factory_git.app.simulate_data import drawn, stored
from factory_git.app.simulate_version import Version, version
from factory_git.core.errors import FactoryError, SpecError
from factory_git.executors import database
from factory_git.executors.application import Application, Task, ask
from factory_git.gitio import trees
from factory_git.growth.mutation import Mutation

WORLDS = 12  # databases of generated rows
SEED = 0
BY_HAND = ("H", "X")
_CONFIRM = re.compile(r"^-- confirm: *(.*)$", re.MULTILINE)
TIMEOUT = 120.0  # seconds, for one application and all its databases


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What became of one database. ``refused``: the newer version does not take it; ``lost``: it did not come back."""

    name: str
    rows: int
    refused: str = ""
    lost: str = ""


def of(judge: Base, result: diff.Result, mutations: Sequence[Mutation]) -> Rehearsal:
    """Try the migration of a change; ``none`` is needed where no breaking mutation brings one."""
    classes = sorted({one.migration for one in mutations if one.risk == "breaking" and one.migration})
    if not classes:
        return Rehearsal(state="none", said="none needed")
    assert result.old is not None
    assert result.new is not None
    called = f"the migration ({'+'.join(classes)})"
    if not result.old.checked().compiled:
        return _missing(called, classes, "its code is bound, and only a compiled application can be tried here")
    try:
        old = version(result.old, trees.commit(judge.location, judge.parted))
        new = version(result.new, judge.head_tree, old)
        names = [name for name in new.migrations if name not in old.migrations]
        if not names:
            return Rehearsal(state="passed", said="the stored tables do not change")
        ends = [word for name in names if (word := _confirm(new, name))]
        return _told(f"migration {', '.join(names)}", _try(judge, old, new, len(names), back=not ends), ends)
    except SpecError as error:
        return _missing(called, classes, error.message)
    except FactoryError as error:
        return Rehearsal(state="failed", said=f"{called} could not be tried: {error.message}")


def _missing(called: str, classes: Sequence[str], why: str) -> Rehearsal:
    hand = " (part of it is written by hand)" if set(classes) & set(BY_HAND) else ""
    return Rehearsal(state="missing", said=f"{called} was not rehearsed{hand}: {why}")


def _confirm(new: Version, name: str) -> str:
    """What must be typed before a migration that deletes for good is applied; empty for others."""
    found = _CONFIRM.search(new.files.get(f"migrations/{name}/up.sql", b"").decode(errors="replace"))
    return found[1].strip() if found else ""


def _told(called: str, trials: Sequence[_Trial], ends: Sequence[str]) -> Rehearsal:
    lost = next((one for one in trials if one.lost), None)
    if lost is not None:
        return Rehearsal(state="failed", said=f"{called} and back loses what was stored: {lost.lost} ({lost.name})")
    passed = [one for one in trials if not one.refused]
    refused = [one for one in trials if one.refused]
    filled = sum(one.rows > 0 for one in passed)
    if not filled:  # that nothing happens to empty tables shows nothing
        why = f": {_line(refused[0].refused)}" if refused else ""
        return Rehearsal(state="failed", said=f"{called} takes none of {len(trials)} databases that hold rows{why}")
    way = "up" if ends else "up and down"
    words = f"{called} rehearsed {way} on {filled} database{'s' * (filled != 1)}"
    words += f"; {len(refused)} refused before anything changed ({_line(refused[0].refused)})" if refused else ""
    words += f"; it cannot be taken back, and deploying asks for: {'; '.join(ends)}" if ends else ""
    return Rehearsal(state="passed", said=words)


def _line(text: str) -> str:
    return " ".join(text.split())


def _try(judge: Base, old: Version, new: Version, count: int, *, back: bool) -> list[_Trial]:
    with tempfile.TemporaryDirectory(prefix="factory-rehearsal-") as folder:
        place = Path(folder)
        apps = [one.lay_out(_made(place / name)) for name, one in (("old", old), ("new", new))]
        filled = dict(_filled(place, judge, apps[0], old, new))
        names = list(filled)
        before = {name: database.content(filled[name]) for name in names}
        rows = {name: sum(one["_row"] for one in database.counts(filled[name]).values()) for name in names}
        tasks: list[Task] = []
        for name in names:
            db = str(filled[name])
            tasks += [{"do": "migrate", "db": db}, {"do": "down", "db": db, "count": count}]
        answers = ask(apps[1], tasks, timeout=TIMEOUT)
        trials = []
        for number, name in enumerate(names):
            up_down = answers[2 * number : 2 * number + (2 if back else 1)]
            refused = next((str(answer["refused"]) for answer in up_down if "refused" in answer), "")
            lost = _lost(before[name], database.content(filled[name])) if back and not refused else ""
            trials.append(_Trial(name=name, rows=rows[name], refused=refused, lost=lost))
        return trials


def _lost(before: dict[str, str], after: dict[str, str]) -> str:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return ", ".join(names)


def _filled(place: Path, judge: Base, app: Application, old: Version, new: Version) -> Iterator[tuple[str, Path]]:
    """Databases of the older version, by what is in them."""
    tasks: list[Task] = []
    named: list[tuple[str, Path]] = []
    own = _own_data(place, judge, old)
    if own is not None:
        named.append(("its own data/", place / "own.db"))
        tasks.append({"do": "load", "db": str(place / "own.db"), "folder": str(own)})
    for number, (world, _) in enumerate(drawn(old.spec, new.spec, WORLDS, SEED), 1):
        db = place / f"{number}.db"
        named.append((f"generated rows {number}", db))
        tasks.append({"do": "put", "db": str(db), "rows": stored(old.spec, world)})
    for each, answer in zip(named, ask(app, tasks, timeout=TIMEOUT), strict=True):
        if "refused" not in answer:
            yield each


def _own_data(place: Path, judge: Base, old: Version) -> Path | None:
    """The rows that the base keeps beside its spec, as files on disk; None where there are none."""
    tree = trees.commit(judge.location, judge.parted)
    prefix = f"{old.spec.root}/data/" if old.spec.root else "data/"
    wanted = [p for p in tree.entries if p.startswith(prefix) and p.endswith(".csv") and "/" not in p[len(prefix) :]]
    if not wanted:
        return None
    tree.load(wanted)
    folder = _made(place / "data")
    for path in wanted:
        (folder / path[len(prefix) :]).write_bytes(tree.read(path))
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
