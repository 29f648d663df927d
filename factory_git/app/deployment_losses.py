"""What going back to an earlier schema loses, and what it brings back, counted on real data before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from factory_git.compiler.schema import schema_of
from factory_git.growth.differ import Pair, pair
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

Counts = Mapping[str, Mapping[str, int]]
"""Per table and column how many rows hold a value there; ``_row`` counts the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """In words: ``lost`` for good (but for the backup), and ``restored`` from what was kept."""

    lost: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    """What a table or column of the newer version is called in the older one, and how people call it."""

    then: Mapping[tuple[str, str], tuple[str, str]]
    words: Mapping[tuple[str, str], str]

    def told(self, table: str, column: str) -> str:
        return self.words.get((table, column), f"{table}.{column}" if column else table)


def losses(now: Counts, after: Counts, old: Spec | None, new: Spec | None) -> Losses:
    """Compare the data as it stands with what it is after the way back; renamed things are the same things."""
    names = _names(old, new)
    matched = {(t, c): names.then.get((t, c), (t, c)) for t, columns in now.items() for c in ("", *columns)}
    lost = list(_lost(now, after, matched, names))
    back = set(matched.values())
    restored = []
    for table, columns in after.items():
        for column, number in columns.items():
            if number and _new(table, column, back):
                rows = column == "_row"
                what = _count(number, "row" if rows else "value")
                restored.append(f"{names.told(table, '' if rows else column)}: {what}")
    return Losses(lost=tuple(lost), restored=tuple(restored))


def _new(table: str, column: str, back: set[tuple[str, str]]) -> bool:
    """Whether the older version has it and the newer did not: a whole table by its rows, else a column."""
    if (table, "") not in back:
        return column == "_row"
    return not column.startswith("_") and (table, column) not in back


def _lost(
    now: Counts, after: Counts, matched: Mapping[tuple[str, str], tuple[str, str]], names: _Names
) -> Iterator[str]:
    for table, columns in now.items():
        then = matched[table, ""][0]
        rows = columns.get("_row", 0)
        if then not in after:
            if rows:
                yield f"{names.told(table, '')}: {_count(rows, 'row')}"
            continue
        fewer = rows - after[then].get("_row", 0)
        if fewer > 0:
            yield f"{names.told(table, '')}: {_count(fewer, 'row')}"
        for column, number in columns.items():
            if column.startswith("_"):
                continue
            place = matched[table, column][1]
            gone = number - after[then].get(place, 0) if place in after[then] else number
            if gone > max(fewer, 0) or (place not in after[then] and number):
                yield f"{names.told(table, column)}: {_count(gone, 'value')}"


def _names(old: Spec | None, new: Spec | None) -> _Names:
    words: dict[tuple[str, str], str] = {}
    for spec in (old, new):
        if spec is not None:
            words |= {place: told for _, (place, told) in _places(spec).items()}
    if old is None or new is None:
        return _Names({}, words)
    both: Pair = pair(build(old), build(new))
    before, after = _places(old), _places(new)
    then = {
        place: before[str(was)][0]
        for path, (place, _) in after.items()
        if (was := next((a for a, b in both.now.items() if b == path), None)) is not None and str(was) in before
    }
    return _Names(then, words)


def _places(spec: Spec) -> dict[str, tuple[tuple[str, str], str]]:
    """Per path of an entity or field, its table and column, and its name for people."""
    tables = schema_of(spec)["entities"]
    found: dict[str, tuple[tuple[str, str], str]] = {}
    for entity in spec.entities:
        table = str(tables[entity.id]["table"])
        found[str(entity.path)] = (table, ""), entity.name
        for one in entity.fields:
            found[str(one.path)] = (table, one.id), f"{entity.name}.{one.name}"
    return found


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
