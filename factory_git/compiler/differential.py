"""Whether a guardrail or a gate says less than it did: both versions run on the same small worlds.

The text of an expression does not tell: ``day <`` made ``day <=``, or a term changed that a guardrail calls. So the old
and the new spec are both compiled in memory and asked about the same worlds, drawn from the old spec's types, always
the same ones, with the numbers of both specs' expressions (and their neighbours) among the values. A world that the old
version refuses and the new one accepts proves a weakening; that none was found proves nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType, SimpleNamespace
from typing import Any

from factory_git.compiler.python import guardrails, model, names, package, source, terms
from factory_git.compiler.python.steps import StepWriter
from factory_git.compiler.samples import Sample, Samples
from factory_git.core.errors import Forbidden, Problem
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis, analyse
from factory_git.spec.model import Spec, Step

WORLDS = 400
_PACKAGE = "_git_factory_differential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a guardrail or a gate: ``weakened``, ``strengthened``, ``incomparable`` (both) or ``removed``.

    ``example`` is the smallest world found that the one accepts and the other does not, in words.
    """

    path: SpecPath
    kind: str  # guardrail or gate
    effect: str
    example: str = ""


def compare(old: Spec, new: Spec) -> tuple[Change, ...]:
    """What changed for the guardrails and gates of ``old``, in its order. Nodes that differ nowhere are left out."""
    before, after = _Version(old, "old"), _Version(new, "new")
    samples = Samples(old, new)
    try:
        found = [_change(before, after, samples, path, kind) for path, kind in before.nodes()]
        return tuple(change for change in found if change is not None)
    finally:
        for version in (before, after):
            version.forget()


def forbidden(old: Spec, new: Spec) -> tuple[Problem, ...]:
    """The changes that the identity of ``old`` prohibits: of guardrails and gates, at the places it names."""
    problems: list[Problem] = []
    changes = compare(old, new)
    for item in old.raw.get("identity", {}).get("prohibited_changes", ()):
        at = _glob(str(item.get("at", "**")))
        words = {str(word).replace("-", "_") for word in item.get("forbid", ())}
        for change in changes:
            if at.fullmatch(change.path) and words & _mutations(change):
                message = f"{item['name']} is prohibited: the {change.kind} {change.path} is {change.effect}"
                hint = f"it lets through what it refused: {change.example}" if change.example else "put it back"
                place = new.places.get(change.path) or old.places.get(change.path)
                code = "identity/forbidden"
                problems.append(Problem(code=code, message=message, place=place, path=change.path, hint=hint))
    return tuple(problems)


def refuse(old: Spec, new: Spec) -> None:
    """Raise :class:`Forbidden` where the identity of ``old`` prohibits what ``new`` makes of a guardrail or a gate.

    Both must be free of problems: :func:`factory_git.spec.check.check` tells.
    """
    problems = forbidden(old, new)
    if problems:
        raise Forbidden(
            "; ".join(str(p.place) + ": " + p.message if p.place else p.message for p in problems),
            code=problems[0].code,
            hint=f"{problems[0].hint}; what must not hold any more needs an application of another id",
            details={"problems": [p.as_json() for p in problems]},
        )


def _mutations(change: Change) -> set[str]:
    if change.effect == "strengthened":
        return set()
    if change.kind == "guardrail":
        return {"guardrail_removed"} if change.effect == "removed" else {"guardrail_weakened"}
    return {"gate_removed", "gate_condition_loosened"}


def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^.]*"}.get(p, re.escape(p)) for p in parts))


def _change(before: _Version, after: _Version, samples: Samples, path: SpecPath, kind: str) -> Change | None:
    if not after.has(path):
        return Change(path=path, kind=kind, effect="removed")
    looser = tighter = ""
    for sample in samples.worlds(WORLDS):
        if not looser and _accepts_more(after, before, path, sample):
            looser = _smallest(after, before, path, sample).words()
        if not tighter and _accepts_more(before, after, path, sample):
            tighter = _smallest(before, after, path, sample).words()
    if not looser and not tighter:
        return None
    effect = "incomparable" if looser and tighter else "weakened" if looser else "strengthened"
    return Change(path=path, kind=kind, effect=effect, example=looser or tighter)


def _accepts_more(one: _Version, other: _Version, path: SpecPath, sample: Sample) -> bool:
    """Whether ``one`` lets something of the world through that ``other`` refuses."""
    mine, theirs = one.answers(path, sample), other.answers(path, sample)
    if mine is None or theirs is None:
        return False
    return any(m and not t for m, t in zip(mine, theirs, strict=False))


