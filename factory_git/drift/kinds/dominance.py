"""Which calls surely stand before a call: a run over flow that takes every way at once.

Facts are bits. A call sets bits (``gives``) and clears bits (``takes``); where ways meet, a bit is sure when it is on
all of them (``must``) and possible when it is on one (``may``). For each bit that was lost where ways met it is kept
which way goes round. Calls of functions of the same tree are run over where they stand, with what is sure at the call,
so that a helper's early return or a gate in one of its branches mean what they mean.

What is assumed: both ways of every condition can be gone, a loop may turn any number of times, anything in a ``try``
may fail before it has done anything, what is handed to others as a function may run once, often or never. Lean: it is
on the hook's path.
"""

from __future__ import annotations

from factory_git.drift.kinds.control import flow
from factory_git.drift.kinds.control.flow import NOTHING, Flow
from factory_git.drift.kinds.states import LATER, Event, State, Way, bits, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from factory_git.drift.kinds.states import Ends, Meaning

    class Program(Protocol):
        """What a run asks of the code it runs over."""

        def flow(self, path: str, index: int) -> Flow:
            """The body of a function."""

        def place(self, path: str, call: int) -> tuple[int, int]:
            """The line of a call, and its first byte."""

        def meaning(self, path: str, index: int, call: int) -> Meaning:
            """What a call in the body of ``index`` leads to."""

        def named(self, path: str, index: int, text: str) -> Meaning:
            """What ``text``, a function named in the body of ``index``, leads to when it is called."""

        def entered(self, path: str, index: int) -> tuple[int, ...]:
            """The marks that wrap a function: decorators."""


DEEPEST = 10
"""Calls of calls of calls: a gate further away than this is not seen."""


