"""C: see :mod:`~factory_git.codemap.languages.clike`. Exported is what is not ``static``."""

from __future__ import annotations

from factory_git.codemap.languages.clike import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.walk import Walk

name = "c"
grammar = "c"

__all__ = ["finish", "grammar", "name", "table"]


def finish(walk: Walk) -> None:
    """Functions and variables are exported unless ``static``; types and macros are as far as their header goes."""
    walk.adopt()
    for symbol in walk.symbols:
        symbol.exported = "static" not in symbol.modifiers
