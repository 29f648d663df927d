"""What an import comes to in a tree, and the shape of a language's way to find it."""

from __future__ import annotations

from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

    class Imports(Protocol):
        """One language's rules. A module of this package satisfies it."""

        def links(self, tree: Tree, path: str, rows: Rows) -> list[Link]:
            """Where the imports of the file at ``path`` lead; what leads out of the tree is left out."""

        def neighbours(self, tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
            """Where a name leads that the file sees without an import (same package or namespace): (path, symbol).

            An empty symbol stands for the module itself.
            """

        def submodule(self, tree: Tree, path: str, name: str) -> str:
            """The file of the module ``name`` below the module that ``path`` is; empty when there is none."""

        def spelled(self, tree: Tree, path: str) -> set[str]:
            """Further words by which an import may name the file at ``path``, beside its own name and its folder's."""


@value
class Link:
    """One import that leads to a file of the tree.

    ``here`` is the name it has in the importing file (``*``: all exported names of the target, empty: none), ``name``
    the symbol it names there (empty: the module itself), ``at`` the place of the import among the file's imports,
    ``reexport`` whether it is handed on to who imports this file.
    """

    path: str
    here: str
    name: str = ""
    at: int = 0
    reexport: bool = False
