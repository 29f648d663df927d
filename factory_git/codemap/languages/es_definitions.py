"""Definitions of JavaScript and TypeScript: classes, interfaces, types, enums, namespaces, functions, fields."""

from __future__ import annotations

from factory_git.codemap.languages import common
from factory_git.codemap.languages.es_calls import FUNCTIONS, name_of, route
from factory_git.codemap.walk import Symbol, Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_WORDS = frozenset({"static", "async", "readonly", "abstract", "override", "get", "set", "declare", "accessor"})


def finish(walk: Walk) -> None:
    """Names exported by a list (``export {a}``, ``module.exports = {a}``); members follow their class."""
    for symbol in walk.symbols:
        above = symbol.parent
        if above is None:
            symbol.exported = symbol.exported or (walk.exports is not None and symbol.name in walk.exports)
        else:
            hidden = symbol.name.startswith("#") or "private" in symbol.modifiers or "protected" in symbol.modifiers
            symbol.exported = not hidden and above.exported and above.kind not in ("function", "method")


def export_names(walk: Walk, *names: str) -> None:
    """Note names that the file exports by a list."""
    walk.exports = (walk.exports or set()) | set(names)


def start(walk: Walk, symbol: Symbol, node: Node) -> Symbol:
    """Settle export and decorators of a declaration; the span begins at ``export`` or the first decorator."""
    above = node.parent
    symbol.exported = False
    if above is not None and above.type == "ambient_declaration":
        node, above = above, above.parent
        symbol.modifiers += ("declare",)
        symbol.exported = walk.scope is not None
    decorators = [n for n in node.named_children if n.type == "decorator"]
    if above is not None and above.type == "export_statement":
        symbol.exported = True
        symbol.start, symbol.line = above.start_byte, above.start_point[0] + 1
        decorators = [n for n in above.named_children if n.type == "decorator"] + decorators
        if any(n.type == "default" for n in above.children):
            symbol.modifiers += ("default",)
        node = above
    symbol.doc = doc(walk, node)
    decorate(walk, symbol, decorators)
    return symbol


def decorate(walk: Walk, symbol: Symbol, decorators: list[Node]) -> None:
    """Decorators: their texts, and the calls they are."""
    symbol.decorators = tuple(walk.brief(d.named_children[0]) for d in decorators if d.named_children)
    for decorator in decorators:
        inner = decorator.named_children[0] if decorator.named_children else None
        if inner is None:
            continue
        if inner.type == "call_expression":
            walk.descend(inner)
            route(walk, inner, symbol)
        else:
            label, receiver = name_of(walk, inner)
            walk.call(label, receiver, decorator, "decorator")
        if decorator.start_byte < symbol.start:
            symbol.start, symbol.line = decorator.start_byte, decorator.start_point[0] + 1


def doc(walk: Walk, node: Node) -> str:
    """The first line of the documentation comment right above a declaration."""
    return common.doc_above(walk, node, "/**", past=("decorator",))


def class_(walk: Walk, node: Node) -> None:
    """A class; an anonymous one only as the default export."""
    identifier = node.child_by_field_name("name")
    if identifier is None and (node.parent is None or node.parent.type != "export_statement"):
        walk.children(node)
        return
    symbol = walk.define(walk.text(identifier) or "default", "class", node)
    if node.type == "abstract_class_declaration":
        symbol.modifiers = ("abstract",)
    start(walk, symbol, node)
    class_parts(walk, symbol, node)


def class_parts(walk: Walk, symbol: Symbol, node: Node) -> None:
    """Bases and body of a class."""
    for part in node.named_children:
        if part.type == "class_heritage":
            bases: list[str] = []
            for clause in part.named_children:
                if clause.type in ("extends_clause", "implements_clause"):
                    bases += [walk.brief(b) for b in clause.named_children if b.type != "type_arguments"]
                    walk.children(clause)
                else:
                    bases.append(walk.brief(clause))
                    walk.descend(clause)
            symbol.bases = tuple(bases)
    walk.inside(symbol, node.child_by_field_name("body"))


def interface(walk: Walk, node: Node) -> None:
    """An interface and its members."""
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "interface", node)
    start(walk, symbol, node)
    for part in node.named_children:
        if part.type in ("extends_type_clause", "extends_clause"):
            symbol.bases = tuple(walk.brief(b) for b in part.named_children)
    walk.inside(symbol, node.child_by_field_name("body"))


def type_alias(walk: Walk, node: Node) -> None:
    """A type alias; object types in it have fields."""
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "type", node)
    start(walk, symbol, node)
    value = node.child_by_field_name("value")
    symbol.default = walk.brief(value)
    # An object type has fields; so has each object of a union or an intersection.
    stack = [value] if value is not None else []
    bases = []
    while stack:
        part = stack.pop()
        if part.type == "object_type":
            walk.inside(symbol, part)
        elif part.type in ("union_type", "intersection_type", "parenthesized_type"):
            stack += part.named_children
            if part.type == "intersection_type":
                bases += [walk.brief(p) for p in part.named_children if p.type in ("type_identifier", "generic_type")]
    symbol.bases = tuple(bases)


