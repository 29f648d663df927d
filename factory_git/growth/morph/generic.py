"""Operations on any node, by its address: for what has no name of its own among the operations."""

from __future__ import annotations

from factory_git.core.ids import SpecPath
from factory_git.growth.morph.call import Call, refused
from factory_git.growth.morph.nodes import attribute, renamed, unnamed
from factory_git.spec.edit import Insert, Move, Op, Remove
from factory_git.spec.graph import Graph

SPEC = "spec"
"""What the spec itself is called, whose address is empty."""


def add_node(call: Call, graph: Graph) -> list[Op]:  # noqa: ARG001 (the shape of an operation)
    """``{add_node: LIST, name: …, …}``, or ``item: NAME`` for one that is only a name."""
    attributes = {key: value for key, value in call.args.items() if key not in ("after", "before")}
    item = attributes["item"] if attributes.keys() == {"item"} else attributes
    if not item:
        raise refused(f"add_node {call.about}: what?", f"{{add_node: {call.about}, name: …}}")
    return [Insert(at=call.about, item=item, **_beside(call))]


def remove_node(call: Call, graph: Graph) -> list[Op]:
    """``{remove_node: ADDRESS}``."""
    return [*unnamed(graph, SpecPath(call.about)), Remove(call.about)]


def rename_node(call: Call, graph: Graph) -> list[Op]:
    """``{rename_node: ADDRESS, to: NAME}``."""
    return renamed(graph, SpecPath(call.about), call.text("to"))


def move_node(call: Call, graph: Graph) -> list[Op]:  # noqa: ARG001 (the shape of an operation)
    """``{move_node: ADDRESS, after: ID}`` or ``before``; without either to the end."""
    return [Move(call.about, **_beside(call))]


def set_node(call: Call, graph: Graph) -> list[Op]:  # noqa: ARG001 (the shape of an operation)
    """``{set_node: ADDRESS, key: KEY, to: VALUE}``; null takes it away. A list as ``key`` leads inside of a value."""
    key = call.args.get("key")
    if not key or "to" not in call.args:
        raise refused(f"set_node {call.about}: which key, to what?", f"{{set_node: {call.about}, key: …, to: …}}")
    keys = tuple(str(one) for one in key) if isinstance(key, list | tuple) else str(key)
    path = SpecPath("" if call.about == SPEC else call.about)
    return [attribute(path, keys, call.args["to"])]


def _beside(call: Call) -> dict[str, str]:
    return {key: str(call.args[key]) for key in ("after", "before") if call.args.get(key) is not None}
