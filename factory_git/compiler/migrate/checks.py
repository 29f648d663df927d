"""Queries that must give no row before a migration changes anything. A row they give names what is in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.compiler.schema import quoted, text_literal

MOST = 11
"""Rows of an answer: ten are told, one more says that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A column before the migration: its ``label`` (``Item.count``), table, and the key that names its rows.

    ``value`` is how a message shows what is stored, which it does not of personal data.
    """

    label: str
    table: str
    column: str
    key: str
    value: str


def where(label: str, entity: Mapping[str, Any], column: str, personal: frozenset[str]) -> Where:
    """The column of an entity of the old schema; ``personal`` are the columns that hold personal data."""
    key = next((f["id"] for f in entity["fields"] if f.get("key")), "")
    named = f"t.{quoted(key)}" if key and key not in personal else """'row ' || t."_row\""""
    shown = "'(personal data)'" if column in personal else f"t.{quoted(column)}"
    return Where(label=label, table=entity["table"], column=column, key=named, value=shown)


def query(at: Where, wrong: str, what: str) -> str:
    """The rows for which ``wrong`` is true."""
    return (
        f"SELECT {text_literal(at.label)}, {at.key}, {at.value}, {text_literal(what)}\n"
        f'FROM {quoted(at.table)} AS t WHERE {wrong}\nORDER BY "_row" LIMIT {MOST};\n'
    )


def unfit(at: Where, fits: str, type_: str) -> str:
    """Values that cannot be converted."""
    return query(at, f"t.{quoted(at.column)} IS NOT NULL AND NOT {fits}", f"is no {type_}")


def missing(at: Where, value: str) -> str:
    """Rows that hold nothing."""
    return query(at, f"{value} IS NULL", "is needed and not there")


def beyond(at: Where, kind: str, value: str, low: str | None, high: str | None) -> list[str]:
    """Values below or above a bound."""
    found = []
    if low is not None:
        found.append(query(at, f"NOT gf_within('{kind}', {value}, {text_literal(low)}, NULL)", f"is less than {low}"))
    if high is not None:
        found.append(query(at, f"NOT gf_within('{kind}', {value}, NULL, {text_literal(high)})", f"is more than {high}"))
    return found


def outside(at: Where, value: str, words: Sequence[str], *, many: bool) -> str:
    """Values, or items of lists, that are none of the words."""
    listed = ", ".join(text_literal(word) for word in words)
    wrong = f"{value} NOT IN ({listed})"
    if many:
        wrong = f"EXISTS (SELECT 1 FROM json_each({value}) AS j WHERE j.value NOT IN ({listed}))"
    return query(at, wrong, f"is not one of {', '.join(words)}")


def repeated(at: Where, value: str) -> str:
    """Values that stand in more than one row."""
    again = f"SELECT {value} FROM {quoted(at.table)} AS t GROUP BY 1 HAVING count(*) > 1"
    return query(at, f"{value} IN ({again})", "stands in more than one row")
