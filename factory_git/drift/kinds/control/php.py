"""PHP's control structure."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import NOTHING, If, Leave, Loop, Mention, Or, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

FUNCTIONS = ("anonymous_function", "anonymous_function_creation_expression", "arrow_function")
functions = frozenset({"function_definition", "method_declaration", *FUNCTIONS})
names = frozenset({"name", "string_content"})
never = frozenset({"exit", "die"})
TURNS = frozenset({"array_map", "array_walk", "array_filter", "array_reduce", "usort", "iterator_apply"})


def _if(lower: Lower, node: Node) -> Flow:
    then = node.child_by_field_name("body")
    other: Flow = NOTHING
    line = 0
    for part in reversed(node.children_by_field_name("alternative")):
        if part.type == "else_if_clause":
            inner = part.child_by_field_name("body")
            other = If(
                head=lower.condition(part.child_by_field_name("condition")), then=lower(inner), other=other,
                line=part.start_point[0] + 1, then_line=shared.line_of(inner, part), other_line=line,
            )  # fmt: skip
        else:
            other = lower.seq(part.named_children)
        line = part.start_point[0] + 1
    return If(
        head=lower.condition(node.child_by_field_name("condition")), then=lower(then), other=other,
        line=node.start_point[0] + 1, then_line=shared.line_of(then, node), other_line=line,
    )  # fmt: skip


def _conditional(lower: Lower, node: Node) -> Flow:
    if node.child_by_field_name("body") is None:  # a ?: b
        head, other = node.child_by_field_name("condition"), node.child_by_field_name("alternative")
        return Or(left=lower(head), right=lower(other), line=node.start_point[0] + 1)
    return shared.branch(then="body")(lower, node)


def _for_each(lower: Lower, node: Node) -> Flow:
    body = node.child_by_field_name("body")
    first = lower.seq(one for one in node.named_children if one != body)
    return Seq(parts=(first, Loop(head=NOTHING, body=lower(body), line=node.start_point[0] + 1)))


def _switch(lower: Lower, node: Node) -> Flow:
    body = node.child_by_field_name("body")
    cases, sure = [], False
    for case in body.named_children if body is not None else ():
        if case.type in ("case_statement", "default_statement"):
            sure = sure or case.type == "default_statement"
            cases.append((lower.seq(case.named_children), case, True))
    return shared.choice(node, lower(node.child_by_field_name("condition")), cases, sure=sure)


def _match(lower: Lower, node: Node) -> Flow:
    """``match`` throws where nothing matches: one of its arms is taken, or what follows is not reached."""
    body = node.child_by_field_name("body")
    cases = [(lower.seq(case.named_children), case, False) for case in (body.named_children if body else ())]
    head = lower(node.child_by_field_name("condition"))
    return shared.choice(node, head, cases, sure=True, stops=False)


def _call(lower: Lower, node: Node) -> Flow:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    inner = function
    while inner is not None and inner.type == "parenthesized_expression" and inner.named_children:
        inner = inner.named_children[0]
    if inner is not None and inner.type in FUNCTIONS:
        return Seq(parts=(lower(arguments), shared.at_once(lower, inner.child_by_field_name("body"), node)))
    given = [one.named_children[-1] for one in (arguments.named_children if arguments else ()) if one.named_children]
    if any(one.type == "variadic_placeholder" for one in (arguments.named_children if arguments else ())):
        text = lower.text(function)
        return Mention(text=text, line=node.start_point[0] + 1) if text in lower.words else NOTHING
    if lower.text(function) in TURNS:
        bodies = [shared.at_once(lower, one.child_by_field_name("body"), one) for one in given if one.type in FUNCTIONS]
        turns = [Loop(head=NOTHING, body=body, line=node.start_point[0] + 1) for body in bodies]
        others = lower.seq(one for one in given if one.type not in FUNCTIONS)
        return lower.then_call(node, Seq(parts=(others, *turns)))
    return lower.plain(node)


def _safe(lower: Lower, node: Node) -> Flow:
    """``$a?->b()``."""
    made = lower.then_call(node, lower(node.child_by_field_name("arguments")))
    return If(head=lower(node.child_by_field_name("object")), then=made, other=NOTHING, line=node.start_point[0] + 1)


def _leave(kind: str) -> Handler:
    """``break 2``: how many constructs it leaves."""

    def handler(lower: Lower, node: Node) -> Flow:
        count = next((lower.text(one) for one in node.named_children if one.type == "integer"), "")
        return Leave(kind=kind, line=node.start_point[0] + 1, label=f"#{count}" if count > "1" else "")

    return handler


def _assignment(lower: Lower, node: Node) -> Flow:
    right = node.child_by_field_name("right")
    made = shared.right_first(lower, node)
    operator = lower.text(next((one for one in node.children if one.type.endswith("=")), None))
    if operator == "??=":
        return If(head=NOTHING, then=lower(right), other=NOTHING, line=node.start_point[0] + 1)
    return made


table: dict[str, Handler] = {
    "function_definition": shared.nested,
    "class_declaration": shared.nested,
    "method_declaration": shared.nested,
    "anonymous_class": shared.nameless,
    **dict.fromkeys(FUNCTIONS, shared.callback()),
    "if_statement": _if,
    "conditional_expression": _conditional,
    "for_statement": shared.loop(first=("initialize",), step="update", endless=True),
    "foreach_statement": _for_each,
    "while_statement": shared.loop(),
    "do_statement": shared.loop(once=True),
    "try_statement": shared.attempt(handlers=("catch_clause",), last=("finally_clause",)),
    "switch_statement": _switch,
    "match_expression": _match,
    "function_call_expression": _call,
    "nullsafe_member_call_expression": _safe,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "binary_expression": shared.short(conjunctions=("&&", "and"), disjunctions=("||", "or", "??")),
    "unary_op_expression": shared.negation("!"),
    "parenthesized_expression": shared.wrapped,
    "return_statement": shared.leave("return"),
    "throw_expression": shared.leave("raise"),
    "exit_statement": shared.leave("raise"),
    "break_statement": _leave("break"),
    "continue_statement": _leave("continue"),
}
