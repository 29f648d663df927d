"""What comes out differently when two versions of an application run on the same data. Pure: rows in, differences out.

A *case* is one database on which both versions ran the same pipelines with the same arguments. Rows of an entity with
a key are told apart by it. Rows without one are compared as a bag; of those that are left over, the ones that refer to
the same rows are one row that changed. Only fields that both versions have are compared: a new field is told once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.differ import Pair, pair
from factory_git.growth.simulation_rows import by_content, by_key
from factory_git.spec.graph import build
from factory_git.spec.model import Entity, Spec
from factory_git.spec.types import ListOf, Ref

MASK = "•••"
"""Stands for every value of a field that either version marks as personal data."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one entity as one version holds them; ``fields`` by name, values as texts, lists or None."""

    fields: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a pipeline ended: ``done``, ``aborted`` by a guardrail, ``failed``, or ``refused`` (it was never begun).

    ``broken`` are paths of guardrails; ``stopped`` says per step (by its function) and entity how many rows there were
    and how many the step took out.
    """

    pipeline: str
    outcome: str
    broken: tuple[str, ...] = ()
    stopped: tuple[tuple[str, str, int, int], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one version made of a case. ``refused`` is why it could not take the data; then there is nothing else."""

    runs: tuple[Run, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)  # by entity name
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case. ``label`` is its arguments in words, or the world's number."""

    label: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row that both versions have, with other values: field → before and after."""

    row: Row  # what names it: its key, or what it refers to
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The rows of one entity that differ in one case. ``entity`` is its name in the newer version, else the older."""

    entity: str
    case: str
    before: int
    after: int
    gone: tuple[Row, ...] = ()
    new: tuple[Row, ...] = ()
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a step took out of an entity's rows, all cases together: how many of how many."""

    step: str  # spec path
    entity: str
    before: tuple[int, int]
    after: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A guardrail and in how many runs it broke."""

    guardrail: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """Every difference over all cases of one kind. ``outcomes`` count runs by how they ended, per version."""

    cases: int
    differing: int  # cases in which anything differs
    runs: int
    outcomes: Mapping[str, tuple[int, int]]
    refused: tuple[tuple[str, str], ...]  # cases that the newer version could not take, and why
    unfit: int  # cases that the older version could not take: nothing is compared there
    held: tuple[Held, ...]
    stopped: tuple[Stopped, ...]
    rows: tuple[Difference, ...]
    failures: tuple[tuple[str, str], ...]  # runs of the newer version that fail and did not: case, why
    shape: tuple[str, ...]  # entities and fields that came or went, in words
    first: str = ""  # the first case that differs

    @property
    def empty(self) -> bool:
        """Whether both versions do the same on these cases."""
        return not self.differing

    def of(self, entity: str) -> tuple[int, int, int]:
        """How many rows of an entity are gone, new, changed."""
        mine = [one for one in self.rows if one.entity == entity]
        return sum(len(d.gone) for d in mine), sum(len(d.new) for d in mine), sum(len(d.changed) for d in mine)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities whose rows differ."""
        return tuple(dict.fromkeys(one.entity for one in self.rows))


def simulate(old: Spec, new: Spec, cases: Sequence[Case]) -> Simulated:
    """Compare what both versions made of every case."""
    match = _Match(old, new)
    rows: list[Difference] = []
    differing: list[str] = []
    fit = [case for case in cases if not case.before.refused]
    for case in fit:
        found = [] if case.after.refused else [d for d in match.differences(case) if d.gone or d.new or d.changed]
        rows += found
        if found or case.after.refused or _ended(case.before) != _ended(case.after):
            differing.append(case.label)
    both = [case for case in fit if not case.after.refused]
    return Simulated(
        cases=len(cases),
        differing=len(differing),
        runs=sum(len(case.before.runs) for case in both),
        outcomes=_outcomes(both),
        refused=tuple((case.label, case.after.refused) for case in fit if case.after.refused),
        unfit=len(cases) - len(fit),
        held=tuple(_held(both)),
        stopped=tuple(match.stopped(both)),
        rows=tuple(sorted(rows, key=lambda d: match.place(d.entity))),
        failures=tuple(_failures(both)),
        shape=tuple(match.shape()),
        first=differing[0] if differing else "",
    )


