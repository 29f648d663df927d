"""How a stored column becomes one of another kind, and back, in SQL that stops rather than loses a value."""

from __future__ import annotations

STOP = "abs(-9223372036854775807 - 1)"
"""Evaluated only for a value that the conversion would lose: SQLite then says "integer overflow" and rolls back."""

_SAME = "@"
_AS_TEXT = "CAST(@ AS TEXT)"
_AS_INT = f"CASE WHEN @ IS NULL OR CAST(CAST(@ AS INTEGER) AS TEXT) = @ THEN CAST(@ AS INTEGER) ELSE {STOP} END"
_AS_BOOL = f"CASE WHEN @ IS NULL THEN NULL WHEN @ = 'true' THEN 1 WHEN @ = 'false' THEN 0 ELSE {STOP} END"
_OF_BOOL = "CASE @ WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
_DAY = f"CASE WHEN @ IS NULL OR substr(@, 11) = 'T00:00:00' THEN substr(@, 1, 10) ELSE {STOP} END"

# Untyped values are JSON: texts, whole numbers and truth values as they are, others as {"$decimal": "0.5"}.
_VALUE = "json_extract(@, '$')"
_WORD = f"CASE json_type(@) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({_VALUE} AS TEXT) END"
_PLAIN = f"CASE WHEN json_type(@) IN ('object', 'array') THEN {STOP} ELSE {_WORD} END"
_QUOTED = "CASE WHEN @ IS NOT NULL THEN json_quote(@) END"


def _tagged(kind: str) -> str:
    return f"COALESCE(json_extract(@, '$.\"${kind}\"'), {_PLAIN})"


def _tag(kind: str) -> str:
    return f"CASE WHEN @ IS NOT NULL THEN '{{\"${kind}\": \"' || @ || '\"}}' END"


def _of(inner: str, outer: str) -> str:
    return outer.replace("@", f"({inner})")


_WAYS: dict[tuple[str, str], tuple[str, str]] = {
    ("int", "decimal"): (_AS_TEXT, _AS_INT),
    ("date", "datetime"): ("@ || 'T00:00:00'", _DAY),
    ("int", "text"): (_AS_TEXT, _AS_INT),
    ("bool", "text"): (_OF_BOOL, _AS_BOOL),
    ("decimal", "text"): (_SAME, _SAME),
    ("date", "text"): (_SAME, _SAME),
    ("datetime", "text"): (_SAME, _SAME),
    ("any", "json"): (_SAME, _SAME),
    ("json", "any"): (_SAME, _SAME),
    ("any", "text"): (_PLAIN, _QUOTED),
    ("any", "int"): (_of(_PLAIN, _AS_INT), _AS_TEXT),
    ("any", "decimal"): (_tagged("decimal"), _tag("decimal")),
    ("any", "date"): (_tagged("date"), _tag("date")),
    ("any", "datetime"): (_tagged("datetime"), _tag("datetime")),
    ("any", "bool"): (_of(_PLAIN, _AS_BOOL), _OF_BOOL),
    ("text", "any"): (_QUOTED, _PLAIN),
    ("int", "any"): (_AS_TEXT, _of(_PLAIN, _AS_INT)),
    ("bool", "any"): (_OF_BOOL, _of(_PLAIN, _AS_BOOL)),
    ("decimal", "any"): (_tag("decimal"), _tagged("decimal")),
    ("date", "any"): (_tag("date"), _tagged("date")),
    ("datetime", "any"): (_tag("datetime"), _tagged("datetime")),
}


def ways(old: str, new: str, column: str) -> tuple[str, str] | None:
    """The SQL that converts ``column`` and the SQL that takes it back; None where something might be lost."""
    found = _WAYS.get((old, new))
    return None if found is None else (found[0].replace("@", column), found[1].replace("@", column))
