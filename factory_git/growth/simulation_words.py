"""A simulation as people and programs read it: summary lines, bounded lists with the cut marked, plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from factory_git.growth.simulation import Changed, Difference, Row, Simulated

FIRST = 10  # rows of one entity that are shown; the whole list is in the record
CASES = 3  # cases that a list of failures names


def summary(one: Simulated) -> tuple[str, ...]:
    """What comes out differently, most important first, a line each; empty when nothing does."""
    return (*_refusals(one), *_runs(one), *_steps(one), *_rows(one), *one.shape)


def _refusals(one: Simulated) -> Iterator[str]:
    if one.refused:
        case, why = one.refused[0]
        what = "the data does not fit the newer version" if one.cases == 1 else f"{len(one.refused)} of {one.cases}"
        what += "" if one.cases == 1 else " do not fit the newer version"
        yield f"{what}: {_why(why)}{f' ({case})' if one.cases > 1 else ''}"


def _why(text: str) -> str:
    """The first lines of a message in one."""
    found = text.splitlines()
    return "; ".join(found[:3]) + (" …" if len(found) > 3 else "")


def _runs(one: Simulated) -> Iterator[str]:
    words = {"aborted": "are stopped by a guardrail", "failed": "fail", "refused": "cannot begin"}
    for word, said in words.items():
        before, after = one.outcomes.get(word, (0, 0))
        if before != after:
            yield f"{after} of {one.runs} runs {said} (before: {before})"
    for held in one.held:
        if held.before != held.after:
            yield f"{held.guardrail} breaks in {held.after} of {one.runs} runs (before: {held.before})"
    for case, why in one.failures[:1]:
        yield f"a run fails that did not: {_why(why)} ({case})"


def _steps(one: Simulated) -> Iterator[str]:
    for stopped in one.stopped:
        name = stopped.step.rpartition(".")[2]
        before = f"{stopped.before[0]} of {stopped.before[1]}" if stopped.before[1] else "none"
        of = stopped.after[1] or stopped.before[1]
        yield f"{name}: {stopped.after[0]} of {of} {stopped.entity} rows blocked (before: {before})"


def _rows(one: Simulated) -> Iterator[str]:
    for entity in one.entities:
        gone, new, changed = one.of(entity)
        parts = [(gone, "gone"), (new, "new"), (changed, "changed")]
        said = [f"{_count(number, 'row')} {word}" for number, word in parts if number]
        yield f"{entity}: {', '.join(said)}"


def lines(one: Simulated, *, first: int = FIRST, only: str = "") -> Iterator[str]:
    """The rows that differ, by entity and case, at most ``first`` of each entity; the rest is counted.

    ``only``: those of the case of that label.
    """
    rows = [d for d in one.rows if not only or d.case == only]
    for entity in dict.fromkeys(d.entity for d in rows):
        found = [(d, line) for d in rows if d.entity == entity for line in _listed(d)]
        yield f"{entity}:"
        case = only
        for difference, line in found[:first]:
            if difference.case != case and one.cases > 1:
                case = difference.case
                yield f"  {case}"
            yield f"    {line}"
        if len(found) > first:
            yield f"    … {len(found) - first} more"


def _listed(difference: Difference) -> Iterator[str]:
    yield from (f"- {_row(row)}" for row in difference.gone)
    yield from (f"+ {_row(row)}" for row in difference.new)
    yield from (f"~ {_change(one)}" for one in difference.changed)


def _row(row: Row) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in row.items() if value is not None)


def _change(one: Changed) -> str:
    fields = ", ".join(f"{name} {_value(a)} → {_value(b)}" for name, (a, b) in one.fields.items())
    return f"{_row(one.row)}: {fields}" if one.row else fields


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    text = " ".join(str(value).split()) if value != "" else '""'
    return text if len(text) <= 60 else f"{text[:59]}…"


def as_data(one: Simulated, *, first: int | None = FIRST) -> dict[str, Any]:
    """Counts and the first rows as plain data (``first`` None: every row)."""
    return {
        "cases": one.cases,
        "differing": one.differing,
        "unfit": one.unfit,
        "runs": one.runs,
        "outcomes": {word: list(both) for word, both in one.outcomes.items()},
        "refused": [{"case": case, "why": why} for case, why in one.refused[:first]],
        "guardrails": {held.guardrail: [held.before, held.after] for held in one.held},
        "blocked": [
            {"step": s.step, "entity": s.entity, "before": list(s.before), "after": list(s.after)} for s in one.stopped
        ],
        "failures": [{"case": case, "why": why} for case, why in one.failures[:first]],
        "shape": list(one.shape),
        "entities": {entity: _entity(one, entity, first) for entity in one.entities},
        "summary": list(summary(one)),
    }


def _entity(one: Simulated, entity: str, first: int | None) -> dict[str, Any]:
    gone, new, changed = one.of(entity)
    mine = [d for d in one.rows if d.entity == entity]
    return {
        "gone": gone,
        "new": new,
        "changed": changed,
        "rows": {
            "gone": _first(({"case": d.case, "row": dict(row)} for d in mine for row in d.gone), first),
            "new": _first(({"case": d.case, "row": dict(row)} for d in mine for row in d.new), first),
            "changed": _first((_changed(d, row) for d in mine for row in d.changed), first),
        },
    }


def _changed(difference: Difference, one: Changed) -> dict[str, Any]:
    fields: Mapping[str, Sequence[Any]] = {name: list(both) for name, both in one.fields.items()}
    return {"case": difference.case, "row": dict(one.row), "fields": fields}


def _first(found: Iterable[dict[str, Any]], most: int | None) -> list[dict[str, Any]]:
    return list(found)[:most]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
