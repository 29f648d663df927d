"""From a syntax tree to flow: what is common to all languages.

A language gives a table from node type to handler, as the code map's providers do; a node without a handler is its
children in order and then, where the map knows a call of the same span, that call. A part of the tree in which nothing
is called, left or named costs one look-up. Lean: it is on the hook's path.
"""

from __future__ import annotations

from bisect import bisect_left

from factory_git.core.value import replace
from factory_git.drift.kinds.control.flow import (
    NOTHING,
    And,
    Constant,
    Do,
    Flow,
    If,
    Inline,
    Later,
    Leave,
    Loop,
    Mention,
    Not,
    Or,
    Seq,
    Switch,
    Try,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from typing import Protocol

    from tree_sitter import Node

    from factory_git.codemap.model import FileFacts

    Handler = Callable[["Lower", Node], Flow]

    class Language(Protocol):
        """One language. A module of this package satisfies it: these are its top-level names."""

        table: Mapping[str, Handler]
        functions: frozenset[str]
        """Types of nodes that have a body of their own, which runs when they are called."""
        names: frozenset[str]
        """Types of nodes that are a name."""
        never: frozenset[str]
        """Calls that never come back."""


DEEPEST = 160
"""What lies deeper than this below a function may or may not run, as far as is known."""
RUNNERS = frozenset({
    "then", "pipe", "chain", "add_step", "addstep", "add", "step", "use", "run", "submit", "map", "apply", "execute",
    "foreach", "call_user_func", "call_user_func_array", "invoke", "next", "through", "stage", "register", "process",
    "to_thread", "run_sync", "run_in_executor", "partial", "andthen", "and_then", "thenapply", "thenaccept", "tap",
    "thenrun", "thencompose", "array_map", "array_walk", "filter", "call", "accept", "do", "perform", "sequence",
    "pipeline", "inspect", "for_each", "starmap", "start", "go",
})  # fmt: skip
"""Words of functions that call what they are given, in lower case. What is given to others is only named."""


class Lower:
    """Lowers the functions of one file."""

    def __init__(self, source: bytes, facts: FileFacts, language: Language, words: frozenset[str]) -> None:
        self.source, self.language, self.words = source, language, words
        self.calls = facts.calls
        self.spans = {(one.start, one.end): place for place, one in enumerate(facts.calls)}
        self.aliases: dict[str, str] = {}
        """Local name → what it was given as another name; empty where it was given several."""
        marks = [one.start for one in facts.calls] + [one.start for one in facts.exits]
        for word in words:
            marks += _places(source, word.encode())
        self._marks = sorted(marks)
        self._depth = 0

    def __call__(self, node: Node | None) -> Flow:
        """What ``node`` does."""
        if node is None or self.silent(node):
            return NOTHING
        handler = self.language.table.get(node.type)
        if self._depth >= DEEPEST:
            return self._flat(node)
        self._depth += 1
        try:
            return handler(self, node) if handler is not None else self.plain(node)
        finally:
            self._depth -= 1

    def silent(self, node: Node) -> bool:
        """Whether nothing in ``node`` is called, left or named."""
        place = bisect_left(self._marks, node.start_byte)
        return place >= len(self._marks) or self._marks[place] >= node.end_byte

    def condition(self, node: Node | None) -> Flow:
        """What ``node`` decides: a literal always the same."""
        if node is not None and node.end_byte - node.start_byte < 10:
            text = self.text(node).strip("() ").lower()
            if text in ("true", "1"):
                return Constant(holds=True)
            if text in ("false", "0"):
                return Constant(holds=False)
        return self(node)

    def plain(self, node: Node) -> Flow:
        """The children in order, then the call that ``node`` is, if it is one."""
        if node.type in self.language.names and not node.named_children:
            return self._mention(node)
        return self.then_call(node, self.seq(node.named_children))

    def then_call(self, node: Node, before: Flow) -> Flow:
        """``before`` and then the call that ``node`` is."""
        place = self.spans.get((node.start_byte, node.end_byte))
        if place is None or (node.named_child_count and _same_span(node.named_children[0], node)):
            return before  # what only wraps a call is not the call
        one = self.calls[place]
        full = f"{one.receiver}.{one.name}" if one.receiver else one.name
        here: list[Flow] = [before, Do(call=place)]
        if full in self.language.never or (one.kind == "macro" and one.name + "!" in self.language.never):
            here.append(Leave(kind="raise", line=one.line))
        return Seq(parts=tuple(here))

    def seq(self, nodes: Iterable[Node | None]) -> Flow:
        """Several, one after the other."""
        parts = [made for made in [self(node) for node in nodes] if made is not NOTHING]
        return NOTHING if not parts else parts[0] if len(parts) == 1 else Seq(parts=tuple(parts))

    def text(self, node: Node | None) -> str:
        """The source of ``node``."""
        return "" if node is None else self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _flat(self, node: Node) -> Flow:
        inside = [
            (one.end, place) for place, one in enumerate(self.calls)
            if node.start_byte <= one.start and one.end <= node.end_byte
        ]  # fmt: skip
        body = Seq(parts=tuple(Do(call=place) for _, place in sorted(inside)))
        return If(head=NOTHING, then=body, other=NOTHING, line=node.start_point[0] + 1)

    def _mention(self, node: Node) -> Flow:
        text = self.text(node).lstrip("$")
        if text not in self.words:
            return NOTHING
        chain, above = node, node.parent
        while above is not None and above.type in CHAINS and above.end_byte == chain.end_byte:
            chain, above = above, above.parent
        if above is not None and (above.start_byte, above.end_byte) in self.spans:
            callee = above.child_by_field_name("function") or above.child_by_field_name("name")
            if callee is not None and callee.start_byte <= node.start_byte < callee.end_byte:
                return NOTHING  # it is what is called
        full = self.text(chain)
        for mark in ("?->", "->", "::", "?.", "&"):
            full = full.replace(mark, "" if mark == "&" else ".")
        return Mention(text=full.strip("'\""), line=node.start_point[0] + 1, runner=self._runner(chain))

    def _runner(self, node: Node) -> str:
        """The word of the call that ``node`` is an argument of, directly or in a list, if such calls run functions."""
        above = node.parent
        for _ in range(4):
            if above is None:
                return ""
            place = self.spans.get((above.start_byte, above.end_byte))
            if place is not None:
                word = self.calls[place].name
                return word if word.lower() in RUNNERS else ""
            if above.type not in LISTS:
                return ""
            above = above.parent
        return ""


CHAINS = frozenset({
    "attribute", "member_expression", "selector_expression", "field_expression", "scoped_identifier",
    "member_access_expression", "scoped_property_access_expression", "method_reference",
    "class_constant_access_expression", "reference_expression", "unary_expression",
})  # fmt: skip
LISTS = frozenset({
    "argument_list", "arguments", "argument", "list", "array", "tuple", "array_creation_expression", "spread_element",
    "parenthesized_expression", "array_element_initializer", "array_expression", "tuple_expression", "list_splat",
    "composite_literal", "literal_value", "literal_element", "reference_expression", "keyword_argument",
})  # fmt: skip


def _same_span(one: Node, other: Node) -> bool:
    return one.start_byte == other.start_byte and one.end_byte == other.end_byte


def _places(source: bytes, word: bytes) -> list[int]:
    found, out = source.find(word), []
    while found >= 0:
        out.append(found)
        found = source.find(word, found + 1)
    return out


# Handlers that several grammars share; each is made for the field names of its grammar.


def line_of(node: Node | None, other: Node) -> int:
    """The line of ``node``, or of ``other`` where there is none."""
    return (other if node is None else node).start_point[0] + 1


def nested(_lower: Lower, _node: Node) -> Flow:
    """A definition: its body is not run here."""
    return NOTHING


def nameless(lower: Lower, node: Node) -> Flow:
    """A class without a name: each of its methods runs when somebody calls it."""
    body = next((one for one in node.named_children if one.type == "declaration_list"), node)
    run = callback()
    return Seq(parts=tuple(run(lower, one) for one in body.named_children if one.type == "method_declaration"))


def leave(kind: str, *, label: str = "") -> Handler:
    """A statement that leaves; ``label`` is the type of the child that says which construct."""

    def handler(lower: Lower, node: Node) -> Flow:
        which = next((lower.text(one) for one in node.named_children if label and one.type == label), "")
        inner = lower.seq(one for one in node.named_children if one.type != label)
        return Seq(parts=(inner, Leave(kind=kind, line=node.start_point[0] + 1, label=which.lstrip("'"))))

    return handler


def branch(
    *, condition: str = "condition", then: str = "consequence", other: str = "alternative", before: tuple[str, ...] = ()
) -> Handler:
    """``if`` and ternaries."""

    def handler(lower: Lower, node: Node) -> Flow:
        yes, no = node.child_by_field_name(then), node.child_by_field_name(other)
        made = If(
            head=lower.condition(node.child_by_field_name(condition)), then=lower(yes), other=lower(no),
            line=node.start_point[0] + 1, then_line=line_of(yes, node), other_line=line_of(no, node) if no else 0,
        )  # fmt: skip
        first = [lower(part) for field in before for part in node.children_by_field_name(field)]
        return Seq(parts=(*first, made)) if first else made

    return handler


def loop(
    *,
    first: tuple[str, ...] = (),
    condition: str = "condition",
    body: str = "body",
    step: str = "",
    endless: bool = False,
    once: bool = False,
) -> Handler:
    """Loops: what ``first`` names runs once. ``endless``: without a condition it never ends by itself."""

    def handler(lower: Lower, node: Node) -> Flow:
        head = node.child_by_field_name(condition) if condition else None
        missing = head is None or head.type == "empty_statement"
        made = Loop(
            head=Constant(holds=True) if missing and endless else lower.condition(head),
            body=lower(node.child_by_field_name(body)),
            step=lower(node.child_by_field_name(step)) if step else NOTHING,
            once=once,
            line=node.start_point[0] + 1,
        )
        parts = [lower(part) for field in first for part in node.children_by_field_name(field)]
        return Seq(parts=(*parts, made))

    return handler


def attempt(*, handlers: Container[str], last: Container[str], other: Container[str] = ()) -> Handler:
    """``try``; children of other types (resources) run first."""

    def handler(lower: Lower, node: Node) -> Flow:
        body: Flow = NOTHING
        final: Flow = NOTHING
        rest: Flow = NOTHING
        caught, before = [], []
        main = node.child_by_field_name("body")
        for part in node.named_children:
            if part.type in handlers:
                caught.append((lower.seq(part.named_children), part.start_point[0] + 1))
            elif part.type in last:
                final = lower.seq(part.named_children)
            elif part.type in other:
                rest = lower.seq(part.named_children)
            elif part == main:
                body = lower(part)
            else:
                before.append(lower(part))
        inside = Seq(parts=(*before, body))  # a resource that cannot be had is caught as well
        return Try(body=inside, handlers=tuple(caught), line=node.start_point[0] + 1, other=rest, last=final)

    return handler


def choice(
    node: Node,
    subject: Flow,
    cases: Iterable[tuple[Flow, Node, bool]],
    *,
    sure: bool,
    stops: bool = True,
) -> Flow:
    """``switch`` and ``match``: one of ``cases`` (flow, where, whether it falls into the next)."""
    arms = tuple((flow, where.start_point[0] + 1, falls) for flow, where, falls in cases)
    return Switch(head=subject, arms=arms, sure=sure, line=node.start_point[0] + 1, stops=stops)


def short(*, conjunctions: Container[str], disjunctions: Container[str]) -> Handler:
    """Binary operators with a short circuit."""

    def handler(lower: Lower, node: Node) -> Flow:
        operator = node.child_by_field_name("operator")
        kind = lower.text(operator).lower()
        if kind not in conjunctions and kind not in disjunctions:
            return lower.plain(node)
        left, right = lower(node.child_by_field_name("left")), lower(node.child_by_field_name("right"))
        line = node.start_point[0] + 1
        return And(left=left, right=right, line=line) if kind in conjunctions else Or(left=left, right=right, line=line)

    return handler


def negation(*marks: str) -> Handler:
    """Unary operators; one of ``marks`` says no."""

    def handler(lower: Lower, node: Node) -> Flow:
        inner = lower.plain(node)
        return Not(part=inner) if node.children and node.children[0].type in marks else inner

    return handler


def wrapped(lower: Lower, node: Node) -> Flow:
    """Brackets: what is in them, as it is."""
    return lower.seq(node.named_children)


def callback(*, body: str = "body", why: str = "callback") -> Handler:
    """A function without a name: its body runs when somebody calls it."""

    def handler(lower: Lower, node: Node) -> Flow:
        inner = lower(node.child_by_field_name(body))
        return Later(body=inner, line=node.start_point[0] + 1, why=why) if inner is not NOTHING else NOTHING

    return handler


def right_first(lower: Lower, node: Node) -> Flow:
    """An assignment: the right side is worked out first; a function given another name is remembered."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    remember(lower, left, right)
    return lower.seq((right, left))


def remember(lower: Lower, name: Node | None, made: Node | None) -> None:
    """``g = gate``: a call of ``g`` is one of ``gate``."""
    if name is None or made is None:
        return
    label, text = lower.text(name).lstrip("$"), lower.text(made)
    if label.isidentifier() and text.rpartition(".")[2] in lower.words:
        lower.aliases[label] = text if label not in lower.aliases or lower.aliases[label] == text else ""


def at_once(lower: Lower, body: Node | None, node: Node) -> Flow:
    """The body of a function without a name that is called where it stands; its ``return`` ends it alone."""
    inner = lower(body)
    return Inline(body=inner, line=node.start_point[0] + 1) if inner is not NOTHING else NOTHING


def named_loop(body: Flow, label: str) -> Flow:
    """A loop, possibly after what runs before it, that ``continue label`` can go on with."""
    if isinstance(body, Loop):
        return replace(body, label=label)
    if isinstance(body, Seq) and body.parts and isinstance(body.parts[-1], Loop):
        return Seq(parts=(*body.parts[:-1], replace(body.parts[-1], label=label)))
    return body


def awaited(node: Node, made: Flow) -> Flow:
    """``made`` is a call: whether its end is waited for, where it is a statement of its own."""
    above = node.parent
    if above is None or above.type != "expression_statement" or not isinstance(made, Seq) or not made.parts:
        return made
    last = made.parts[-1]
    return Seq(parts=(*made.parts[:-1], replace(last, waits=False))) if isinstance(last, Do) else made
