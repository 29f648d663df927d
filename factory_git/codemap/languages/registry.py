"""The languages of the map, literally: which there are, which file belongs to which."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from factory_git.codemap.languages.provider import Provider

MODULES = {
    "python": "factory_git.codemap.languages.python",
}
"""Language → its provider. Imported when a file of that language is parsed, and not before."""

SUFFIXES = {
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
}


def language_of(path: str) -> str:
    """The language of a path by its suffix; empty when the map has none for it."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return SUFFIXES.get(name[dot:].lower(), "") if dot > 0 else ""


def provider(language: str) -> Provider:
    """The provider of a language. Raises ``KeyError`` for one that is not in the table."""
    return cast("Provider", importlib.import_module(MODULES[language]))
