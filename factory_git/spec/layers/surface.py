"""``interface``: who uses the application, what they see, what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from factory_git.spec import names
from factory_git.spec.layers.build import Build
from factory_git.spec.model import Action, Entity, Panel, Role, Text, fields_along


def roles(build: Build) -> tuple[Role, ...]:
    """The roles and the classes of personal data that each may see."""
    known = sorted({f.pii for e in build.entities.values() for f in e.fields if f.pii})
    out = []
    for item in build.items("interface", "roles"):
        sees: list[Text] = item.get("sees") or []
        for word in sees:
            if word.text not in known:
                hint = names.suggest(word.text, known) or "fields declare classes with pii: …"
                message = f"no field has personal data of class {word.text!r}"
                build.problem("spec/unknown-pii", message, word.place, word.path, hint)
        out.append(Role(**build.common(item, "interface.roles"), sees=tuple(str(w) for w in sees)))
    return tuple(out)


def panels(build: Build) -> tuple[Panel, ...]:
    """The pages. Entities and roles are by their declared name and id."""
    out = []
    for item in build.items("interface", "panels"):
        shows = tuple(build.entity_name(t) or "" for t in item.get("shows") or ())
        columns: list[Text] = item.get("columns") or []
        _columns(build, columns, [build.entities[s] for s in shows if s in build.entities])
        out.append(
            Panel(
                **build.common(item, "interface.panels"),
                shows=shows,
                first=bool(item.get("first")),
                roles=_roles(build, item),
                order=tuple(item.get("order") or ()),
                where=item.get("where"),
                columns=tuple(str(c) for c in columns),
            )
        )
    firsts = [p for p in out if p.first]
    if len(firsts) > 1:
        message = f"two panels are first: {firsts[0].name} and {firsts[1].name}"
        build.problem("spec/panel", message, firsts[1].place, firsts[1].path, "say first: true once")
    return tuple(out)


def actions(build: Build) -> tuple[Action, ...]:
    """What a person can do."""
    out = []
    for item in build.items("interface", "actions"):
        made = build.entity_name(item.get("make"))
        on = build.entity_name(item.get("on"))
        assigned: Mapping[str, Text] = item.get("set") or {}
        _assigned(build, assigned, build.entities.get(made or on or ""))
        if assigned and not (made or on):
            first = next(iter(assigned.values()))
            message = "set has nothing to set: the action has neither on nor make"
            build.problem("spec/action", message, first.place, first.path, "add on: or make: with an entity")
        out.append(
            Action(
                **build.common(item, "interface.actions"),
                on=on,
                when=item.get("when"),
                make=made,
                set=assigned,
                args=build.args(item.get("args"), optional=True),
                roles=_roles(build, item),
            )
        )
    return tuple(out)


def _roles(build: Build, item: Mapping[str, Any]) -> tuple[str, ...]:
    ids = {str(r["name"]): r["id"] for r in build.items("interface", "roles")}
    return tuple(ids.get(str(r), str(r)) for r in item.get("roles") or ())


def _columns(build: Build, columns: Iterable[Text], shown: list[Entity]) -> None:
    known = list(dict.fromkeys(f.name for e in shown for f in e.fields))
    for column in columns:
        if shown and not any(fields_along(build.entities.get, e, column.text) for e in shown):
            has = "have" if len(shown) > 1 else "has"
            message = f"{' and '.join(e.name for e in shown)} {has} no field {column.text!r}"
            build.problem("spec/unknown-field", message, column.place, column.path, names.suggest(column.text, known))


def _assigned(build: Build, assigned: Mapping[str, Text], entity: Entity | None) -> None:
    if entity is None:
        return
    known = [f.name for f in entity.fields]
    for name, text in assigned.items():
        if name not in known:
            message = f"{entity.name} has no field {name!r}"
            build.problem("spec/unknown-field", message, text.place, text.path, names.suggest(name, known))
