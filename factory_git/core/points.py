"""Named points between two steps of what must not be left half done. Nothing happens there: crash tests kill there.

Every ``reached("…")`` in the program is a point; ``tests/crash`` finds them all and kills the program at each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]
_listeners: list[Listener] = []


def reached(name: str) -> None:
    """The program has come to the point of that name."""
    for listener in _listeners:
        listener(name)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` with the name of every point that is reached meanwhile, in any thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
