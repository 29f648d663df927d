"""Mending by machine: the edits that move a call's statement to where the spec has it. Lean: it is on the hook's path.

A statement is moved when it stands on lines of its own, in the pipeline's own function, and what it is moved over are
whole statements. The edits take its lines out and put them in, indented as what they are put before.
"""

from __future__ import annotations

from factory_git.codemap.extract import parse
from factory_git.drift.hit import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.kinds.states import Event
    from factory_git.drift.world import World

BLOCKS = frozenset({
    "block", "module", "statement_block", "program", "compound_statement", "statement_list", "source_file",
    "colon_block", "constructor_body",
})  # fmt: skip
"""Types of nodes whose children are statements."""
LOOPS = frozenset({
    "for_statement", "while_statement", "for_in_statement", "do_statement", "enhanced_for_statement",
    "foreach_statement", "for_expression", "while_expression", "loop_expression", "list_comprehension",
})  # fmt: skip
SIMPLE = frozenset({"call", "expression_statement", "await", "method_invocation"})


class _Text:
    """The file of a pipeline: its bytes and its syntax tree."""

    def __init__(self, path: str, source: bytes, language: str) -> None:
        self.path, self.source = path, source
        self.root = parse(source, language).root_node

    def statement(self, start: int) -> Node | None:
        """The innermost whole statement around the byte ``start``."""
        node: Node | None = self.root.named_descendant_for_byte_range(start, start + 1)
        while node is not None and (node.parent is None or node.parent.type not in BLOCKS):
            node = node.parent
        return node

    def lines(self, node: Node) -> tuple[int, int] | None:
        """The bytes of the lines that a statement stands on, if nothing else but a comment does."""
        start = self.source.rfind(b"\n", 0, node.start_byte) + 1
        end = self.source.find(b"\n", node.end_byte)
        if self.source[start : node.start_byte].strip() or end < 0:
            return None
        rest = self.source[node.end_byte : end].strip().lstrip(b";").strip()
        return (start, end + 1) if not rest or rest.startswith((b"//", b"#")) else None

    def moved(self, node: Node, before: Node) -> tuple[Edit, ...]:
        """The edits that put a statement before another one; none where they cannot be told."""
        lines, target = self.lines(node), self.lines_from(before)
        if lines is None or target is None:
            return ()
        old, new = self.indent(node), self.indent(before)
        text = self.source[lines[0] : lines[1]].decode("utf-8", "replace")
        put = "".join(new + one.removeprefix(old) for one in text.splitlines(keepends=True))
        left = f"{old}pass\n" if self.only(node) and self.path.endswith(".py") else ""
        return (
            Edit(file=self.path, start=target, end=target, text=put),
            Edit(file=self.path, start=lines[0], end=lines[1], text=left),
        )

    def lines_from(self, node: Node) -> int | None:
        """Where the line of a statement begins, if nothing stands before it there."""
        start = self.source.rfind(b"\n", 0, node.start_byte) + 1
        return None if self.source[start : node.start_byte].strip() else start

    def indent(self, node: Node) -> str:
        """What stands before a statement on its line."""
        start = self.source.rfind(b"\n", 0, node.start_byte) + 1
        return self.source[start : node.start_byte].decode()

    @staticmethod
    def only(node: Node) -> bool:
        """Whether a statement is the only one of its block."""
        block = node.parent
        return block is not None and not [one for one in block.named_children if one != node and one.type != "comment"]


def hoist(world: World, flowed: Flowed, gate: Event, step: Event) -> tuple[Fix, ...]:
    """Pass the gate right before the statement that leads to the open step. Unsafe: the gate is passed more often, and
    names that it uses may not be known there."""
    text = _text(world, flowed, gate, step)
    if text is None:
        return ()
    moving, reached = text.statement(gate.start), text.statement(step.start)
    if moving is None or reached is None or _around(moving, step.start):
        return ()
    block = moving.parent
    outer = moving
    while block is not None and not _around(block, step.start):
        if block.type in LOOPS:
            return ()  # what it is called with is a turn's own
        outer, block = block, block.parent
    while block is not None and block.type not in BLOCKS:
        outer, block = block, block.parent
    if block is None:
        return ()
    there = reached
    while there.parent is not None and there.parent != block:
        there = there.parent
    before = min(outer, there, key=lambda one: one.start_byte)
    edits = text.moved(moving, before) if before != moving else ()
    return (Fix(title="call the gate before it", edits=edits),) if edits else ()


def swap(world: World, flowed: Flowed, late: Event, early: Event) -> tuple[Fix, ...]:
    """Call first what the spec has first. Safe where both are calls that stand side by side as statements of their
    own, and neither keeps a result."""
    text = _text(world, flowed, late, early)
    if text is None:
        return ()
    moving, before = text.statement(late.start), text.statement(early.start)
    if moving is None or before is None or moving.parent != before.parent or moving == before:
        return ()
    edits = text.moved(moving, before)
    beside = moving.prev_named_sibling == before
    safe = beside and all(
        one.type in SIMPLE and b"=" not in text.source[one.start_byte : one.end_byte] for one in (moving, before)
    )
    return (Fix(title="call them in the order of the spec", edits=edits, safe=safe),) if edits else ()


def _around(node: Node, byte: int) -> bool:
    return node.start_byte <= byte < node.end_byte


def _text(world: World, flowed: Flowed, *events: Event) -> _Text | None:
    """The pipeline's file, if all of the events are calls in the pipeline's own function."""
    path = flowed.target.file
    facts, source = world.code.facts(path), world.code.read(path)
    if facts is None or source is None or b"\r" in source or flowed.index < 0:
        return None
    symbol = facts.symbols[flowed.index]
    if any(one.file != path or not symbol.start <= one.start < symbol.end for one in events):
        return None
    return _Text(path, source, facts.language)