def enum(walk: Walk, node: Node) -> None:
    """An enum and its members."""
    symbol = start(walk, walk.define(walk.text(node.child_by_field_name("name")), "enum", node), node)
    body = node.child_by_field_name("body")
    for part in body.named_children if body is not None else ():
        if part.type == "enum_assignment":
            member = walk.define(walk.text(part.child_by_field_name("name")).strip("\"'"), "member", part, symbol)
            member.default = walk.brief(part.child_by_field_name("value"))
        elif part.type in ("property_identifier", "string"):
            walk.define(walk.text(part).strip("\"'"), "member", part, symbol)


def namespace(walk: Walk, node: Node) -> None:
    """A namespace; `declare module` with a string only opens its body."""
    label = node.child_by_field_name("name")
    if label is not None and label.type == "string":
        walk.children(node.child_by_field_name("body"))  # `declare module 'x'`: what is in it is the file's own
        return
    symbol = start(walk, walk.define(walk.text(label), "namespace", node), node)
    walk.inside(symbol, node.child_by_field_name("body"))


def function(walk: Walk, node: Node) -> None:
    """A function with a name; another one is a callback."""
    identifier = node.child_by_field_name("name")
    if identifier is None and (node.parent is None or node.parent.type != "export_statement"):
        walk.arm("callback", "body", node.child_by_field_name("body"), node)
        return
    symbol = start(walk, walk.define(walk.text(identifier) or "default", "function", node), node)
    callable_(walk, symbol, node)


def callable_(walk: Walk, symbol: Symbol, node: Node) -> None:
    """Parameters, result and body of anything that can be called."""
    if any(n.type == "async" for n in node.children):
        symbol.modifiers += ("async",)
    symbol.type = annotation_of(walk, node.child_by_field_name("return_type"))
    one = node.child_by_field_name("parameter")
    listed = node.child_by_field_name("parameters")
    symbol.parameters = ((walk.text(one), "", "", ""),) if one is not None else parameters(walk, listed, symbol)
    body = node.child_by_field_name("body")
    if body is not None and body.type == "statement_block":
        walk.inside(symbol, body)
    else:
        walk.body(symbol, body)


def parameters(walk: Walk, node: Node | None, symbol: Symbol) -> tuple[tuple[str, str, str, str], ...]:
    """The parameters; those of a constructor with an access word are fields too."""
    out = []
    for one in node.named_children if node is not None else ():
        if one.type == "comment":
            continue
        pattern, type_, value, kind = one.child_by_field_name("pattern"), "", one.child_by_field_name("value"), ""
        if one.type in ("required_parameter", "optional_parameter"):
            type_ = annotation_of(walk, one.child_by_field_name("type"))
        elif one.type == "assignment_pattern":
            pattern, value = one.child_by_field_name("left"), one.child_by_field_name("right")
        else:
            pattern = one
        if pattern is not None and pattern.type == "rest_pattern":
            pattern, kind = (pattern.named_children or [pattern])[0], "rest"
        words = [
            walk.text(n) for n in one.children if n.type in ("accessibility_modifier", "readonly", "override_modifier")
        ]
        label = walk.brief(pattern) + ("?" if one.type == "optional_parameter" else "")
        if words and symbol.name == "constructor":
            field = walk.define(label.rstrip("?"), "field", one, symbol.parent)
            field.type, field.default, field.modifiers = type_, walk.brief(value), (*words, "promoted")
            if label.endswith("?"):
                field.modifiers += ("optional",)
            kind = "promoted"
        walk.descend(value)
        out.append((label, type_, walk.brief(value), kind))
    return tuple(out)


def annotation_of(walk: Walk, node: Node | None) -> str:
    """The text of a type annotation without its colon."""
    return walk.brief(node).lstrip(":").strip()


def modifiers(walk: Walk, node: Node) -> tuple[str, ...]:
    """The words before a member's name, and whether it is optional."""
    out = []
    for part in node.children:
        if part.type in _WORDS or part.type == "accessibility_modifier":
            out.append(walk.text(part))
        elif part.type == "?":
            out.append("optional")
        elif part.type == "override_modifier":
            out.append("override")
    return tuple(out)


def label_of(walk: Walk, node: Node) -> str:
    """The name of a member without quotes."""
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    return walk.text(name).strip("\"'")


def method(walk: Walk, node: Node) -> None:
    """A method, a signature of one, an accessor."""
    symbol = walk.define(label_of(walk, node), "method", node)
    symbol.modifiers = tuple(m for m in modifiers(walk, node) if m != "async")
    symbol.doc = doc(walk, node)
    before = node.prev_sibling
    decorators: list[Node] = [n for n in node.named_children if n.type == "decorator"]
    while before is not None and before.type == "decorator":
        decorators.insert(0, before)
        before = before.prev_sibling
    decorate(walk, symbol, decorators)
    callable_(walk, symbol, node)


def field(walk: Walk, node: Node) -> None:
    """A field; one that holds a function is a method."""
    value = node.child_by_field_name("value")
    method = value is not None and value.type in FUNCTIONS
    symbol = walk.define(label_of(walk, node), "method" if method else "field", node)
    symbol.modifiers = modifiers(walk, node)
    symbol.doc = doc(walk, node)
    decorate(walk, symbol, [n for n in node.named_children if n.type == "decorator"])
    if method and value is not None:
        callable_(walk, symbol, value)
        return
    symbol.type = annotation_of(walk, node.child_by_field_name("type"))
    symbol.default = walk.brief(value)
    walk.descend(value)


def decorator(walk: Walk, node: Node) -> None:
    """Decorators of methods stand beside them in the class body: the method takes them."""
