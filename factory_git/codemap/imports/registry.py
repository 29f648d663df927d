"""Language → its rules for imports."""

from __future__ import annotations

import importlib
from typing import cast

from factory_git.codemap.imports.link import Imports

MODULES = {
    "python": "factory_git.codemap.imports.python",
}


def rules(language: str) -> Imports:
    """The rules of a language. Raises ``KeyError`` for one that is not in the table."""
    return cast("Imports", importlib.import_module(MODULES[language]))
