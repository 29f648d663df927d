"""Python's control structure."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import NOTHING, And, Constant, If, Loop, Or, Seq, Try

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

functions = frozenset({"function_definition", "lambda"})
names = frozenset({"identifier"})
never = frozenset({"sys.exit", "os._exit", "exit", "quit", "os.abort"})


def _if(lower: Lower, node: Node) -> Flow:
    head, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    rest = node.children_by_field_name("alternative")
    other: Flow = NOTHING
    line = 0
    for part in reversed(rest):
        if part.type == "elif_clause":
            inner = part.child_by_field_name("consequence")
            other = If(
                head=lower.condition(part.child_by_field_name("condition")), then=lower(inner), other=other,
                line=part.start_point[0] + 1, then_line=shared.line_of(inner, part), other_line=line,
            )  # fmt: skip
        else:
            other = lower.seq(part.named_children)
        line = part.start_point[0] + 1
    return If(
        head=lower.condition(head), then=lower(then), other=other, line=node.start_point[0] + 1,
        then_line=shared.line_of(then, node), other_line=line,
    )  # fmt: skip


def _loop(lower: Lower, node: Node) -> Flow:
    other = node.child_by_field_name("alternative")
    made = Loop(
        head=lower.condition(node.child_by_field_name("condition")),
        body=lower(node.child_by_field_name("body")),
        other=lower.seq(other.named_children) if other is not None else NOTHING,
        line=node.start_point[0] + 1,
    )
    return Seq(parts=(lower(node.child_by_field_name("right")), made))


def _with(lower: Lower, node: Node) -> Flow:
    """``with``; under ``suppress`` the body may end anywhere and what follows goes on."""
    clause = next((one for one in node.named_children if one.type == "with_clause"), None)
    body = lower(node.child_by_field_name("body"))
    if clause is not None and "suppress(" in lower.text(clause):
        body = Try(body=body, handlers=((NOTHING, node.start_point[0] + 1),), line=node.start_point[0] + 1)
    return Seq(parts=(lower(clause), body))


def _match(lower: Lower, node: Node) -> Flow:
    body = node.child_by_field_name("body")
    cases, sure = [], False
    for case in body.named_children if body is not None else ():
        if case.type == "case_clause":
            guard = case.child_by_field_name("guard")
            pattern = next((one for one in case.named_children if one.type == "case_pattern"), None)
            sure = sure or (guard is None and lower.text(pattern).isidentifier())
            cases.append((lower.seq((guard, case.child_by_field_name("consequence"))), case, False))
    subject = lower.seq(node.children_by_field_name("subject"))
    return shared.choice(node, subject, cases, sure=sure, stops=False)


def _short(lower: Lower, node: Node) -> Flow:
    left, right = lower(node.child_by_field_name("left")), lower(node.child_by_field_name("right"))
    line = node.start_point[0] + 1
    operator = node.child_by_field_name("operator")
    both = operator is not None and operator.type == "and"
    return And(left=left, right=right, line=line) if both else Or(left=left, right=right, line=line)


def _conditional(lower: Lower, node: Node) -> Flow:
    parts = [one for one in node.named_children if one.type != "comment"]
    if len(parts) != 3:
        return lower.plain(node)
    then, head, other = parts
    return If(
        head=lower(head), then=lower(then), other=lower(other), line=node.start_point[0] + 1,
        then_line=then.start_point[0] + 1, other_line=other.start_point[0] + 1,
    )  # fmt: skip


def _comprehension(lower: Lower, node: Node) -> Flow:
    clauses = [one for one in node.named_children if one.type == "for_in_clause"]
    first = clauses[0].child_by_field_name("right") if clauses else None
    made = node.child_by_field_name("body")
    inner: Flow = lower(made)
    for part in reversed([one for one in node.named_children if one != made and one.type != "comment"]):
        if part.type == "for_in_clause":
            inner = Loop(head=NOTHING, body=inner, line=part.start_point[0] + 1)
            if part != clauses[0]:
                inner = Seq(parts=(lower(part.child_by_field_name("right")), inner))
        else:
            inner = If(head=lower.seq(part.named_children), then=inner, other=NOTHING, line=part.start_point[0] + 1)
    return Seq(parts=(lower(first), inner))


def _call(lower: Lower, node: Node) -> Flow:
    """A call; a coroutine that is not awaited where it is a statement of its own never runs."""
    return shared.awaited(node, lower.plain(node))


def _decorated(lower: Lower, node: Node) -> Flow:
    return lower.seq(one for one in node.named_children if one.type == "decorator")


def _literal(holds: bool) -> Handler:
    return lambda lower, node: Constant(holds=holds)


table: dict[str, Handler] = {
    "function_definition": shared.nested,
    "class_definition": shared.nested,
    "decorated_definition": _decorated,
    "if_statement": _if,
    "for_statement": _loop,
    "while_statement": _loop,
    "with_statement": _with,
    "try_statement": shared.attempt(
        handlers=("except_clause", "except_group_clause"), last=("finally_clause",), other=("else_clause",)
    ),
    "match_statement": _match,
    "boolean_operator": _short,
    "not_operator": shared.negation("not"),
    "parenthesized_expression": shared.wrapped,
    "conditional_expression": _conditional,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "call": _call,
    "lambda": shared.callback(),
    "assignment": shared.right_first,
    "return_statement": shared.leave("return"),
    "raise_statement": shared.leave("raise"),
    "break_statement": shared.leave("break"),
    "continue_statement": shared.leave("continue"),
}
