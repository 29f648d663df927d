"""TSX: TypeScript with elements: the table is :mod:`~factory_git.codemap.languages.ecmascript`'s."""

from __future__ import annotations

from factory_git.codemap.languages.ecmascript import finish, table

name = "tsx"
grammar = "tsx"

__all__ = ["finish", "grammar", "name", "table"]
