"""What holds at a point of a function, and where ways meet. Lean: it is on the hook's path."""

from __future__ import annotations

from factory_git.core.value import value
from factory_git.drift.kinds.control.flow import NOTHING, Flow, If

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Ends = list[tuple["State | None", "Way | None"]]


LATER = {
    "callback": "it is in a function that somebody else may call",
    "promise": "it is in a promise that is not awaited",
    "stage": "it is in a stage that nothing waits for",
    "goroutine": "it is in a goroutine that nothing waits for",
    "async block": "it is in an async block that is not awaited",
}


@value
class Way:
    """Where control goes without passing a call: in words, and where."""

    text: str
    file: str
    line: int


class State:
    """What holds at a point. ``lost``: bit → the way round it. ``defers``: what runs at the function's end."""

    __slots__ = ("defers", "lost", "may", "must")

    def __init__(
        self, must: int, may: int, lost: dict[int, Way] | None = None, defers: tuple[tuple[int, Flow], ...] = ()
    ) -> None:
        self.must, self.may, self.lost, self.defers = must, may, lost or {}, defers


def joined(ways: Ends) -> State | None:
    """The state where several ways meet; None when none of them gets there."""
    alive = [(state, way) for state, way in ways if state is not None]
    if not alive:
        return None
    if len(alive) == 1:
        return alive[0][0]
    must, any_, may = -1, 0, 0
    lost: dict[int, Way] = {}
    for state, _ in alive:
        must &= state.must
        any_ |= state.must
        may |= state.may
    for state, way in alive:
        for bit in bits(any_ & ~state.must):
            reason = state.lost.get(bit) or way
            if reason is not None:
                lost.setdefault(bit, reason)
    for state, _ in alive:
        for bit, reason in state.lost.items():
            if not must >> bit & 1:
                lost.setdefault(bit, reason)
    return State(must, may, lost, _deferred([state for state, _ in alive]))


def _deferred(states: Sequence[State]) -> tuple[tuple[int, Flow], ...]:
    first = states[0].defers
    if all(one.defers == first for one in states):
        return first
    out: dict[int, Flow] = {}
    for state in states:
        for key, body in state.defers:
            sure = all(key in dict(one.defers) for one in states)
            out[key] = body if sure else If(head=NOTHING, then=body, other=NOTHING, line=0)
    return tuple(out.items())


def bits(mask: int) -> list[int]:
    out = []
    while mask:
        low = mask & -mask
        out.append(low.bit_length() - 1)
        mask ^= low
    return out


@value
class Meaning:
    """What a call leads to: ``marks``, whose bits it gives and takes; ``inside``: a function to run over.

    ``weak``: only its name says so; ``started``: it runs only when it is awaited.
    """

    marks: tuple[int, ...] = ()
    inside: tuple[str, int] | None = None
    weak: bool = False
    started: bool = False


UNKNOWN = Meaning()


@value
class Event:
    """A call of a mark: what held before it.

    ``line`` is that in the function the run began with; ``file`` and ``at`` are where the call is written, ``start`` is
    its first byte (-1: it is no call). ``first``: every loop around it is in its first turn.
    """

    mark: int
    must: int
    may: int
    lost: dict[int, Way]
    line: int
    file: str
    at: int
    start: int
    weak: bool
    first: bool
