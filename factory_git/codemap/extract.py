"""From the bytes of one file to what the map knows of it. Pure: no file, no repository, no database."""

from __future__ import annotations

import re
from operator import itemgetter

from factory_git.codemap.languages.provider import new_parser
from factory_git.codemap.languages.registry import CONFIGURATIONS, provider
from factory_git.codemap.walk import Arm, Symbol, Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tree_sitter import Node, Parser, Tree

    from factory_git.codemap.languages.provider import Provider
    from factory_git.codemap.walk import Kinds

    Rows = tuple[Any, ...]

SIZE_LIMIT = 4 * 1024 * 1024
"""Files above this are not parsed; they are marked, so that what judges by the map can refuse them."""

_TAG = re.compile(r"\bgf:[ \t]*([^\r\n]*)")
_ATTRIBUTE = re.compile(r"^(?:[\w\\.]+(?:\.|::|\\))?[Gg]f\s*\((.*)", re.DOTALL)
_QUOTED = re.compile(r"\"([^\"]+)\"|'([^']+)'")
_BOM = b"\xef\xbb\xbf"


_parsers: dict[str, tuple[Parser, Provider, Kinds]] = {}


def _parser(language: str) -> tuple[Parser, Provider, Kinds]:
    if language not in _parsers:
        found = provider(language)
        parser = new_parser(found.grammar)
        grammar, table = parser.language, found.table
        assert grammar is not None
        named = [(number, grammar.node_kind_for_id(number) or "") for number in range(grammar.node_kind_count)]
        kinds = {number: table[kind] for number, kind in named if kind in table}
        _parsers[language] = parser, found, kinds
    return _parsers[language]


def parse(data: bytes, language: str) -> Tree:
    """The syntax tree of ``data``, after :func:`readable`."""
    return _parser(language)[0].parse(data)


def readable(data: bytes) -> bytes:
    """``data`` as the grammars read it: UTF-8, the byte order mark blanked, so that positions stay those of the file.

    UTF-16 is decoded (positions are then those of the decoded text); other encodings pass as they are.
    """
    if data.startswith(_BOM):
        data = b"   " + data[3:]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").encode()
    if b"\r" in data and b"\n" not in data:  # lines that end as they did on the first Macintoshes
        return data.replace(b"\r", b"\n")
    return data


def extract(data: bytes, language: str) -> Rows:
    """All facts of a file as rows: see :mod:`factory_git.codemap.pack` for the way back to values."""
    if len(data) > SIZE_LIMIT:
        what = f"too large: {len(data)} bytes, the limit is {SIZE_LIMIT}"
        return (language, "", (), (), (), (), (), (), (), (), ((what, 1, data.count(b"\n") + 1),))
    data = readable(data)
    if b"\0" in data:
        return (language, "", (), (), (), (), (), (), (), (), (("not text", 1, data.count(b"\n") + 1),))
    if language in CONFIGURATIONS:
        return (language, data.decode("utf-8", "replace"), (), (), (), (), (), (), (), (), ())
    parser, found, kinds = _parser(language)
    root = parser.parse(data).root_node
    walk = Walk(data, kinds)
    walk.run(root)
    found.finish(walk)
    symbols = sorted(walk.symbols, key=lambda s: (s.start, -s.end))
    for index, symbol in enumerate(symbols):
        symbol.index = index
    tags = _tags(walk, root, symbols)
    damage = _damage(root) if root.has_error else ()
    return _rows(walk, language, symbols, tags, damage)


