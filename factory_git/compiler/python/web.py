"""What the pages of the application are made of: ``interface.py``, ``roles.py``, ``actions.py``, a module per panel.

The server and the look of the pages are the same for every application: :data:`RUNTIME`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.compiler.python import actions, names, roles, source, words
from factory_git.compiler.python.actions import arguments, items
from factory_git.compiler.python.expressions import emit as expression
from factory_git.compiler.python.layout import lay_out
from factory_git.compiler.python.terms import calls, own
from factory_git.compiler.schema import kind
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis
from factory_git.spec.expr.ast import Unary
from factory_git.spec.expr.parse import parse
from factory_git.spec.expr.relations import sure
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Panel, Spec, Text
from factory_git.spec.types import Enum, ListOf, Ref

RUNTIME = (
    "acting.py",
    "view.py",
    "web/__init__.py",
    *(f"web/{name}.py" for name in ("markup", "cells", "frame", "forms", "pages", "session", "routes", "server")),
    "web/style.css",
)
"""Files copied from the run-time library, relative to it and to the package."""

_FOLDER = Path(__file__).parent / "runtime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """A file: its path below the package, its text, the nodes it is about, those it reads besides."""

    path: str
    text: str
    of: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


def files(spec: Spec, analysis: Analysis) -> Iterator[Emitted]:
    """Every file of the application that shows it to people, the copied ones among them."""
    for name in RUNTIME:
        yield Emitted(path=name, text=(_FOLDER / name).read_text(encoding="utf-8"))
    yield Emitted(path="roles.py", text=roles.emit(spec), of=("interface.roles",), nodes=("app.title",))
    read = tuple(sorted({*actions.reads(spec, analysis), "app.title"}))
    yield Emitted(path="actions.py", text=actions.emit(spec, analysis), of=("interface.actions",), nodes=read)
    yield _interface(spec)
    panels = _panels(spec)
    for panel in panels:
        yield _panel(spec, panel, analysis)
    yield _table(spec, panels)


# The whole of it: entities as columns, panels, roles, actions, pipelines, rules.


def _interface(spec: Spec) -> Emitted:
    entities = f"ENTITIES: tuple[view.Entity, ...] = {items(_entity(spec, e) for e in spec.entities)}"
    pipelines = f"PIPELINES: tuple[view.Pipeline, ...] = {items(_pipelines(spec))}"
    rules = f"RULES: tuple[view.Rule, ...] = {items(_rules(spec))}"
    purpose = str(spec.raw.get("identity", {}).get("purpose", ""))
    given = [
        f"title={source.quote(spec.title)}",
        f"version={source.quote(spec.version)}",
        f"purpose={source.quote(purpose)}",
        "entities=ENTITIES",
        "panels=PANELS",
        "roles=ROLES",
        "actions=ACTIONS",
        "pipelines=PIPELINES",
        "rules=RULES",
        f"disclaimers={source.literal(tuple(d.name for d in spec.disclaimers))}",
    ]
    imports = {
        "view": "view",
        "acting": "acting",
        "PANELS": "web.panels.PANELS",
        "ROLES": "roles.ROLES",
        "ACTIONS": "actions.ACTIONS",
    }
    body = ["\n".join([entities, pipelines, rules, f"APP = view.App({', '.join(given)})"])]
    text = source.module(f"{spec.title} as it is shown to people: fields, panels, rules", body, imports)
    nodes = ("app", "data_contracts.entities", "identity.purpose", "safety", *(p.path for p in spec.pipelines))
    return Emitted(path="interface.py", text=text, of=("interface",), nodes=nodes)


def _entity(spec: Spec, entity: Entity) -> str:
    title = words.human(entity.name)
    given = [
        f"attribute={source.quote(names.attribute(entity))}",
        f"name={source.quote(entity.name)}",
        f"title={source.quote(title)}",
        f"many={source.quote(words.many(title))}",
    ]
    given += [f"key={source.quote(names.field_name(entity.key))}"] if entity.key else []
    label = words.label(entity)
    given += [f"label={source.quote(names.field_name(label))}"] if label else []
    given.append(f"columns={items(_column(spec, f) for f in entity.fields)}")
    return f"view.Entity({', '.join(given)})"


def _column(spec: Spec, field: Field, via: Sequence[Field] = ()) -> str:
    title = words.column(field) if not via else f"{words.column(via[-1])} {words.column(field).lower()}"
    given = [
        f"attribute={source.quote(names.field_name(field))}",
        f"field={source.quote('.'.join(f.name for f in (*via, field)))}",
        f"title={source.quote(title)}",
        f"kind={source.quote(kind(spec, field.type))}",
    ]
    given += [f"unit={source.quote(field.unit)}"] if field.unit else []
    pii = field.pii or _key_pii(spec, field)
    given += [f"pii={source.quote(pii)}"] if pii else []
    target = _target(spec, field)
    given += [f"ref={source.quote(names.attribute(target))}"] if target else []
    given += [f"words={source.literal(field.type.values)}"] if isinstance(field.type, Enum) else []
    given += [f"via={items(_column(spec, f) for f in via)}"] if via else []
    return f"view.Column({', '.join(given)})"


def _target(spec: Spec, field: Field) -> Entity | None:
    """The entity that a field, or each item of it, refers to."""
    inner = field.type.item if isinstance(field.type, ListOf) else field.type
    return spec.entity(inner.entity) if isinstance(inner, Ref) else None


def _key_pii(spec: Spec, field: Field) -> str | None:
    """A reference to rows whose key is personal data is personal data too, of the same class."""
    seen: set[str] = set()
    target = _target(spec, field)
    while target is not None and target.key is not None and target.name not in seen:
        if target.key.pii:
            return target.key.pii
        seen.add(target.name)
        target = _target(spec, target.key)
    return None


def _pipelines(spec: Spec) -> Iterator[str]:
    for pipeline in spec.pipelines:
        given = [
            f"id={source.quote(names.module(pipeline))}",
            f"title={source.quote(words.human(pipeline.name))}",
        ]
        given += [f"args={arguments(spec, pipeline.args)}"] if pipeline.args else []
        yield f"view.Pipeline({', '.join(given)})"


def _rules(spec: Spec) -> Iterator[str]:
    for rule in spec.guardrails:
        given = [f"name={source.quote(rule.name)}", f"path={source.quote(rule.path)}"]
        given += ["executable=False"] if rule.always is None else []
        yield f"view.Rule({', '.join(given)})"


# A module per panel.


def _panels(spec: Spec) -> tuple[Panel, ...]:
    """The panels of the spec; with none, one that shows everything."""
    if spec.panels:
        return spec.panels
    place = next(iter(spec.places.values()))
    shows = tuple(e.name for e in spec.entities)
    return (Panel(path=SpecPath("interface"), id="all", name="Everything", place=place, shows=shows, first=True),)


def _panel(spec: Spec, panel: Panel, analysis: Analysis) -> Emitted:
    shown = [e for name in dict.fromkeys(panel.shows) if (e := spec.entity(name))]
    typed = analysis.panels.get(panel.path, {})
    body = ["\n".join(_rows(spec, panel, e, typed)) for e in shown]
    sections = items(_section(spec, panel, e) for e in shown)
    given = [f"id={source.quote(panel.id)}", f"title={source.quote(panel.name)}", f"sections={sections}"]
    given += ["first=True"] if _is_first(spec, panel) else []
    given += [f"roles={source.literal(panel.roles)}"] if panel.roles else []
    body.append(f"{source.tag(panel.path)}\nPANEL = view.Panel({', '.join(given)})")
    imports = {**own(spec), "view": "view", "terms": "terms"}
    text = source.module(f"The panel {panel.name}", body, imports, level=2)
    nodes = {str(p) for t in typed.values() for p in t.reads} | {e.path for e in shown}
    along = [spec.path_of(e, name) for e in shown for name in panel.columns]
    nodes |= {str(f.path) for fields in along if len(fields) > 1 for f in fields}
    first = {p.path for p in spec.panels} if _is_first(spec, panel) and not panel.first else set()
    read = tuple(sorted(nodes | first))
    return Emitted(path=f"web/panels/{_module(panel)}.py", text=text, of=(panel.path,), nodes=read)


def _is_first(spec: Spec, panel: Panel) -> bool:
    return panel.first or (panel is _panels(spec)[0] and not any(p.first for p in spec.panels))


def _section(spec: Spec, panel: Panel, entity: Entity) -> str:
    shown = [_shown(spec, steps) for name in panel.columns if (steps := spec.path_of(entity, name))]
    given = [f"entity={source.quote(names.attribute(entity))}", f"rows={_function(entity)}"]
    given += [f"columns={items(shown)}"] if shown else []
    return f"view.Section({', '.join(given)})"


def _shown(spec: Spec, steps: Sequence[Field]) -> str:
    """A column of a panel: a field by its name, or all of a column that references lead to."""
    return source.quote(names.field_name(steps[0])) if len(steps) == 1 else _column(spec, steps[-1], steps[:-1])


def _rows(spec: Spec, panel: Panel, entity: Entity, typed: Mapping[tuple[str, str], Typed]) -> list[str]:
    where = typed.get((entity.name, "where"))
    all_rows = f"world.{names.attribute(entity)}"
    rows = f"[it for it in {all_rows} if {expression(where, calls(spec))}]" if where else f"list({all_rows})"
    keys = [
        _key(spec, typed[entity.name, f"order.{n}"], text)
        for n, text in enumerate(panel.order)
        if (entity.name, f"order.{n}") in typed
    ]
    title = words.many(words.human(entity.name))
    lines = [source.tag(panel.path), f"def {_function(entity)}(world: World) -> list[{names.class_name(entity)}]:"]
    lines += source.docstring(f"{title} as {panel.name} shows them", 4)
    if keys:
        lines += [f"    rows = {rows}", f"    return sorted(rows, key=lambda it: {items(keys)})"]
    else:
        lines.append(f"    return {rows}")
    return lines


def _key(spec: Spec, typed: Typed, text: Text) -> str:
    given = [expression(typed, calls(spec))]
    type_ = sure(typed.type)
    given += [source.literal(type_.values)] if isinstance(type_, Enum) else []
    given += ["down=True"] if _descends(text) else []
    return f"view.rank({', '.join(given)})"


def _descends(text: Text) -> bool:
    node = parse(text)
    return isinstance(node, Unary) and node.op == "-"


def _function(entity: Entity) -> str:
    return f"{names.identifier(entity.id).rstrip('_')}_rows"


def _module(panel: Panel) -> str:
    return names.free(names.identifier(panel.id), frozenset({"view", "model", "terms", "values", "kit"}))


def _table(spec: Spec, panels: tuple[Panel, ...]) -> Emitted:
    modules = [_module(p) for p in panels]
    shown = items(f"{name}.PANEL" for name in modules)
    body = f"PANELS: tuple[view.Panel, ...] = {shown}"
    text = source.module(f"The panels of {spec.title}, in order", [body], {"view": "view"}, level=2)
    head, _, rest = text.partition("from ... import view\n")
    lines = "from . import " + ", ".join(sorted(modules))
    whole = f"{head}from ... import view\n{lay_out(lines)}\n{rest}"
    return Emitted(path="web/panels/__init__.py", text=whole, of=tuple(p.path for p in panels), nodes=("app.title",))
