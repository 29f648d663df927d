"""Every place where a name stands in the code: not in comments, not in strings."""

from __future__ import annotations

import re

from factory_git.codemap.extract import SIZE_LIMIT, parse, readable
from factory_git.codemap.lookup import TOP
from factory_git.codemap.model import FileFacts
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_QUIET = re.compile(
    r"comment|string_content|string_fragment|jsx_text|escape_sequence|text$|regex|string_literal$|^string$"
)
_TYPE_PLACES = frozenset({
    "type", "type_annotation", "class_heritage", "superclass", "super_interfaces", "base_clause",
    "class_interface_clause", "base_list", "base_class_clause", "type_arguments", "generic_type", "type_list",
})  # fmt: skip


@value
class Mention:
    """One place; ``kind`` is ``definition``, ``import``, ``call``, ``type`` or ``use``; ``id`` the symbol it is in."""

    path: str
    line: int
    column: int
    kind: str
    id: str
    text: str


def mentions(path: str, data: bytes, facts: FileFacts, name: str) -> Iterator[Mention]:
    """The places in one file, in order. A file that is too large to be parsed has none."""
    data = readable(data)
    if len(data) > SIZE_LIMIT or b"\0" in data:
        return
    word = name.encode()
    lines = data.splitlines()
    root = None
    for found in re.finditer(rb"(?<![\w$])" + re.escape(word) + rb"(?![\w$])", data):
        root = root if root is not None else parse(data, facts.language).root_node
        node = root.descendant_for_byte_range(found.start(), found.end())
        if node is None or (_QUIET.search(node.type) and "identifier" not in node.type):
            continue
        row = data.count(b"\n", 0, found.start())
        column = found.start() - (data.rfind(b"\n", 0, found.start()) + 1)
        yield Mention(
            path=path,
            line=row + 1,
            column=column + 1,
            kind=_kind(facts, name, row + 1, found.start(), is_type=_names_type(node)),
            id=_around(facts, found.start()),
            text=lines[row].decode("utf-8", "replace").strip()[:160] if row < len(lines) else "",
        )


def _names_type(node: Node) -> bool:
    """Whether a name stands where a type is written: an annotation, a base, an argument of a generic."""
    if node.type == "type_identifier":
        return True
    above = node.parent
    for _ in range(3):
        if above is None:
            return False
        if above.type in _TYPE_PLACES:
            return True
        if above.type == "argument_list":
            return above.parent is not None and above.parent.type == "class_definition"
        above = above.parent
    return False


def _kind(facts: FileFacts, name: str, line: int, start: int, *, is_type: bool) -> str:
    for call in facts.calls:
        if call.name == name and call.start <= start < call.end and call.line <= line:
            inner = start - call.start
            if inner <= len(call.receiver) + len(name) + 8:
                return "call"
    for one in facts.imports:
        named = name in one.module or any(name in pair for pair in one.names)
        if named and one.line <= line <= one.line + 40 and _in(facts, one.line, line):
            return "import"
    if any(s.name == name and s.start <= start < s.end and s.line <= line <= s.line + 12 for s in facts.symbols):
        first = next(s for s in facts.symbols if s.name == name and s.start <= start < s.end)
        if not any(c.start <= start < c.end and c.name != name for c in facts.calls if c.start > first.start):
            return "definition" if line - first.line <= len(first.decorators) + 1 else "use"
    return "type" if is_type else "use"


def _in(facts: FileFacts, first: int, line: int) -> bool:
    """Whether no symbol begins between an import's first line and ``line``: the import goes on."""
    return not any(first < s.line <= line for s in facts.symbols)


def _around(facts: FileFacts, start: int) -> str:
    best, size = TOP, 1 << 62
    for one in facts.symbols:
        if (
            one.start <= start < one.end
            and one.end - one.start < size
            and one.kind not in ("field", "variable", "constant")
        ):
            best, size = one.id, one.end - one.start
    return best
