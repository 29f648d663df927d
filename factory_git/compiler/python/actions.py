"""``actions.py`` of the application: a function for each action, which itself holds who may do it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory_git.compiler.python import names, source, words
from factory_git.compiler.python.expressions import emit as expression
from factory_git.compiler.python.pytypes import python_type, resolve
from factory_git.compiler.python.terms import calls, own
from factory_git.compiler.schema import kind
from factory_git.core.errors import Problem, SpecError
from factory_git.spec.check import Analysis
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Action, Entity, Spec
from factory_git.spec.types import Enum, ListOf, Optional, Ref, Type

_TAKEN = frozenset({"acting", "act", "it", "on", "row", "always", "replace", "terms", "values", "actions", "view"})


def emit(spec: Spec, analysis: Analysis) -> str:
    """The source of ``actions.py``."""
    body: list[str] = []
    for action in spec.actions:
        body += [*_act_class(spec, action), *_functions(spec, action, analysis.actions.get(action.path, {}))]
    entries = ", ".join(_entry(spec, a) for a in spec.actions)
    body.append(f"ACTIONS: tuple[acting.Action, ...] = ({entries}{',' if len(spec.actions) == 1 else ''})")
    imports = {**own(spec), "acting": "acting", "terms": "terms"}
    return source.module(f"What people do in {spec.title}", body, imports)


def function(action: Action) -> str:
    """The name of an action's function."""
    return names.function(action, _TAKEN)


def act_class(action: Action) -> str:
    """The class of an action's acts: its own where it asks for arguments."""
    if not action.args:
        return "acting.Act"
    return "".join(w.capitalize() for w in names.identifier(action.id).split("_")) + "Act"


def argument(spec: Spec, name: str, type_: Type) -> str:
    """The source of an ``acting.Arg``: what a form or the command line asks for."""
    inner = type_.of if isinstance(type_, Optional) else type_
    given = [
        f"name={source.quote(name)}",
        f"attribute={source.quote(names.argument(name))}",
        f"title={source.quote(words.human(name))}",
        f"kind={source.quote(kind(spec, inner))}",
    ]
    given += ["optional=True"] if isinstance(type_, Optional) else []
    given += [f"words={source.literal(inner.values)}"] if isinstance(inner, Enum) else []
    target = spec.entity(inner.entity) if isinstance(inner, Ref) else None
    given += [f"ref={source.quote(names.attribute(target))}"] if target else []
    return f"acting.Arg({', '.join(given)})"


def arguments(spec: Spec, args: Mapping[str, Type]) -> str:
    """The source of the tuple of several."""
    return items(argument(spec, n, t) for n, t in args.items())


def items(parts: Iterable[str]) -> str:
    """The source of a tuple."""
    found = list(parts)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _act_class(spec: Spec, action: Action) -> list[str]:
    if not action.args:
        return []
    lines = [source.tag(action.path), "@dataclass(frozen=True, slots=True, kw_only=True)"]
    lines.append(f"class {act_class(action)}(acting.Act):")
    lines += source.docstring(f"What {action.name!r} asks for: ``act.…`` in the spec", 4)
    lines.append("")
    lines += [f"    {names.argument(n)}: {python_type(spec, t)}" for n, t in action.args.items()]
    return ["\n".join(lines)]


def _functions(spec: Spec, action: Action, typed: Mapping[str, Typed]) -> list[str]:
    on = _keyed(spec, action)
    found = []
    when = typed.get("when")
    if when is not None:
        found.append("\n".join(_may(spec, action, when, on)))
    return [*found, "\n".join(_do(spec, action, typed, on))]


def _keyed(spec: Spec, action: Action) -> Entity | None:
    """The entity an action is on; SpecError where its rows cannot be told apart."""
    entity = spec.entity(action.on) if action.on else None
    if entity is not None and entity.key is None:
        message = f"action '{action.id}' is on {entity.name}, which has no key: its rows cannot be told apart"
        hint = f"mark a field of {entity.name} as its key: `id: text key`"
        problem = Problem(code="compile/no-key", message=message, place=action.place, path=action.path, hint=hint)
        raise SpecError(message, [problem], code=problem.code, hint=hint)
    return entity


