"""Python's definitions: classes, functions, parameters, and what assignments make of a module, a class, an instance."""

from __future__ import annotations

from factory_git.codemap.languages.chains import called
from factory_git.codemap.languages.py_calls import mention, route
from factory_git.codemap.walk import Symbol, Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

MAKERS = ("__init__", "__post_init__")


def merge(walk: Walk) -> None:
    """A field that ``__init__`` assigns is the declared one, where there is one; else the first assignment stands."""
    known: dict[tuple[int, str], Symbol] = {}
    for symbol in sorted(
        (s for s in walk.symbols if s.kind == "field"), key=lambda s: ("instance" in s.modifiers, s.start)
    ):
        first = known.setdefault((id(symbol.parent), symbol.name), symbol)
        if first is not symbol and "instance" in symbol.modifiers:
            first.type = first.type or symbol.type
            symbol.index = -2
    if any(s.index == -2 for s in walk.symbols):
        walk.symbols = [s for s in walk.symbols if s.index != -2]


def decorated(walk: Walk, node: Node) -> None:
    """A decorated class or function; its span begins at the first decorator."""
    decorators = [d for d in node.named_children if d.type == "decorator"]
    definition = node.child_by_field_name("definition")
    if definition is None:
        walk.children(node)
        return
    symbol = class_(walk, definition) if definition.type == "class_definition" else function(walk, definition)
    if symbol is None:
        return
    symbol.decorators = tuple(walk.brief(d.named_children[0]) for d in decorators if d.named_children)
    symbol.start, symbol.line = node.start_byte, node.start_point[0] + 1
    for decorator in decorators:
        inner = decorator.named_children[0] if decorator.named_children else None
        if inner is None:
            continue
        if inner.type == "call":
            walk.descend(inner)
            route(walk, inner, symbol)
        elif inner.type in ("identifier", "attribute"):
            mention(walk, inner, decorator, "decorator")


def class_(walk: Walk, node: Node) -> Symbol | None:
    """A class and its bases."""
    identifier = node.child_by_field_name("name")
    if identifier is None:
        walk.children(node)
        return None
    symbol = walk.define(walk.text(identifier), "class", node)
    arguments = node.child_by_field_name("superclasses")
    if arguments is not None:
        bases = []
        for base in arguments.named_children:
            if base.type == "comment":
                continue
            if base.type == "keyword_argument":
                symbol.modifiers += (walk.brief(base),)
                walk.descend(base.child_by_field_name("value"))
            else:
                bases.append(walk.brief(base))
                walk.descend(base)
        symbol.bases = tuple(bases)
    body = node.child_by_field_name("body")
    symbol.doc = doc(walk, body)
    walk.inside(symbol, body)
    return symbol


def function(walk: Walk, node: Node) -> Symbol | None:
    """A function or method."""
    identifier = node.child_by_field_name("name")
    if identifier is None:
        walk.children(node)
        return None
    above = walk.scope
    symbol = walk.define(
        walk.text(identifier), "method" if above is not None and above.kind == "class" else "function", node
    )
    symbol.type = walk.brief(node.child_by_field_name("return_type"))
    if node.children[0].type == "async":
        symbol.modifiers = ("async",)
    symbol.parameters = parameters(walk, node.child_by_field_name("parameters"))
    if symbol.kind == "method" and symbol.name in MAKERS and symbol.parameters:
        symbol.data = symbol.parameters[0][0]
    body = node.child_by_field_name("body")
    symbol.doc = doc(walk, body)
    walk.inside(symbol, body)
    return symbol


def parameters(walk: Walk, node: Node | None) -> tuple[tuple[str, str, str, str], ...]:
    """The parameters with their kinds; default values are looked at where the function is defined."""
    out: list[tuple[str, str, str, str]] = []
    kind = ""
    for one in node.named_children if node is not None else ():
        form = one.type
        if form == "identifier":
            out.append((walk.text(one), "", "", kind))
        elif form == "typed_parameter":
            inner = one.named_children[0]
            special = {"list_splat_pattern": "rest", "dictionary_splat_pattern": "keywords"}.get(inner.type, "")
            label = walk.text(inner).lstrip("*")
            out.append((label, walk.brief(one.child_by_field_name("type")), "", special or kind))
            kind = "keyword-only" if special == "rest" else kind
        elif form in ("default_parameter", "typed_default_parameter"):
            value = one.child_by_field_name("value")
            walk.descend(value)
            label = walk.text(one.child_by_field_name("name"))
            out.append((label, walk.brief(one.child_by_field_name("type")), walk.brief(value), kind))
        elif form == "list_splat_pattern":
            out.append((walk.text(one).lstrip("*"), "", "", "rest"))
            kind = "keyword-only"
        elif form == "dictionary_splat_pattern":
            out.append((walk.text(one).lstrip("*"), "", "", "keywords"))
        elif form == "keyword_separator":
            kind = "keyword-only"
        elif form == "positional_separator":
            out = [(a, b, c, "positional-only") for a, b, c, _ in out]
    return tuple(out)


