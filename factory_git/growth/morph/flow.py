"""Operations on what the application does: steps, gates, who is served first, what is shown and who may act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.morph.call import Call, find, listed, refused
from factory_git.growth.morph.nodes import add, attribute
from factory_git.spec import typewords
from factory_git.spec.edit import Op, Set, Unset
from factory_git.spec.graph import Graph
from factory_git.spec.schema import NODE
from factory_git.spec.types import Enum


def insert_gate(call: Call, graph: Graph) -> list[Op]:
    """``{insert_gate: NAME, in: P, after: STEP, gate: ENTITY, keep: EXPR, else: …}``; without ``keep`` it is a name."""
    if not {"after", "before"} & call.args.keys():
        raise refused(f"insert_gate {call.subject}: where?", "say after: or before: a step")
    if ("gate" in call.args) != ("keep" in call.args):
        raise refused(
            f"insert_gate {call.subject}: gate: (whose rows) and keep: (which stay) belong together",
            "without both the gate is a name that somebody binds later",
        )
    return add("step")(call, graph)


def bind_step(call: Call, graph: Graph) -> list[Op]:
    """``{bind_step: STEP, each: …}``: a step that is only a name gets its skill."""
    step = find(graph, "step", call.about, call)
    if graph.spec.pipelines and skill_of(graph, step.path):
        raise refused(f"bind_step: {step.path} has a skill already", "swap_step gives it another one")
    return [attribute(step.path, key, value) for key, value in call.attributes.items()]


def swap_step(call: Call, graph: Graph) -> list[Op]:
    """``{swap_step: STEP, …}``: another skill, with all that it needs; what was said of the old one goes."""
    step = find(graph, "step", call.about, call)
    old = [key for key in step.value if key not in NODE and key not in call.attributes]
    return [*(Unset(step.path, key) for key in old),
            *(attribute(step.path, key, value) for key, value in call.attributes.items())]  # fmt: skip


def unbind_step(call: Call, graph: Graph) -> list[Op]:
    """``{unbind_step: STEP}``: the step is only a name again."""
    step = find(graph, "step", call.about, call)
    return [Unset(step.path, key) for key in step.value if key not in NODE]


def allocate(call: Call, graph: Graph) -> list[Op]:
    """``{allocate: STEP, first: CONDITION}`` or ``order: [KEYS]``: who is served first."""
    path, raw = _raw_step(call, graph)
    held = raw.get("allocate")
    if not isinstance(held, Mapping):
        raise refused(f"allocate: {path} allocates nothing", "name a step whose skill is allocate")
    if ("first" in call.args) == ("order" in call.args):
        raise refused(f"allocate {call.subject}: say first: a condition, or order: all keys")
    order = call.args.get("order")
    if order is None:
        order = [f"-({call.text('first')})", *_many(held.get("order"))]
    return [Set(path, ("allocate", "order"), _many(order))]


def tighten_gate(call: Call, graph: Graph) -> list[Op]:
    """``{tighten_gate: STEP, also: CONDITION}``: rows must fulfil this, too."""
    path, raw = _raw_step(call, graph)
    if "keep" not in raw:
        raise refused(f"tighten_gate: {path} is no gate", "name a step whose skill is gate")
    return [Set(path, "keep", both(str(raw["keep"]), call.text("also")))]


def show(call: Call, graph: Graph) -> list[Op]:
    """``{show: ENTITY, on: PANEL}``."""
    panel, shown, entity = _panel(call, graph)
    if entity in shown:
        raise refused(f"show: {panel} shows {entity} already")
    return [Set(panel, "shows", [*shown, entity])]


def hide(call: Call, graph: Graph) -> list[Op]:
    """``{hide: ENTITY, on: PANEL}``."""
    panel, shown, entity = _panel(call, graph)
    if entity not in shown:
        raise refused(f"hide: {panel} does not show {entity}", f"it shows {', '.join(shown) or 'nothing'}")
    if shown == [entity]:
        raise refused(f"hide: {panel} shows nothing else", f"take it away: {{remove_surface: {panel}}}")
    return [Set(panel, "shows", [one for one in shown if one != entity])]


def add_field(call: Call, graph: Graph) -> list[Op]:
    """``{add_field: NAME, in: ENTITY, type: TYPE, …}``; a field may be said as ``Entity.name``."""
    owner, dot, name = call.about.rpartition(".")
    if dot:
        call = Call(op=call.op, subject=name, args={"in": owner, **call.args})
    listed(graph, "field", call)
    return add("field")(call, graph)


def enum_value(call: Call, graph: Graph) -> list[Op]:
    """``{add_enum_value: FIELD, value: WORD}``, ``remove_…``, ``{rename_enum_value: FIELD, value: A, to: B}``."""
    path = find(graph, "field", call.about, call).path
    held = item(graph, path)
    word, apart = typewords.parse(str(held.get("type", "any"))), _many(held.get("values"))
    if not isinstance(word.type, Enum):
        raise refused(f"{call.op}: {path} is no enum", f"its type is {word.type}")
    values, value = [str(one) for one in apart or word.type.values], call.text("value")
    changed = _revalued(call, values, value)
    if changed == values:
        raise refused(f"{call.op}: nothing changes: {path} has {', '.join(values)}")
    if apart:
        return [Set(path, "values", changed)]
    tail = " key" if word.key else "?" if word.optional else ""
    return [Set(path, "type", f"{Enum(tuple(changed))}{tail}")]


def _revalued(call: Call, values: list[str], value: str) -> list[str]:
    match call.op:
        case "add_enum_value":
            return values if value in values else [*values, value]
        case "remove_enum_value":
            return [one for one in values if one != value]
        case _:
            return [call.text("to") if one == value else one for one in values]


def trigger(call: Call, graph: Graph) -> list[Op]:
    """``{set_trigger: PIPELINE, cron: …, args: …}``: what is not said stays."""
    path = find(graph, "pipeline", call.about, call).path
    held = item(graph, path).get("trigger")
    now = {**(held if isinstance(held, Mapping) else {}), **call.attributes}
    return [Set(path, "trigger", {key: value for key, value in now.items() if value is not None})]


def both(old: str, new: str) -> str:
    """A condition that says both."""
    return f"({old.strip()}) && ({new.strip()})"


def item(graph: Graph, path: str) -> Mapping[str, Any]:
    """A node as the spec has it, expanded but not respelled. Empty for what is no mapping."""
    here: Any = graph.spec.raw
    for part in path.split("."):
        if isinstance(here, list):
            here = next((one for one in here if one.get("id") == part), None)
        else:
            here = here.get(part) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def skill_of(graph: Graph, path: str) -> str:
    """The skill of the step at an address; empty for a hole."""
    steps = (step for pipeline in graph.spec.pipelines for step in pipeline.steps)
    return next((step.skill or "" for step in steps if step.path == path), "")


def _raw_step(call: Call, graph: Graph) -> tuple[SpecPath, Mapping[str, Any]]:
    path = find(graph, "step", call.about, call).path
    return path, item(graph, path)


def _panel(call: Call, graph: Graph) -> tuple[SpecPath, list[str], str]:
    panel = find(graph, "panel", call.args.get("on"), call).path
    entity = find(graph, "entity", call.about, call).name
    return panel, [str(one) for one in _many(item(graph, panel).get("shows"))], entity


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
