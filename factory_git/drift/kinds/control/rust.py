"""Rust's control structure."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import NOTHING, And, Constant, If, Labeled, Later, Leave, Loop, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

functions = frozenset({"function_item", "closure_expression"})
names = frozenset({"identifier", "field_identifier"})
never = frozenset({
    "panic!", "unreachable!", "todo!", "unimplemented!", "bail!", "process.exit", "std.process.exit", "process.abort",
})  # fmt: skip
CHAIN = frozenset({"and_then", "map", "then", "inspect", "for_each", "try_for_each", "map_err", "or_else"})
ONLY_WELL = frozenset({"and_then", "map", "inspect"})


def _label(lower: Lower, node: Node) -> str:
    return next((lower.text(one).lstrip("'") for one in node.named_children if one.type == "label"), "")


def _loop(lower: Lower, node: Node) -> Flow:
    body, label = node.child_by_field_name("body"), _label(lower, node)
    head: Flow = NOTHING
    first: Flow = NOTHING
    if node.type == "loop_expression":
        head = Constant(holds=True)
    elif node.type == "while_expression":
        head = lower.condition(node.child_by_field_name("condition"))
    else:
        first = lower(node.child_by_field_name("value"))
    line = node.start_point[0] + 1
    made: Flow = Loop(head=head, body=lower(body), line=line, label=label)
    return Seq(parts=(first, Labeled(label=label, body=made, line=line) if label else made))


def _block(lower: Lower, node: Node) -> Flow:
    label = _label(lower, node)
    body = lower.seq(one for one in node.named_children if one.type != "label")
    return Labeled(label=label, body=body, line=node.start_point[0] + 1) if label else body


def _match(lower: Lower, node: Node) -> Flow:
    """``match`` covers every value."""
    body = node.child_by_field_name("body")
    cases = [
        (lower.seq(one.named_children), one, False) for one in (body.named_children if body is not None else ())
        if one.type == "match_arm"
    ]  # fmt: skip
    return shared.choice(node, lower(node.child_by_field_name("value")), cases, sure=True, stops=False)


def _let(lower: Lower, node: Node) -> Flow:
    """``let … else`` leaves where the pattern does not fit."""
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    shared.remember(lower, pattern, value)
    other = node.child_by_field_name("alternative")
    if other is None:
        return lower(value)
    line = node.start_point[0] + 1
    return If(head=lower(value), then=NOTHING, other=lower(other), line=line, other_line=other.start_point[0] + 1)


def _try(lower: Lower, node: Node) -> Flow:
    """``x?``: goes on where it went well, else leaves with the error."""
    inner = node.named_children[0] if node.named_children else None
    made = _chain(lower, inner, settled=True) if inner is not None else NOTHING
    line = node.start_point[0] + 1
    return Seq(parts=(made, If(head=NOTHING, then=NOTHING, other=Leave(kind="raise", line=line), line=line)))


def _call(lower: Lower, node: Node) -> Flow:
    return _chain(lower, node, settled=False)


def _chain(lower: Lower, node: Node, *, settled: bool) -> Flow:
    """``a().and_then(|x| b(x))?``: b after a; without ``?`` it may not have run."""
    links: list[Node] = []
    at: Node | None = node
    while at is not None and at.type == "call_expression" and _word(lower, at) in CHAIN:
        links.append(at)
        function = at.child_by_field_name("function")
        at = function.child_by_field_name("value") if function is not None else None
    if not links:
        function = node.child_by_field_name("function")
        if node.type == "call_expression" and function is not None and function.type == "parenthesized_expression":
            inner = function.named_children[0] if function.named_children else None
            if inner is not None and inner.type == "closure_expression":
                return shared.at_once(lower, inner.child_by_field_name("body"), node)
        return lower.plain(node) if node.type == "call_expression" else lower(node)
    body: Flow = NOTHING
    sure = settled
    for link in reversed(links):
        arguments = link.child_by_field_name("arguments")
        parts: list[Flow] = [body]
        for one in arguments.named_children if arguments is not None else ():
            body_of = one.child_by_field_name("body") if one.type == "closure_expression" else None
            parts.append(shared.at_once(lower, body_of, one) if body_of is not None else lower(one))
        sure = sure and _word(lower, link) in ONLY_WELL
        body = lower.then_call(link, Seq(parts=tuple(parts)))
    line = node.start_point[0] + 1
    return Seq(parts=(lower(at), body if sure else Later(body=body, line=line)))


def _word(lower: Lower, call: Node) -> str:
    function = call.child_by_field_name("function")
    return lower.text(function.child_by_field_name("field")) if function is not None else ""


def _await(lower: Lower, node: Node) -> Flow:
    inner = node.named_children[0] if node.named_children else None
    if inner is not None and inner.type == "async_block":
        return shared.at_once(lower, inner.named_children[-1] if inner.named_children else None, node)
    return lower(inner)


def _async(lower: Lower, node: Node) -> Flow:
    inner = shared.at_once(lower, node.named_children[-1] if node.named_children else None, node)
    return Later(body=inner, line=node.start_point[0] + 1, why="async block") if inner is not NOTHING else NOTHING


def _condition_chain(lower: Lower, node: Node) -> Flow:
    made = lower(node.named_children[0]) if node.named_children else NOTHING
    for part in node.named_children[1:]:
        made = And(left=made, right=lower(part), line=node.start_point[0] + 1)
    return made


def _leave(kind: str) -> Handler:
    def handler(lower: Lower, node: Node) -> Flow:
        inner = lower.seq(one for one in node.named_children if one.type != "label")
        return Seq(parts=(inner, Leave(kind=kind, line=node.start_point[0] + 1, label=_label(lower, node))))

    return handler


def _return(lower: Lower, node: Node) -> Flow:
    """``return Err(…)`` is how Rust raises."""
    text = lower.text(node.named_children[0]) if node.named_children else ""
    kind = "raise" if text.startswith("Err(") else "return"
    return Seq(parts=(lower.seq(node.named_children), Leave(kind=kind, line=node.start_point[0] + 1)))


table: dict[str, Handler] = {
    "function_item": shared.nested,
    "impl_item": shared.nested,
    "struct_item": shared.nested,
    "mod_item": shared.nested,
    "trait_item": shared.nested,
    "closure_expression": shared.callback(),
    "async_block": _async,
    "await_expression": _await,
    "block": _block,
    "if_expression": shared.branch(),
    "let_chain": _condition_chain,
    "match_expression": _match,
    "let_declaration": _let,
    "while_expression": _loop,
    "for_expression": _loop,
    "loop_expression": _loop,
    "call_expression": _call,
    "try_expression": _try,
    "binary_expression": shared.short(conjunctions=("&&",), disjunctions=("||",)),
    "unary_expression": shared.negation("!"),
    "parenthesized_expression": shared.wrapped,
    "assignment_expression": shared.right_first,
    "return_expression": _return,
    "break_expression": _leave("break"),
    "continue_expression": _leave("continue"),
}
