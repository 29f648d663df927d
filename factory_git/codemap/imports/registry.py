"""Language → its rules for imports."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.imports.link import Imports

MODULES = {
    "python": "factory_git.codemap.imports.python",
    "typescript": "factory_git.codemap.imports.ecmascript",
    "tsx": "factory_git.codemap.imports.ecmascript",
    "javascript": "factory_git.codemap.imports.ecmascript",
    "java": "factory_git.codemap.imports.java",
    "php": "factory_git.codemap.imports.php",
    "go": "factory_git.codemap.imports.go",
    "rust": "factory_git.codemap.imports.rust",
    "csharp": "factory_git.codemap.imports.csharp",
    "ruby": "factory_git.codemap.imports.ruby",
    "c": "factory_git.codemap.imports.clike",
    "cpp": "factory_git.codemap.imports.clike",
}


def rules(language: str) -> Imports:
    """The rules of a language. Raises ``KeyError`` for one that is not in the table."""
    name = MODULES[language]
    if name not in sys.modules:
        __import__(name)
    return sys.modules[name]
