"""Operations that are the same for every kind of node: add, remove, rename, move, set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.morph.call import Call, find, listed, refused
from factory_git.spec import names
from factory_git.spec.edit import Insert, Move, Op, Remove, Rename, Set, Unset
from factory_git.spec.graph import Graph

# Kinds whose name is another key's value.
NAMED_BY: Mapping[str, str] = {"desire": "goal", "plate": "at", "egress": "to", "approver": "email", "schedule": "run"}
NAMING = ("covers", "holds", "became")  # attributes that hold addresses
Edits: TypeAlias = Callable[[Call, Graph], list[Op]]
"""What an operation does: edits of the spec's text. Raises :class:`SpecError` where it cannot be carried out."""


def add(kind: str, *, required: tuple[str, ...] = (), **fixed: Any) -> Edits:
    """``{add_X: NAME, attribute: …, in: OWNER, after: SIBLING}``; ``fixed`` are attributes that always stand there."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        at = listed(graph, kind, call)
        for key in required:
            call.text(key) if not isinstance(call.args.get(key), list | Mapping) else None
        named = NAMED_BY.get(kind, "name")
        item = {named: call.about if kind in NAMED_BY else readable(call.about), **call.attributes, **fixed}
        path = names.join(at, str(call.args.get("id") or slug(call.about)))
        if path in graph.nodes:
            raise refused(f"{call.op}: {path} is there already", "change it: set_…, or choose another name")
        return [Insert(at=at, item=item if len(item) > 1 else item[named], **_beside(call, graph, kind))]

    return edits


def remove(kind: str) -> Edits:
    """``{remove_X: NAME}``. Scenarios and the like that named the node by its address name it no more."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        path = find(graph, kind, call.about, call).path
        return [*_unnamed(graph, path), Remove(path)]

    return edits


def rename(kind: str) -> Edits:
    """``{rename_X: NAME, to: NEW}``; what the node was is declared (``was``)."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        return [Rename(find(graph, kind, call.about, call).path, call.text("to"))]

    return edits


def move(kind: str) -> Edits:
    """``{move_X: NAME, after: SIBLING}`` or ``before``."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        where = _beside(call, graph, kind)
        if not where:
            raise refused(f"{call.op} {call.subject}: where to?", "say after: or before:")
        return [Move(find(graph, kind, call.about, call).path, **where)]

    return edits


def change(kind: str) -> Edits:
    """``{set_X: NAME, attribute: value}``; a value of null takes the attribute away."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        if not call.attributes:
            raise refused(f"{call.op} {call.subject}: set what?", f"{{{call.op}: {call.subject}, ATTRIBUTE: VALUE}}")
        path = find(graph, kind, call.about, call).path
        return [attribute(path, key, value) for key, value in call.attributes.items()]

    return edits


def layer(path: str, key: str) -> Edits:
    """``{set_x: VALUE}``: an attribute of a layer."""

    def edits(call: Call, graph: Graph) -> list[Op]:  # noqa: ARG001 (the shape of an operation)
        return [attribute(SpecPath(path), key, call.subject)]

    return edits


def attribute(path: SpecPath, key: str | tuple[str, ...], value: Any) -> Op:
    """Set an attribute (or what ``key`` leads to inside of one), or take it away when the value is None."""
    return Unset(path, key) if value is None else Set(path, key, value)


def readable(name: str) -> str:
    """A name for people, of the same id: ``cold_chain_gate`` becomes ``Cold chain gate``; others stay."""
    words = name.replace("_", " ")
    shown = words[:1].upper() + words[1:]
    return shown if "_" in name and name.islower() and slug(shown) == name else name


def _unnamed(graph: Graph, gone: SpecPath) -> list[Op]:
    """The edits of whatever names an address, or one below it, that is about to go."""
    out: list[Op] = []
    for node in graph.nodes.values():
        for key in NAMING:
            held = node.value.get(key)
            if isinstance(held, list) and not node.path.startswith(gone):
                left = [one for one in held if one != gone and not str(one).startswith(f"{gone}.")]
                out += [attribute(node.path, key, left or None)] if left != held else []
    return out


def _beside(call: Call, graph: Graph, kind: str) -> dict[str, str]:
    """Which sibling the node goes after or before, as its id."""
    said = {key: call.args[key] for key in ("after", "before") if call.args.get(key) is not None}
    if len(said) > 1:
        raise refused(f"{call.op} {call.subject}: after and before exclude each other")
    beside = Call(op=call.op, subject=next(iter(said.values()), None), args={"in": call.args.get("in")})
    return {key: find(graph, kind, value, beside).path.rpartition(".")[2] for key, value in said.items()}
