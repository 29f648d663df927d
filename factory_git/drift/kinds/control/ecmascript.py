"""The control structure of JavaScript, TypeScript and TSX."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import NOTHING, If, Labeled, Later, Loop, Seq, Try

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

FUNCTIONS = ("arrow_function", "function_expression", "generator_function")
functions = frozenset({*FUNCTIONS, "function_declaration", "generator_function_declaration", "method_definition"})
names = frozenset({"identifier", "property_identifier", "shorthand_property_identifier"})
never = frozenset({"process.exit", "process.abort"})
PROMISES = ("then", "catch", "finally")
TURNS = ("forEach", "map", "filter", "some", "every", "reduce", "flatMap", "find", "sort")
"""Methods of arrays: what they are given has run, any number of times, when they are done."""


def _call(lower: Lower, node: Node) -> Flow:
    """A call; a function that is called where it stands runs at once, one given to ``then`` after what is before it."""
    if _is_chain(lower, node):
        return _chain(lower, node, settled=False)
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    inner = function
    while inner is not None and inner.type == "parenthesized_expression" and inner.named_children:
        inner = inner.named_children[0]
    if inner is not None and inner.type in FUNCTIONS:
        return Seq(parts=(lower(arguments), shared.at_once(lower, inner.child_by_field_name("body"), node)))
    word = lower.text(function.child_by_field_name("property")) if function is not None else ""
    if word in TURNS and arguments is not None:
        before = lower(function)
        each = [one for one in arguments.named_children if one.type in FUNCTIONS]
        others = lower.seq(one for one in arguments.named_children if one.type not in FUNCTIONS)
        bodies = [shared.at_once(lower, one.child_by_field_name("body"), one) for one in each]
        turns = [Loop(head=NOTHING, body=body, line=node.start_point[0] + 1) for body in bodies]
        return lower.then_call(node, Seq(parts=(before, others, *turns)))
    return _optional(lower, node, function, arguments)


def _optional(lower: Lower, node: Node, function: Node | None, arguments: Node | None) -> Flow:
    parts = [*node.children, *(function.children if function is not None else ())]
    if not any(one.type in ("optional_chain", "?.") for one in parts):
        return shared.awaited(node, lower.plain(node))
    made = lower.then_call(node, lower(arguments))
    return If(head=lower(function), then=made, other=NOTHING, line=node.start_point[0] + 1)


def _is_chain(lower: Lower, node: Node) -> bool:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or function.type != "member_expression":
        return False
    return lower.text(function.child_by_field_name("property")) in PROMISES


def _chain(lower: Lower, node: Node, *, settled: bool) -> Flow:
    """``p.then(f).catch(g)``: f after p, later than now unless it is awaited."""
    links: list[Node] = []
    root: Node | None = node
    while root is not None and root.type == "call_expression" and _is_chain(lower, root):
        links.append(root)
        function = root.child_by_field_name("function")
        root = function.child_by_field_name("object") if function is not None else None
    body: Flow = NOTHING
    for link in reversed(links):
        function, arguments = link.child_by_field_name("function"), link.child_by_field_name("arguments")
        word = lower.text(function.child_by_field_name("property")) if function is not None else ""
        given = [_given(lower, one) for one in (arguments.named_children if arguments is not None else ())]
        line = link.end_point[0] + 1
        if word == "then":
            body = Seq(parts=(body, *given[:1]))
            if len(given) > 1:
                body = Try(body=body, handlers=((given[1], line),), line=line)
        elif word == "catch":
            body = Try(body=body, handlers=((Seq(parts=tuple(given)), line),), line=line)
        else:
            body = Try(body=body, handlers=(), last=Seq(parts=tuple(given)), line=line)
    started = lower(root)
    line = node.start_point[0] + 1
    return Seq(parts=(started, body if settled else Later(body=body, line=line, why="promise")))


def _given(lower: Lower, node: Node) -> Flow:
    if node.type in FUNCTIONS:
        return shared.at_once(lower, node.child_by_field_name("body"), node)
    return lower(node)


def _await(lower: Lower, node: Node) -> Flow:
    inner = node.named_children[-1] if node.named_children else None
    if inner is not None and inner.type == "call_expression" and _is_chain(lower, inner):
        return _chain(lower, inner, settled=True)
    return lower.seq(node.named_children)


def _return(lower: Lower, node: Node) -> Flow:
    inner = node.named_children[0] if node.named_children else None
    if inner is not None and inner.type == "call_expression" and _is_chain(lower, inner):
        left = shared.leave("return")(lower, node)
        return Seq(parts=(_chain(lower, inner, settled=True), left.parts[-1])) if isinstance(left, Seq) else left
    return shared.leave("return")(lower, node)


def _new(lower: Lower, node: Node) -> Flow:
    """``new Promise((resolve) => …)`` runs what it is given at once."""
    made, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
    if lower.text(made) != "Promise" or arguments is None:
        return lower.plain(node)
    bodies = [shared.at_once(lower, one.child_by_field_name("body"), one) for one in arguments.named_children]
    return lower.then_call(node, Seq(parts=tuple(bodies)))


def _switch(lower: Lower, node: Node) -> Flow:
    body = node.child_by_field_name("body")
    cases, sure = [], False
    for case in body.named_children if body is not None else ():
        if case.type in ("switch_case", "switch_default"):
            sure = sure or case.type == "switch_default"
            cases.append((lower.seq(case.named_children), case, True))
    return shared.choice(node, lower(node.child_by_field_name("value")), cases, sure=sure)


def _labeled(lower: Lower, node: Node) -> Flow:
    label, body = lower.text(node.child_by_field_name("label")), lower(node.child_by_field_name("body"))
    return Labeled(label=label, body=shared.named_loop(body, label), line=node.start_point[0] + 1)


def _if(lower: Lower, node: Node) -> Flow:
    return shared.branch()(lower, node)


def _variable(lower: Lower, node: Node) -> Flow:
    name, made = node.child_by_field_name("name"), node.child_by_field_name("value")
    shared.remember(lower, name, made)
    if made is not None and made.type in FUNCTIONS:
        return NOTHING  # it has a name: a definition of its own
    return lower.seq((made, name))


_SHORT = shared.short(conjunctions=("&&", "&&="), disjunctions=("||", "??", "||=", "??="))
table: dict[str, Handler] = {
    "function_declaration": shared.nested,
    "generator_function_declaration": shared.nested,
    "class_declaration": shared.nested,
    "class": shared.nested,
    "arrow_function": shared.callback(),
    "function_expression": shared.callback(),
    "generator_function": shared.callback(),
    "method_definition": shared.callback(),
    "variable_declarator": _variable,
    "assignment_expression": shared.right_first,
    "call_expression": _call,
    "new_expression": _new,
    "await_expression": _await,
    "return_statement": _return,
    "if_statement": _if,
    "ternary_expression": shared.branch(),
    "for_statement": shared.loop(first=("initializer",), step="increment", endless=True),
    "for_in_statement": shared.loop(first=("right",), condition=""),
    "while_statement": shared.loop(),
    "do_statement": shared.loop(once=True),
    "try_statement": shared.attempt(handlers=("catch_clause",), last=("finally_clause",)),
    "switch_statement": _switch,
    "labeled_statement": _labeled,
    "binary_expression": _SHORT,
    "augmented_assignment_expression": _SHORT,
    "unary_expression": shared.negation("!"),
    "parenthesized_expression": shared.wrapped,
    "throw_statement": shared.leave("raise"),
    "break_statement": shared.leave("break", label="statement_identifier"),
    "continue_statement": shared.leave("continue", label="statement_identifier"),
}