def _ended(outcome: Outcome) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(run.pipeline, run.outcome, run.broken) for run in outcome.runs]


def _outcomes(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    before = Counter(run.outcome for case in cases for run in case.before.runs)
    after = Counter(run.outcome for case in cases for run in case.after.runs)
    return {word: (before[word], after[word]) for word in ("done", "aborted", "failed", "refused")}


def _held(cases: Iterable[Case]) -> Iterator[Held]:
    before = Counter(path for case in cases for run in case.before.runs for path in run.broken)
    after = Counter(path for case in cases for run in case.after.runs for path in run.broken)
    for path in sorted(before.keys() | after.keys()):
        yield Held(guardrail=path, before=before[path], after=after[path])


def _failures(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    for case in cases:
        good = {run.pipeline for run in case.before.runs if run.outcome == "done"}
        for run in case.after.runs:
            if run.outcome in ("failed", "refused") and (run.pipeline in good or not case.before.runs):
                yield case.label, run.why


class _Match:
    """Which entity, field and step of one version is which of the other."""

    def __init__(self, old: Spec, new: Spec) -> None:
        self.old, self.new = old, new
        self.both: Pair = pair(build(old), build(new))
        self._places = [e.name for e in new.entities] + [e.name for e in old.entities]

    def place(self, entity: str) -> int:
        """Where an entity stands in the order of the newer spec, those that went last."""
        return self._places.index(entity)

    def _entities(self) -> Iterator[tuple[Entity | None, Entity | None]]:
        """Every entity with its counterpart, in the order of the newer spec, those that are gone last."""
        older = {e.path: e for e in self.old.entities}
        for entity in self.new.entities:
            yield older.pop(self.both.then.get(entity.path, SpecPath("")), None), entity
        yield from ((entity, None) for entity in older.values())

    def _fields(self, old: Entity, new: Entity) -> list[tuple[str, str]]:
        """The names of the fields that both have: in the older version, in the newer one."""
        names = {f.path: f.name for f in old.fields}
        return [(names[was], f.name) for f in new.fields if (was := self.both.then.get(f.path)) in names and was]

    def shape(self) -> Iterator[str]:
        """Entities and fields that came, went or have another name."""
        for old, new in self._entities():
            if old is None or new is None:
                one = new or old
                assert one is not None
                yield f"{one.name}: {'a new entity' if old is None else 'no longer there'}"
                continue
            yield from self._shape(old, new)

    def _shape(self, old: Entity, new: Entity) -> Iterator[str]:
        if old.name != new.name:
            yield f"{new.name}: was {old.name}"
        shared = self._fields(old, new)
        for field_ in old.fields:
            if field_.name not in {was for was, _ in shared}:
                yield f"{new.name}.{field_.name}: no longer there"
        for was, name in shared:
            if was != name:
                yield f"{new.name}.{name}: was {was}"
        for field_ in new.fields:
            if field_.name not in {name for _, name in shared}:
                yield f"{new.name}.{field_.name}: a new field"

    def differences(self, case: Case) -> Iterator[Difference]:
        """Per entity that both versions have, what differs in a case."""
        for old, new in self._entities():
            if old is not None and new is not None:
                yield self._difference(case, old, new)

    def _difference(self, case: Case, old: Entity, new: Entity) -> Difference:
        nothing = Table(fields=(), rows=())
        before, after = case.before.tables.get(old.name, nothing), case.after.tables.get(new.name, nothing)
        shared = self._fields(old, new)
        left = [_picked(before, row, [was for was, _ in shared]) for row in before.rows]
        right = [_picked(after, row, [name for _, name in shared]) for row in after.rows]
        keyed = old.key is not None and new.key is not None and (old.key.name, new.key.name) in shared
        naming = self._naming(new, shared, keyed=keyed)
        gone, fresh, changed = (by_key if keyed else by_content)(left, right, naming)
        hidden = [(_personal(self.old, old, was), _personal(self.new, new, name)) for was, name in shared]
        personal = [n for n, either in enumerate(hidden) if any(either)]
        names = [name for _, name in shared]
        return Difference(
            entity=new.name,
            case=case.label,
            before=len(before.rows),
            after=len(after.rows),
            gone=tuple(_shown(before, before.rows[n], self.old, old) for n in gone),
            new=tuple(_shown(after, after.rows[n], self.new, new) for n in fresh),
            changed=tuple(_changed(left[a], right[b], names, naming, personal) for a, b in changed),
        )

    @staticmethod
    def _naming(new: Entity, shared: Sequence[tuple[str, str]], *, keyed: bool) -> list[int]:
        """Which of the shared fields tell a row apart: its key, else what it refers to."""
        if keyed:
            assert new.key is not None
            return [n for n, (_, name) in enumerate(shared) if name == new.key.name]
        refers = [f.name for f in new.fields if isinstance(f.type, Ref)]
        return [n for n, (_, name) in enumerate(shared) if name in refers]

    def stopped(self, cases: Sequence[Case]) -> Iterator[Stopped]:
        """Per step that takes rows out in either version, how many; only where the versions differ."""
        before, after = _taken(case.before for case in cases), _taken(case.after for case in cases)
        for step, entity in dict.fromkeys([*before, *after]):
            one, two = before.get((step, entity), (0, 0)), after.get((step, entity), (0, 0))
            if one[0] != two[0]:
                yield Stopped(step=self._step(step), entity=entity, before=one, after=two)

    def _step(self, function: str) -> str:
        """The path of the step that a function ``pipeline/step`` carries out."""
        pipeline, _, name = function.partition("/")
        for spec in (self.new, self.old):
            for one in spec.pipelines:
                for step in one.steps:
                    if one.id == pipeline.rstrip("_") and step.id == name.rstrip("_"):
                        return str(step.path)
        return function


def _taken(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], tuple[int, int]]:
    """Per step and entity: rows taken out, of how many."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for outcome in outcomes:
        for run in outcome.runs:
            for step, entity, there, gone in run.stopped:
                key = f"{run.pipeline}/{step}", entity
                so_far = found.get(key, (0, 0))
                found[key] = so_far[0] + gone, so_far[1] + there
    return found


def _picked(table: Table, row: Sequence[Any], names: Sequence[str]) -> tuple[Any, ...]:
    place = {name: n for n, name in enumerate(table.fields)}
    return tuple(row[place[name]] for name in names)


def _personal(spec: Spec, entity: Entity, name: str) -> bool:
    """Whether a field is personal data: it is marked so, or it refers to rows whose key is."""
    found, seen = entity.field(name), set[str]()
    while found is not None and not found.pii:
        inner = found.type.item if isinstance(found.type, ListOf) else found.type
        target = spec.entity(inner.entity) if isinstance(inner, Ref) else None
        if target is None or target.name in seen:
            return False
        seen.add(target.name)
        found = target.key
    return found is not None


def _shown(table: Table, row: Sequence[Any], spec: Spec, entity: Entity) -> Row:
    """A row by its fields, personal data masked."""
    cells = zip(table.fields, row, strict=True)
    return {n: MASK if v is not None and _personal(spec, entity, n) else v for n, v in cells}


def _changed(
    left: Sequence[Any], right: Sequence[Any], names: Sequence[str], naming: Sequence[int], personal: Sequence[int]
) -> Changed:
    def told(n: int, value: Any) -> Any:
        return MASK if n in personal and value is not None else value

    return Changed(
        row={names[n]: told(n, right[n]) for n in naming},
        fields={name: (told(n, left[n]), told(n, right[n])) for n, name in enumerate(names) if left[n] != right[n]},
    )
