"""Who listens is told, and who listens no more is not."""

from __future__ import annotations

from contextlib import suppress

from factory_git.core import points, progress


def test_only_who_listens_is_told_how_far_things_are() -> None:
    heard: list[tuple[str, int]] = []

    def listener(doing: str, done: int) -> None:
        heard.append((doing, done))

    progress.tell("before", 1)
    with suppress(KeyError), progress.listening(listener):
        progress.tell("working", 2)
        progress.over()
        raise KeyError
    progress.tell("after", 3)
    assert heard == [("working", 2), ("", 0)]


def test_only_who_listens_hears_of_points() -> None:
    heard: list[str] = []
    with suppress(KeyError), points.listening(heard.append):
        points.reached("here")
        raise KeyError
    points.reached("later")
    assert heard == ["here"]