def _rows(walk: Walk, language: str, symbols: list[Symbol], tags: Rows, damage: Rows) -> Rows:
    blocks: list[tuple[str, str, int, int, int]] = []
    walk.calls.sort(key=itemgetter(0, 1))
    walk.exits.sort(key=itemgetter(0))
    for call in walk.calls:
        if call[5] is not None and call[5].index < 0:
            _number(call[5], blocks)
    calls = tuple([
        (name, receiver, -1 if owner is None else owner.index, -1 if arm is None else arm.index, kind, line,
         -start, end)
        for end, start, name, receiver, owner, arm, kind, line in walk.calls
    ])  # fmt: skip
    exits = tuple(
        (kind, -1 if owner is None else owner.index, _number(arm, blocks), line, start)
        for start, kind, owner, arm, line in walk.exits
    )
    bindings = tuple((-1 if o is None else o.index, name, value, how) for o, name, value, how in walk.bindings)
    routes = tuple((method, path, -1 if o is None else o.index, line) for method, path, o, line in walk.routes)
    definitions = tuple([
        (s.name, s.kind, -1 if s.parent is None else s.parent.index, s.exported, s.line, s.end_line, s.start, s.end,
         s.type, s.default, s.doc, s.wire, s.parameters, s.bases, s.decorators, s.modifiers)
        for s in symbols
    ])  # fmt: skip
    imports = tuple([row for _, row in sorted(walk.imports, key=itemgetter(0))])
    routes = tuple(sorted(routes, key=lambda r: r[3]))
    return (language, walk.package, definitions, imports, calls, tuple(blocks), exits, bindings, routes, tags, damage)


def _number(arm: Arm | None, blocks: list[tuple[str, str, int, int, int]]) -> int:
    """The index of a block among those that hold something; its surroundings are numbered first."""
    if arm is None:
        return -1
    if arm.index < 0:
        parent = _number(arm.parent, blocks)
        arm.index = len(blocks)
        blocks.append((arm.kind, arm.arm, parent, arm.construct, arm.line))
    return arm.index


def _tags(walk: Walk, root: Node, symbols: list[Symbol]) -> Rows:
    out: list[tuple[str, int, int]] = []
    for symbol in symbols:
        for decorator in symbol.decorators:
            found = _ATTRIBUTE.match(decorator)
            if found:
                said = [one[1] or one[2] for one in _QUOTED.finditer(found[1])]
                out.append((", ".join(said), symbol.index, symbol.line))
    if b"gf:" in walk.source:
        comments = [n for n in _comments(root) if b"gf:" in walk.source[n.start_byte : n.end_byte]]
        for node in comments:
            end = _end_of_comments(node)
            owner = _owner(symbols, node.start_point[0] + 1, end)
            for found in _TAG.finditer(walk.text(node)):
                line = node.start_point[0] + 1 + walk.text(node).count("\n", 0, found.start())
                out.append((found[1].removesuffix("*/").strip(), owner, line))
    return tuple(sorted(out, key=lambda t: t[2]))


def _comments(root: Node) -> list[Node]:
    """Every comment of the tree."""
    out, stack = [], [root]
    while stack:
        node = stack.pop()
        if "comment" in node.type:
            out.append(node)
        else:
            stack += node.children
    return out


def _end_of_comments(node: Node) -> int:
    """The last line of the run of comments and annotations that ``node`` is in."""
    end = node.end_point[0] + (node.end_point[1] > 0)
    following = node.next_sibling
    while following is not None and ("comment" in following.type or following.type in ("attribute_item", "decorator")):
        end = following.end_point[0] + (following.end_point[1] > 0)
        following = following.next_sibling
    return end


def _owner(symbols: list[Symbol], line: int, end: int) -> int:
    """The declaration a comment stands on: one that begins on its line or right under it, else the one around it."""
    same = [
        s.index for s in symbols if s.line == line or (s.line < line and s.end_line == line and s.line == s.end_line)
    ]
    if same:
        return same[0]
    under = [s.index for s in symbols if line < s.line <= end + 1]
    if under:
        return under[0]
    around = [s for s in symbols if s.line <= line <= s.end_line]
    return around[-1].index if around else -1


def _damage(root: Node) -> Rows:
    """Where the grammar had to guess: error nodes and missing tokens, the outermost of each."""
    out: list[tuple[str, int, int]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            what = f"missing {node.type}" if node.is_missing else "syntax"
            out.append((what, node.start_point[0] + 1, node.end_point[0] + 1))
        elif node.has_error:
            stack += node.children
    return tuple(sorted(out, key=lambda d: d[1]))
