"""The definition of done, and whose hand code is written by: bindings of nodes to code, and their modes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import unclassified
from factory_git.growth.differ import ADDED, EDITED, MOVED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec.graph import Graph
from factory_git.spec.skills import SKILLS

_MODES = ("compiled", "bound", "free")  # from what the compiler answers for to what nobody does
_LAYER = SpecPath("code")
_OWN: Mapping[str, str] = {"language": "code-language-changed", "package": "code-package-changed"}
_DONE: Mapping[str, str] = {
    ADDED: "done-command-added",
    REMOVED: "done-command-removed",
    RENAMED: "label-changed",
    MOVED: "done-reordered",
    EDITED: "done-command-changed",
}


def done_command(change: Change, _: Scene) -> Iterator[Mutation]:
    """Fewer or other proofs are a matter of policy; more are none."""
    yield mutation(_DONE[change.op], change)


def code(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Where the code of a node stands, wherever the spec says so, and who answers for it."""
    if change.before is None or change.after is None:
        yield unclassified(change)
        return
    yield from _rebound(change, scene, change.before.path, change.after.path)


def code_layer(change: Change, scene: Scene) -> Iterator[Mutation]:
    """The layer ``code``: the language, the package, the paths, the mode of what says nothing, bindings by address."""
    both, key = scene.both, change.attribute
    if key == "default":
        yield from _modes(change, change.old or "compiled", change.new or "compiled")
    elif key == "paths":
        old, new = set(change.old or ()), set(change.new or ())
        for word in sorted(new - old):
            yield mutation("code-path-added", change, about=word, before="", after=word)
        for word in sorted(old - new):
            yield mutation("code-path-removed", change, about=word, before=word, after="")
    elif key in _OWN:
        yield mutation(_OWN[key], change)
    else:
        yield from _entry(change, scene, SpecPath(key)) if _is_node(both.old, both.new, key) else _list(change)


def _entry(change: Change, scene: Scene, path: SpecPath) -> Iterator[Mutation]:
    """A binding under an address. What comes or goes with its node is no change of its own, nor what only moved."""
    both = scene.both
    now = path if path in both.new.nodes else both.now.get(path)
    then = both.then.get(now) if now is not None else None
    if now is None or then is None:
        return
    old, new = both.old.nodes[then], both.new.nodes[now]
    told_there = path != now and now in (change.after.value if change.after else {})
    if told_there or old.value.get("code") != new.value.get("code"):
        return
    here = Change(op=EDITED, before=old, after=new, attribute="code")
    yield from _rebound(here, scene, then, now)


def _list(change: Change) -> Iterator[Mutation]:
    """A binding of a whole list of nodes, which is no node itself."""
    old, new = change.old, change.new
    if old is not None and new is not None:
        yield from _modes(change, old.get("mode", "bound"), new.get("mode", "bound"))
    id_ = "code-bound" if old is None else "code-unbound" if new is None else "code-moved"
    if old is None or new is None or old.get("at") != new.get("at"):
        yield mutation(id_, change, about=change.attribute)


def _rebound(change: Change, scene: Scene, then: SpecPath, now: SpecPath) -> Iterator[Mutation]:
    both = scene.both
    old, new = _binding(both.old, then), _binding(both.new, now)
    hole = _is_hole(both.old, then) or _is_hole(both.new, now)
    modes = _mode(both.old, old), _mode(both.new, new)
    filled = hole and (old is None or new is None) and "free" not in modes  # a hole has no compiled code to lose
    told = list(_modes(change, *modes, before=old, after=new)) if not filled else []
    yield from told
    if old is None or new is None:
        if not told and old != new:
            yield mutation("code-bound" if old is None else "code-unbound", change, before=old, after=new)
    elif old.get("at") != new.get("at"):
        yield mutation("code-moved", change, before=old, after=new)


def _modes(change: Change, old: str, new: str, before: Any = None, after: Any = None) -> Iterator[Mutation]:
    if old != new:
        looser = _MODES.index(new) > _MODES.index(old)
        id_ = "code-mode-loosened" if looser else "code-mode-tightened"
        yield mutation(id_, change, about=f"{old} → {new}", before=before, after=after)


def _binding(graph: Graph, path: SpecPath) -> Mapping[str, Any] | None:
    layer = graph.nodes.get(_LAYER)
    found = graph.nodes[path].value.get("code") or (layer.value.get(path) if layer else None)
    return found if isinstance(found, Mapping) else None


def _mode(graph: Graph, binding: Mapping[str, Any] | None) -> str:
    if binding is None:
        return "compiled" if graph.spec.compiled else "bound"
    return str(binding.get("mode", "bound"))


def _is_hole(graph: Graph, path: SpecPath) -> bool:
    node = graph.nodes[path]
    return node.kind == "step" and not any(skill in node.value for skill in SKILLS)


def _is_node(old: Graph, new: Graph, key: str) -> bool:
    return SpecPath(key) in old.nodes or SpecPath(key) in new.nodes
