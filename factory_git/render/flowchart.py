"""Flowchart: what happens to the rows. A frame for each pipeline, its steps in order, what they read and make."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.ids import SpecPath
from factory_git.render.picture import Arrow, Group, Item, Picture
from factory_git.spec.graph import Graph
from factory_git.spec.model import Entity, Pipeline, Spec


def draw(graph: Graph) -> Picture:
    """The pipelines of a spec with what they read and write, and the panels and guardrails that look at the result."""
    spec = graph.spec
    arrows = (*_order(spec), *_data(graph), *_shown(graph), *_guarded(graph))
    used = {end for arrow in arrows for end in (arrow.source, arrow.target)}
    items = (*_steps(spec), *_entities(spec, used), *_panels(spec, used), *_guardrails(spec, used))
    groups = tuple(Group(id=p.path, label=_title(p)) for p in spec.pipelines if p.steps)
    return Picture(mode="flowchart", title=spec.title, layout="layers", items=items, arrows=arrows, groups=groups)


def _title(pipeline: Pipeline) -> str:
    when = pipeline.cron or str(pipeline.trigger.get("every") or pipeline.trigger.get("on") or "")
    return f"{pipeline.name} ({when})" if when else pipeline.name


def _steps(spec: Spec) -> Iterator[Item]:
    for pipeline in spec.pipelines:
        for step in pipeline.steps:
            kind = "gate" if step.skill == "gate" else "step" if step.skill else "hole"
            yield Item(id=step.path, label=step.name, kind=kind, note=step.skill or "not bound", group=pipeline.path)


def _entities(spec: Spec, used: set[str]) -> Iterator[Item]:
    for entity in spec.entities:
        if entity.path in used:
            yield Item(id=entity.path, label=entity.name, kind=_kind(entity))


def _kind(entity: Entity) -> str:
    return "made" if entity.made else "stored"


def _panels(spec: Spec, used: set[str]) -> Iterator[Item]:
    for panel in spec.panels:
        if panel.path in used:
            yield Item(id=panel.path, label=panel.name, kind="panel")


def _guardrails(spec: Spec, used: set[str]) -> Iterator[Item]:
    for rail in spec.guardrails:
        if rail.path in used:
            yield Item(id=rail.path, label=rail.name, kind="guardrail", note=rail.on_break)


def _order(spec: Spec) -> Iterator[Arrow]:
    for pipeline in spec.pipelines:
        for one, other in zip(pipeline.steps, pipeline.steps[1:], strict=False):
            yield Arrow(source=one.path, target=other.path)


def _data(graph: Graph) -> Iterator[Arrow]:
    steps = {step.path for pipeline in graph.spec.pipelines for step in pipeline.steps}
    entities = {entity.path for entity in graph.spec.entities}
    for edge in graph.edges:
        if edge.source not in steps or edge.target not in entities:
            continue
        if edge.kind == "reads" and not _made_before(graph, edge.source, edge.target):
            yield Arrow(source=edge.target, target=edge.source, dashed=True)
        elif edge.kind == "writes":
            yield Arrow(source=edge.source, target=edge.target, dashed=True)


def _made_before(graph: Graph, step: SpecPath, entity: SpecPath) -> bool:
    """Whether the step right before makes what this one reads: the order of the steps says so already."""
    for pipeline in graph.spec.pipelines:
        for one, other in zip(pipeline.steps, pipeline.steps[1:], strict=False):
            if other.path == step:
                return ("writes", one.path, entity) in graph.edges
    return False


def _shown(graph: Graph) -> Iterator[Arrow]:
    entities = {entity.path for entity in graph.spec.entities if entity.made}
    for edge in graph.edges:
        if edge.kind == "shows" and edge.target in entities:
            yield Arrow(source=edge.target, target=edge.source, dashed=True)


def _guarded(graph: Graph) -> Iterator[Arrow]:
    rails = {rail.path for rail in graph.spec.guardrails}
    entities = {entity.path for entity in graph.spec.entities}
    for edge in graph.edges:
        if edge.kind == "guards" and edge.source in rails and edge.target in entities:
            yield Arrow(source=edge.target, target=edge.source, label="guarded", dashed=True)
