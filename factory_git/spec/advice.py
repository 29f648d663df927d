"""Warnings: what is valid and yet most likely not meant. They never make a spec invalid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from factory_git.core.errors import Place, Problem
from factory_git.core.ids import SpecPath
from factory_git.spec import names
from factory_git.spec.graph import Graph
from factory_git.spec.model import Node


def advise(graph: Graph) -> list[Problem]:
    """The warnings for a valid spec, sorted by place."""
    found = [*_unproven(graph), *_plates(graph), *_steps(graph), *_untestable(graph)]
    return sorted(found, key=lambda p: (p.place.file, p.place.line, p.place.column) if p.place else ("", 0, 0))


def _warning(code: str, message: str, node: Node, hint: str) -> Problem:
    return Problem(code=code, message=message, place=node.place, path=node.path, hint=hint, severity="warning")


def _unproven(graph: Graph) -> Iterator[Problem]:
    """Guardrails that no scenario covers, and whole specs that nothing proves."""
    spec = graph.spec
    if any(p.steps for p in spec.pipelines) and not any(s.kind != "prose" for s in spec.scenarios):
        place = spec.places.get(SpecPath("acceptance")) or spec.places.get(SpecPath("app")) or Place(file="")
        what = "given, when and then" if spec.compiled else "a test: (a command, a pytest id)"
        hint = f"add a scenario with {what} under acceptance:"
        message = "nothing proves this spec: it has no executable acceptance"
        yield Problem(code="spec/no-proof", message=message, place=place, hint=hint, severity="warning")
        return
    covered = {e.target for e in graph.edges if e.kind == "covers"}
    properties = any(s.kind == "property" for s in spec.scenarios)
    for guardrail in spec.guardrails:
        # A property runs every guardrail on drawn worlds; an example proves the one it names.
        if guardrail.always is not None and guardrail.path not in covered and not properties:
            message = f"no scenario covers the guardrail {guardrail.name!r}"
            yield _warning("spec/unproven", message, guardrail, f"name it in a scenario: covers: [{guardrail.path}]")


def _plates(graph: Graph) -> Iterator[Problem]:
    """Growth plates at addresses that are not there."""
    known = {str(p) for p in graph.spec.places} | {str(p) for p in graph.nodes}
    for item in _items(graph.spec.raw, "growth", "plates"):
        at = item.get("at")
        if not isinstance(at, str) or at in known or any(fnmatchcase(p, at) for p in known):
            continue
        path = names.join("growth.plates", item["id"])
        hint = names.suggest_path(at, known)
        message = f"this plate is at {at!r}, where the spec has nothing"
        place = graph.spec.places.get(path)
        yield Problem(code="spec/empty-plate", message=message, place=place, path=path, hint=hint, severity="warning")


def _steps(graph: Graph) -> Iterator[Problem]:
    """Pipelines that do nothing."""
    for pipeline in graph.spec.pipelines:
        if not pipeline.steps:
            yield _warning("spec/no-steps", f"pipeline {pipeline.name!r} has no steps", pipeline, "add steps: …")


def _untestable(graph: Graph) -> Iterator[Problem]:
    """Scenarios of a bound spec that only compiled code could be run through."""
    for scenario in () if graph.spec.compiled else graph.spec.scenarios:
        if scenario.kind in ("example", "property"):
            message = f"nothing runs {scenario.name!r}: the code is bound, and examples run compiled code"
            yield _warning("spec/no-test", message, scenario, "give it a test: (a command, a pytest id)")


def _items(raw: Mapping[str, Any], layer: str, key: str) -> list[Mapping[str, Any]]:
    held = raw.get(layer)
    found = held.get(key) if isinstance(held, Mapping) else None
    return found if isinstance(found, list) else []