def _smallest(one: _Version, other: _Version, path: SpecPath, sample: Sample) -> Sample:
    """The world without every row that the difference does not need."""
    for entity, rows in sample.rows.items():
        for row in rows:
            kept = [r for r in sample.rows[entity] if r is not row]
            fewer = replace(sample, rows={**sample.rows, entity: kept})
            if _accepts_more(one, other, path, fewer):
                sample = fewer
    return sample


class _Version:
    """One spec compiled in memory: its model, its guardrails, its gates."""

    def __init__(self, spec: Spec, label: str) -> None:
        self.spec = spec
        self.analysis = analyse(spec)
        self.name = f"{_PACKAGE}_{label}"
        self._modules: list[str] = []
        self.gates = {s.path: s for p in spec.pipelines for s in p.steps if s.skill == "gate"}
        for name, text in self._sources():
            self._load(name, text)
        self.model = sys.modules[f"{self.name}.model"]
        self.rules = sys.modules[f"{self.name}.guardrails"]
        self.judges = sys.modules[f"{self.name}.gates"]

    def _sources(self) -> Iterator[tuple[str, str]]:
        yield "", ""
        yield "kit", package.runtime("kit")
        yield "values", package.runtime("values")
        yield "model", model.emit(self.spec)
        yield "terms", terms.emit(self.spec, self.analysis)
        yield "guardrails", guardrails.emit(self.spec, self.analysis)
        yield "gates", _gates(self.spec, self.analysis, self.gates)

    def _load(self, name: str, text: str) -> None:
        full = f"{self.name}.{name}" if name else self.name
        module = ModuleType(full)
        module.__dict__["__package__"] = self.name
        if not name:
            module.__path__ = []
        sys.modules[full] = module
        self._modules.append(full)
        if name:
            setattr(sys.modules[self.name], name, module)
        exec(compile(text, f"<{full}>", "exec"), module.__dict__)  # noqa: S102 - our own output of checked expressions

    def forget(self) -> None:
        """Take the modules out of the interpreter again."""
        for name in self._modules:
            sys.modules.pop(name, None)

    def nodes(self) -> Iterator[tuple[SpecPath, str]]:
        """Guardrails and gates that can be run."""
        yield from ((g.path, "guardrail") for g in self.spec.guardrails if g.path in self.analysis.guardrails)
        yield from ((path, "gate") for path in self.gates)

    def has(self, path: SpecPath) -> bool:
        """Whether the node is there and can be run."""
        return path in self.gates or path in self.analysis.guardrails

    def answers(self, path: SpecPath, sample: Sample) -> list[bool] | None:
        """What the node says of a world: a guardrail once, a gate of every row. None: it cannot be asked."""
        kit = sys.modules[f"{self.name}.kit"]
        try:
            world = self._world(sample)
            run = SimpleNamespace(**{names.argument(n): v for n, v in sample.args.items()})
            if path in self.gates:
                rows = getattr(world, self._rows(self.gates[path]))
                keep = getattr(self.judges, _function(path))
                return [bool(keep(world, run, row)) for row in rows]
            rail = next(g for g in self.spec.guardrails if g.path == path)
            holds = getattr(self.rules, guardrails.function(rail))
            asks = "run" in holds.__annotations__
            return [bool(holds(world, run) if asks else holds(world))]
        except (kit.AppError, ArithmeticError, TypeError, ValueError, KeyError, AttributeError, OverflowError):
            return None

    def _rows(self, step: Step) -> str:
        entity = self.spec.entity(str(step.params["gate"]))
        return names.attribute(entity) if entity else ""

    def _world(self, sample: Sample) -> Any:
        world = self.model.World()
        for entity in self.spec.entities:
            known = {f.name: names.field_name(f) for f in entity.fields}
            for row in sample.rows.get(entity.id, ()):
                given = {known[n]: v for n, v in row.items() if n in known}
                getattr(world, names.attribute(entity)).append(getattr(self.model, names.class_name(entity))(**given))
        return world


def _gates(spec: Spec, analysis: Analysis, gates: Mapping[SpecPath, Step]) -> str:
    functions = []
    for path, step in gates.items():
        condition = StepWriter(spec, step, analysis.steps[path]).expr("keep")
        functions.append(f"def {_function(path)}(world: Any, run: Any, it: Any) -> Any:\n    return {condition}")
    return source.module("The gates", functions, {**terms.own(spec), "terms": "terms"})


def _function(path: SpecPath) -> str:
    return "keep_" + re.sub(r"\W", "_", path)
