"""How the nodes of a spec relate: who reads, writes, guards, feeds, shows and covers what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from factory_git.core.ids import SpecPath
from factory_git.spec import names, skills
from factory_git.spec.check import Analysis
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Spec, Step, Text
from factory_git.spec.skills import Kind
from factory_git.spec.step_types import StepTypes

KINDS = ("contains", "reads", "writes", "guards", "feeds", "shows", "covers")

_WORD = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\.?)\s*([A-Za-z_][A-Za-z0-9_]*)""")


class Edge(NamedTuple):
    """``source`` stands in relation ``kind`` to ``target``; see :data:`KINDS`."""

    kind: str
    source: SpecPath
    target: SpecPath


def relations(spec: Spec, paths: Collection[SpecPath], types: Analysis) -> set[Edge]:
    """Every relation but containment, of nodes among ``paths``. ``types`` are those of ``spec``."""
    found = {*_flow(spec, types), *_rules(spec, types), *_surface(spec, types), *_evidence(spec), *_proof(spec, types)}
    return {edge for edge in found if edge.source in paths and edge.target in paths and edge.source != edge.target}


_EXPRESSIONS = (Kind.EXPR, Kind.SET, Kind.PATHS, Kind.ORDER, Kind.VALUES, Kind.WITH)


def _texts(step: Step, kinds: Collection[Kind]) -> Iterator[Text]:
    """The texts of a step's parameters of these kinds."""
    shape = skills.SKILLS.get(step.skill or "")
    for param in shape.params if shape else ():
        if param.kind in kinds:
            for _, value in skills.values(step.params, param.name):
                yield from texts(value)


