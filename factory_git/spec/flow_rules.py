"""Data flow over the steps of a pipeline: nothing is read before it is made, nothing guarded after it was used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from factory_git.core.errors import Problem
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Spec, Step
from factory_git.spec.skills import SKILLS, consumed, made, removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one step does to rows, by the names of entities. ``open``: a hole that may do anything."""

    step: Step
    uses: frozenset[str]
    makes: frozenset[str]
    removes: str | None
    open: bool


Uses = Mapping[SpecPath, frozenset[str]]
"""For each step the entities whose rows its expressions, and the terms they call, go over or lead to."""


def _flow(spec: Spec, step: Step, uses: Uses) -> Flow:
    gone = _names(spec, [removed(step)])
    listed = _names(spec, [*consumed(step), *_given(step, "reads")])
    # What a gate looks at besides is not used up: two gates may look at each other's rows.
    read = set() if step.skill == "gate" else uses.get(step.path, frozenset())
    makes = _names(spec, [*made(step), *_given(step, "writes"), *_given(step, "make")])
    return Flow(
        step=step,
        uses=frozenset((listed | read) - gone),
        makes=frozenset(makes),
        removes=next(iter(gone), None),
        open=step.skill not in SKILLS and not makes,
    )


def _names(spec: Spec, given: list[str | None]) -> set[str]:
    return {e.name for n in given if n and (e := spec.entity(n))}


def _given(step: Step, key: str) -> list[str | None]:
    if step.skill in SKILLS:
        return []
    value = step.params.get(key)
    return [str(v) for v in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def problems(spec: Spec, uses: Uses) -> Iterator[Problem]:
    """Everything wrong with the flow of rows through the pipelines of a spec."""
    by_pipeline = {p.path: [_flow(spec, step, uses) for step in p.steps] for p in spec.pipelines}
    everywhere = [flow for found in by_pipeline.values() for flow in found]
    yield from _stored(spec, everywhere)
    for path, found in by_pipeline.items():
        elsewhere = {e for p, fs in by_pipeline.items() if p != path for f in fs for e in f.makes}
        yield from _too_early(found, elsewhere)
        yield from _too_late(found)
    yield from _never_made(spec, everywhere)


def _stored(spec: Spec, found: list[Flow]) -> Iterator[Problem]:
    stored = {e.name for e in spec.entities if not e.made}
    for flow in found:
        for name in sorted(flow.makes & stored):
            message = f"{name} is stored input: step '{flow.step.id}' may not make its rows"
            yield _problem(
                "flow/stored-made", message, flow.step, f"write made: true at {name}, or make another entity"
            )


def _too_early(found: list[Flow], elsewhere: set[str]) -> Iterator[Problem]:
    for number, flow in enumerate(found):
        before, after = found[: number + 1], found[number + 1 :]
        if any(f.open for f in before):
            continue
        for name in sorted(flow.uses - elsewhere - {m for f in before for m in f.makes}):
            maker = next((f.step for f in after if name in f.makes), None)
            if maker is not None:
                message = f"step '{flow.step.id}' reads {name}, which only the later step '{maker.id}' makes"
                yield _problem(
                    "flow/read-before-made", message, flow.step, f"move '{maker.id}' before '{flow.step.id}'"
                )


def _too_late(found: list[Flow]) -> Iterator[Problem]:
    for number, flow in enumerate(found):
        user = next((f.step for f in found[:number] if flow.removes in f.uses), None)
        if user is not None:
            message = f"gate {flow.step.id} removes {flow.removes} rows after {user.id} has already used them"
            yield _problem("flow/gate-too-late", message, flow.step, f"move '{flow.step.id}' before '{user.id}'")


def _never_made(spec: Spec, found: list[Flow]) -> Iterator[Problem]:
    if any(flow.open for flow in found):
        return
    makers = {name for flow in found for name in flow.makes} | {a.make for a in spec.actions if a.make}
    for entity in spec.entities:
        if entity.made and entity.name not in makers:
            yield Problem(
                code="flow/never-made",
                message=f"{entity.name} is made: true, but no step and no action makes it",
                place=entity.place,
                path=entity.path,
                hint="add a step that makes it, or remove made: true",
                severity="warning",
            )


def _problem(code: str, message: str, step: Step, hint: str) -> Problem:
    return Problem(code=code, message=message, place=step.place, path=step.path, hint=hint)
