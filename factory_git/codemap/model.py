"""What the map knows of one file: symbols, imports, calls in evaluation order, blocks, exits, routes, tags, errors.

Everything here is a value. Names are text as the file has it; ids are qualified names, never positions, so that a line
inserted above changes no id. Lines count from 1, bytes from 0; ends are exclusive for bytes, inclusive for lines.
"""

from __future__ import annotations

from factory_git.codemap.symbol import Parameter, Symbol
from factory_git.core.value import value

__all__ = [
    "Binding", "Block", "Call", "Damage", "Exit", "FileFacts", "Import", "Parameter", "Route", "Symbol", "Tag",
]  # fmt: skip


@value
class Import:
    """One import. ``names`` are pairs (name there, name here); ``*`` stands for all; empty means the module itself.

    ``kind`` is the form: ``import``, ``from``, ``reexport``, ``require``, ``dynamic``, ``type``, ``use``, ``mod``,
    ``include``, ``system``, ``static``, ``function``, ``const``.
    """

    module: str
    names: tuple[tuple[str, str], ...] = ()
    alias: str = ""
    kind: str = "import"
    line: int = 0


@value
class Block:
    """A region that runs under a condition of its own inside a function.

    ``kind`` is ``branch``, ``loop``, ``try``, ``callback``, ``short`` or ``defer``; ``arm`` says which part of the
    construct (``then``, ``else``, ``case``, ``body``, ``handler``, ``finally``, ``right`` …), ``construct`` is the same
    number for all arms of one construct. ``parent`` is the index of the enclosing block, or -1.
    """

    kind: str
    arm: str
    parent: int
    construct: int
    line: int


@value
class Call:
    """One call; ``owner`` is the index of the symbol whose body it is in (-1: top level), ``block`` its block or -1.

    ``name`` is the last segment of what is called, ``receiver`` the text before it (``self.repo``; ``()`` closes a
    receiver that is itself a result). ``kind`` is ``call``, ``new``, ``macro`` or ``decorator``.
    """

    name: str
    receiver: str
    owner: int
    block: int
    kind: str
    line: int
    start: int
    end: int


@value
class Exit:
    """A statement that leaves: ``return``, ``raise``, ``break``, ``continue``, ``yield`` or ``try`` (Rust's ``?``)."""

    kind: str
    owner: int
    block: int
    line: int
    start: int


@value
class Binding:
    """What is known of a local name: its declared type (``how`` is ``type``), or what made it (``call``)."""

    owner: int
    name: str
    value: str
    how: str


@value
class Route:
    """A route string and the word it came with (``get``, ``route``, ``path`` …); ``owner`` as in :class:`Call`."""

    method: str
    path: str
    owner: int
    line: int


@value
class Tag:
    """A ``gf:`` tag; ``owner`` is the index of the declaration it stands on, or -1. ``text`` is all after ``gf:``."""

    text: str
    owner: int
    line: int


@value
class Damage:
    """A place that the grammar could not read, or that was not read: ``what`` says why."""

    what: str
    line: int
    end_line: int


@value
class FileFacts:
    """All that is known of one file's content, in source order; calls and exits in the order they are evaluated."""

    language: str
    package: str = ""
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    blocks: tuple[Block, ...] = ()
    exits: tuple[Exit, ...] = ()
    bindings: tuple[Binding, ...] = ()
    routes: tuple[Route, ...] = ()
    tags: tuple[Tag, ...] = ()
    damage: tuple[Damage, ...] = ()

    def fields(self, symbol: int) -> tuple[Symbol, ...]:
        """The fields of the entity at index ``symbol``, in the order of the file."""
        kinds = ("field", "property", "member", "constant")
        return tuple(s for s in self.symbols if s.parent == symbol and s.kind in kinds)

    def context(self, block: int) -> tuple[Block, ...]:
        """The chain of blocks around ``block``, the outermost first."""
        chain = []
        while block >= 0:
            chain.append(self.blocks[block])
            block = self.blocks[block].parent
        return tuple(reversed(chain))
