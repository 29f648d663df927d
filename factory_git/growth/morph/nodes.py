"""Operations that are the same for every kind of node: add, remove, rename, move, set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.morph.call import Call, find, listed, refused
from factory_git.spec import names
from factory_git.spec.edit import Insert, Move, Op, Remove, Rename, Set, Unset
from factory_git.spec.graph import Graph, GraphNode

# Kinds whose name is another key's value.
NAMED_BY: Mapping[str, str] = {"desire": "goal", "plate": "at", "egress": "to", "approver": "email", "schedule": "run"}
_NAMED_IN = {"tier": "tier", "role": "roles"}  # kind → the attribute in which others name it
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
        return [*unnamed(graph, path), Remove(path)]

    return edits


def rename(kind: str) -> Edits:
    """``{rename_X: NAME, to: NEW}``; what the node was is declared (``was``), and what names its address follows."""

    def edits(call: Call, graph: Graph) -> list[Op]:
        node = find(graph, kind, call.about, call)
        return [*_called(graph, node, call.text("to")), *renamed(graph, node.path, call.text("to"))]

    return edits


def _called(graph: Graph, node: GraphNode, name: str) -> list[Op]:
    """The edits of what names a tier or a role by its name or id."""
    own, out = (node.name, node.path.rpartition(".")[2]), list[Op]()
    for other in graph.nodes.values():
        held = other.value.get(_NAMED_IN.get(node.kind, ""))
        if isinstance(held, list) and set(held) & set(own):
            out.append(Set(other.path, _NAMED_IN[node.kind], [slug(name) if one in own else one for one in held]))
        elif isinstance(held, str) and held in own:
            out.append(Set(other.path, _NAMED_IN[node.kind], slug(name)))
    least = graph.nodes.get(SpecPath("evidence_policy.minimum_tier"))
    if node.kind == "tier" and least is not None and least.value.get("is") in own:
        out.append(Set("evidence_policy", "minimum_tier", slug(name)))
    return out


def renamed(graph: Graph, path: SpecPath, name: str) -> list[Op]:
    """A node by another name, and everything that names its address. What names it in expressions is not touched."""
    now = names.join(names.parent(path), slug(name))

    def followed(one: str) -> str:
        return f"{now}{one[len(path) :]}" if one == path or one.startswith(f"{path}.") else one

    return [*_readdressed(graph, path, lambda held: [followed(str(one)) for one in held]), Rename(path, name)]


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


def unnamed(graph: Graph, gone: SpecPath) -> list[Op]:
    """The edits of whatever names an address, or one below it, that is about to go."""
    return _readdressed(
        graph, gone, lambda held: [one for one in held if one != gone and not str(one).startswith(f"{gone}.")]
    )


def _readdressed(graph: Graph, path: SpecPath, change: Callable[[list[Any]], list[Any]]) -> list[Op]:
    """Each list of addresses outside of the node at ``path``, as ``change`` makes it; nothing where it is the same."""
    out: list[Op] = []
    for node in graph.nodes.values():
        for key in NAMING:
            held = node.value.get(key)
            if isinstance(held, list) and node.path != path and not node.path.startswith(f"{path}."):
                now = change(held)
                out += [attribute(node.path, key, now or None)] if now != held else []
    return out


def _beside(call: Call, graph: Graph, kind: str) -> dict[str, str]:
    """Which sibling the node goes after or before, as its id."""
    said = {key: call.args[key] for key in ("after", "before") if call.args.get(key) is not None}
    if len(said) > 1:
        raise refused(f"{call.op} {call.subject}: after and before exclude each other")
    beside = Call(op=call.op, subject=next(iter(said.values()), None), args={"in": call.args.get("in")})
    return {key: find(graph, kind, value, beside).path.rpartition(".")[2] for key, value in said.items()}
