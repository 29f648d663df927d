"""What following a function finds: data that arrives where it is shown, rows that are changed or stored. Lean."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.rows import Row
    from factory_git.drift.flow.value import Mark

LOG, RESPONSE, ERROR = "log", "response", "error"


class Reach:
    """Data that arrives where it is shown: ``sink`` is who shows it, ``kind`` ``log``, ``response`` or ``error``.

    ``mark.key`` tells the data, or the parameter that it came by. ``calls`` are those that it came through.
    """

    __slots__ = ("calls", "kind", "line", "mark", "owner", "sink")

    def __init__(self, kind: str, sink: str, mark: Mark, line: int, owner: int) -> None:
        self.kind, self.sink, self.mark, self.line, self.owner = kind, sink, mark, line, owner
        self.calls = 0


class Touch:
    """A row that is made, changed, stored or removed: ``how`` is ``make``, ``set``, ``store``, ``remove``; ``other`` is
    for a field that the spec does not know."""

    __slots__ = ("how", "line", "low", "owner", "row", "text")

    def __init__(self, how: str, row: Row, text: str, *, line: int, owner: int, low: bool) -> None:
        self.how, self.row, self.text, self.line, self.owner, self.low = how, row, text, line, owner, low
