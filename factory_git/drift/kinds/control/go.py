"""Go's control structure."""

from __future__ import annotations

from factory_git.drift.kinds.control import lower as shared
from factory_git.drift.kinds.control.flow import NOTHING, Constant, Defer, Labeled, Later, Leave, Loop, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.drift.kinds.control.flow import Flow
    from factory_git.drift.kinds.control.lower import Handler, Lower

functions = frozenset({"function_declaration", "method_declaration", "func_literal"})
names = frozenset({"identifier", "field_identifier"})
never = frozenset({
    "panic", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "runtime.Goexit",
})  # fmt: skip
_ERRORS = ("errors.", "fmt.Errorf")


def _for(lower: Lower, node: Node) -> Flow:
    body = node.child_by_field_name("body")
    first: Flow = NOTHING
    head: Flow = Constant(holds=True)
    step: Flow = NOTHING
    for part in node.named_children:
        if part.type == "range_clause":
            first, head = lower(part.child_by_field_name("right")), NOTHING
        elif part.type == "for_clause":
            first, step = lower(part.child_by_field_name("initializer")), lower(part.child_by_field_name("update"))
            condition = part.child_by_field_name("condition")
            head = lower.condition(condition) if condition is not None else head
        elif part != body and part.type != "comment":
            head = lower.condition(part)
    return Seq(parts=(first, Loop(head=head, body=lower(body), step=step, line=node.start_point[0] + 1)))


def _switch(lower: Lower, node: Node) -> Flow:
    """No case falls into the next unless it says so; ``select`` waits until one of its cases can go on."""
    cases, before = [], []
    sure = node.type == "select_statement"
    for part in node.named_children:
        if part.type.endswith("_case"):
            sure = sure or part.type == "default_case"
            cases.append((lower.seq(part.named_children), part, _falls(part)))
        else:
            before.append(part)
    return shared.choice(node, lower.seq(before), cases, sure=sure)


def _falls(case: Node) -> bool:
    body = case.named_children[-1] if case.named_children else None
    last = body.named_children[-1] if body is not None and body.named_children else None
    return last is not None and last.type == "fallthrough_statement"


def _call(lower: Lower, node: Node) -> Flow:
    function = node.child_by_field_name("function")
    if function is not None and function.type == "func_literal":
        arguments = lower(node.child_by_field_name("arguments"))
        return Seq(parts=(arguments, shared.at_once(lower, function.child_by_field_name("body"), node)))
    return lower.plain(node)


def _defer(lower: Lower, node: Node) -> Flow:
    inner = lower.seq(node.named_children)
    return Defer(body=inner, line=node.start_point[0] + 1) if inner is not NOTHING else NOTHING


def _go(lower: Lower, node: Node) -> Flow:
    inner = lower.seq(node.named_children)
    return Later(body=inner, line=node.start_point[0] + 1, why="goroutine") if inner is not NOTHING else NOTHING


def _labeled(lower: Lower, node: Node) -> Flow:
    label = lower.text(node.child_by_field_name("label"))
    body = lower.seq(one for one in node.named_children if one.type != "label_name")
    return Labeled(label=label, body=shared.named_loop(body, label), line=node.start_point[0] + 1)


def _return(lower: Lower, node: Node) -> Flow:
    """``return err`` where ``err`` is known to be one is how Go raises."""
    values = node.named_children[0].named_children if node.named_children else []
    last = lower.text(values[-1]) if values else ""
    raised = last.startswith(_ERRORS) or (last.isidentifier() and _is_error(lower, node, last))
    kind = "raise" if raised else "return"
    return Seq(parts=(lower.seq(node.named_children), Leave(kind=kind, line=node.start_point[0] + 1)))


def _is_error(lower: Lower, node: Node, name: str) -> bool:
    block = node.parent
    while block is not None and block.type in ("statement_list", "block"):
        block = block.parent
    if block is None or block.type != "if_statement":
        return False
    return f"{name} != nil" in lower.text(block.child_by_field_name("condition"))


def _short_variable(lower: Lower, node: Node) -> Flow:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and right is not None and len(left.named_children) == len(right.named_children):
        for name, made in zip(left.named_children, right.named_children, strict=True):
            shared.remember(lower, name, made)
    return lower.seq((right, left))


table: dict[str, Handler] = {
    "func_literal": shared.callback(),
    "function_declaration": shared.nested,
    "method_declaration": shared.nested,
    "type_declaration": shared.nested,
    "call_expression": _call,
    "go_statement": _go,
    "defer_statement": _defer,
    "if_statement": shared.branch(before=("initializer",)),
    "for_statement": _for,
    "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch,
    "labeled_statement": _labeled,
    "short_var_declaration": _short_variable,
    "assignment_statement": _short_variable,
    "binary_expression": shared.short(conjunctions=("&&",), disjunctions=("||",)),
    "unary_expression": shared.negation("!"),
    "parenthesized_expression": shared.wrapped,
    "return_statement": _return,
    "break_statement": shared.leave("break", label="label_name"),
    "continue_statement": shared.leave("continue", label="label_name"),
}