def texts(value: Any) -> Iterator[Text]:
    """Every :class:`Text` within a step's parameters and the like."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def reads(
    spec: Spec, texts: Iterable[Text | None], trees: Iterable[Typed | None], rows: Iterable[Entity] = ()
) -> set[SpecPath]:
    """What expressions read: entities, fields and terms, as their types tell.

    An expression that has no type (it has a problem) is judged by its words, which tell too much rather than too
    little; ``rows`` are the entities whose fields it may name.
    """
    wanted, typed = [t for t in texts if t is not None], [t for t in trees if t is not None]
    if len(typed) >= len(wanted):
        return {path for tree in typed for path in tree.reads}
    return {path for text in wanted for path in _words(spec, text, rows)}


def _words(spec: Spec, text: Text, rows: Iterable[Entity]) -> set[SpecPath]:
    """Entities and terms that an expression names, and fields of these entities and of ``rows``."""
    found: set[SpecPath] = set()
    entities = {e.name: e for e in spec.entities} | {e.id: e for e in spec.entities}
    terms = {t.name: t for t in spec.terms}
    near: dict[str, Entity] = {e.name: e for e in rows}
    words = [(m.group(2), m.group(3)) for m in _WORD.finditer(text.text) if m.group(3)]
    for dot, word in words:
        if not dot and word in entities:
            near[entities[word].name] = entities[word]
            found.add(entities[word].path)
        elif not dot and word in terms:
            found.add(terms[word].path)
    for _, word in words:
        for entity in tuple(near.values()):
            known = entity.field(word)
            if known is not None:
                found.update((known.path, entity.path))
    return found


def _flow(spec: Spec, types: Analysis) -> Iterator[Edge]:
    for pipeline in spec.pipelines:
        for step in pipeline.steps:
            yield from _step(spec, step, types.steps[step.path])


def _step(spec: Spec, step: Step, types: StepTypes) -> Iterator[Edge]:
    consumed = [e for n in (*skills.consumed(step), *_named(step, "reads")) if (e := spec.entity(n))]
    made = [e for n in (*skills.made(step), *_named(step, "writes"), *_named(step, "make")) if (e := spec.entity(n))]
    for entity in consumed:
        yield Edge("reads", step.path, entity.path)
    for entity in made:
        yield Edge("writes", step.path, entity.path)
    for key in ("set", "short.set", "else.set"):
        maker = skills.value(step, key.replace("set", "make"))
        entity_made = spec.entity(str(maker)) if maker is not None else None
        assigned = skills.value(step, key)
        if entity_made and isinstance(assigned, Mapping):
            for name in assigned:
                written = entity_made.field(name)
                if written is not None:
                    yield Edge("writes", step.path, written.path)
    removed = skills.removed(step)
    gated = spec.entity(removed) if removed else None
    if gated is not None:
        yield Edge("guards", step.path, gated.path)
    trees = types.exprs.values() if not types.problems else ()
    for path in reads(spec, _texts(step, _EXPRESSIONS) if types.problems else (), trees, consumed):
        yield Edge("reads", step.path, path)
    for text in _texts(step, (Kind.FIELDS,)):
        for entity in consumed:
            known = entity.field(text.text)
            if known is not None:
                yield Edge("reads", step.path, known.path)


def _named(step: Step, key: str) -> list[str]:
    given = step.params.get(key)
    return [str(g) for g in given] if isinstance(given, list | tuple) else [str(given)] if given is not None else []


def _rules(spec: Spec, types: Analysis) -> Iterator[Edge]:
    for term in spec.terms:
        for path in reads(spec, [term.body], [types.terms.get(term.path)]):
            yield Edge("reads", term.path, path)
    kinds = {e.path for e in spec.entities}
    for guardrail in spec.guardrails:
        for path in reads(spec, [guardrail.always], [types.guardrails.get(guardrail.path)]):
            yield Edge("reads", guardrail.path, path)
            if path in kinds:
                yield Edge("guards", guardrail.path, path)
    for item in _items(spec, "identity", "safety_envelope"):
        for held in item.get("holds", ()):
            yield Edge("guards", SpecPath(held), names.join("identity.safety_envelope", item["id"]))


def _surface(spec: Spec, types: Analysis) -> Iterator[Edge]:
    for panel in spec.panels:
        shown = [e for n in panel.shows if (e := spec.entity(n))]
        for entity in shown:
            yield Edge("shows", panel.path, entity.path)
            for column in panel.columns:
                for known in spec.path_of(entity, column):
                    yield Edge("shows", panel.path, known.path)
        for path in reads(spec, (*panel.order, panel.where), types.panels[panel.path].values(), shown):
            yield Edge("reads", panel.path, path)
    for action in spec.actions:
        on, make = spec.entity(action.on or ""), spec.entity(action.make or "")
        rows = [on] if on else []
        if on is not None:
            yield Edge("reads", action.path, on.path)
        written = make or (on if action.set else None)
        if written is not None:
            yield Edge("writes", action.path, written.path)
            for name in action.set:
                target = written.field(name)
                if target is not None:
                    yield Edge("writes", action.path, target.path)
        said = (action.when, *action.set.values())
        for path in reads(spec, said, types.actions[action.path].values(), rows):
            yield Edge("reads", action.path, path)


def _evidence(spec: Spec) -> Iterator[Edge]:
    for item in _items(spec, "evidence_policy", "sources"):
        fed = spec.entity(item.get("feeds", ""))
        if fed is not None:
            yield Edge("feeds", names.join("evidence_policy.sources", item["id"]), fed.path)


def _proof(spec: Spec, types: Analysis) -> Iterator[Edge]:
    for scenario in spec.scenarios:
        for path in scenario.covers:
            yield Edge("covers", scenario.path, SpecPath(path))
        for name in (*scenario.given, *scenario.forall):
            entity = spec.entity(name)
            if entity is not None:
                yield Edge("reads", scenario.path, entity.path)
        for when in scenario.when:
            pipeline = spec.pipeline(str(when.get("run", "")))
            if pipeline is not None:
                yield Edge("reads", scenario.path, pipeline.path)
        for path in reads(spec, scenario.then, types.scenarios[scenario.path]):
            yield Edge("reads", scenario.path, path)


def _items(spec: Spec, layer: str, key: str) -> list[Mapping[str, Any]]:
    held = spec.raw.get(layer)
    found = held.get(key) if isinstance(held, Mapping) else None
    return found if isinstance(found, list) else []
