"""How a stored column becomes one of another kind, and back, in SQL that stops rather than loses a value."""

from __future__ import annotations

from dataclasses import dataclass

STOP = "abs(-9223372036854775807 - 1)"
"""Evaluated only for a value that the conversion would lose: SQLite then says "integer overflow" and rolls back."""

_NONE = "x'00'"  # a value of no kind
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


_SURE: dict[tuple[str, str], tuple[str, str]] = {
    ("int", "decimal"): (_AS_TEXT, _AS_INT),
    ("date", "datetime"): ("@ || 'T00:00:00'", _DAY),
    ("int", "text"): (_AS_TEXT, _AS_INT),
    ("bool", "text"): (_OF_BOOL, _AS_BOOL),
    ("decimal", "text"): (_SAME, _SAME),
    ("date", "text"): (_SAME, _SAME),
    ("datetime", "text"): (_SAME, _SAME),
    ("text", "any"): (_QUOTED, _PLAIN),
    ("int", "any"): (_AS_TEXT, _of(_PLAIN, _AS_INT)),
    ("bool", "any"): (_OF_BOOL, _of(_PLAIN, _AS_BOOL)),
    ("decimal", "any"): (_tag("decimal"), _tagged("decimal")),
    ("date", "any"): (_tag("date"), _tagged("date")),
    ("datetime", "any"): (_tag("datetime"), _tagged("datetime")),
}
"""Every value of the first kind is one of the second."""

_PERHAPS: dict[tuple[str, str], tuple[str, str]] = {
    ("any", "text"): (_PLAIN, _QUOTED),
    ("any", "int"): (_of(_PLAIN, _AS_INT), _AS_TEXT),
    ("any", "decimal"): (_tagged("decimal"), _tag("decimal")),
    ("any", "date"): (_tagged("date"), _tag("date")),
    ("any", "datetime"): (_tagged("datetime"), _tag("datetime")),
    ("any", "bool"): (_of(_PLAIN, _AS_BOOL), _OF_BOOL),
    ("datetime", "date"): (_DAY, "@ || 'T00:00:00'"),
}
"""Some values are: a query before the migration says which are not."""

_READ: dict[tuple[str, str], str] = {
    ("decimal", "int"): _AS_TEXT,
    ("text", "int"): _AS_TEXT,
    ("text", "decimal"): _SAME,
    ("text", "bool"): _OF_BOOL,
    ("text", "date"): _SAME,
    ("text", "datetime"): _SAME,
}
"""Some values are, and only the application can tell: the way up is its own function, this is the way down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a column becomes one of another kind; in each text ``@`` stands for the column.

    ``fits`` is true for values that can be converted (empty: all can). ``blurs``: two values may become one.
    """

    up: str
    down: str
    fits: str = ""
    blurs: bool = False


def way(old: str, new: str) -> Way | None:
    """The way from one kind to another; None where nobody but the author of the data knows one."""
    old, new = (kind.replace("json", "any") for kind in (old, new))
    if old == new or (old.startswith("list of ") and new == "any"):
        return Way(up=_SAME, down=_SAME)
    if (old, new) in _SURE:
        up, down = _SURE[old, new]
        return Way(up=up, down=down)
    if old == "any" and new.startswith("list of "):
        return Way(up=_SAME, down=_SAME, fits=f"gf_fits('{new}', @)")
    if (old, new) in _PERHAPS:
        up, down = _PERHAPS[old, new]
        # What would stop is no value of the kind: the query gets something that is none, and names the row.
        return Way(up=up, down=down, fits=f"gf_fits('{new}', {up.replace(STOP, _NONE)})", blurs=old == "any")
    if (old, new) in _READ:
        call = f"('{old}', '{new}', @)"
        return Way(up=f"gf_read{call}", down=_READ[old, new], fits=f"gf_can_read{call}", blurs=True)
    return None
