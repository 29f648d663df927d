"""The languages that values are followed in, literally. Lean: a language is imported when a file of it is followed."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from factory_git.drift.flow.op import Op, Table
    from factory_git.drift.flow.value import Value

    class Language(Protocol):
        """What a file of this package offers; ``how`` is ``text``, ``print`` or ``json`` (:mod:`..rows`)."""

        grammar: str
        table: Table
        functions: frozenset[str]
        """Types of nodes that are functions."""
        prints: Mapping[str, str]
        """What prints or logs, by its full text → how."""
        logged: str
        """How a logger shows a row that it is given."""
        responses: Mapping[str, str]
        """What answers a request, by its full text (``*.name``: of any object) → how."""
        responders: Mapping[str, tuple[frozenset[str], str]]
        """Methods that answer a request when their object is named so → how."""
        answers: frozenset[str]
        """What is assigned to, to answer a request."""

        def written(self, op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
            """Whether a call writes to the answer of a request in a way that is the language's own."""

        def answering(self, row: tuple[Any, ...]) -> bool:
            """Whether what a declaration (its row in the map) gives back answers a request."""


MODULES = {
    "python": "python",
    "typescript": "typescript",
    "tsx": "tsx",
    "javascript": "ecmascript",
    "java": "java",
    "php": "php",
    "go": "go",
    "rust": "rust",
}


def shape(language: str) -> Language | None:
    """The language's tables, None for one that is not followed."""
    if language not in MODULES:
        return None
    name = f"factory_git.drift.flow.shapes.{MODULES[language]}"
    if name not in sys.modules:
        __import__(name)
    return sys.modules[name]
