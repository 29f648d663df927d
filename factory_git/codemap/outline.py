"""Lay out a file."""

from __future__ import annotations

from factory_git.codemap.facts import facts
from factory_git.codemap.lookup import known_file
from factory_git.codemap.model import FileFacts
from factory_git.codemap.tree import Tree
from factory_git.core.value import value


@value
class Outline:
    """A file and what is in it."""

    path: str
    facts: FileFacts


def outline(tree: Tree, path: str) -> Outline:
    """What is in a file. Raises ``NotFound`` when the tree has no such file, or the map no language for it."""
    return Outline(path=path, facts=facts(tree.rows(known_file(tree, path))))
