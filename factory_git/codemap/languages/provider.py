"""What a language's file must offer, and how its grammar is loaded."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Protocol

    from tree_sitter import Parser

    from factory_git.codemap.walk import Table, Walk

    class Provider(Protocol):
        """One language. A module of this package satisfies it: these are its top-level names."""

        name: str
        grammar: str
        """The grammar's name in tree-sitter-language-pack."""
        table: Table
        """What to do with a node, by its type; see :mod:`factory_git.codemap.walk`."""

        def finish(self, walk: Walk) -> None:
            """Settle what can be known only when the whole file has been seen (what is exported)."""


PACK = "tree_sitter_language_pack.bindings"


def new_parser(grammar: str) -> Parser:
    """A parser for a grammar.

    Both shared libraries are opened by themselves: the front doors of the binding and of the pack import ``typing`` and
    three further grammars first, which costs a question, or a commit, more than its own work.
    """
    binding = _library("tree_sitter", "_binding")
    # C# comes as a package of its own.
    library = _library("tree_sitter_c_sharp", "_binding") if grammar == "csharp" else _library(PACK, grammar)
    parser: Parser = binding.Parser(binding.Language(library.language()))
    return parser


def _library(package: str, name: str) -> ModuleType:
    """The extension module ``name`` of a package whose own code is passed by."""
    full = f"{package}.{name}"
    if full not in sys.modules:
        found = _file(package.replace(".", "/"), name)
        if found:
            _load(full, found)
        else:  # another layout (an archive, an importer of its own): by the front door
            __import__(full)
    return sys.modules[full]


def _file(folder: str, name: str) -> str:
    """The shared library ``name`` in a folder on the path; empty when there is none."""
    import _imp  # noqa: PLC0415

    for entry in sys.path:
        for suffix in _imp.extension_suffixes():
            file = f"{entry or '.'}/{folder}/{name}{suffix}"
            if os.path.exists(file):  # noqa: PTH110 (pathlib costs more than a parse)
                return file
    return ""


def _load(full: str, file: str) -> None:
    """What ``importlib`` does for an extension module, without the package around it."""
    import _frozen_importlib as bootstrap  # noqa: PLC0415
    import _frozen_importlib_external as external  # noqa: PLC0415

    loader = external.ExtensionFileLoader(full, file)
    spec = bootstrap.ModuleSpec(full, loader, origin=file)
    module = bootstrap.module_from_spec(spec)
    sys.modules[full] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[full]
        raise
