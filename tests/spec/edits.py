"""Random operations on a spec, and what its graph should be afterwards: a model apart from the program's own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec import graph, names
from factory_git.spec.edit import Insert, Move, Op, Remove, Rename, Set, Unset
from factory_git.spec.edit.comments import comments as found
from factory_git.spec.edit.ops import Text
from factory_git.spec.load import load
from factory_git.spec.model import Source

# Lists that take a name alone, by their address in any spec.
PLAIN = (
    "identity.beneficiaries",
    "identity.safety_envelope",
    "evidence_policy.sources",
    "evidence_policy.trust_tiers",
    "data_contracts.entities",
    "workflows.pipelines",
    "interface.panels",
    "interface.roles",
    "safety.guardrails",
    "safety.disclaimers",
    "personalization.preferences",
    "deployment.devices",
    "desires",
    "acceptance",
)
NAMES = (
    "Cold chain",
    "QR code",
    "it's new",
    "weather: daily",
    "Größe 2",
    "no",
    "12:30",
    "2026-06-05",
    "# 1",
    "a, b",
    "x",
)
NOTES = ("short", "a longer note: with a colon", "it's # not a comment", "über", "- dash", "two\nlines", "0.50", "true")


def loaded(files: Mapping[str, bytes]) -> graph.Graph:
    return graph.build(load([Source(path=path, content=content) for path, content in files.items()]))


def valid(files: Mapping[str, bytes]) -> bool:
    try:
        loaded(files)
    except SpecError:
        return False
    return True


def lists(of: graph.Graph) -> list[str]:
    """Addresses of the lists of nodes that are there."""
    found = {str(names.parent(p)) for p, node in of.nodes.items() if _listed(of, p, node)}
    return sorted(found)


def _listed(of: graph.Graph, path: str, node: graph.GraphNode) -> bool:
    parent = names.parent(path)
    return bool(parent) and node.kind not in ("layer", "retention") and parent.rpartition(".")[2] in graph.LISTS


def listed(of: graph.Graph) -> list[str]:
    """Addresses of all nodes in lists."""
    return sorted(p for p, node in of.nodes.items() if p and _listed(of, p, node))


def draw(of: graph.Graph, rng: random.Random) -> Op:
    """An operation that may be done."""
    nodes = listed(of)
    kind = rng.choice(("insert", "insert", "set", "set", "remove", "rename", "move", "unset", "nested"))
    if kind == "insert" or not nodes:
        return _insert(of, rng)
    path = rng.choice(nodes)
    siblings = [p for p in nodes if names.parent(p) == names.parent(path) and p != path]
    if kind == "remove":
        return Remove(path)
    if kind == "rename":
        return Rename(
            path, f"{rng.choice(NAMES)} {rng.randrange(100)}" if ".fields." not in path else f"f{rng.randrange(99)}"
        )
    if kind == "move" and siblings:
        other = rng.choice(siblings).rpartition(".")[2]
        return Move(path, **{rng.choice(("after", "before")): other})
    attributes = [k for k in of.nodes[SpecPath(path)].value if k not in ("is", "run", "to", "at", "goal", "email")]
    if kind == "unset" and attributes:
        return Unset(path, rng.choice(attributes))
    if kind == "nested":
        return _nested(path, of.nodes[SpecPath(path)].value, rng)
    return Set(path, "note", rng.choice(NOTES))


def _nested(path: str, value: Mapping[str, Any], rng: random.Random) -> Op:
    """A change inside of an attribute: a key of a mapping, a word of a list, an expression."""
    maps = [key for key, held in value.items() if isinstance(held, Mapping) and key in ("set", "args", "retention")]
    sets = [key for key, held in value.items() if isinstance(held, list) and key in ("allow", "forbid", "require")]
    texts = [key for key in ("keep", "always", "is", "cron") if isinstance(value.get(key), str)]
    if maps and rng.random() < 0.8:
        key = rng.choice(maps)
        inner = rng.choice(sorted(value[key]))
        return Set(path, (key, inner), "int" if key == "args" else f"{rng.randrange(9)} + 1")
    if sets and rng.random() < 0.8:
        key = rng.choice(sets)
        words = [word for word in value[key] if rng.random() < 0.7]
        return Set(path, key, [*words, rng.choice(("entity_added", "term_added", "step_removed"))])
    if texts:
        return Set(path, texts[0], f"1 < {rng.randrange(9)}" if texts[0] != "cron" else f"{rng.randrange(9)} 2 * * *")
    return Set(path, "note", rng.choice(NOTES))


def _insert(of: graph.Graph, rng: random.Random) -> Insert:
    steps = [p for p in lists(of) if p.endswith((".steps", ".fields"))]
    at = rng.choice((*PLAIN, *steps))
    name = rng.choice(NAMES) + str(rng.randrange(1000)) if not at.endswith(".fields") else f"n{rng.randrange(1000)}"
    item: Any = name
    if rng.random() < 0.5:
        item = {"name": name, "note": rng.choice(NOTES)}
    if at.endswith(".fields") and rng.random() < 0.7:
        item = {"name": name, "type": "decimal", **({"min": 0} if rng.random() < 0.5 else {})}
    known = [p.rpartition(".")[2] for p in listed(of) if names.parent(p) == at]
    where = {rng.choice(("after", "before")): rng.choice(known)} if known and rng.random() < 0.6 else {}
    return Insert(at, item, **where)


def expected(of: graph.Graph, op: Op, after: graph.Graph) -> None:
    """Assert that ``after`` is the graph with the operation done, and nothing else."""
    before_nodes, after_nodes = set(of.nodes), set(after.nodes)
    touched = {"insert": "", "remove": ""}
    if isinstance(op, Insert):
        assert not isinstance(op.item, Text)
        new = after_nodes - before_nodes
        tops = [p for p in new if names.parent(p) == op.at]
        assert len(tops) == 1, (op, tops)
        name = op.item if isinstance(op.item, str) else op.item["name"]
        assert after.nodes[tops[0]].name == name
        value = {} if isinstance(op.item, str) else {k: str(v) for k, v in op.item.items() if k != "name"}
        assert {k: str(v) for k, v in after.nodes[tops[0]].value.items()} in (value, {**value, "run": name})
        assert before_nodes <= after_nodes
        assert all(p == tops[0] or p.startswith(f"{tops[0]}.") or op.at.startswith(p) for p in new)
        order = _order(after, op.at)
        if op.after and _is_ordered(op.at):
            assert order.index(tops[0].rpartition(".")[2]) == order.index(op.after) + 1
        touched["insert"] = tops[0]
    elif isinstance(op, Remove):
        gone = before_nodes - after_nodes
        assert op.path in gone
        alone = [p for p in before_nodes if names.parent(p) == names.parent(op.path)] == [op.path]
        assert all(p == op.path or p.startswith(f"{op.path}.") or (alone and op.path.startswith(p)) for p in gone)
        assert after_nodes <= before_nodes
    elif isinstance(op, Rename):
        new_tops = [p for p in after_nodes - before_nodes if names.parent(p) == names.parent(op.path)]
        if new_tops:
            node = after.nodes[new_tops[0]]
            assert node.was == op.path.rpartition(".")[2]
            assert node.name == op.name
            assert node.value == of.nodes[SpecPath(op.path)].value
            moved = {
                p.replace(op.path, new_tops[0], 1) if p == op.path or p.startswith(f"{op.path}.") else p
                for p in before_nodes
            }
            assert moved == after_nodes
        else:
            assert after.nodes[SpecPath(op.path)].name == op.name
    elif isinstance(op, Set | Unset):
        assert before_nodes == after_nodes
        value = dict(of.nodes[SpecPath(op.path)].value)
        if isinstance(op, Set):
            _held(after.nodes[SpecPath(op.path)].value, op)
            value.pop(op.key if isinstance(op.key, str) else op.key[0], None)
        else:
            value.pop(str(op.key))
        key = op.key if isinstance(op.key, str) else op.key[0]
        assert {k: v for k, v in after.nodes[SpecPath(op.path)].value.items() if k != key} == value
    else:
        assert before_nodes == after_nodes
        at = names.parent(op.path)
        if _is_ordered(at):
            own, order = op.path.rpartition(".")[2], _order(after, at)
            assert [i for i in order if i != own] == [i for i in _order(of, at) if i != own]
            if op.after:
                assert order.index(own) == order.index(op.after) + 1
            if op.before:
                assert order.index(own) == order.index(op.before) - 1
    aside = getattr(op, "path", "") or touched["insert"]
    for path in before_nodes & after_nodes:
        if path != aside and not aside.startswith(f"{path}."):
            assert of.nodes[path].own == after.nodes[path].own, (op, path)
            if path and not aside.startswith(path) and not path.startswith(aside):
                assert of.nodes[path].digest == after.nodes[path].digest, (op, path)


def _held(value: Mapping[str, Any], op: Set) -> None:
    """Assert that the attribute is as it was set."""
    if isinstance(op.key, str):
        found = value[op.key]
        assert found == sorted(op.value) if isinstance(op.value, list) else str(found) == op.value
    else:
        assert value[op.key[0]][op.key[1]] == op.value


def _is_ordered(at: str) -> bool:
    return at.rpartition(".")[2] in graph.ORDERED


def _order(of: graph.Graph, at: str) -> list[str]:
    owner, _, key = at.rpartition(".")
    node = of.nodes.get(SpecPath(owner))
    if node is None or key not in node.ordered:
        return [p.rpartition(".")[2] for p in of.nodes if names.parent(p) == at]
    return list(node.ordered[key])


def comments(text: str) -> list[str]:
    """The comments of a text."""
    return sorted(comment for _, comment in found(text.replace("\r\n", "\n"), "f.yaml"))
