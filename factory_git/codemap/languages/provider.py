"""What a language's file must offer, and how its grammar is loaded."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tree_sitter import Language

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


def load_grammar(grammar: str) -> Language:
    """The tree-sitter language; only this one shared library is opened.

    The pack's front door imports three further grammars first, which costs a query more than its own work.
    """
    from tree_sitter import Language  # noqa: PLC0415 (a query answered from the cache needs no parser)

    if grammar == "csharp":  # comes as a package of its own
        module = importlib.import_module("tree_sitter_c_sharp")
    else:
        module = _binding(grammar)
    return Language(module.language())


def _binding(grammar: str):  # type: ignore[no-untyped-def]
    """The pack's binding module, past the pack's ``__init__``."""
    import importlib.util  # noqa: PLC0415
    import sys  # noqa: PLC0415
    from importlib.machinery import ExtensionFileLoader  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    package = "tree_sitter_language_pack"
    for entry in sys.path:
        folder = Path(entry) / package / "bindings"
        if not folder.is_dir():
            continue
        for file in folder.glob(f"{grammar}.*"):
            full = f"{package}.bindings.{grammar}"
            loader = ExtensionFileLoader(full, str(file))
            spec = importlib.util.spec_from_loader(full, loader)
            if spec is not None:
                module = importlib.util.module_from_spec(spec)
                loader.exec_module(module)
                return module
    return importlib.import_module(f"{package}.bindings.{grammar}")
