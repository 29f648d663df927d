"""``acceptance``, ``done`` and ``code``: what proves the application, and where its code stands."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.spec import names
from factory_git.spec.expand import Cell
from factory_git.spec.layers.build import Build
from factory_git.spec.model import Action, Binding, Entity, Field, Pipeline, Scenario, Text
from factory_git.spec.types import ANY, BOOL, DATE, Optional

Given = dict[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]]
_ACT = ("on", "actor", "role", "day", "refused")
_MOST_RUNS = 10_000


def scenarios(build: Build, pipelines: tuple[Pipeline, ...], actions: tuple[Action, ...]) -> tuple[Scenario, ...]:
    """The acceptance items."""
    return tuple(_scenario(build, item, pipelines, actions) for item in build.items("acceptance"))


def _scenario(
    build: Build, item: Mapping[str, Any], pipelines: tuple[Pipeline, ...], actions: tuple[Action, ...]
) -> Scenario:
    common = build.common(item, "acceptance")
    kinds = [k for k in ("forall", "test", "judge") if k in item]
    if len(kinds) > 1:
        message = f"a scenario is one of forall, test, judge; this one has {' and '.join(kinds)}"
        build.problem("spec/scenario", message, common["place"], common["path"], "make a scenario of each")
    kind = {"forall": "property"}.get(kinds[0], kinds[0]) if kinds else "example" if "then" in item else "prose"
    if "then" not in item and ("when" in item or "forall" in item):
        message = "this scenario runs something and expects nothing"
        build.problem("spec/scenario", message, common["place"], common["path"], "add then: with what must hold")
    judge: Text | None = item.get("judge")
    return Scenario(
        **common,
        kind=kind,
        covers=tuple(str(t) for t in item.get("covers") or ()),
        given=_given(build, item.get("given") or {}, common["path"]),
        forall=_forall(build, item.get("forall") or {}, common),
        when=tuple(_when(build, w, common, pipelines, actions) for w in item.get("when") or ()),
        then=tuple(item.get("then") or ()),
        test=item.get("test"),
        judge=judge.text if judge else None,
        holdout=bool(item.get("holdout")),
    )


def _given(build: Build, tables: Mapping[str, list[list[Cell]]], path: SpecPath) -> Given:
    out: Given = {}
    for name, rows in tables.items():
        declared = build.entity_name(name) or name
        entity = build.entities.get(declared)
        if not rows or entity is None:
            continue
        header = tuple(c.text.text for c in rows[0])
        fields = [entity.field(column) for column in header]
        _header(build, entity, rows[0], path)
        body = tuple(
            tuple(_value(build, cell, field, declared, path) for cell, field in zip(row, fields, strict=True))
            for row in rows[1:]
        )
        _keys(build, entity, rows, path)
        out[declared] = (header, body)
    return out


def _value(build: Build, cell: Cell, field: Field | None, entity: str, path: SpecPath) -> Any:
    if field is None:
        return cell.value
    return build.cell(cell, field.type, f"{entity}.{field.name}", path, optional=field.optional or not field.typed)


def _header(build: Build, entity: Entity, cells: list[Cell], path: SpecPath) -> None:
    """Columns are fields, each once, and what must have a value has a column."""
    known = [f.name for f in entity.fields]
    seen: set[str] = set()
    for cell in cells:
        column = cell.text.text
        if column not in known and entity.fields:
            message = f"{entity.name} has no field {column!r}"
            build.problem("spec/unknown-field", message, cell.text.place, path, names.suggest(column, known))
        if column in seen:
            build.problem("spec/table", f"column {column!r} stands twice", cell.text.place, path)
        seen.add(column)
    for field in entity.fields:
        if field.typed and not field.optional and not field.has_default and field.name not in seen:
            message = f"the table of {entity.name} has no column {field.name!r}, which is required"
            build.problem(
                "spec/table", message, cells[0].text.place, path, f"add it, or make it optional: {field.type}?"
            )


def _keys(build: Build, entity: Entity, rows: list[list[Cell]], path: SpecPath) -> None:
    """No two rows of a table have one key."""
    columns = [n for n, c in enumerate(rows[0]) if entity.key and c.text.text == entity.key.name]
    for column in columns:
        seen: set[str] = set()
        for cells in rows[1:]:
            key = cells[column].text
            if key.text in seen:
                build.problem("spec/table", f"two rows of {entity.name} have the key {key.text!r}", key.place, path)
            seen.add(key.text)


def _forall(build: Build, bounds: Mapping[str, int], common: Mapping[str, Any]) -> dict[str, int]:
    out: dict[str, int] = {}
    for name, most in bounds.items():
        if most < (1 if name == "runs" else 0) or most > _MOST_RUNS:
            message = f"forall {name}: {most} is out of range (at most {_MOST_RUNS:,})"
            build.problem("spec/scenario", message, common["place"], common["path"])
        out[name if name == "runs" else build.entity_name(name) or name] = most
    return out


def _when(
    build: Build,
    given: Mapping[str, Any],
    common: Mapping[str, Any],
    pipelines: tuple[Pipeline, ...],
    actions: tuple[Action, ...],
) -> dict[str, Any]:
    run, act = given.get("run"), given.get("act")
    if (run is None) == (act is None):
        message = "when names what happens: run: a pipeline, or act: an action"
        build.problem("spec/scenario", message, common["place"], common["path"], "as in when: {run: nightly}")
        return {}
    if act is not None:
        return _act(build, act, given, common, actions)
    pipeline = next((p for p in pipelines if str(run) in (p.id, p.name)), None)
    out: dict[str, Any] = {"run": pipeline.id if pipeline else str(run)}
    for name, cell in given.items():
        if not isinstance(cell, Cell):
            continue
        if name == "refused" and not (pipeline and name in pipeline.args):
            out[name] = build.cell(cell, BOOL, "refused", common["path"])
            continue
        if pipeline is not None and name not in pipeline.args:
            message = f"pipeline {pipeline.id} has no argument {name!r}"
            hint = names.suggest(name, pipeline.args)
            build.problem("spec/unknown-argument", message, cell.text.place, common["path"], hint)
        drawn = cell.text.text == "any" and not cell.quoted
        type_ = pipeline.args.get(name, ANY) if pipeline else ANY
        out[name] = "any" if drawn else build.cell(cell, type_, f"argument {name}", common["path"])
    for name in pipeline.args if pipeline else ():
        if name not in out:
            message = f"pipeline {pipeline.id if pipeline else run} needs the argument {name!r}"
            build.problem("spec/missing-argument", message, common["place"], common["path"], f"add {name}: …")
    return out


def _act(
    build: Build, act: Text, given: Mapping[str, Any], common: Mapping[str, Any], actions: tuple[Action, ...]
) -> dict[str, Any]:
    """An action with who acts, on which row, its arguments, and whether it must be refused."""
    action = next((a for a in actions if act.text in (a.id, a.name)), None)
    out: dict[str, Any] = {"act": action.id if action else act.text}
    args = action.args if action else {}
    for name, cell in given.items():
        if not isinstance(cell, Cell):
            continue
        if action is not None and name not in (*_ACT, *args):
            message = f"action {action.id} has no argument {name!r}"
            hint = names.suggest(name, (*_ACT, *args))
            build.problem("spec/unknown-argument", message, cell.text.place, common["path"], hint)
        type_ = args.get(name, ANY)
        inner = type_.of if isinstance(type_, Optional) else type_
        kind = DATE if name == "day" and name not in args else inner
        out[name] = build.cell(cell, kind, f"argument {name}", common["path"], optional=inner is not type_)
    wanted = [n for n, t in args.items() if not isinstance(t, Optional) and t != BOOL]
    for name in (*(["on"] if action and action.on else []), *wanted):
        if name not in out:
            message = f"action {act.text} needs {name!r}"
            build.problem("spec/missing-argument", message, act.place, common["path"], f"add {name}: …")
    return out


def done(build: Build) -> tuple[Text, ...]:
    """The commands of the definition of done, in order."""
    return tuple(item["run"] for item in build.items("done") if "run" in item)


def bindings(build: Build) -> tuple[Binding, ...]:
    """Where nodes' code stands: the layer ``code`` by path, and each node's own ``code``. Sorted by path."""
    found: dict[SpecPath, Binding] = {}
    layer = build.data.get("code")
    for key, value in layer.items() if isinstance(layer, Mapping) else ():
        if isinstance(value, Mapping) and not key.startswith("x-") and "at" in value:
            at: Text = value["at"]
            if key not in build.places:
                hint = names.suggest(key, build.places)
                build.problem("spec/unknown-path", f"the spec has no {key!r}", at.place, "code", hint)
            _bind(build, found, SpecPath(key), value)
    for path, item in walk(build.data):
        if "code" in item and "at" in item["code"]:
            _bind(build, found, path, item["code"])
    return tuple(found[path] for path in sorted(found))


def _bind(build: Build, found: dict[SpecPath, Binding], path: SpecPath, code: Mapping[str, Any]) -> None:
    at: Text = code["at"]
    if path in found:
        message = f"{path} is bound twice; the first is at {found[path].place}"
        build.problem("spec/binding", message, at.place, path, "keep one of them")
        return
    if at.text.startswith(("/", "~")) or ".." in at.text.split("::")[0].split("/"):
        build.problem("spec/binding", f"{at.text!r} is outside the repository", at.place, path, "as in src/x.py::Block")
    found[path] = Binding(path=path, at=at.text, mode=str(code.get("mode", "bound")), place=at.place)


def walk(data: Any, path: str = "") -> Iterator[tuple[SpecPath, Mapping[str, Any]]]:
    """Every item of expanded data with its path."""
    if isinstance(data, list):
        for item in data:
            own_id = item.get("id") if isinstance(item, Mapping) else None
            if isinstance(own_id, str):  # in the rows and steps of a scenario `id` is a value
                own = names.join(path, own_id)
                yield own, item
                yield from walk({k: v for k, v in item.items() if isinstance(v, list)}, own)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if not key.startswith("x-") and (isinstance(value, list) or (not path and isinstance(value, Mapping))):
                yield from walk(value, names.join(path, key)) if isinstance(value, list) else walk_layer(key, value)


def walk_layer(layer: str, data: Mapping[str, Any]) -> Iterator[tuple[SpecPath, Mapping[str, Any]]]:
    """The items of one layer's lists."""
    for key, value in data.items():
        if isinstance(value, list) and not key.startswith("x-"):
            yield from walk(value, names.join(layer, key))


def package(build: Build, app_id: str) -> str:
    """The package of the generated code: ``code.package``, else the app's id made a Python name."""
    layer = build.data.get("code")
    given: Text | None = layer.get("package") if isinstance(layer, Mapping) else None
    if given is None:
        name = app_id if app_id[:1].isalpha() else f"app_{app_id}"
        return f"{name}_" if keyword.iskeyword(name) else name
    if not names.IDENTIFIER.fullmatch(given.text) or keyword.iskeyword(given.text):
        build.problem("spec/name", f"{given.text!r} cannot be a package", given.place, "code", "as in my_app")
    return given.text
