"""Worlds and mutations in a person's words. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.compiler.differential import Example
from factory_git.compiler.rules import GATE, TERM
from factory_git.compiler.samples import KEYS, Kind, Slot

_DATES = frozenset(("date", "day", "on"))
_PLAIN = re.compile(r"[\w.:+-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


def example(kind: str, name: str, found: Example) -> str:
    """One world and what both versions say of it: ``an allocation for block a, …: refused before, let through now``.

    ``kind`` and ``name`` are those of the rule; a gate's row that it is about stands first.
    """
    before, after = verdicts(kind, found)
    return f"{world(kind, name, found)}: {before} before, {after} now"


def verdicts(kind: str, found: Example) -> tuple[str, str]:
    """What both versions say of an example."""
    if kind == TERM:
        return value(found.before), value(found.after)
    return _verdict(found.before), _verdict(found.after)


def _verdict(said: bool) -> str:
    return "let through" if said else "refused"


def world(kind: str, name: str, found: Example) -> str:
    """The rows and arguments of an example, without what is said of it."""
    shape, sample = found.shape, found.sample
    rows = list(_rows(found))
    if kind == GATE:
        own = [row for row in rows if row[0] == (shape.rows, found.row)]
        rows = own + [row for row in rows if row not in own]
    said = _joined([text for _, text in rows]) or "nothing at all"
    if kind == TERM:
        given = [f"{slot.name} {value(sample.given[n])}" for n, slot in shape.given.items()]
        asked = f"{name} of {_joined(given)}" if given else name
        return f"{asked}, with {said}" if rows else asked
    return said + _asked(shape.run, sample.run)


def _rows(found: Example) -> Iterator[tuple[tuple[str, int], str]]:
    for entity, rows in found.sample.rows.items():
        for number, row in enumerate(rows):
            yield (entity, number), _row(found.shape.entities[entity], row)


def _row(kind: Kind, row: Mapping[str, Any]) -> str:
    """``a spray event on 2026-01-05 with phi_days 1 for block a``."""
    when: list[str] = []
    whose: list[str] = []
    having: list[str] = []
    lacking: list[str] = []
    key = ""
    for path, slot in kind.slots.items():
        said = row[path]
        if slot.key:
            key = f" {value(said)}"
        elif said is None:
            lacking.append(slot.name)
        elif slot.name in _DATES and isinstance(said, dt.date):
            when.append(f" on {value(said)}")
        elif slot.target:
            whose.append(f"{_words(slot.target)} {value(said)}")
        else:
            having.append(f"{slot.name} {value(said)}")
    thing = _words(kind.name)
    text = f"{_article(thing)} {thing}{key}{''.join(when)}"
    text += f" with {_joined(having)}" if having else ""
    text += f" without {' or '.join(lacking)}" if lacking else ""
    return text + (f" for {_joined(whose)}" if whose else "")


def _asked(slots: Mapping[str, Slot], run: Mapping[str, Any]) -> str:
    """``, asked for on 2026-01-06``."""
    said = [
        f"on {value(run[at])}"
        if slot.name in _DATES and isinstance(run[at], dt.date)
        else f"{slot.name} {value(run[at])}"
        for at, slot in slots.items()
    ]
    return f", asked for {'' if said[0].startswith('on ') else 'with '}{_joined(said)}" if said else ""


def value(said: Any) -> str:
    """A value as a person would write it."""
    if said is None:
        return "nothing"
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, tuple):
        return f"[{', '.join(value(one) for one in said)}]"
    if isinstance(said, str):
        return said if said in KEYS or _PLAIN.fullmatch(said) else f'"{said}"'
    return said.isoformat() if isinstance(said, dt.date) else str(said)


def _words(name: str) -> str:
    return _CAMEL.sub(" ", name).lower()


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


def _joined(said: list[str]) -> str:
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)
