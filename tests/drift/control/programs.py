"""Small structured programs, and what happens when they are run in every possible way.

The interpreter keeps the set of all states that can be at a point (gate passed or not, rows written since the guardrail
was called or not) and goes on until nothing new comes: no merging, no bits, nothing of the analysis that it judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Node = tuple[Any, ...]
States = frozenset[tuple[bool, bool]]  # gate passed, rows written and not yet checked
Ends = dict[str, States]
NONE: States = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A pipeline's body and that of a helper it may call."""

    body: Node
    helper: Node


def calls() -> st.SearchStrategy[Node]:
    return st.sampled_from(["gate", "gate", "step", "step", "guard", "help", "other"]).map(lambda name: ("call", name))


def conditions() -> st.SearchStrategy[Node]:
    """A literal stands alone: what several come to is not worked out by the analysis, which takes both ways."""
    atoms = st.one_of(st.just(("opaque",)), calls())
    combined = st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(st.just("and"), inner, inner),
            st.tuples(st.just("or"), inner, inner),
            st.tuples(st.just("not"), inner),
        ),
        max_leaves=3,
    )
    return st.one_of(combined, combined, combined, st.just(("true",)))


def blocks(depth: int, *, loop: bool, exits: bool = True) -> st.SearchStrategy[Node]:
    return st.lists(statements(depth, loop=loop, exits=exits), min_size=0, max_size=3).map(
        lambda parts: ("seq", tuple(parts))
    )


def statements(depth: int, *, loop: bool, exits: bool = True) -> st.SearchStrategy[Node]:
    leaves: list[st.SearchStrategy[Node]] = [calls()]
    if exits:
        leaves.append(st.sampled_from([("return",), ("raise",)]))
    if loop:
        leaves.append(st.sampled_from([("break",), ("continue",)]))
    simple = st.one_of(calls(), *leaves)
    if depth == 0:
        return simple

    def inner(*, turns: bool = loop) -> st.SearchStrategy[Node]:
        return st.deferred(lambda: blocks(depth - 1, loop=turns, exits=exits))

    arms = st.lists(st.tuples(inner(turns=False), st.booleans()), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        simple,
        st.tuples(st.just("if"), conditions(), inner(), inner()),
        st.tuples(st.just("while"), conditions(), inner(turns=True)).map(busy),
        st.tuples(st.just("for"), inner(turns=True)),
        st.tuples(st.just("do"), inner(turns=True), conditions()).map(busy),
        st.tuples(st.just("forever"), inner(turns=True)).map(busy),
        st.tuples(st.just("try"), inner(), st.one_of(st.none(), inner()), st.one_of(st.none(), inner())),
        st.tuples(st.just("switch"), arms, st.booleans()),
        st.tuples(st.just("later"), st.deferred(lambda: blocks(0, loop=False, exits=False))),
    )


def busy(loop: Node) -> Node:
    """A loop with something in it: one that is empty is passed over, even if it never ends."""
    return tuple(("seq", (("call", "other"), *part[1])) if part[0] == "seq" else part for part in loop)


def programs() -> st.SearchStrategy[Program]:
    return st.builds(Program, body=blocks(3, loop=False), helper=blocks(2, loop=False).map(without_help))


def without_help(node: Any) -> Any:
    if node == ("call", "help"):
        return ("call", "other")
    return tuple(without_help(one) for one in node) if isinstance(node, tuple) else node


def holds(node: Any, wanted: object) -> bool:
    """Whether ``wanted`` is somewhere in a program."""
    return node == wanted or (isinstance(node, tuple) and any(holds(one, wanted) for one in node))


