"""Java's control structure."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import Labeled, Later, Leave, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

functions = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
names = frozenset({"identifier"})
never = frozenset({"System.exit", "Runtime.getRuntime().exit", "Runtime.getRuntime().halt"})
STAGES = frozenset({"thenRun", "thenApply", "thenAccept", "thenCompose", "map", "flatMap", "peek", "andThen"})
WAITS = frozenset({"join", "get", "orElseThrow"})


def _call(lower: Lower, node: Node) -> Flow:
    """A call; stages of a future run one after the other, before what waits for the last one."""
    links: list[Node] = []
    word = lower.text(node.child_by_field_name("name"))
    at = node.child_by_field_name("object") if word in WAITS else node
    while at is not None and at.type == "method_invocation" and lower.text(at.child_by_field_name("name")) in STAGES:
        links.append(at)
        at = at.child_by_field_name("object")
    if not links:
        return lower.plain(node)
    parts: list[Flow] = []
    for link in reversed(links):
        arguments = link.child_by_field_name("arguments")
        for one in arguments.named_children if arguments is not None else ():
            inner = one.type == "lambda_expression"
            parts.append(shared.at_once(lower, one.child_by_field_name("body"), one) if inner else lower(one))
    line = node.start_point[0] + 1
    body: Flow = Seq(parts=tuple(parts))
    return Seq(parts=(lower(at), body if word in WAITS else Later(body=body, line=line, why="stage")))


def _switch(lower: Lower, node: Node) -> Flow:
    """Old groups fall through, arrows do not; as an expression it covers every value."""
    body = node.child_by_field_name("body")
    cases, sure = [], _is_value(node.parent)
    for case in body.named_children if body is not None else ():
        if case.type in ("switch_block_statement_group", "switch_rule"):
            labels = [one for one in case.named_children if one.type == "switch_label"]
            sure = sure or any(one.children and _default(lower, one) for one in labels)
            guards = lower.seq(labels)
            inner = lower.seq(one for one in case.named_children if one.type != "switch_label")
            cases.append((Seq(parts=(guards, inner)), case, case.type == "switch_block_statement_group"))
    return shared.choice(node, lower(node.child_by_field_name("condition")), cases, sure=sure)


def _default(lower: Lower, label: Node) -> bool:
    text = lower.text(label)
    return text.startswith("default") or text.replace(" ", "") == "casenull,default"


def _is_value(above: Node | None) -> bool:
    return above is not None and above.type in (
        "variable_declarator", "return_statement", "assignment_expression", "argument_list", "yield_statement",
        "throw_statement",
    )  # fmt: skip


def _labeled(lower: Lower, node: Node) -> Flow:
    label = lower.text(node.named_children[0]) if node.named_children else ""
    body = lower.seq(node.named_children[1:])
    return Labeled(label=label, body=shared.named_loop(body, label), line=node.start_point[0] + 1)


def _yield(lower: Lower, node: Node) -> Flow:
    return Seq(parts=(lower.seq(node.named_children), Leave(kind="break", line=node.start_point[0] + 1)))


def _variable(lower: Lower, node: Node) -> Flow:
    return lower(node.child_by_field_name("value"))


_TRY = shared.attempt(handlers=("catch_clause",), last=("finally_clause",))
table: dict[str, Handler] = {
    "class_declaration": shared.nested,
    "record_declaration": shared.nested,
    "interface_declaration": shared.nested,
    "enum_declaration": shared.nested,
    "method_declaration": shared.nested,
    "class_body": shared.nameless,
    "lambda_expression": shared.callback(),
    "method_invocation": _call,
    "variable_declarator": _variable,
    "assignment_expression": shared.right_first,
    "if_statement": shared.branch(),
    "ternary_expression": shared.branch(),
    "for_statement": shared.loop(first=("init",), step="update", endless=True),
    "enhanced_for_statement": shared.loop(first=("value",), condition=""),
    "while_statement": shared.loop(),
    "do_statement": shared.loop(once=True),
    "try_statement": _TRY,
    "try_with_resources_statement": _TRY,
    "switch_expression": _switch,
    "labeled_statement": _labeled,
    "yield_statement": _yield,
    "binary_expression": shared.short(conjunctions=("&&",), disjunctions=("||",)),
    "unary_expression": shared.negation("!"),
    "parenthesized_expression": shared.wrapped,
    "return_statement": shared.leave("return"),
    "throw_statement": shared.leave("raise"),
    "break_statement": shared.leave("break", label="identifier"),
    "continue_statement": shared.leave("continue", label="identifier"),
}
