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
_NIGHT = "@ || 'T00:00:00'"

_SURE: dict[tuple[str, str], tuple[str, str]] = {
    ("int", "decimal"): (_AS_TEXT, _AS_INT),
    ("date", "datetime"): (_NIGHT, _DAY),
    ("int", "text"): (_AS_TEXT, _AS_INT),
    ("bool", "text"): (_OF_BOOL, _AS_BOOL),
    ("decimal", "text"): (_SAME, _SAME),
    ("date", "text"): (_SAME, _SAME),
    ("datetime", "text"): (_SAME, _SAME),
}
"""Every value of the first kind is one of the second."""

_READ: dict[tuple[str, str], str] = {
    ("decimal", "int"): _AS_TEXT,
    ("text", "int"): _AS_TEXT,
    ("text", "decimal"): _SAME,
    ("text", "bool"): _OF_BOOL,
    ("text", "date"): _SAME,
    ("text", "datetime"): _SAME,
}
"""Some values are, and only the application can tell: the way up is its own function, this is the way down."""

_PLAIN = ("text", "int", "decimal", "bool", "date", "datetime")
"""What an untyped value may be. It is stored as JSON, and SQLite's own JSON ends a text at a NUL."""


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
    if old in _PLAIN and new == "any":
        return Way(up=_call(old, "any"), down=_call("any", old))
    if old == "any" and new.startswith("list of "):
        return Way(up=_SAME, down=_SAME, fits=f"gf_fits('{new}', @)")
    if (old, new) == ("datetime", "date"):
        # What would stop is no value of the kind: the query gets something that is none, and names the row.
        return Way(up=_DAY, down=_NIGHT, fits=f"gf_fits('date', {_DAY.replace(STOP, _NONE)})")
    down = _call(new, "any") if old == "any" and new in _PLAIN else _READ.get((old, new), "")
    return Way(up=_call(old, new), down=down, fits=_call(old, new, "gf_can_read"), blurs=True) if down else None


def _call(old: str, new: str, function: str = "gf_read") -> str:
    return f"{function}('{old}', '{new}', @)"
