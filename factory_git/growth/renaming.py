"""Declared renames as words: an expression that only says a new name is the same expression.

Only words that mean one thing are taken: the old one must be gone from the new specification, and the new one be
unknown to the old. Where a word could mean something else (another node, an argument, a word of an enum), its change
is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.spec.graph import Graph, GraphNode

_TOKEN = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_][A-Za-z0-9_]*)|(\s+)|(.)""", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Nodes that others call by name or by id.
_NAMED = frozenset(
    ("entity", "field", "term", "pipeline", "step", "guardrail", "role", "action", "panel", "tier", "source")
)


def renames(old: Graph, new: Graph, then: Mapping[SpecPath, SpecPath]) -> Mapping[str, str]:
    """Old word → new word, of every declared rename that can mean nothing else."""
    pairs: dict[str, set[str]] = {}
    for path, before in then.items():
        node, former = new.nodes[path], old.nodes[before]
        if node.kind in _NAMED and (former.name != node.name or path.rpartition(".")[2] != before.rpartition(".")[2]):
            pairs.setdefault(former.name, set()).add(node.name)
            pairs.setdefault(before.rpartition(".")[2], set()).add(path.rpartition(".")[2])
    found = {one: next(iter(others)) for one, others in pairs.items() if len(others) == 1 and one not in others}
    if not found:
        return {}
    known_before, known_after, twice = _known(old), _known(new), Counter(found.values())
    return {a: b for a, b in found.items() if a not in known_after and b not in known_before and twice[b] == 1}


def same(old: Any, new: Any, words: Mapping[str, str]) -> bool:
    """Whether two values say the same but for renames."""
    if isinstance(old, str) and isinstance(new, str):
        return old == new or renamed(old, words) == new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        moved = {renamed(str(key), words): value for key, value in old.items()}
        return moved.keys() == new.keys() and all(same(value, new[key], words) for key, value in moved.items())
    if isinstance(old, list) and isinstance(new, list):
        if all(isinstance(item, str) for item in (*old, *new)):
            there = [renamed(item, words) for item in old]
            return there == new or (old == sorted(old) and sorted(there) == new)  # a set stands sorted
        return len(old) == len(new) and all(same(a, b, words) for a, b in zip(old, new, strict=True))
    return bool(old == new)


def renamed(text: str, words: Mapping[str, str]) -> str:
    """``text`` with its words renamed; what stands in quotes is data and stays."""
    if text in words:  # a name of several words
        return words[text]
    return "".join(
        quoted or words.get(word, word) or space or other for quoted, word, space, other in _TOKEN.findall(text)
    )


def _known(graph: Graph) -> set[str]:
    """Every word that a specification gives a meaning to."""
    out: set[str] = set()
    for path, node in graph.nodes.items():
        if node.kind not in ("layer", "spec"):
            out |= {node.name, path.rpartition(".")[2], *_local(node)}
    return out


def _local(node: GraphNode) -> Iterator[str]:
    """Arguments and words of enums."""
    for source in (node.value, node.value.get("trigger")):
        if isinstance(source, Mapping) and isinstance(source.get("args"), Mapping):
            yield from map(str, source["args"])
    if node.kind == "field":
        yield from _WORD.findall(str(node.value.get("type", ""))) if "enum" in str(node.value.get("type")) else ()
        yield from map(str, node.value.get("values", ()))
