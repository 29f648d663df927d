"""What takes long says how far it is, to whoever listens: the command line on a terminal, nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int], None]
"""Takes what is being done, in words, and how many things it was done to so far; no words: it is over."""

_listeners: list[Listener] = []


def tell(doing: str, done: int) -> None:
    """So many are done."""
    for listener in _listeners:
        listener(doing, done)


def over() -> None:
    """What was told about is done, or was given up."""
    tell("", 0)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell ``listener`` what goes on meanwhile."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
