"""What somebody with a task should read first, within a number of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factory_git.codemap.graph import callers
from factory_git.codemap.lookup import Found, place
from factory_git.codemap.resolve import Resolver
from factory_git.core.ids import slug
from factory_git.core.value import value

CHARACTERS_PER_TOKEN = 4
"""A round figure for code; the budget is a promise about size, not about any one model's count."""
_WORD = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*|[\w./-]+\.\w+")
_COMMON = frozenset(
    [
        "a",
        "add",
        "all",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "change",
        "do",
        "every",
        "file",
        "files",
        "fix",
        "for",
        "from",
        "function",
        "get",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "make",
        "must",
        "new",
        "no",
        "not",
        "of",
        "on",
        "one",
        "or",
        "remove",
        "return",
        "set",
        "should",
        "so",
        "that",
        "the",
        "their",
        "then",
        "there",
        "this",
        "to",
        "type",
        "update",
        "use",
        "used",
        "uses",
        "value",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "class",
        "method",
        "code",
        "test",
        "tests",
    ]
)
_MANY = 40


@value
class Item:
    """One symbol of the brief: why it is here, and who calls it."""

    found: Found
    score: float
    why: str
    callers: tuple[str, ...]


@value
class Brief:
    """The symbols, the best first, and the number of those that had no room."""

    task: str
    budget: int
    tokens: int
    items: tuple[Item, ...]
    cut: int


def brief(resolver: Resolver, task: str, budget: int) -> Brief:
    """The symbols that the words of ``task`` lead to, as many as fit into ``budget`` tokens when printed."""
    scores: dict[tuple[str, int], tuple[float, str]] = {}
    for word in dict.fromkeys(_WORD.findall(task)):
        for path, index, score, why in _leads(resolver, word):
            before = scores.get((path, index), (0.0, ""))
            scores[path, index] = (
                before[0] + score,
                f"{before[1]}, {why}".lstrip(", ") if why not in before[1] else before[1],
            )
    ranked = sorted(scores.items(), key=lambda s: (-s[1][0], s[0]))
    items: list[Item] = []
    used = 0
    for (path, index), (score, why) in ranked:
        found = place(resolver, path, index)
        near = _callers(resolver, found) if len(items) < _MANY else ()
        item = Item(found=found, score=round(score, 2), why=why, callers=near)
        size = cost(item)
        if used + size > budget:
            break
        items.append(item)
        used += size
    return Brief(task=task, budget=budget, tokens=used, items=tuple(items), cut=len(ranked) - len(items))


def cost(item: Item) -> int:
    """The tokens that an item takes when printed."""
    symbol = item.found.symbol
    text = sum(len(p.name) + len(p.type) + len(p.default) + 4 for p in symbol.parameters) + len(symbol.doc)
    text += (
        len(item.found.path) + len(symbol.id) + len(symbol.type) + len(item.why) + sum(len(c) + 2 for c in item.callers)
    )
    return -(-(text + 40) // CHARACTERS_PER_TOKEN)


def _callers(resolver: Resolver, found: Found) -> tuple[str, ...]:
    if found.symbol.kind not in ("function", "method", "class", "constructor"):
        return ()
    out: list[str] = []
    for edge in callers(resolver, [found], low=False):
        name = f"{edge.caller.path}::{edge.caller.symbol.id}"
        if name not in out:
            out.append(name)
        if len(out) == 3:
            break
    return tuple(out)


def _leads(resolver: Resolver, word: str) -> Iterable[tuple[str, int, float, str]]:
    tree, last = resolver.tree, word.rpartition(".")[2]
    if "/" in word or tree.has(word):
        for path, blob in tree.under(""):
            if path.endswith(word):
                tops = [i for i, row in enumerate(tree.rows(blob)[2]) if row[2] < 0 and row[3]]
                yield from ((path, i, 6.0, f"in {word}") for i in tops[:_MANY])
        return
    if len(last) < 3 or last.lower() in _COMMON:
        return
    exact = tree.defining(last)
    for path, blob in exact[:_MANY]:
        for index, row in enumerate(tree.rows(blob)[2]):
            if row[0] == last:
                yield path, index, (10.0 + 2 * row[3]) / (1 + len(exact) / 10), f"named {last}"
    stem = slug(last)
    stem = stem[:-1] if stem.endswith("s") and len(stem) > 4 else stem
    seen = 0
    for form in dict.fromkeys((stem, stem.title().replace("_", ""), stem.upper(), last)):
        for name, blobs in tree.store.beginning("d", form):
            if name == last or seen > _MANY:
                continue
            for path, blob in tree.paths(blobs)[:5]:
                for index, row in enumerate(tree.rows(blob)[2]):
                    if row[0] == name and row[1] not in ("variable", "member", "constant"):
                        seen += 1
                        yield path, index, 3.0 * (0.5 if row[1] == "field" else 1), f"begins with {form}"
