"""Which deaths are tried: all of every kind in the long form, some of every kind for each scene in the short one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.crash import deaths, tracing
from tests.crash.deaths import Death, Work
from tests.crash.harness import Stage, Tally
from tests.crash.scenes import SCENES, Scene

Way = Callable[[Work, Path], Death]
GC = 5  # at every how many deaths garbage is collected before anybody looks


def ways(stage: Stage, most: int) -> dict[str, list[tuple[str, Way]]]:
    """The deaths to try, by kind: at most ``most`` of each, spread over all there are, where it is not 0."""
    places = {kind: stage.copy(f"dry-{kind}") for kind in ("point", "event")}
    dry = {
        "point": deaths.at_point(lambda ack: stage.scene.act(places["point"], ack), 0),
        "event": deaths.at_event(lambda ack: stage.scene.act(places["event"], ack), 0),
    }
    for kind, death in dry.items():
        assert not death.wrong, f"{stage.scene.name}, {kind}: {death.wrong}"
    found = {
        "point": [(dry["point"].steps[n - 1], _point(n)) for n in _points(dry["point"].steps, most)],
        "event": [("", _event(n)) for n in _spread(len(dry["event"].steps), most)],
    }
    if tracing.works():
        at = stage.copy()
        calls = deaths.at_call(lambda ack: stage.scene.act(at, ack), at, 0)
        assert not calls.wrong, calls.wrong
        total = len(calls.steps)
        found["call"] = [("", _call(n, "tree")) for n in _spread(total, most)]
        found["torn"] = [("", _call(calls.tears[n - 1], "torn")) for n in _spread(len(calls.tears), most)]
        if stage.scene.children:
            for kind, victim in (("child", "caller"), ("orphan", "main")):
                found[kind] = [("", _call(calls.below[n - 1], victim)) for n in _spread(len(calls.below), most)]
    moments = random.Random(0)
    seconds = dry["point"].seconds
    count = most or 100
    found["moment"] = [
        ("", _moment(moments.uniform(0.001, seconds))) for _ in range(count if stage.scene.children else 0)
    ]
    return found


def _points(steps: Sequence[str], most: int) -> Sequence[int]:
    """Each point; in the short form where it is reached first and where last."""
    numbers = range(1, len(steps) + 1)
    if not most:
        return numbers
    first = {name: n for n, name in reversed(list(enumerate(steps, 1)))}
    last = {name: n for n, name in enumerate(steps, 1)}
    return sorted({*first.values(), *last.values()})


def _spread(total: int, most: int) -> Sequence[int]:
    if not most or total <= most:
        return range(1, total + 1)
    return [1 + (2 * n + 1) * total // (2 * most) for n in range(most)]


def _point(n: int) -> Way:
    return lambda work, at: deaths.at_point(work, n)


def _event(n: int) -> Way:
    return lambda work, at: deaths.at_event(work, n)


def _call(n: int, victim: str) -> Way:
    return lambda work, at: deaths.at_call(work, at, n, victim)


def _moment(seconds: float) -> Way:
    return lambda work, at: deaths.at_moment(work, seconds)


def campaign(folder: Path, most: int, scenes: Sequence[Scene] = SCENES) -> Iterator[tuple[str, str, Tally]]:
    """Kill every scene in every way; yields scene, kind and figures."""
    for number, scene in enumerate(scenes):
        stage = Stage(scene, folder / f"{number}")
        for kind, chosen in ways(stage, most).items():
            tally = Tally()
            for _, way in chosen:
                stage.count += 1
                tally.add(stage.kill(way, gc=stage.count % GC == 0))
            yield scene.name, kind, tally
