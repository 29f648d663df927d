"""Which deaths are tried: all of every kind in the long form, some of every kind for each scene in the short one."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import factory_git
from tests.crash import deaths, tracing
from tests.crash.deaths import Death, Work
from tests.crash.harness import Stage, Tally
from tests.crash.scenes import SCENES, Scene

Way = Callable[[Work, Path], Death]
FEW = 10
GC = 5  # at every how many deaths garbage is collected before anybody looks


def ways(stage: Stage, most: int) -> dict[str, list[tuple[str, Way]]]:
    """The deaths to try, by kind: at most ``most`` of each, spread over all there are, where it is not 0."""
    dry = {}
    for kind, die in (("point", deaths.at_point), ("event", deaths.at_event)):
        at = stage.copy()
        dry[kind] = die(lambda ack: stage.scene.act(at, ack), 0)  # noqa: B023 (done at once)
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
    """Kill every scene in every way; yields scene, kind and figures.

    ``most`` of each kind (0: all there are). At a named point they all die where there is time for it; where there is
    not (``most`` is small), in the first scene that comes to it only; and every second other kind only, and
    scenes that take long are gone through alive.
    """
    known: set[str] = set()
    short = 0 < most < FEW
    for number, scene in enumerate(scenes):
        stage = Stage(scene, folder / f"{number}")
        if scene.long and short:  # what takes long is only gone through
            yield scene.name, "come to", Tally(died=set(_gone_through(stage).steps))
            continue
        for place, (kind, chosen) in enumerate(ways(stage, most).items()):
            if short and (number + place) % 2 and kind != "point":
                continue
            tally = Tally()
            for name, way in chosen:
                if name and name in known and short:
                    continue
                known.add(name)
                stage.count += 1
                tally.add(stage.kill(way, gc=stage.count % GC == 0))
            yield scene.name, kind, tally


def _gone_through(stage: Stage) -> Death:
    at = stage.copy()
    death = deaths.at_point(lambda ack: stage.scene.act(at, ack), 0)
    assert not death.wrong, death.wrong
    return death


def declared() -> dict[str, re.Pattern[str]]:
    """Every point that the program names, and what the names that are put together there look like."""
    found = {}
    for path in sorted(Path(factory_git.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reached":
                name = node.args[0]
                parts = name.values if isinstance(name, ast.JoinedStr) else [name]
                texts = [str(part.value) if isinstance(part, ast.Constant) else None for part in parts]
                pattern = "".join(".+" if text is None else re.escape(text) for text in texts)
                found["".join("…" if text is None else text for text in texts)] = re.compile(pattern)
    return found


def table(rows: Sequence[tuple[str, str, Tally]]) -> str:
    """The figures, scene by scene, and all together."""
    head = ("scene", "killed at", "kills", "acknowledged", "lost", "longest recovery")
    lines = [(scene, kind, *_figures(tally)) for scene, kind, tally in rows if tally.kills]
    total = Tally()
    for _, _, tally in rows:
        total.add(tally)
    lines.append(("all", f"slowest: {total.slowest}"[:40], *_figures(total)))
    widths = [max(len(line[n]) for line in (head, *lines)) for n in range(len(head))]
    aligned = (
        [text.ljust(widths[n]) if n < 2 else text.rjust(widths[n]) for n, text in enumerate(line)]
        for line in (head, *lines)
    )
    return "\n".join("  ".join(line) for line in aligned)


def _figures(tally: Tally) -> tuple[str, ...]:
    return f"{tally.kills:,}", f"{tally.acknowledged:,}", str(tally.lost), f"{tally.longest:.2f} s"