def doc(walk: Walk, body: Node | None) -> str:
    """The first line of a docstring."""
    string = next((n for n in body.named_children if n.type != "comment"), None) if body is not None else None
    if string is not None and string.type == "expression_statement" and string.named_children:
        string = string.named_children[0]
    if string is None or string.type != "string":
        return ""
    text = walk.text(string).lstrip("rRuU")
    quotes = text[:3] if text[:3] in ('"""', "'''") else text[:1]
    inner = text[len(quotes) : len(text) - len(quotes)].strip()
    return inner.split("\n", 1)[0].strip()[:200]


def assignment(walk: Walk, node: Node) -> None:
    """An assignment: a field, a variable, or what is known of a local name."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if right is not None and (walk.holds(right, b"(") or right.type == "assignment"):
        walk.descend(right)
    if left is None:
        return
    scope = walk.scope
    form = left.type
    if form == "identifier":
        label = walk.text(left)
        annotation = node.child_by_field_name("type")
        if scope is not None and scope.kind != "class":
            local(walk, label, annotation, right)
            return
        kind = "field" if scope is not None else "constant" if label.isupper() else "variable"
        symbol = walk.define(label, kind, node)
        if scope is None and label == "__all__":
            all_names(walk, right)
        value = right
        while value is not None and value.type == "assignment":
            value = value.child_by_field_name("right")
        symbol.type, symbol.default = walk.brief(annotation), walk.brief(value)
    elif form == "attribute":
        if scope is not None and scope.data and plain(walk, left.child_by_field_name("object")) == scope.data:
            symbol = walk.define(walk.text(left.child_by_field_name("attribute")), "field", node, scope.parent)
            symbol.type = walk.brief(node.child_by_field_name("type"))
            symbol.default = walk.brief(right)
            symbol.modifiers = ("instance",)
        else:
            walk.descend(left)
    elif form in ("pattern_list", "tuple_pattern", "list_pattern"):
        if scope is None or scope.kind == "class" or scope.data:
            unpack(walk, left, node)
    else:
        walk.descend(left)  # a[f()] = …


def unpack(walk: Walk, pattern: Node, node: Node) -> None:
    """The names of a pattern on the left."""
    scope = walk.scope
    for one in pattern.named_children:
        if one.type == "list_splat_pattern" and one.named_children:
            one = one.named_children[0]  # noqa: PLW2901 (the star is not part of the name)
        if one.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            unpack(walk, one, node)
        elif one.type == "identifier" and not (scope is not None and scope.data):
            label = walk.text(one)
            walk.define(label, "field" if scope is not None else "constant" if label.isupper() else "variable", node)
        elif one.type == "attribute" and scope is not None and scope.data == plain(walk, one.named_children[0]):
            symbol = walk.define(walk.text(one.child_by_field_name("attribute")), "field", node, scope.parent)
            symbol.modifiers = ("instance",)


def plain(walk: Walk, node: Node | None) -> str:
    """The text of a plain name; empty for anything else."""
    return walk.text(node) if node is not None and node.type == "identifier" else ""


def local(walk: Walk, label: str, annotation: Node | None, right: Node | None) -> None:
    """What is known of a local name."""
    if annotation is not None:
        walk.bind(label, walk.brief(annotation), "type")
        return
    if right is not None and right.type == "await" and right.named_children:
        right = right.named_children[0]
    if right is not None and right.type == "call":
        function = right.child_by_field_name("function")
        if function is not None and function.type in ("identifier", "attribute"):
            walk.bind(label, called(walk, right), "call")


def all_names(walk: Walk, right: Node | None) -> None:
    """The strings of ``__all__``."""
    names = walk.exports if walk.exports is not None else set()
    stack = [right] if right is not None else []
    while stack:
        node = stack.pop()
        if node.type == "string":
            names.add(walk.text(node).strip("rbu").strip("\"'"))
        else:
            stack += node.named_children
    walk.exports = names


def augmented(walk: Walk, node: Node) -> None:
    """``__all__ += […]``."""
    if walk.scope is None and walk.text(node.child_by_field_name("left")) == "__all__":
        all_names(walk, node.child_by_field_name("right"))
    walk.children(node)


def type_alias(walk: Walk, node: Node) -> None:
    """``type X = …``."""
    parts = [n for n in node.named_children if n.type == "type"]
    if len(parts) == 2 and (walk.scope is None or walk.scope.kind == "class"):
        head = walk.text(parts[0]).split("[", 1)[0]
        walk.define(head, "type", node).default = walk.brief(parts[1])
