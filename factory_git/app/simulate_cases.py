"""Run both versions on real data and on generated worlds, in children, and gather what each made of every case."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from factory_git.app import simulate_data
from factory_git.app.simulate_data import Data, Round
from factory_git.app.simulate_version import Version
from factory_git.compiler.python import names
from factory_git.executors import database
from factory_git.executors.application import Answer, Application, Task, ask
from factory_git.growth.simulation import Case, Outcome, Run, Table
from factory_git.spec.model import Pipeline

SPARE = 3  # worlds drawn for each that is asked for: many a drawn one breaks a rule, and says little

Pages = Mapping[str, tuple[str, Mapping[str, str], Mapping[str, str]]]
"""Panel → its title, its page before and its page after (``main``: what it shows, ``html``: all of it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to run: pipelines (none: all), arguments that were given, how many worlds, from which seed."""

    pipelines: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    worlds: int = 40
    seed: int = 0
    timeout: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The cases on real data, those on worlds, and notes.

    ``pages`` are the panels that differ in the last case on real data, or in the first world where there is none.
    """

    data: tuple[Case, ...]
    worlds: tuple[Case, ...]
    notes: tuple[str, ...]
    pages: Pages


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trial:
    """One database (a file that both versions get a copy of) and what is run on it."""

    file: Path
    round: Round
    problem: str = ""  # why the older version cannot take it


class Stage:
    """A folder in which both versions stand and databases are made. Use it in ``with``: it is thrown away."""

    def __init__(self, old: Version, new: Version, asked: Asked) -> None:
        self.old, self.new, self.asked = old, new, asked
        self._scratch = tempfile.TemporaryDirectory(prefix="factory-simulate-")
        self.folder = Path(self._scratch.name)
        self.before, self.after = self._laid_out("before", old), self._laid_out("after", new)
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    def _laid_out(self, name: str, version: Version) -> Application:
        (self.folder / name).mkdir()
        return version.lay_out(self.folder / name)

    def run(self, data: Data | None) -> Ran:
        """Every case, run by both versions. Raises :class:`AgentFailed` when an application crashes or hangs."""
        real = self._real(data) if data is not None else []
        drawn = self._drawn()
        fit = [trial for trial in (*real, *drawn) if not trial.problem]
        before = dict(zip(fit, self._outcomes(self.before, self.old, fit), strict=True))
        drawn = _telling(drawn, {trial: outcome for trial, (outcome, _) in before.items()}, self.asked.worlds)
        good = [trial for trial in (*real, *drawn) if trial in before]
        after = dict(zip(good, self._outcomes(self.after, self.new, good), strict=True))

        def case(trial: _Trial) -> Case:
            refused = Outcome(refused=trial.problem)
            left, right = (side[trial][0] if trial in side else refused for side in (before, after))
            return Case(label=trial.round.label, before=left, after=right)

        shown = [trial for trial in real if trial in after] or [trial for trial in drawn if trial in after][:1]
        return Ran(
            data=tuple(map(case, real)),
            worlds=tuple(map(case, drawn)),
            notes=tuple(self.notes),
            pages=_pages(before[shown[-1]][1], after[shown[-1]][1]) if shown else {},
        )

    # What there is to run on.

    def _real(self, data: Data) -> list[_Trial]:
        base = self.folder / "data.db"
        if data.database:
            database.copy(data.path, base)
            database.reopen(base)
            taken: Task = {"do": "migrate", "db": str(base), "durable": False}
        else:
            taken = {"do": "load", "db": str(base), "folder": str(data.path), "durable": False}
        answers = self._ask(self.before, [taken])
        if "refused" in answers[0]:
            why = str(answers[0]["refused"])
            self.notes.append(f"{data.name} does not fit the older version: {'; '.join(why.splitlines()[:3])}")
            return [_Trial(file=base, round=Round(label=data.name, runs=(), today=""), problem=why)]
        told = self._ask(self.before, [{"do": "rows", "db": str(base)}, {"do": "history", "db": str(base)}])
        tables = _tables(told[0])
        runs, notes = simulate_data.pipelines(self.old.spec, self.new.spec, self.asked.pipelines)
        history = [(name, args) for name, args in told[1]["runs"]]
        newest = simulate_data.newest_date(self.old.spec, tables)
        found, more = simulate_data.rounds(runs, self.asked.args, history, newest)
        self.notes += [*notes, *more]
        return [_Trial(file=self._copied(base, f"data-{n}"), round=each) for n, each in enumerate(found)]

    def _copied(self, base: Path, name: str) -> Path:
        file = self.folder / f"{name}.db"
        file.write_bytes(base.read_bytes())
        return file

    def _drawn(self) -> list[_Trial]:
        count = self.asked.worlds * SPARE
        made = list(simulate_data.drawn(self.old.spec, self.new.spec, count, self.asked.seed))
        files = [self.folder / f"world-{number}.db" for number in range(len(made))]
        tasks = [
            {"do": "put", "db": str(file), "rows": simulate_data.stored(self.old.spec, world)}
            for file, (world, _) in zip(files, made, strict=True)
        ]
        answers = self._ask(self.before, tasks)
        return [
            _Trial(file=file, round=each, problem=str(answer.get("refused", "")))
            for file, (_, each), answer in zip(files, made, answers, strict=True)
        ]

    # Running.

    def _ask(self, app: Application, tasks: Sequence[Task]) -> list[Answer]:
        return ask(app, tasks, timeout=self.asked.timeout) if tasks else []

    def _outcomes(self, app: Application, version: Version, trials: Sequence[_Trial]) -> list[tuple[Outcome, Answer]]:
        """What one version makes of each trial, and its panels."""
        tasks: list[Task] = []
        gates = {names.module(p): _gates(p) for p in version.spec.pipelines}
        for trial in trials:
            db = f"{trial.file}.{app.root.name}"
            tasks += [
                {"do": "copy", "source": str(trial.file), "target": db},
                {"do": "migrate", "db": db, "durable": False},
                *(
                    {"do": "run", "db": db, "pipeline": name, "args": args, "gates": gates[name]}
                    for name, args in trial.round.runs
                ),
                {"do": "rows", "db": db},
                {"do": "panels", "db": db, "today": trial.round.today},
            ]
        answers = iter(self._ask(app, tasks))
        return [_outcome(trial, answers) for trial in trials]


def _telling(drawn: Sequence[_Trial], before: Mapping[_Trial, Outcome], count: int) -> list[_Trial]:
    """So many worlds, in their order: first of all those on which the older version's runs came to their end."""
    ended = [t for t in drawn if t in before and all(run.outcome == "done" for run in before[t].runs)][:count]
    others = [t for t in drawn if t in before and t not in ended]
    chosen = {t.file for t in (*ended, *others[: count - len(ended)])}
    return [t for t in drawn if t.file in chosen]


def _gates(pipeline: Pipeline) -> dict[str, str]:
    """The functions of a pipeline's gates, each with the entity whose rows it judges."""
    return {names.step_name(s): str(s.params["gate"]) for s in pipeline.steps if s.skill == "gate"}


def _outcome(trial: _Trial, answers: Iterator[Answer]) -> tuple[Outcome, Answer]:
    next(answers)
    taken = next(answers)
    runs = [next(answers) for _ in trial.round.runs]
    rows, panels = next(answers), next(answers)
    if "refused" in taken:
        return Outcome(refused=taken["refused"]), {}
    if "refused" in rows:
        return Outcome(refused=rows["refused"]), {}
    made = tuple(_run(name, answer) for (name, _), answer in zip(trial.round.runs, runs, strict=True))
    return Outcome(runs=made, tables=_tables(rows)), panels


def _run(pipeline: str, answer: Answer) -> Run:
    if "refused" in answer:
        return Run(pipeline=pipeline, outcome="refused", why=answer["refused"])
    return Run(
        pipeline=pipeline,
        outcome=answer["outcome"],
        broken=tuple(answer["broken"]),
        stopped=tuple((step, entity, there, gone) for step, entity, there, gone in answer["stopped"]),
        why=str(answer.get("why", "")),
    )


def _tables(rows: Answer) -> dict[str, Table]:
    return {
        t["entity"]: Table(fields=tuple(t["fields"]), rows=tuple(tuple(row) for row in t["rows"]))
        for t in rows["entities"]
    }


def _pages(before: Answer, after: Answer) -> Pages:
    """The panels whose content differs, in the newer version's order; one that only one version has differs."""
    left, right = before.get("panels", {}), after.get("panels", {})
    nothing: Mapping[str, Any] = {"title": "", "main": "", "html": ""}
    found = {}
    for panel in dict.fromkeys([*right, *left]):
        old, new = left.get(panel, nothing), right.get(panel, nothing)
        if old["main"] != new["main"]:
            found[panel] = (new["title"] or old["title"], old, new)
    return found