def _may(spec: Spec, action: Action, when: Typed, on: Entity | None) -> list[str]:
    row = f"it: {names.class_name(on)}" if on else "it: None"
    act = act_class(action) if _asks(action) else "acting.Act"
    code = expression(when, calls(spec))
    return [
        source.tag(action.path),
        f"def may_{function(action)}(world: World, {row}, act: {act}) -> bool:",
        *source.docstring(f"When {action.name!r} is possible: ``{action.when}``", 4),
        f"    return {code}",
    ]


def _do(spec: Spec, action: Action, typed: Mapping[str, Typed], on: Entity | None) -> list[str]:
    title = source.quote(action.name)
    made = spec.entity(action.make) if action.make else on if action.set else None
    key = python_type(spec, resolve(spec, on.key.type)) if on and on.key else "None"
    result = names.class_name(made) if made else "None"
    signature = f"def {function(action)}(world: World, on: {key}, act: {act_class(action)}) -> {result}:"
    lines = [source.tag(action.path), signature]
    lines += source.docstring(_says(action, made), 4, ["Raises ``kit.AppError`` and changes nothing where it may not"])
    lines.append(f"    acting.allow({title}, act.role, {source.literal(action.roles)})")
    lines.append(f"    acting.signed({title}, act)")
    sets = {n.removeprefix("set."): expression(t, calls(spec)) for n, t in typed.items() if n.startswith("set.")}
    if on is not None:
        lines.append(f"    it = world.{names.getter(on)}(on)")
    if "when" in typed:
        row = "it" if on else "None"
        lines.append(f"    acting.need({title}, may_{function(action)}(world, {row}, act))")
    if made is None:
        return [*_unused(lines), f"    raise kit.NotBound({source.quote(action.path)})"]
    given = ", ".join(f"{names.field_name(f)}={sets[f.name]}" for f in made.fields if f.name in sets)
    attribute = f"world.{names.attribute(made)}"
    if action.make:
        lines += [f"    row = {result}({given})", f"    {attribute}.append(row)"]
    else:
        lines += [f"    row = replace(it, {given})", f"    acting.swap({attribute}, it, row)"]
    return [*_unused(lines), "    return row"]


def _unused(lines: list[str]) -> list[str]:
    """``it = …`` without the ``it`` where nothing reads it: the row must be there all the same."""
    start = next((n for n, line in enumerate(lines) if line.startswith("    it = ")), None)
    if start is None:
        return lines
    body = "\n".join(line.strip() for line in lines[start + 1 :])
    if body and "it" in source.names_used(body):
        return lines
    return [*lines[:start], lines[start].replace("it = ", "", 1), *lines[start + 1 :]]


def _says(action: Action, made: Entity | None) -> str:
    what = f" makes {made.name}" if made and action.make else f" changes {made.name}" if made else " is not bound yet"
    who = f", by {', '.join(action.roles)}" if action.roles else ""
    return f"{action.name}:{f' on {action.on},' if action.on else ''}{what}{who}"


def _entry(spec: Spec, action: Action) -> str:
    on = spec.entity(action.on) if action.on else None
    made = spec.entity(action.make) if action.make else None
    judged = action.when is not None and not _asks(action)
    given = [
        f"id={source.quote(action.id)}",
        f"title={source.quote(action.name)}",
        f"on={source.quote(names.attribute(on) if on else '')}",
        f"make={source.quote(names.attribute(made) if made else '')}",
        f"roles={source.literal(action.roles)}",
        f"args={arguments(spec, action.args)}",
        f"act={act_class(action)}",
        f"may={f'may_{function(action)}' if judged else 'acting.always'}",
        f"do={function(action)}",
    ]
    return f"acting.Action({', '.join(given)})"


def _asks(action: Action) -> bool:
    """Whether ``when`` reads what only the person can say, so that nobody knows before they do."""
    text = action.when.text if action.when else ""
    return any(f"act.{name}" in text.replace(" ", "") for name in action.args)


def reads(spec: Spec, analysis: Analysis) -> set[str]:
    """The nodes that ``actions.py`` depends on besides its own."""
    found: set[str] = set()
    for action in spec.actions:
        found |= {str(p) for t in analysis.actions.get(action.path, {}).values() for p in t.reads}
        for name in (action.on, action.make):
            entity = spec.entity(name) if name else None
            found |= {entity.path} if entity else set()
        for type_ in action.args.values():
            inner = type_.of if isinstance(type_, Optional) else type_
            inner = inner.item if isinstance(inner, ListOf) else inner
            entity = spec.entity(inner.entity) if isinstance(inner, Ref) else None
            found |= {entity.path} if entity else set()
    return found