class Run:
    """One run over a function and what it calls. ``events`` are the calls of marks, ``exits`` its normal ends."""

    def __init__(self, program: Program, gives: Sequence[int], takes: Sequence[int], begin: int) -> None:
        self.program, self.gives, self.takes, self.begin = program, gives, takes, begin
        self.events: list[Event] = []
        self.exits: Ends = []
        self.named: list[tuple[int, str, int]] = []  # mark, file, line: functions named without being called
        self._stack: list[tuple[str, int]] = []
        self._done: dict[tuple[str, int, int, int, bool], State | None] = {}
        self._outs: dict[str, Ends] = {}
        self._path, self._owner, self._line = "", -1, 0
        self._low, self._high, self._again = -1, 0, 0

    def over(self, path: str, index: int) -> None:
        """Run over a function from its beginning."""
        self.exits = self._ends(path, index, State(self.begin, 0))

    # Functions.

    def _function(self, path: str, index: int, state: State) -> State | None:
        """What holds after a call of a function; a call of one that is running changes nothing more."""
        if (path, index) in self._stack or len(self._stack) >= DEEPEST:
            return state
        key = (path, index, state.must, state.may, self._again > 0)
        if key not in self._done:
            self._done[key] = joined(self._ends(path, index, state))
        after = self._done[key]
        if after is None:
            return None
        self._low &= after.must
        self._high |= after.may
        kept = {bit: way for bit, way in {**state.lost, **after.lost}.items() if not after.must >> bit & 1}
        return State(after.must, after.may, kept, state.defers)

    def _ends(self, path: str, index: int, state: State) -> Ends:
        kept = self._path, self._owner, self._outs
        self._path, self._owner, self._outs = path, index, {}
        self._stack.append((path, index))
        inner: State | None = State(state.must, state.may, dict(state.lost))
        for mark in self.program.entered(path, index):
            inner = self._mark(mark, inner, 0, weak=True)
        ends = self._body(self.program.flow(path, index), inner)
        self._stack.pop()
        self._path, self._owner, self._outs = kept
        return ends

    def _body(self, body: Flow, state: State | None) -> Ends:
        """The normal ends of a body, what it deferred done."""
        end = self._eval(body, state)
        ends: Ends = [(end, Way(text="the end of the function", file=self._path, line=0))]
        ends += self._outs.pop("return", [])
        return [(self._run_deferred(one), way) for one, way in ends if one is not None]

    def _run_deferred(self, state: State) -> State | None:
        after: State | None = State(state.must, state.may, state.lost)
        for _, body in reversed(state.defers):
            after = self._eval(body, after)
        return after

    def _inline(self, node: flow.Inline, state: State) -> State | None:
        kept, self._outs = self._outs, {}
        after = joined(self._body(node.body, State(state.must, state.may, state.lost)))
        self._outs = kept
        return State(after.must, after.may, after.lost, state.defers) if after is not None else None

    # Statements.

    def _eval(self, node: Flow, state: State | None) -> State | None:
        if state is None or node is NOTHING:
            return state
        handler: Any = _HANDLERS[type(node)]
        after: State | None = handler(self, node, state)
        return after

    def _seq(self, node: flow.Seq, state: State | None) -> State | None:
        for part in node.parts:
            state = self._eval(part, state)
        return state

    def _do(self, node: flow.Do, state: State) -> State | None:
        meaning = self.program.meaning(self._path, self._owner, node.call)
        if not meaning.marks and meaning.inside is None:
            return state
        line, start = self.program.place(self._path, node.call)
        outer, self._line = self._line, self._line if len(self._stack) > 1 else line
        after = self._called(meaning, state, line, start)
        self._line = outer
        if meaning.started and not node.waits and after is not None:
            return self._unsure(state, after, Way(text="it is not awaited", file=self._path, line=line))
        return after

    def _called(self, meaning: Meaning, state: State, line: int, start: int = -1) -> State | None:
        now = state
        for mark in meaning.marks:
            self._event(mark, state, line, start, weak=meaning.weak)
            now = self._give(mark, self._take(mark, now, line))  # in its own body it counts as passed
        after: State | None = now
        if meaning.inside is not None:
            after = self._function(*meaning.inside, now)
        if after is None and not meaning.marks:
            return None
        after = after or now
        for mark in meaning.marks:
            after = self._give(mark, after)
        return after

    def _mark(self, mark: int, state: State | None, line: int, *, weak: bool) -> State | None:
        if state is None:
            return None
        self._event(mark, state, line, weak=weak)
        return self._give(mark, self._take(mark, state, line))

    def _event(self, mark: int, state: State, line: int, start: int = -1, *, weak: bool) -> None:
        self.events.append(
            Event(
                mark=mark, must=state.must, may=state.may, lost=state.lost, line=self._line or line, file=self._path,
                at=line, start=start, weak=weak, first=self._again == 0,
            )
        )  # fmt: skip

    def _take(self, mark: int, state: State, line: int) -> State:
        mask = self.takes[mark]
        if not mask:
            return state
        way = Way(text="", file=self._path, line=line)
        lost = {**state.lost, **dict.fromkeys(bits(mask), way)}
        self._low &= ~mask
        return State(state.must & ~mask, state.may, lost, state.defers)

    def _give(self, mark: int, state: State) -> State:
        mask = self.gives[mark]
        self._high |= mask
        lost = {bit: way for bit, way in state.lost.items() if not mask >> bit & 1}
        return State(state.must | mask, state.may | mask, lost, state.defers)

    def _mention(self, node: flow.Mention, state: State) -> State | None:
        meaning = self.program.named(self._path, self._owner, node.text)
        if not meaning.marks and meaning.inside is None:
            return state
        if node.runner or meaning.inside is not None:
            outer, self._line = self._line, self._line or node.line
            after = self._called(meaning, state, node.line)
            self._line = outer
            if node.runner or after is None:
                return after
            return self._unsure(state, after, self._way(LATER["callback"], node.line))
        self.named += [(mark, self._path, node.line) for mark in meaning.marks]
        return state

    def _if(self, node: flow.If, state: State) -> State | None:
        yes, no = self._decide(node.head, state)
        then, other = self._eval(node.then, yes), self._eval(node.other, no)
        return joined(
            [
                (then, self._way("where the condition holds", node.then_line or node.line)),
                (other, self._way("where the condition does not hold", node.other_line or node.line)),
            ]
        )

    def _short(self, node: flow.And | flow.Or, state: State) -> State | None:
        yes, no = self._decide(node, state)
        first, last = (no, yes) if isinstance(node, flow.And) else (yes, no)
        return joined([(first, self._way("where the left side decides", node.line)), (last, None)])

    def _decide(self, node: Flow, state: State | None) -> tuple[State | None, State | None]:
        """What holds where a condition does, and where it does not."""
        if isinstance(node, (flow.And, flow.Or)):
            both = isinstance(node, flow.And)
            yes, no = self._decide(node.left, state)
            way = self._way("where the left side decides", node.line)
            inner_yes, inner_no = self._decide(node.right, yes if both else no)
            if both:
                return inner_yes, joined([(no, way), (inner_no, None)])
            return joined([(yes, way), (inner_yes, None)]), inner_no
        if isinstance(node, flow.Not):
            yes, no = self._decide(node.part, state)
            return no, yes
        if isinstance(node, flow.Constant):
            return (state, None) if node.holds else (None, state)
        if isinstance(node, flow.Seq) and node.parts:
            for part in node.parts[:-1]:
                state = self._eval(part, state)
            return self._decide(node.parts[-1], state)
        after = self._eval(node, state)
        return after, after

    def _switch(self, node: flow.Switch, state: State) -> State | None:
        before = self._eval(node.head, state)
        kept, self._outs = self._outs, {}
        ends: Ends = []
        carried: State | None = None
        for body, line, falls in node.arms:
            end = self._eval(body, joined([(before, None), (carried, None)]))
            carried = end if falls else None
            if not falls:
                ends.append((end, self._way("this case", line)))
        ends.append((carried, self._way("the last case", node.arms[-1][1] if node.arms else node.line)))
        if not node.sure:
            ends.append((before, self._way("where no case matches", node.line)))
        inner, self._outs = self._outs, kept
        if node.stops:
            ends += inner.pop("break", [])
        self._pass(inner, counted=node.stops)
        return joined(ends)

    def _loop(self, node: flow.Loop, state: State) -> State | None:
        head: State | None = state
        done: State | None = None
        breaks: Ends = []
        for turn in (0, 1):
            kept, self._outs = self._outs, {}
            self._again += turn
            if node.once:
                back, done = self._decide(node.head, self._turn(node, head))
            else:
                go, done = self._decide(node.head, head)
                back = self._turn(node, go)
            self._again -= turn
            inner, self._outs = self._outs, kept
            breaks += inner.pop("break", [])
            self._pass(inner, counted=True)
            head = joined([(head, self._way("where the loop does not turn", node.line)), (back, None)])
        return joined([(self._eval(node.other, done), None), *breaks])

    def _turn(self, node: flow.Loop, state: State | None) -> State | None:
        end = self._eval(node.body, state)
        goes_on = self._outs.pop("continue", []) + (self._outs.pop(f"continue:{node.label}", []) if node.label else [])
        return self._eval(node.step, joined([(end, None), *goes_on]))

    def _pass(self, inner: dict[str, Ends], *, counted: bool) -> None:
        """Hand what leaves a construct to the one around it; ``break 2`` has one less to go."""
        for key, ends in inner.items():
            kind, _, label = key.partition(":")
            if counted and label.startswith("#"):
                count = int(label[1:]) - 1
                key = f"{kind}:#{count}" if count > 1 else kind  # noqa: PLW2901
            self._outs.setdefault(key, []).extend(ends)

    def _labeled(self, node: flow.Labeled, state: State) -> State | None:
        end = self._eval(node.body, state)
        return joined([(end, None), *self._outs.pop(f"break:{node.label}", [])])

    def _leave(self, node: flow.Leave, state: State) -> State | None:
        key = f"{node.kind}:{node.label}" if node.label else node.kind
        way = self._way(f"where `{node.kind}` leaves", node.line)
        if node.kind != "raise":
            self._outs.setdefault(key, []).append((state, way))
        return None

    def _try(self, node: flow.Try, state: State) -> State | None:
        kept, self._outs = self._outs, {}
        low, high, self._low, self._high = self._low, self._high, state.must, state.may
        body = self._eval(node.body, state)
        failed = self._failed(node, state, body)
        ends: Ends = [(self._eval(node.other, body), None)]
        for handler, line in node.handlers:
            ends.append((self._eval(handler, failed), self._way("where the handler goes on", line)))
        low_all, high_all = self._low & low, self._high | high
        inner, self._outs = self._outs, kept
        if node.last is not NOTHING:
            self._eval(node.last, State(self._low & failed.must, self._high, failed.lost, state.defers))
            inner = {key: [(self._eval(node.last, one), way) for one, way in some] for key, some in inner.items()}
        self._low, self._high = low_all & self._low, high_all | self._high
        self._pass(inner, counted=False)
        return self._eval(node.last, joined(ends))

    def _failed(self, node: flow.Try, state: State, body: State | None) -> State:
        """What holds when something in the body failed: no more than before it, no more than at any point of it."""
        lost = dict(state.lost)
        way = self._way("where the `try` fails before it", node.line)
        for bit in bits((body.must if body else self._high) & ~self._low):
            lost.setdefault(bit, way)
        if body is not None:
            for bit, reason in body.lost.items():
                lost.setdefault(bit, reason)
        return State(self._low, self._high, lost, state.defers)

    def _later(self, node: flow.Later, state: State) -> State | None:
        high, self._high = self._high, state.may
        kept, self._outs = self._outs, {}
        end = joined(self._body(node.body, State(state.must, state.may, state.lost)))
        self._outs = kept
        after = State(end.must if end is not None else state.must, self._high, state.lost)
        self._high |= high
        return self._unsure(state, after, self._way(LATER[node.why], node.line))

    def _unsure(self, before: State, after: State, way: Way) -> State:
        """``after`` may happen: what it gives is possible, what it takes is gone."""
        lost = {**before.lost, **dict.fromkeys(bits(after.may & ~before.must), way)}
        for bit in bits(before.must & ~after.must):
            lost[bit] = way
        return State(before.must & after.must, after.may | before.may, lost, before.defers)

    def _defer(self, node: flow.Defer, state: State) -> State | None:
        way = self._way("it is deferred: it runs when the function ends", node.line)
        kept, events, self._outs = self._outs, len(self.events), {}
        low, high, self._high = self._low, self._high, 0
        self._eval(
            node.body, State(state.must, state.may, state.lost)
        )  # what it will give, to say so when it is missed
        lost = {**state.lost, **dict.fromkeys(bits(self._high & ~state.must), way)}
        self._outs, self._low, self._high = kept, low, high
        del self.events[events:]
        return State(state.must, state.may, lost, (*state.defers, (id(node), node.body)))

    def _constant(self, _node: flow.Constant, state: State) -> State | None:
        return state

    def _not(self, node: flow.Not, state: State) -> State | None:
        return self._eval(node.part, state)

    def _way(self, text: str, line: int) -> Way:
        return Way(text=text, file=self._path, line=line)


_HANDLERS: dict[type[Flow], Callable[..., State | None]] = {
    flow.Seq: Run._seq,
    flow.Do: Run._do,
    flow.Mention: Run._mention,
    flow.If: Run._if,
    flow.And: Run._short,
    flow.Or: Run._short,
    flow.Not: Run._not,
    flow.Constant: Run._constant,
    flow.Switch: Run._switch,
    flow.Loop: Run._loop,
    flow.Labeled: Run._labeled,
    flow.Leave: Run._leave,
    flow.Try: Run._try,
    flow.Later: Run._later,
    flow.Defer: Run._defer,
    flow.Inline: Run._inline,
}
