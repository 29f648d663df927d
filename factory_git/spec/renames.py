"""Renames and removals between two versions of a spec: each is declared, because only its author knows which it was.

A node that is gone and a new one like it may be one thing under a new name, or two things. The first keeps its data and
its history, the second does not; nothing in the two versions tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from factory_git.core.errors import Problem
from factory_git.core.ids import SpecPath, slug
from factory_git.spec import names
from factory_git.spec.graph import Graph, GraphNode
from factory_git.spec.skills import SKILLS

# Nodes whose identity carries something: data, code, approvals.
_KINDS = frozenset(("entity", "field", "term", "pipeline", "step", "guardrail", "action"))


def undeclared(before: Graph, after: Graph) -> list[Problem]:
    """A problem for each new node that looks like one that is gone, where neither ``was`` nor ``reserved`` says which.

    What is inside a node that is itself gone or new is not looked at. Ids that come back although the earlier version
    had them reserved are problems too.
    """
    return sorted([*_renames(before, after), *_returned(before, after)], key=lambda p: p.path)


def renamed_words(old: Sequence[str], new: Sequence[str], apart: Callable[[str, str], bool]) -> dict[str, str]:
    """The words of an enum that are called otherwise: old → new.

    As many words as before, and one that is gone has a new one in its place: it is that one renamed, unless ``apart``
    says of the two that they are not.
    """
    gone, come = set(old) - set(new), set(new) - set(old)
    places = zip(old, new, strict=True) if len(old) == len(new) else ()
    return {a: b for a, b in places if a in gone and b in come and not apart(a, b)}


def _renames(before: Graph, after: Graph) -> Iterator[Problem]:
    said = set(after.spec.reserved)
    for node in after.nodes.values():
        if node.was is not None:
            said.add(names.join(names.parent(node.path), slug(node.was)))
    gone = [n for n in before.nodes.values() if n.path not in after.nodes and n.kind in _KINDS and n.path not in said]
    new = [n for n in after.nodes.values() if n.path not in before.nodes and n.kind in _KINDS and n.was is None]
    for added in new:
        near = (n for n in gone if names.parent(n.path) == names.parent(added.path) and n.kind == added.kind)
        like = next((n for n in near if _alike(before, n, after, added)), None)
        if like is None or names.parent(added.path) not in _lists(before):
            continue
        gone.remove(like)
        message = f"{added.kind} {added.name!r} is new and {like.name!r}, which was like it, is gone: is it renamed?"
        id_ = like.path.rpartition(".")[2]
        hint = f"say was: {id_} if it is the same, or list {like.path} under reserved: if it is not"
        code = "spec/undeclared-rename"
        yield Problem(code=code, message=message, place=added.place, path=added.path, hint=hint)


def _returned(before: Graph, after: Graph) -> Iterator[Problem]:
    for path in before.spec.reserved:
        node = after.nodes.get(path)
        if node is not None:
            message = f"{path} was removed and reserved; it may not come back with another meaning"
            hint = "give it another name or id, and keep the old one under reserved:"
            yield Problem(code="spec/reserved-id", message=message, place=node.place, path=path, hint=hint)


def _lists(graph: Graph) -> frozenset[SpecPath]:
    """The addresses of the lists that hold nodes: a list that is new has nothing that could be renamed."""
    return frozenset(names.parent(path) for path in graph.nodes)


def _alike(before: Graph, gone: GraphNode, after: Graph, new: GraphNode) -> bool:
    """Whether two nodes of one kind could be one thing under two names."""
    if gone.value and gone.value == new.value and not gone.children and not new.children:
        return True
    if new.kind == "field":
        return gone.value.get("type") is not None and gone.value.get("type") == new.value.get("type")
    if new.kind in ("entity", "pipeline"):
        return _overlap(_inside(before, gone), _inside(after, new))
    if new.kind == "step":
        skill = next((s for s in SKILLS if s in gone.value), None)
        return skill is not None and gone.value.get(skill) == new.value.get(skill)
    return False


def _inside(graph: Graph, node: GraphNode) -> set[tuple[str, str]]:
    return {(child.rpartition(".")[2], str(graph.nodes[child].value.get("type", ""))) for child in node.children}


def _overlap(one: Iterable[object], other: Iterable[object]) -> bool:
    first, second = set(one), set(other)
    return bool(first & second) and 2 * len(first & second) >= max(len(first), len(second))
