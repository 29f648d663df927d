"""Names and addresses: what a path is, and which known word an unknown one was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factory_git.core.distance import distance
from factory_git.core.ids import SpecPath

ID = re.compile(r"[a-z0-9_]+")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MANY = 12
_SCAN = 2_000


def join(parent: str, *ids: str) -> SpecPath:
    """The address of what ``ids`` name below ``parent`` (which may be the empty path, the spec itself)."""
    return SpecPath(".".join((parent, *ids) if parent else ids))


def parent(path: str) -> SpecPath:
    """The address one level up; of a layer, the empty path."""
    return SpecPath(path.rpartition(".")[0])


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely was meant to be: at most a third of it mistyped. Ties: the first."""
    wanted = _fold(word)
    best, best_distance = None, max(1, len(wanted) // 3) + 1
    for candidate in known:
        other = _fold(candidate)
        if abs(len(other) - len(wanted)) >= best_distance:
            continue
        away = distance(wanted, other)
        if away < best_distance:
            best, best_distance = candidate, away
    return best


def suggest(word: str, known: Iterable[str]) -> str:
    """The hint for an unknown word: ``did you mean 'fields'?``, else what is known."""
    words = list(dict.fromkeys(known))
    near = nearest(word, words)
    if near is not None:
        return f"did you mean {near!r}?"
    if not words:
        return ""
    more = f", … ({len(words)} in all)" if len(words) > _MANY else ""
    return f"known here: {', '.join(words[:_MANY])}{more}"


def suggest_path(path: str, known: Iterable[str]) -> str:
    """The hint for an unknown address: the nearest one as a whole, else a known one with the same last id."""
    paths = list(known)
    last = path.rpartition(".")[2]
    same = [p for p in paths if p.rpartition(".")[2] == last]
    near = nearest(path, paths) if len(paths) <= _SCAN else None
    best = near or (same[0] if same else None)
    if best is not None:
        return f"did you mean {best!r}?"
    above = [p for p in paths if parent(p) == parent(path)]
    return suggest(last, (p.rpartition(".")[2] for p in above)) if above else "an address is ids joined by dots"


def _fold(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")[:96]
