"""What JavaScript and TypeScript modules bind at their top: variables, imports, exports, CommonJS."""

from __future__ import annotations

from factory_git.codemap.languages import chains
from factory_git.codemap.languages.es_calls import FUNCTIONS
from factory_git.codemap.languages.es_definitions import (
    annotation_of,
    callable_,
    class_parts,
    export_names,
    label_of,
    start,
)
from factory_git.codemap.walk import Symbol, Walk, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node


def variable(walk: Walk, node: Node) -> None:
    """A declared variable: an import, a function, a class, or a value."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    if require(walk, name, value, node):
        return
    statement = node.parent or node
    if name.type in ("object_pattern", "array_pattern"):
        walk.descend(value)
        if walk.scope is None or walk.scope.kind == "namespace":
            for label in bound(walk, name):
                start(walk, walk.define(label, "variable", node), statement)
        return
    label = walk.text(name)
    if value is not None and value.type in FUNCTIONS:
        symbol = start(walk, walk.define(label, "function", node), statement)
        callable_(walk, symbol, value)
        return
    if value is not None and value.type == "class":
        symbol = start(walk, walk.define(label, "class", node), statement)
        class_parts(walk, symbol, value)
        return
    annotation = annotation_of(walk, node.child_by_field_name("type"))
    above = statement.parent
    inner = walk.block is not None or (above is not None and above.type in ("for_statement", "for_in_statement"))
    if inner or (walk.scope is not None and walk.scope.kind != "namespace"):
        local(walk, label, annotation, value)
        walk.descend(value)
        return
    constant = label.isupper() and any(c.type == "const" for c in statement.children)
    symbol = start(walk, walk.define(label, "constant" if constant else "variable", node), statement)
    symbol.type, symbol.default = annotation, walk.brief(value)
    if value is not None and value.type in ("as_expression", "satisfies_expression") and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type == "object":
        object_(walk, value, symbol)
    else:
        walk.descend(value)


def object_(walk: Walk, node: Node, symbol: Symbol) -> None:
    """The functions of an object that has a name are its methods; what else is in it is looked at in place."""
    for part in node.named_children:
        value = part.child_by_field_name("value")
        if part.type == "method_definition":
            method = walk.define(label_of(walk, part), "method", part, symbol)
            callable_(walk, method, part)
        elif part.type == "pair" and value is not None and value.type in FUNCTIONS:
            method = walk.define(walk.text(part.child_by_field_name("key")).strip("\"'"), "method", part, symbol)
            callable_(walk, method, value)
        else:
            walk.descend(part)


def bound(walk: Walk, pattern: Node) -> list[str]:
    """The names that a pattern binds, in order."""
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


def local(walk: Walk, label: str, annotation: str, value: Node | None) -> None:
    """What is known of a local name."""
    if annotation:
        walk.bind(label, annotation, "type")
        return
    if value is not None and value.type == "await_expression" and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type == "call_expression":
        made = chains.called(walk, value)
        if made and made != "import":
            walk.bind(label, made, "call")
    elif value is not None and value.type == "new_expression":
        walk.bind(label, receiver_of(walk, value.child_by_field_name("constructor")), "call")


def import_(walk: Walk, node: Node) -> None:
    """``import`` in all its forms."""
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
                names += specifiers(walk, part, "import_specifier")
    if source is not None:
        walk.bring(walk.text(source)[1:-1], node, names, kind=kind)


def specifiers(walk: Walk, node: Node, kind: str) -> list[tuple[str, str]]:
    """(name there, name here) of each specifier of a list."""
    out = []
    for one in node.named_children:
        if one.type == kind:
            there = walk.text(one.child_by_field_name("name")).strip("\"'")
            out.append((there, walk.text(one.child_by_field_name("alias")).strip("\"'") or there))
    return out


def export(walk: Walk, node: Node) -> None:
    """``export`` in all its forms."""
    source = node.child_by_field_name("source")
    clauses = [n for n in node.named_children if n.type == "export_clause"]
    names = [pair for clause in clauses for pair in specifiers(walk, clause, "export_specifier")]
    if source is not None:
        inner = [n for n in node.named_children if n.type == "namespace_export"]
        if inner:
            names.append(("*", walk.text(inner[0].named_children[0])))
        elif not clauses:
            names.append(("*", "*"))
        walk.bring(walk.text(source)[1:-1], node, names, kind="reexport")
        return
    export_names(walk, *(there for there, _ in names))
    value = node.child_by_field_name("value")
    if value is not None and value.type in FUNCTIONS:
        symbol = walk.define("default", "function", node)
        symbol.modifiers = ("default",)
        callable_(walk, symbol, value)
    elif value is not None and value.type == "class":
        symbol = walk.define("default", "class", node)
        symbol.modifiers = ("default",)
        class_parts(walk, symbol, value)
    elif value is not None:
        if value.type == "identifier":
            export_names(walk, walk.text(value))
            walk.bring("", node, ((walk.text(value), "default"),), kind="default")
        walk.descend(value)
    elif any(c.type == "=" for c in node.children):  # `export = x`
        export_names(walk, *(walk.text(n) for n in node.named_children if n.type == "identifier"))
    for part in node.named_children:
        if part.type not in ("decorator", "export_clause", "comment") and part != value:
            walk.descend(part)


def require(walk: Walk, name: Node, value: Node | None, node: Node) -> bool:
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


def assignment(walk: Walk, node: Node) -> None:
    """An assignment that defines: ``this.x`` in a constructor, ``exports.x``, ``A.prototype.x``."""
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
        common_js(walk, right, node)
        return
    elif walk.scope is None and (target.startswith(("exports.", "module.exports.")) or ".prototype." in target):
        head, _, label = target.rpartition(".")
        if right is not None and right.type in FUNCTIONS:
            outer = next((s for s in walk.symbols if s.name == head.split(".")[0] and s.parent is None), None)
            symbol = walk.define(label, "method" if outer else "function", node, outer)
            export_names(walk, label)
            callable_(walk, symbol, right)
            return
        export_names(walk, *([label] if "exports" in head else []))
        if right is not None and right.type == "call_expression" and require_again(walk, label, right, node):
            return
    if left is not None and left.type != "identifier":
        walk.descend(left)
    walk.descend(right)


def require_again(walk: Walk, label: str, right: Node, node: Node) -> bool:
    """``exports.x = require('./x')`` hands a module on."""
    function, arguments = right.child_by_field_name("function"), right.child_by_field_name("arguments")
    strings = [a for a in arguments.named_children if a.type == "string"] if arguments is not None else []
    if walk.text(function) != "require" or len(strings) != 1:
        return False
    walk.bring(walk.text(strings[0])[1:-1], node, (("*", label),), kind="reexport")
    return True


def common_js(walk: Walk, right: Node, node: Node) -> None:
    """``module.exports = …``: an object lists what is exported, anything else is the module itself."""
    if right.type == "object":
        for part in right.named_children:
            label = walk.text(part.child_by_field_name("key") or part.child_by_field_name("name") or part).strip("\"'")
            export_names(walk, label)
            value = part.child_by_field_name("value")
            if part.type == "method_definition" or (value is not None and value.type in FUNCTIONS):
                callable_(walk, walk.define(label, "function", part), value if value is not None else part)
            else:
                walk.descend(part)
    elif right.type in FUNCTIONS or right.type == "class":
        label = walk.text(right.child_by_field_name("name")) or "default"
        symbol = walk.define(label, "class" if right.type == "class" else "function", node)
        symbol.modifiers = ("default",)
        (class_parts if right.type == "class" else callable_)(walk, symbol, right)
    else:
        export_names(walk, walk.text(right))
        if right.type == "identifier":
            walk.bring("", node, ((walk.text(right), "default"),), kind="default")
        walk.descend(right)
