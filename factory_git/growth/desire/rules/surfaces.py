"""What people see: "show shortfalls on brief", "hide invoices", "add a panel for alerts"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.growth.desire.rule import Found, only, used, without
from factory_git.growth.desire.vocabulary import Vocabulary
from factory_git.growth.desire.words import Clause, phrase
from factory_git.spec.model import Entity, Panel

PANEL = ("panel", "page", "surface", "screen")


def show(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``show ENTITY [on PANEL]``: on that panel; without one: on any, else on a new one."""
    verbs = clause.verbs("show")
    words = clause.having(*PANEL)
    if clause.verbs("add") and words:
        verbs = [*clause.verbs("add"), *words]
    if not verbs:
        return
    matches = list(book.matches(without(clause.tokens, verbs, words)))
    panel_match = next((one for one in matches if one.of("panel") and not one.of("entity")), None)
    panel = _panel(panel_match.of("panel")[0].path, book) if panel_match else None
    for number, (match, entity) in enumerate(only(matches, "entity", book)):
        tokens = used(match, *((verbs, words, panel_match or ()) if not number else ()))
        shown = [one for one in book.graph.spec.panels if entity.name in _shows(one, book)]
        holding = [one for one in shown if panel is None or one.path == panel.path]
        if holding:
            nodes = tuple(one.path for one in holding)
            yield Found(tokens=tokens, means=f"{entity.name} is shown already, on {', '.join(nodes)}", nodes=nodes)
            continue
        op, means = _shown(entity, panel)
        yield Found(tokens=tokens, means=means, nodes=(entity.path,), ops=(op,))


def hide(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``hide ENTITY [from PANEL]``: off that panel, else off every one."""
    verbs = clause.verbs("hide")
    if not verbs:
        return
    matches = list(book.matches(without(clause.tokens, verbs)))
    panel_match = next((one for one in matches if one.of("panel") and not one.of("entity")), None)
    for number, (match, entity) in enumerate(only(matches, "entity", book)):
        tokens = used(match, *((verbs, panel_match or ()) if not number else ()))
        panels = [one for one in book.graph.spec.panels if entity.name in _shows(one, book)]
        if panel_match is not None:
            panels = [one for one in panels if one.path == panel_match.of("panel")[0].path]
        if not panels:
            yield Found(tokens=tokens, means=f"{entity.name} is not shown there", nodes=(entity.path,))
            continue
        ops = tuple(_hidden(entity, one, book) for one in panels)
        means = f"{entity.name} off {', '.join(one.name for one in panels)}"
        yield Found(tokens=tokens, means=means, nodes=tuple(one.path for one in panels), ops=ops)


def _shown(entity: Entity, panel: Panel | None) -> tuple[Mapping[str, Any], str]:
    if panel is not None:
        return {"show": entity.name, "on": panel.id}, f"{entity.name} on {panel.name}, too"
    name = " ".join(phrase(entity.name)).capitalize()
    name = name if name.endswith("s") else f"{name}s"
    return {"add_surface": name, "shows": [entity.name]}, f"a panel {name} that shows {entity.name}"


def _hidden(entity: Entity, panel: Panel, book: Vocabulary) -> Mapping[str, Any]:
    if _shows(panel, book) == [entity.name]:
        return {"remove_surface": panel.id}
    return {"hide": entity.name, "on": panel.id}


def _panel(path: str, book: Vocabulary) -> Panel:
    return next(one for one in book.graph.spec.panels if one.path == path)


def _shows(panel: Panel, book: Vocabulary) -> list[str]:
    """The names of the entities that a panel shows, whether it says names or ids."""
    return [entity.name for one in panel.shows if (entity := book.graph.spec.entity(one)) is not None]
