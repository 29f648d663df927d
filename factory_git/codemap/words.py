"""The names under which a file is found again, by role.

``d``: what it defines; ``c``: what it calls; ``i``: what it imports; ``p``: its package, or what it configures;
``t``: that it has a ``gf:`` tag.
"""

from __future__ import annotations

import re

from factory_git.codemap.languages.registry import CONFIGURATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PARTS = re.compile(r"[^\w$-]+")


def of(rows: tuple[Any, ...]) -> set[tuple[str, str]]:
    """(role, name) of everything in the rows of one file, each once."""
    if rows[0] in CONFIGURATIONS:
        return {("p", rows[0])}
    out = {("d", row[0]) for row in rows[2]}
    out.update(("c", row[0]) for row in rows[4])
    if rows[1]:
        out.add(("p", rows[1]))
    if rows[9]:
        out.add(("t", ""))
    for module, names, _, _, _ in rows[3]:
        out.update(("i", part) for part in keys(module))
        out.update(("i", there) for there, _ in names if there != "*")
    return out


def keys(module: str) -> list[str]:
    """The parts of a module's name that a search for its importers may start from; ``.`` when it has none."""
    parts = [part for part in _PARTS.split(module) if part]
    if parts and parts[-1] in ("js", "ts", "mjs", "cjs", "jsx", "tsx", "php", "h", "hpp", "rb", "json"):
        parts = parts[:-1] or parts
    return parts or ["."]