class Oracle:
    """Runs a program in every way. ``open``: a step was reached with the gate not passed; ``dirty``: at a normal end
    rows were not checked."""

    def __init__(self, program: Program, *, falls: bool) -> None:
        self.program, self.falls = program, falls
        self.open = False
        ends = self.run(program.body, frozenset({(False, False)}))
        self.dirty = any(dirty for _, dirty in ends.get("", NONE) | ends.get("return", NONE))

    def run(self, node: Node, states: States) -> Ends:
        if not states:
            return {}
        made: Ends = getattr(self, f"run_{node[0]}")(states, *node[1:])
        return {key: some for key, some in made.items() if some}

    def run_call(self, states: States, name: str) -> Ends:
        if name == "help":
            ends = self.run(self.program.helper, states)
            return {"": ends.get("", NONE) | ends.get("return", NONE), "raise": ends.get("raise", NONE)}
        if name == "step":
            self.open |= any(not gated for gated, _ in states)
            written = frozenset((gated, True) for gated, _ in states)
            return {"": written, "raise": states | written}
        if name == "gate":
            return {"": frozenset((True, dirty) for _, dirty in states), "raise": states}
        if name == "guard":
            return {"": frozenset((gated, False) for gated, _ in states), "raise": states}
        return {"": states, "raise": states}

    def run_seq(self, states: States, parts: Iterable[Node]) -> Ends:
        out: Ends = {}
        for part in parts:
            ends = self.run(part, states)
            states = ends.pop("", NONE)
            out = merged(out, ends)
        return merged(out, {"": states})

    def run_return(self, states: States) -> Ends:
        return {"return": states}

    def run_raise(self, states: States) -> Ends:
        return {"raise": states}

    def run_break(self, states: States) -> Ends:
        return {"break": states}

    def run_continue(self, states: States) -> Ends:
        return {"continue": states}

    def decide(self, node: Node, states: States) -> tuple[States, States, States]:
        """The states where a condition holds, where it does not, where it raised."""
        if node[0] == "opaque":
            return states, states, NONE
        if node[0] == "true":
            return states, NONE, NONE
        if node[0] == "not":
            yes, no, raised = self.decide(node[1], states)
            return no, yes, raised
        if node[0] in ("and", "or"):
            yes, no, raised = self.decide(node[1], states)
            more_yes, more_no, more = self.decide(node[2], yes if node[0] == "and" else no)
            if node[0] == "and":
                return more_yes, no | more_no, raised | more
            return yes | more_yes, more_no, raised | more
        ends = self.run(node, states)
        return ends.get("", NONE), ends.get("", NONE), ends.get("raise", NONE)

    def run_if(self, states: States, condition: Node, then: Node, other: Node) -> Ends:
        yes, no, raised = self.decide(condition, states)
        return merged(self.run(then, yes), self.run(other, no), {"raise": raised})

    def run_while(self, states: States, condition: Node, body: Node) -> Ends:
        out: Ends = {}
        head = states
        while True:
            yes, no, raised = self.decide(condition, head)
            ends = self.run(body, yes)
            back = ends.pop("", NONE) | ends.pop("continue", NONE)
            out = merged(out, {"": no | ends.pop("break", NONE), "raise": raised}, ends)
            if back <= head:
                return out
            head |= back

    def run_for(self, states: States, body: Node) -> Ends:
        return self.run_while(states, ("opaque",), body)

    def run_forever(self, states: States, body: Node) -> Ends:
        return self.run_while(states, ("true",), body)

    def run_do(self, states: States, body: Node, condition: Node) -> Ends:
        out: Ends = {}
        head = states
        while True:
            ends = self.run(body, head)
            yes, no, raised = self.decide(condition, ends.pop("", NONE) | ends.pop("continue", NONE))
            out = merged(out, {"": no | ends.pop("break", NONE), "raise": raised}, ends)
            if yes <= head:
                return out
            head |= yes

    def run_try(self, states: States, body: Node, handler: Node | None, last: Node | None) -> Ends:
        out = merged(self.run(body, states), {"raise": states})  # anything may fail, its first word too
        if handler is not None:
            out = merged(out, self.run(handler, out.pop("raise")))
            out = merged(out, {"raise": states}) if last is not None else out
        if last is None:
            return out
        ended: Ends = {}
        for key, some in out.items():
            ends = self.run(last, some)
            ended = merged(ended, {key: ends.pop("", NONE)}, ends)
        return ended

    def run_switch(self, states: States, arms: tuple[tuple[Node, bool], ...], sure: bool) -> Ends:
        out: Ends = {} if sure else {"": states}
        carried = NONE
        for body, falls in arms:
            ends = self.run(body, states | carried)
            end = ends.pop("", NONE)
            carried = end if falls and self.falls else NONE
            out = merged(out, ends, {"": NONE if falls and self.falls else end})
        return merged(out, {"": carried})

    def run_later(self, states: States, body: Node) -> Ends:
        ends = self.run(body, states)
        return {"": states | ends.get("", NONE), "raise": ends.get("raise", NONE)}


def merged(*some: Ends) -> Ends:
    out: Ends = {}
    for ends in some:
        for key, states in ends.items():
            if states:
                out[key] = out.get(key, NONE) | states
    return out
