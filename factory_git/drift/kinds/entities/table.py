"""What a table of types holds, and which language has which. Lean: a table is imported when its language is judged."""

from __future__ import annotations

import sys

from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLES = {
    "python": "types_python",
    "typescript": "types_ecmascript",
    "tsx": "types_ecmascript",
    "javascript": "types_ecmascript",
    "java": "types_java",
    "php": "types_php",
    "go": "types_go",
    "rust": "types_rust",
}


@value
class Table:
    """The types of one language.

    ``builtin`` and ``names`` give for a type's name what it can hold, words apart by a space; a built-in one is looked
    up first, the others only where the tree has no type of that name. ``wrappers`` are generic types that stand for
    their first argument, ``optionals`` those that add absence, ``lists`` and ``maps`` what they say. ``nulls`` are
    absence itself. ``unions``: ``A | B`` is a type.

    ``absent`` says what a type is that does not speak of absence: ``never`` absent, or perhaps (``reference``: all but
    those in ``solid``; ``zero``: those in ``solid`` have a zero value that cannot be told from absence).

    ``makers`` are functions whose call is a field's value and says its type (Python's frameworks). ``spelled`` is how a
    repair writes each type of the spec; ``maybe`` and ``many`` how it writes an optional one and a list, with ``{}``.
    """

    builtin: Mapping[str, str]
    names: Mapping[str, str]
    wrappers: frozenset[str]
    optionals: frozenset[str]
    lists: frozenset[str]
    maps: frozenset[str]
    nulls: frozenset[str]
    unions: bool
    generics: str
    absent: str
    solid: frozenset[str] = frozenset()
    makers: Mapping[str, str]
    spelled: Mapping[str, str]
    maybe: str
    many: str


def table(language: str) -> Table | None:
    """The table of a language; None for one that has none: its types are not judged."""
    module = _TABLES.get(language)
    if module is None:
        return None
    name = f"factory_git.drift.kinds.entities.{module}"
    if name not in sys.modules:
        __import__(name)
    found: Table = sys.modules[name].TABLE
    return found
