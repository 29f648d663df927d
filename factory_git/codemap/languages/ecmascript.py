"""What JavaScript, TypeScript and TSX share: the three provider files name their grammars and take this table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_git.codemap.languages import common, control
from factory_git.codemap.walk import LEAF, ROUTE_WORDS, Arm, Symbol, Walk, leaving, receiver_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "function"})
_ACCESS = ("private", "protected", "public")
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


def _export_names(walk: Walk, *names: str) -> None:
    walk.exports = (walk.exports or set()) | set(names)


def _start(walk: Walk, symbol: Symbol, node: Node) -> Symbol:
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
    _decorate(walk, symbol, decorators)
    return symbol


def _decorate(walk: Walk, symbol: Symbol, decorators: list[Node]) -> None:
    symbol.decorators = tuple(walk.brief(d.named_children[0]) for d in decorators if d.named_children)
    for decorator in decorators:
        inner = decorator.named_children[0] if decorator.named_children else None
        if inner is None:
            continue
        if inner.type == "call_expression":
            walk.descend(inner)
            _route(walk, inner, symbol)
        else:
            label, receiver = _name(walk, inner)
            walk.call(label, receiver, decorator, "decorator")
        if decorator.start_byte < symbol.start:
            symbol.start, symbol.line = decorator.start_byte, decorator.start_point[0] + 1


def doc(walk: Walk, node: Node) -> str:
    """The first line of the documentation comment right above a declaration."""
    return common.doc_above(walk, node, "/**", past=("decorator",))


# Definitions.


def _class(walk: Walk, node: Node) -> None:
    identifier = node.child_by_field_name("name")
    if identifier is None and (node.parent is None or node.parent.type != "export_statement"):
        walk.children(node)
        return
    symbol = walk.define(walk.text(identifier) or "default", "class", node)
    if node.type == "abstract_class_declaration":
        symbol.modifiers = ("abstract",)
    _start(walk, symbol, node)
    _class_parts(walk, symbol, node)


def _class_parts(walk: Walk, symbol: Symbol, node: Node) -> None:
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


def _interface(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "interface", node)
    _start(walk, symbol, node)
    for part in node.named_children:
        if part.type in ("extends_type_clause", "extends_clause"):
            symbol.bases = tuple(walk.brief(b) for b in part.named_children)
    walk.inside(symbol, node.child_by_field_name("body"))


def _type_alias(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "type", node)
    _start(walk, symbol, node)
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


def _enum(walk: Walk, node: Node) -> None:
    symbol = _start(walk, walk.define(walk.text(node.child_by_field_name("name")), "enum", node), node)
    body = node.child_by_field_name("body")
    for part in body.named_children if body is not None else ():
        if part.type == "enum_assignment":
            member = walk.define(walk.text(part.child_by_field_name("name")).strip("\"'"), "member", part, symbol)
            member.default = walk.brief(part.child_by_field_name("value"))
        elif part.type in ("property_identifier", "string"):
            walk.define(walk.text(part).strip("\"'"), "member", part, symbol)


def _namespace(walk: Walk, node: Node) -> None:
    label = node.child_by_field_name("name")
    if label is not None and label.type == "string":
        walk.children(node.child_by_field_name("body"))  # `declare module 'x'`: what is in it is the file's own
        return
    symbol = _start(walk, walk.define(walk.text(label), "namespace", node), node)
    walk.inside(symbol, node.child_by_field_name("body"))


def _function(walk: Walk, node: Node) -> None:
    identifier = node.child_by_field_name("name")
    if identifier is None and (node.parent is None or node.parent.type != "export_statement"):
        walk.arm("callback", "body", node.child_by_field_name("body"), node)
        return
    symbol = _start(walk, walk.define(walk.text(identifier) or "default", "function", node), node)
    _callable(walk, symbol, node)


def _callable(walk: Walk, symbol: Symbol, node: Node) -> None:
    """Parameters, result and body of anything that can be called."""
    if any(n.type == "async" for n in node.children):
        symbol.modifiers += ("async",)
    symbol.type = _annotation(walk, node.child_by_field_name("return_type"))
    one = node.child_by_field_name("parameter")
    parameters = node.child_by_field_name("parameters")
    symbol.parameters = ((walk.text(one), "", "", ""),) if one is not None else _parameters(walk, parameters, symbol)
    body = node.child_by_field_name("body")
    if body is not None and body.type == "statement_block":
        walk.inside(symbol, body)
    else:
        walk.body(symbol, body)


def _parameters(walk: Walk, node: Node | None, symbol: Symbol) -> tuple[tuple[str, str, str, str], ...]:
    out = []
    for one in node.named_children if node is not None else ():
        if one.type == "comment":
            continue
        pattern, type_, value, kind = one.child_by_field_name("pattern"), "", one.child_by_field_name("value"), ""
        if one.type in ("required_parameter", "optional_parameter"):
            type_ = _annotation(walk, one.child_by_field_name("type"))
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


def _annotation(walk: Walk, node: Node | None) -> str:
    return walk.brief(node).lstrip(":").strip()


def _modifiers(walk: Walk, node: Node) -> tuple[str, ...]:
    out = []
    for part in node.children:
        if part.type in _WORDS or part.type == "accessibility_modifier":
            out.append(walk.text(part))
        elif part.type == "?":
            out.append("optional")
        elif part.type == "override_modifier":
            out.append("override")
    return tuple(out)


def _label(walk: Walk, node: Node) -> str:
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    return walk.text(name).strip("\"'")


def _method(walk: Walk, node: Node) -> None:
    symbol = walk.define(_label(walk, node), "method", node)
    symbol.modifiers = tuple(m for m in _modifiers(walk, node) if m != "async")
    symbol.doc = doc(walk, node)
    before = node.prev_sibling
    decorators: list[Node] = [n for n in node.named_children if n.type == "decorator"]
    while before is not None and before.type == "decorator":
        decorators.insert(0, before)
        before = before.prev_sibling
    _decorate(walk, symbol, decorators)
    _callable(walk, symbol, node)


def _field(walk: Walk, node: Node) -> None:
    value = node.child_by_field_name("value")
    method = value is not None and value.type in FUNCTIONS
    symbol = walk.define(_label(walk, node), "method" if method else "field", node)
    symbol.modifiers = _modifiers(walk, node)
    symbol.doc = doc(walk, node)
    _decorate(walk, symbol, [n for n in node.named_children if n.type == "decorator"])
    if method and value is not None:
        _callable(walk, symbol, value)
        return
    symbol.type = _annotation(walk, node.child_by_field_name("type"))
    symbol.default = walk.brief(value)
    walk.descend(value)


def _decorator(walk: Walk, node: Node) -> None:
    """Decorators of methods stand beside them in the class body: the method takes them."""


def _variable(walk: Walk, node: Node) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    if _require(walk, name, value, node):
        return
    statement = node.parent or node
    if name.type in ("object_pattern", "array_pattern"):
        walk.descend(value)
        if walk.scope is None or walk.scope.kind == "namespace":
            for label in _bound(walk, name):
                _start(walk, walk.define(label, "variable", node), statement)
        return
    label = walk.text(name)
    if value is not None and value.type in FUNCTIONS:
        symbol = _start(walk, walk.define(label, "function", node), statement)
        _callable(walk, symbol, value)
        return
    if value is not None and value.type == "class":
        symbol = _start(walk, walk.define(label, "class", node), statement)
        _class_parts(walk, symbol, value)
        return
    annotation = _annotation(walk, node.child_by_field_name("type"))
    above = statement.parent
    inner = walk.block is not None or (above is not None and above.type in ("for_statement", "for_in_statement"))
    if inner or (walk.scope is not None and walk.scope.kind != "namespace"):
        _local(walk, label, annotation, value)
        walk.descend(value)
        return
    constant = label.isupper() and any(c.type == "const" for c in statement.children)
    symbol = _start(walk, walk.define(label, "constant" if constant else "variable", node), statement)
    symbol.type, symbol.default = annotation, walk.brief(value)
    if value is not None and value.type in ("as_expression", "satisfies_expression") and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type == "object":
        _object(walk, value, symbol)
    else:
        walk.descend(value)


def _object(walk: Walk, node: Node, symbol: Symbol) -> None:
    """The functions of an object that has a name are its methods; what else is in it is looked at in place."""
    for part in node.named_children:
        value = part.child_by_field_name("value")
        if part.type == "method_definition":
            method = walk.define(_label(walk, part), "method", part, symbol)
            _callable(walk, method, part)
        elif part.type == "pair" and value is not None and value.type in FUNCTIONS:
            method = walk.define(walk.text(part.child_by_field_name("key")).strip("\"'"), "method", part, symbol)
            _callable(walk, method, value)
        else:
            walk.descend(part)


def _bound(walk: Walk, pattern: Node) -> list[str]:
    out, stack = [], [pattern]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            out.append(walk.text(node))
        elif node.type == "pair_pattern":
            stack += [n for n in [node.child_by_field_name("value")] if n is not None]
        elif node.type in ("object_assignment_pattern", "assignment_pattern"):
            stack += [n for n in [node.child_by_field_name("left")] if n is not None]
        else:
            stack += node.named_children
    return out[::-1]


def _local(walk: Walk, label: str, annotation: str, value: Node | None) -> None:
    if annotation:
        walk.bind(label, annotation, "type")
        return
    if value is not None and value.type == "await_expression" and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type in ("call_expression", "new_expression"):
        made = value.child_by_field_name("function") or value.child_by_field_name("constructor")
        if made is not None and made.type != "import":
            walk.bind(label, receiver_of(walk, made), "call")


# Imports and exports.


def _import(walk: Walk, node: Node) -> None:
    source = node.child_by_field_name("source")
    names: list[tuple[str, str]] = []
    kind = "type" if any(c.type == "type" for c in node.children) else "import"
    for clause in node.named_children:
        if clause.type == "import_require_clause":
            source, kind = clause.child_by_field_name("source"), "require"
            names.append(("*", walk.text(clause.named_children[0])))
        if clause.type != "import_clause":
            continue
        for part in clause.named_children:
            if part.type == "identifier":
                names.append(("default", walk.text(part)))
            elif part.type == "namespace_import":
                names.append(("*", walk.text(part.named_children[0])))
            elif part.type == "named_imports":
                names += _specifiers(walk, part, "import_specifier")
    if source is not None:
        walk.bring(walk.text(source)[1:-1], node, names, kind=kind)


def _specifiers(walk: Walk, node: Node, kind: str) -> list[tuple[str, str]]:
    out = []
    for one in node.named_children:
        if one.type == kind:
            there = walk.text(one.child_by_field_name("name")).strip("\"'")
            out.append((there, walk.text(one.child_by_field_name("alias")).strip("\"'") or there))
    return out


def _export(walk: Walk, node: Node) -> None:
    source = node.child_by_field_name("source")
    clauses = [n for n in node.named_children if n.type == "export_clause"]
    names = [pair for clause in clauses for pair in _specifiers(walk, clause, "export_specifier")]
    if source is not None:
        inner = [n for n in node.named_children if n.type == "namespace_export"]
        if inner:
            names.append(("*", walk.text(inner[0].named_children[0])))
        elif not clauses:
            names.append(("*", "*"))
        walk.bring(walk.text(source)[1:-1], node, names, kind="reexport")
        return
    _export_names(walk, *(there for there, _ in names))
    value = node.child_by_field_name("value")
    if value is not None and value.type in FUNCTIONS:
        symbol = walk.define("default", "function", node)
        symbol.modifiers = ("default",)
        _callable(walk, symbol, value)
    elif value is not None and value.type == "class":
        symbol = walk.define("default", "class", node)
        symbol.modifiers = ("default",)
        _class_parts(walk, symbol, value)
    elif value is not None:
        if value.type == "identifier":
            _export_names(walk, walk.text(value))
            walk.bring("", node, ((walk.text(value), "default"),), kind="default")
        walk.descend(value)
    elif any(c.type == "=" for c in node.children):  # `export = x`
        _export_names(walk, *(walk.text(n) for n in node.named_children if n.type == "identifier"))
    for part in node.named_children:
        if part.type not in ("decorator", "export_clause", "comment") and part != value:
            walk.descend(part)


def _require(walk: Walk, name: Node, value: Node | None, node: Node) -> bool:
    """``const a = require('x')`` and its patterns are imports."""
    if value is None or value.type != "call_expression":
        return False
    function, arguments = value.child_by_field_name("function"), value.child_by_field_name("arguments")
    if walk.text(function) != "require" or arguments is None or len(arguments.named_children) != 1:
        return False
    module = arguments.named_children[0]
    if module.type != "string":
        return False
    if name.type == "object_pattern":
        names = []
        for part in name.named_children:
            there = walk.text(part.child_by_field_name("key")) or walk.text(part)
            names.append((there, walk.text(part.child_by_field_name("value")) or there))
    else:
        names = [("*", walk.text(name))]
    walk.bring(walk.text(module)[1:-1], node, names, kind="require")
    return True


def _assignment(walk: Walk, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    target = walk.text(left) if left is not None and left.type == "member_expression" else ""
    if (
        walk.scope is not None
        and walk.scope.name == "constructor"
        and target.startswith("this.")
        and target.count(".") == 1
    ):
        above = walk.scope.parent
        label = target[5:]
        if above is not None and not any(s.parent is above and s.name == label for s in walk.symbols):
            symbol = walk.define(label, "field", node, above)
            symbol.default, symbol.modifiers = walk.brief(right), ("instance",)
    elif walk.scope is None and target in ("module.exports", "exports") and right is not None:
        _common(walk, right, node)
        return
    elif walk.scope is None and (target.startswith(("exports.", "module.exports.")) or ".prototype." in target):
        head, _, label = target.rpartition(".")
        if right is not None and right.type in FUNCTIONS:
            outer = next((s for s in walk.symbols if s.name == head.split(".")[0] and s.parent is None), None)
            symbol = walk.define(label, "method" if outer else "function", node, outer)
            _export_names(walk, label)
            _callable(walk, symbol, right)
            return
        _export_names(walk, *([label] if "exports" in head else []))
        if right is not None and right.type == "call_expression" and _require_again(walk, label, right, node):
            return
    if left is not None and left.type != "identifier":
        walk.descend(left)
    walk.descend(right)


def _require_again(walk: Walk, label: str, right: Node, node: Node) -> bool:
    """``exports.x = require('./x')`` hands a module on."""
    function, arguments = right.child_by_field_name("function"), right.child_by_field_name("arguments")
    strings = [a for a in arguments.named_children if a.type == "string"] if arguments is not None else []
    if walk.text(function) != "require" or len(strings) != 1:
        return False
    walk.bring(walk.text(strings[0])[1:-1], node, (("*", label),), kind="reexport")
    return True


def _common(walk: Walk, right: Node, node: Node) -> None:
    """``module.exports = …``: an object lists what is exported, anything else is the module itself."""
    if right.type == "object":
        for part in right.named_children:
            label = walk.text(part.child_by_field_name("key") or part.child_by_field_name("name") or part).strip("\"'")
            _export_names(walk, label)
            value = part.child_by_field_name("value")
            if part.type == "method_definition" or (value is not None and value.type in FUNCTIONS):
                _callable(walk, walk.define(label, "function", part), value if value is not None else part)
            else:
                walk.descend(part)
    elif right.type in FUNCTIONS or right.type == "class":
        label = walk.text(right.child_by_field_name("name")) or "default"
        symbol = walk.define(label, "class" if right.type == "class" else "function", node)
        symbol.modifiers = ("default",)
        (_class_parts if right.type == "class" else _callable)(walk, symbol, right)
    else:
        _export_names(walk, walk.text(right))
        if right.type == "identifier":
            walk.bring("", node, ((walk.text(right), "default"),), kind="default")
        walk.descend(right)


# Calls.


def _name(walk: Walk, function: Node | None) -> tuple[str, str]:
    if function is None:
        return "", ""
    if function.type in ("identifier", "super"):
        return walk.text(function), ""
    if function.type in ("member_expression", "nested_identifier"):
        return walk.text(function.child_by_field_name("property")), receiver_of(
            walk, function.child_by_field_name("object")
        )
    if function.type == "non_null_expression" and function.named_children:
        return _name(walk, function.named_children[0])
    return "", ""


def _call(walk: Walk, node: Node) -> None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is not None and function.type == "import":
        module = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if module is not None and module.type == "string":
            walk.bring(walk.text(module)[1:-1], node, kind="dynamic")
        return
    label, receiver = _name(walk, function)
    if label == "require" and not receiver and arguments is not None and len(arguments.named_children) == 1:
        module = arguments.named_children[0]
        if module.type == "string":
            walk.bring(walk.text(module)[1:-1], node, kind="require")
            return
    optional = any(c.type == "optional_chain" for part in (node, function) if part is not None for c in part.children)
    block = walk.block
    if optional:  # what stands after `?.` runs only when there is something before it
        walk.block = Arm("short", "right", block, node.start_byte, node.start_point[0] + 1)
    if label:
        walk.call(label, receiver, node)
        if label.lower() in ROUTE_WORDS and node.parent is not None and node.parent.type != "decorator":
            _route(walk, node, None)
    if arguments is not None and _busy(walk, arguments):
        if optional:
            walk.arms("short", "right", arguments.named_children, node)
        else:
            walk.descend(arguments)
    walk.block = block
    if function is not None and function.type != "identifier" and (not label or "(" in receiver or "[" in receiver):
        walk.descend(function)


def _busy(walk: Walk, arguments: Node) -> bool:
    """Whether a list of arguments can hold anything of interest: a call, a function, an element."""
    start, end, source = arguments.start_byte + 1, arguments.end_byte, walk.source
    return any(source.find(mark, start, end) >= 0 for mark in (b"(", b"=>", b"<", b"new ", b"`"))


def _new(walk: Walk, node: Node) -> None:
    label, receiver = _name(walk, node.child_by_field_name("constructor"))
    if label:
        walk.call(label, receiver, node, "new")
    else:
        walk.descend(node.child_by_field_name("constructor"))
    walk.descend(node.child_by_field_name("arguments"))


def _route(walk: Walk, node: Node, symbol: Symbol | None) -> None:
    arguments = node.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    label, _ = _name(walk, node.child_by_field_name("function"))
    if first is None or first.type not in ("string", "template_string") or label.lower() not in ROUTE_WORDS:
        return
    before = len(walk.routes)
    walk.route(label, first, node)
    if symbol is not None and len(walk.routes) > before:
        method, path, _, line = walk.routes.pop()
        walk.routes.append((method, path, symbol, line))


def _element(walk: Walk, node: Node) -> None:
    """``<Component …>``: a component is used as a function is called; an HTML tag is not."""
    name = node.child_by_field_name("name")
    label = walk.text(name)
    if label[:1].isupper() or "." in label:
        head, _, last = label.rpartition(".")
        walk.call(last, head, node, "new")
    for part in node.named_children:
        if part != name:
            walk.descend(part)


def _if(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("consequence"), node)
    walk.arm("branch", "else", node.child_by_field_name("alternative"), node, inner=True)


table: Table = {
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "interface_declaration": _interface,
    "type_alias_declaration": _type_alias,
    "enum_declaration": _enum,
    "internal_module": _namespace,
    "module": _namespace,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "function_signature": _function,
    "function_expression": _function,
    "generator_function": _function,
    "method_definition": _method,
    "method_signature": _method,
    "abstract_method_signature": _method,
    "public_field_definition": _field,
    "field_definition": _field,
    "property_signature": _field,
    "decorator": _decorator,
    "variable_declarator": _variable,
    "import_statement": _import,
    "export_statement": _export,
    "assignment_expression": _assignment,
    "call_expression": _call,
    "new_expression": _new,
    "jsx_opening_element": _element,
    "jsx_self_closing_element": _element,
    "arrow_function": control.callback(),
    "if_statement": _if,
    "ternary_expression": control.branch(),
    "for_statement": control.loop(once=("initializer",), again=("condition", "increment")),
    "for_in_statement": control.loop(once=("right",)),
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "switch_statement": control.choice(subjects=("value",), body="body", cases=("switch_case", "switch_default")),
    "binary_expression": control.short(("&&", "||", "??")),
    "augmented_assignment_expression": control.short(("&&=", "||=", "??=")),
    "return_statement": leaving("return"),
    "throw_statement": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "property_identifier", "number", "string", "comment", "this", "regex", "null", "undefined",
         "true", "false", "type_annotation", "type_arguments", "type_parameters", "template_chars", "string_fragment",
         "super", "shorthand_property_identifier", "private_property_identifier", "jsx_text", "predefined_type",
         "formal_parameters", "html_comment", "hash_bang_line", "index_signature", "call_signature",
         "construct_signature", "object_type"),
        LEAF,
    ),
}  # fmt: skip
