"""``spec lint``: everything that is wrong with specs, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.specs import SpecFiles, select
from factory_git.core.errors import Problem, SpecError
from factory_git.gitio import trees
from factory_git.gitio.locate import locate
from factory_git.growth import advice as growth_advice
from factory_git.spec import advice, graph
from factory_git.spec.check import check
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec
from factory_git.spec.order import order
from factory_git.spec.renames import undeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """One spec: where it is, and its id and digest if it could be read."""

    files: tuple[str, ...]
    root: str
    id: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at and what was found, sorted by place."""

    specs: tuple[Linted, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many findings make a spec invalid."""
        return sum(p.severity == "error" for p in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        specs = [{"id": s.id, "root": s.root, "files": list(s.files), "digest": s.digest} for s in self.specs]
        return {"ok": not self.errors, "specs": specs, "problems": [p.as_json() for p in self.problems]}


def run(paths: Sequence[str | Path] = (), *, base: str | None = None, start: Path | None = None) -> Report:
    """Look at the specs at ``paths``, or at all of the working tree. Raises :class:`NotFound` when there is none.

    With ``base`` (a revision) each spec is held against its version there: what was renamed or removed must say so.
    """
    linted: list[Linted] = []
    problems: list[Problem] = []
    loaded: list[Spec] = []
    earlier = _earlier(base, start) if base else {}
    try:
        found = select(paths, start)
    except SpecError as error:
        return Report(specs=(), problems=error.problems)
    for files in found:
        spec, digest, these = _look(files, earlier)
        problems += these
        loaded += [spec] if spec else []
        shown = tuple(files.shown(f) for f in files.files)
        linted.append(Linted(files=shown, root=files.root, id=spec.id if spec else None, digest=digest))
    if len(loaded) == len(found) and (not paths or len(loaded) > 1):
        try:
            order(loaded)
        except SpecError as error:
            problems += error.problems
    once = dict.fromkeys(problems)
    return Report(specs=tuple(linted), problems=tuple(sorted(once, key=_by_place)))


def _earlier(revision: str, start: Path | None) -> dict[str, graph.Graph]:
    """The specs of a commit by id; those that are not valid there are left out. Raises :class:`UsageError`."""
    tree = trees.commit(locate(start), revision)
    found = {}
    for root, names in find(tree.paths()):
        try:
            spec = load([Source(path=name, content=tree.read(name)) for name in names], root=root)
            found[spec.id] = graph.build(spec)
        except SpecError:
            continue
    return found


def _look(files: SpecFiles, earlier: Mapping[str, graph.Graph]) -> tuple[Spec | None, str | None, list[Problem]]:
    """Everything found in one spec: what keeps it from loading, else what its expressions say and what looks odd."""
    try:
        spec = files.load()
    except SpecError as error:
        return None, None, list(error.problems)
    whole = graph.build(spec)
    before = earlier.get(spec.id)
    renamed = undeclared(before, whole) if before is not None else []
    return spec, whole.digest, [*check(spec), *renamed, *advice.advise(whole), *growth_advice.advise(whole)]


def _by_place(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place
    return (place.file, place.line, place.column, problem.message) if place else ("", 0, 0, problem.message)
