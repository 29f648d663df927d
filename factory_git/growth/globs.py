"""Patterns of addresses (``**phi**``, ``safety.guardrails.*``), and which of two covers more.

``*`` and ``**`` stand for anything, dots too; ``?`` for one character. A pattern also covers all that is below what it
names: ``interface.panels`` covers ``interface.panels.triage``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

EVERYWHERE = "**"


def covers(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers the address ``path``."""
    return _pattern(pattern).fullmatch(path) is not None


def within(narrow: str, wide: str) -> bool:
    """Whether ``wide`` covers every address, known or not, that ``narrow`` covers."""
    one, other = _folded(narrow), _folded(wide)
    return _includes(other, one) or _includes(f"{other}.*", one)


def all_within(narrow: Iterable[str], wide: Iterable[str]) -> bool:
    """Whether each of the patterns ``narrow`` is within one of ``wide``."""
    others = list(wide)
    return all(any(within(one, other) for other in others) for one in narrow)


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    body = "".join(signs.get(sign) or re.escape(sign) for sign in _folded(pattern))
    return re.compile(rf"{body}(\..*)?", re.DOTALL)


def _folded(pattern: str) -> str:
    return re.sub(r"\*+", "*", pattern)


def _includes(wide: str, narrow: str) -> bool:
    """Whether ``wide`` matches ``narrow`` as it is written, whose ``*`` only a ``*`` matches."""
    at, here, star, mark = 0, 0, -1, 0
    while here < len(narrow):
        same = at < len(wide) and wide[at] != "*" and (wide[at] == narrow[here] or (wide[at] == "?" != narrow[here]))
        if same and narrow[here] != "*":
            at, here = at + 1, here + 1
        elif at < len(wide) and wide[at] == "*":
            star, mark = at, here
            at += 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return set(wide[at:]) <= {"*"}
