"""The languages of the map, literally: which there are, which file belongs to which."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.languages.provider import Provider

MODULES = {
    "python": "factory_git.codemap.languages.python",
    "typescript": "factory_git.codemap.languages.typescript",
    "tsx": "factory_git.codemap.languages.tsx",
    "javascript": "factory_git.codemap.languages.javascript",
    "java": "factory_git.codemap.languages.java",
    "php": "factory_git.codemap.languages.php",
    "go": "factory_git.codemap.languages.go",
    "rust": "factory_git.codemap.languages.rust",
    "csharp": "factory_git.codemap.languages.csharp",
    "ruby": "factory_git.codemap.languages.ruby",
    "c": "factory_git.codemap.languages.c",
    "cpp": "factory_git.codemap.languages.cpp",
}
"""Language → its provider. Imported when a file of that language is parsed, and not before."""

SUFFIXES = {
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".java": "java",
    ".php": "php",
    ".go": "go",
    ".rs": "rust",
    ".cs": "csharp",
    ".rb": "ruby",
    ".rake": "ruby",
    ".c": "c",
    ".h": "cpp",  # the C++ grammar reads C headers; the C grammar reads no C++ ones
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".hh": "cpp",
    ".hpp": "cpp",
    ".hxx": "cpp",
}


CONFIGURATION = {
    "tsconfig.json": "tsconfig",
    "jsconfig.json": "tsconfig",
    "tsconfig.base.json": "tsconfig",
    "package.json": "npm",
    "go.mod": "gomod",
    "Cargo.toml": "cargo",
    "composer.json": "composer",
}
"""Files that say where imports lead: kept as they are, under a language of their own."""
CONFIGURATIONS = frozenset(CONFIGURATION.values())

ENDINGS = tuple(ending.lower().encode() for ending in (*SUFFIXES, *CONFIGURATION))
"""How the path of every file of the map ends, in small letters: what else a tree holds is not even decoded."""


def language_of(path: str) -> str:
    """The language of a path by its name; empty when the map has none for it."""
    name = path[path.rfind("/") + 1 :]
    if name in CONFIGURATION:
        return CONFIGURATION[name]
    dot = name.rfind(".")
    return SUFFIXES.get(name[dot:].lower(), "") if dot > 0 else ""


def provider(language: str) -> Provider:
    """The provider of a language. Raises ``KeyError`` for one that is not in the table."""
    name = MODULES[language]
    __import__(name)
    return sys.modules[name]
