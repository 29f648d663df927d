"""The order of several specs: what a spec depends on comes before it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec import names
from factory_git.spec.model import Spec


def order(specs: Sequence[Spec]) -> list[Spec]:
    """``specs`` with dependencies first; where the order is free, by id.

    Raises :class:`SpecError` with every duplicate id and missing dependency, or with a cycle as a path.
    """
    known: dict[str, Spec] = {}
    problems: list[Problem] = []
    for spec in specs:
        first = known.setdefault(spec.id, spec)
        if first is not spec:
            message = f"two specs have the id {spec.id!r}; the first is at {_place(first)}"
            hint = "give one of them another app id"
            problems.append(Problem(code="spec/duplicate-spec", message=message, place=_place(spec), hint=hint))
    for spec in known.values():
        for name in spec.depends_on:
            if name not in known:
                message = f"{spec.id} depends on {name!r}, which is no spec here"
                hint = names.suggest(name, sorted(known))
                place = _place(spec, "depends_on")
                problems.append(Problem(code="spec/missing-dependency", message=message, place=place, hint=hint))
    if not problems:
        ordered = _sorted(known)
        if len(ordered) == len(known):
            return ordered
        problems.append(_cycle({i: s for i, s in known.items() if s not in ordered}))
    raise SpecError(problems[0].message, problems, code=problems[0].code, hint=problems[0].hint)


def _sorted(known: Mapping[str, Spec]) -> list[Spec]:
    """As many specs as can be ordered, the alphabetically first of those that are ready at each step."""
    waiting = {i: set(s.depends_on) for i, s in known.items()}
    followers: dict[str, list[str]] = {i: [] for i in known}
    for spec in known.values():
        for name in set(spec.depends_on):
            followers[name].append(spec.id)
    ready = [i for i, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    out = []
    while ready:
        current = heapq.heappop(ready)
        out.append(known[current])
        for follower in followers[current]:
            waiting[follower].discard(current)
            if not waiting[follower]:
                heapq.heappush(ready, follower)
    return out


def _cycle(left: Mapping[str, Spec]) -> Problem:
    """The problem that names one cycle among specs that cannot be ordered, beginning with its smallest id."""
    path = [min(left)]
    while path.count(path[-1]) < 2:
        path.append(min(n for n in left[path[-1]].depends_on if n in left))
    loop = path[path.index(path[-1]) : -1]
    start = loop.index(min(loop))
    words = " → ".join([*loop[start:], *loop[:start], loop[start]])
    place = _place(left[loop[start]], "depends_on")
    return Problem(
        code="spec/cycle", message=f"specs depend on each other: {words}", place=place, hint="drop one of them"
    )


def _place(spec: Spec, key: str = "app") -> Place:
    return spec.places.get(SpecPath(key)) or Place(file=spec.sources[0].path if spec.sources else "")
