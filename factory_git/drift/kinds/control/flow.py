"""What a function does, as far as it decides whether a call is made: calls in order, and the ways between them.

A syntax tree is lowered to these few forms (:mod:`factory_git.drift.kinds.control.lower`), each language by its own
table, and run over by :mod:`factory_git.drift.kinds.dominance`. Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.core.value import value


class Flow:
    """Any of the forms below."""

    __slots__ = ()


@value
class Seq(Flow):
    """One after the other."""

    parts: tuple[Flow, ...] = ()


NOTHING = Seq()


@value
class Do(Flow):
    """A call: its place in the file's list of calls. ``waits`` is false for what is started and not awaited."""

    call: int
    waits: bool = True


@value
class Mention(Flow):
    """A function named without being called; ``runner``: as an argument of something that runs what it is given."""

    text: str
    line: int
    runner: str = ""


@value
class If(Flow):
    """``then`` or ``other``, as ``head`` decides; ``head`` may be :class:`And`, :class:`Or`, :class:`Not`."""

    head: Flow
    then: Flow
    other: Flow
    line: int
    then_line: int = 0
    other_line: int = 0


@value
class And(Flow):
    """Short circuit: ``right`` runs where ``left`` holds."""

    left: Flow
    right: Flow
    line: int


@value
class Or(Flow):
    """Short circuit: ``right`` runs where ``left`` does not hold (or is there: ``??``)."""

    left: Flow
    right: Flow
    line: int


@value
class Not(Flow):
    """The opposite of what it holds."""

    part: Flow


@value
class Constant(Flow):
    """A condition that is always the same."""

    holds: bool


@value
class Switch(Flow):
    """One of ``arms`` (flow, line, whether it falls into the next one); ``sure``: there is no way past them all."""

    head: Flow
    arms: tuple[tuple[Flow, int, bool], ...]
    sure: bool
    line: int
    stops: bool = True  # `break` ends it


@value
class Loop(Flow):
    """``head`` decides before each turn, or after it with ``once``; ``other`` runs when it says no."""

    head: Flow
    body: Flow
    line: int
    step: Flow = NOTHING
    other: Flow = NOTHING
    once: bool = False
    label: str = ""


@value
class Labeled(Flow):
    """What ``break label`` ends."""

    label: str
    body: Flow
    line: int


@value
class Try(Flow):
    """``other`` runs when ``body`` ended well; ``last`` whatever happened."""

    body: Flow
    handlers: tuple[tuple[Flow, int], ...]
    line: int
    other: Flow = NOTHING
    last: Flow = NOTHING


@value
class Leave(Flow):
    """``return``, ``raise``, ``break`` or ``continue``; ``label`` says which construct, ``#2`` how many."""

    kind: str
    line: int
    label: str = ""


@value
class Later(Flow):
    """What somebody else may call, once, often or never, from here on."""

    body: Flow
    line: int
    why: str = "callback"


@value
class Defer(Flow):
    """What runs when the function ends."""

    body: Flow
    line: int


@value
class Inline(Flow):
    """A function without a name, called where it stands: what returns in it goes on after it."""

    body: Flow
    line: int
