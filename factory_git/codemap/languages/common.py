"""Small things that several providers do in the same way."""

from __future__ import annotations

from factory_git.codemap.walk import ROUTE_WORDS, Symbol, Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from tree_sitter import Node

COMMENTS = frozenset({"comment", "line_comment", "block_comment"})


def doc_above(walk: Walk, node: Node, *marks: str, past: Container[str] = ()) -> str:
    """The first line of the comment right above ``node`` that begins with one of ``marks``; ``past`` is passed over."""
    if nothing_above(walk.source, node.start_byte, past=bool(past)):
        return ""
    first, edge = "", node.start_point[0]
    before = node.prev_sibling
    while before is not None and (before.type in COMMENTS or before.type in past):
        end = before.end_point[0] - (before.end_point[1] == 0)
        if edge - end > 1:
            break
        edge = before.start_point[0]
        if before.type in COMMENTS:
            text = walk.text(before)
            if text.startswith(marks) and text.split("gf:", 1)[0].strip(" /*!#\n\t"):
                first = text
        before = before.prev_sibling
    for line in first.removesuffix("*/").splitlines():
        words = line.strip().lstrip("/*!#").split("gf:", 1)[0].strip()
        if words and not words.startswith("@"):
            return words[:200]
    return ""


def nothing_above(source: bytes, start: int, *, past: bool) -> bool:
    """Whether the line above says that no comment ends there: far cheaper than asking the tree for what is before."""
    edge = source.rfind(b"\n", 0, start)
    if edge < 0 or source[edge + 1 : start].strip():
        return False
    above = source[source.rfind(b"\n", 0, edge) + 1 : edge].strip()
    if not above:
        return True
    if above.startswith((b"/", b"*", b"#")) or above.endswith(b"*/"):
        return False
    return not past or above.endswith((b"{", b"}", b";", b","))


def begin_at(symbol: Symbol, node: Node | None) -> None:
    """Let a symbol's span begin at ``node`` (its annotations), where that is above."""
    if node is not None and node.start_byte < symbol.start:
        symbol.start, symbol.line = node.start_byte, node.start_point[0] + 1


def route_of_call(walk: Walk, label: str, arguments: Node | None, node: Node, strings: Container[str]) -> None:
    """Note a route when a call's word is one of routing and its first argument is a string."""
    if label.lower() not in ROUTE_WORDS or arguments is None or not arguments.named_children:
        return
    first = arguments.named_children[0]
    if first.type == "argument" and first.named_children:
        first = first.named_children[0]
    if first.type in strings:
        walk.route(label, first, node)


def route_of_annotation(walk: Walk, symbol: Symbol, label: str, argument: str) -> None:
    """Note the route of an annotation such as ``@GetMapping("/x")``, ``#[Route('/x')]`` or ``[HttpGet("x")]``."""
    word = label.lower().rpartition(".")[2].rpartition("\\")[2].removesuffix("mapping").removeprefix("http")
    text = argument.strip("\"'")
    if word in ROUTE_WORDS or word in ("request", ""):
        walk.routes.append((word or "route", text[:200], symbol, symbol.line))
