"""Go's syntax as operations."""

from __future__ import annotations

from factory_git.drift.flow.op import (
    NOTHING,
    Op,
    Shape,
    attribute,
    first,
    leave,
    let,
    line,
    name,
    nothing,
    only,
    seq,
    texts,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tree_sitter import Node

    from factory_git.drift.flow.value import Value

functions = frozenset({"function_declaration", "method_declaration", "func_literal"})


def _function(shape: Shape, node: Node) -> Op:
    parameters: list[tuple[Op, str]] = []
    for part in ("parameters", "receiver"):  # the receiver last: what is given is counted from the first parameter
        given = node.child_by_field_name(part)
        for one in given.named_children if given is not None else ():
            text = shape.text(one.child_by_field_name("type"))
            if one.type == "variadic_parameter_declaration":
                text = f"[]{text}"
            labels = one.children_by_field_name("name")
            parameters += [(shape.op(label), text) for label in labels]
    return shape.function(node, parameters, shape.field(node, "body"))


def _call(shape: Shape, node: Node) -> Op:
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    receiver, label = NOTHING, ""
    if function is not None and function.type in ("identifier", "type_identifier"):
        label = shape.text(function)
    elif function is not None and function.type == "selector_expression":
        receiver, label = shape.field(function, "operand"), shape.text(function.child_by_field_name("field"))
    elif function is not None and function.type in ("slice_type", "array_type"):
        label = "bytes"
    else:
        receiver = shape.op(function)
    values = shape.ops(given.named_children) if given is not None else []
    if label == "panic" or (receiver.name in ("fmt", "errors") and label in ("Errorf", "New", "Wrap", "Wrapf")):
        return Op("raise", line(node), parts=[Op("call", line(node), name=label, parts=[NOTHING, *values])])
    return Op("call", line(node), name=label, parts=[receiver, *values], names=("",) * len(values))


def _literal(shape: Shape, node: Node) -> Op:
    """``Buyer{Email: e}``, ``[]Buyer{…}``, ``map[string]any{"email": e}``."""
    text = shape.text(node.child_by_field_name("type"))
    inside = _values(shape, node.child_by_field_name("body"))
    type_ = node.child_by_field_name("type")
    if type_ is not None and type_.type in ("type_identifier", "qualified_type"):
        return Op("map", line(node), parts=inside.parts, names=inside.names or ("",) * len(inside.parts), text=text)
    if type_ is not None and type_.type in ("slice_type", "array_type"):
        target = Op("name", line(node), name="·")
        made = Op("list", line(node), parts=inside.parts)
        return Op("seq", line(node), parts=[Op("let", line(node), parts=[target, made], text=text), target])
    return inside


def _values(shape: Shape, node: Node | None) -> Op:
    names, values = [], []
    for one in node.named_children if node is not None else ():
        if one.type == "keyed_element":
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            names.append(texts(shape, key) if key is not None else "")
            values.append(shape.op(value))
        elif "comment" not in one.type:
            names.append("")
            values.append(shape.op(one))
    kind = "map" if any(names) else "list"
    return Op(kind, line(node) if node is not None else 0, parts=values, names=tuple(names) if any(names) else ())


def _binary(shape: Shape, node: Node) -> Op:
    kind = "join" if shape.text(node.child_by_field_name("operator")) == "+" else "none"
    return Op(kind, line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _assignment(shape: Shape, node: Node) -> Op:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    targets = shape.ops(left.named_children) if left is not None else []
    values = shape.ops(right.named_children) if right is not None else []
    sign = shape.text(node.child_by_field_name("operator"))
    kind = "add" if sign == "+=" else ""
    return _paired(node, targets, values, "", kind)


def _paired(node: Node, targets: list[Op], values: list[Op], text: str, kind: str = "") -> Op:
    if len(targets) == len(values):
        lets = [Op("let", line(node), parts=pair, text=text, kind=kind) for pair in zip(targets, values, strict=True)]
    elif len(values) == 1:  # `buyer, err := find()`: the error is the last
        lets = [Op("let", line(node), parts=[targets[0], values[0]], text=text)]
    else:
        lets = [Op("let", line(node), parts=[one, NOTHING], text=text) for one in targets]
    return lets[0] if len(lets) == 1 else Op("none", line(node), parts=lets)


def _var(shape: Shape, node: Node) -> Op:
    right = node.child_by_field_name("value")
    values = shape.ops(right.named_children) if right is not None else []
    text = shape.text(node.child_by_field_name("type"))
    return _paired(node, shape.ops(node.children_by_field_name("name")), values, text)


def _for(shape: Shape, node: Node) -> Op:
    body = shape.field(node, "body")
    clause = next((one for one in node.named_children if one.type in ("range_clause", "for_clause")), None)
    if clause is not None and clause.type == "range_clause":
        left = clause.child_by_field_name("left")
        targets = shape.ops(left.named_children) if left is not None else []
        target = targets[1] if len(targets) > 1 else NOTHING
        return Op(
            "none", line(node), parts=[Op("loop", line(node), parts=[target, shape.field(clause, "right"), body])]
        )
    before = shape.field(clause, "initializer") if clause is not None else NOTHING
    loop = Op("loop", line(node), parts=[NOTHING, NOTHING, body])
    return Op("none", line(node), parts=[before, loop])


def _if(shape: Shape, node: Node) -> Op:
    arms = [shape.field(node, "consequence"), shape.field(node, "alternative")]
    before = [shape.field(node, "initializer"), shape.field(node, "condition")]
    return Op("none", line(node), parts=[*before, Op("if", line(node), parts=arms)])


def _switch(shape: Shape, node: Node) -> Op:
    alias = node.child_by_field_name("alias")
    target = shape.op(alias.named_children[0]) if alias is not None and alias.named_children else NOTHING
    before = [shape.field(node, "initializer"), shape.field(node, "value")]
    arms = []
    for one in node.named_children:
        if one.type.endswith("_case"):
            inside = shape.ops([each for each in one.named_children if each != one.child_by_field_name("value")])
            if one.type == "type_case" and target is not NOTHING:
                text = shape.text(one.child_by_field_name("type"))
                inside.insert(0, Op("let", line(one), parts=[target, NOTHING], text=text))
            arms.append(Op("none", line(one), parts=inside))
    return Op("none", line(node), parts=[*before, Op("if", line(node), parts=[*arms, NOTHING])])


def _slice(shape: Shape, node: Node) -> Op:
    return Op("index", line(node), kind="slice", parts=[shape.field(node, "operand")])


def _index(shape: Shape, node: Node) -> Op:
    key = node.child_by_field_name("index")
    label = texts(shape, key) if key is not None and "string" in key.type else ""
    return Op("index", line(node), name=label, parts=[shape.field(node, "operand"), shape.op(key)])


def _text(shape: Shape, node: Node) -> Op:
    return Op("text", line(node), name=texts(shape, node))


def _unary(shape: Shape, node: Node) -> Op:
    return (
        shape.field(node, "operand")
        if shape.text(node)[:1] in "&*"
        else Op("none", parts=[shape.field(node, "operand")])
    )


def _return(shape: Shape, node: Node) -> Op:
    """The first of what is given back: the error is the last."""
    given = node.named_children[0] if node.named_children else None
    if given is not None and given.type == "expression_list":
        values = shape.ops(given.named_children)
        rest = [Op("none", parts=values[1:])] if len(values) > 1 else []
        return Op("none", line(node), parts=[*rest, Op("return", line(node), parts=values[:1])])
    return leave("return")(shape, node)


table = {
    **dict.fromkeys(functions, _function),
    "call_expression": _call, "type_conversion_expression": only("operand"),
    "type_assertion_expression": only("operand"),
    "identifier": name, "field_identifier": name,
    "interpreted_string_literal": _text, "raw_string_literal": _text,
    "selector_expression": attribute("operand", "field"),
    "index_expression": _index, "slice_expression": _slice,
    "binary_expression": _binary, "unary_expression": _unary, "parenthesized_expression": first,
    "composite_literal": _literal, "literal_value": _values, "literal_element": first,
    "short_var_declaration": _assignment, "assignment_statement": _assignment, "var_spec": _var, "const_spec": nothing,
    "return_statement": _return,
    "if_statement": _if, "for_statement": _for, "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch, "receive_statement": let("left", "right"),
    "expression_statement": first, "block": seq, "statement_list": seq,
    "import_declaration": nothing, "type_declaration": nothing, "package_clause": nothing,
}  # fmt: skip

grammar = "go"
logged = "print"
prints = {
    "fmt.Print": "print", "fmt.Println": "print", "fmt.Printf": "print", "println": "print", "print": "print",
    "spew.Dump": "print", "pretty.Println": "print",
}  # fmt: skip
responses: dict[str, str] = {"http.Error": "text"}
_CONTEXTS = frozenset({"c", "ctx", "context", "w", "rw", "writer", "render", "response"})
responders = {
    "JSON": (_CONTEXTS, "json"), "IndentedJSON": (_CONTEXTS, "json"), "String": (_CONTEXTS, "text"),
    "XML": (_CONTEXTS, "json"),
    "JSONPretty": (_CONTEXTS, "json"), "SendString": (_CONTEXTS, "text"), "PureJSON": (_CONTEXTS, "json"),
    "HTML": (frozenset[str](), "text"),
}  # fmt: skip
answers: frozenset[str] = frozenset()
_WRITERS = ("http.ResponseWriter", "ResponseWriter")


def _to_client(op: Op, env: Mapping[str, Value]) -> bool:
    if op.op == "call" and len(op.parts) > 1:
        return _to_client(op.parts[1], env)
    if op.op != "name":
        return False
    known = env.get(op.name)
    return op.name in ("w", "rw") if known is None or not known.text else known.text.endswith(_WRITERS)


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """``json.NewEncoder(w).Encode(b)``, ``fmt.Fprintf(w, …)``, ``w.Write(…)`` where ``w`` goes to the client."""
    del receiver
    if op.name == "Encode" and chain.endswith("NewEncoder()"):
        return _to_client(op.parts[0], env)
    if op.name in ("Fprint", "Fprintf", "Fprintln", "WriteString") and chain in ("fmt", "io") and len(op.parts) > 1:
        return _to_client(op.parts[1], env)
    if op.name in ("Write", "WriteString"):
        return op.parts[0].op == "name" and _to_client(op.parts[0], env)
    return False


def answering(row: tuple[Any, ...]) -> bool:
    """Handlers give nothing back."""
    del row
    return False
