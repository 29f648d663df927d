"""Plain data as YAML text: on one line in brackets, or below its key; quoted only where it must be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from factory_git.spec.edit.document import WIDTH, Style
from factory_git.spec.shapes import TEXT, Choice, Items, Leaf, Many, MapOf, Record, Shape

_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_NULL = frozenset(("", "~", "null", "Null", "NULL", "<<", "=", "---", "..."))
_BOOL = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
# Words that readers of older YAML take for something else.
_OLD = frozenset(("yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"))
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def scalar(value: Any, shape: Shape | None = None, *, flow: bool = True, quote: str = "") -> str:
    """A scalar on one line. ``flow``: it may stand in brackets. ``quote``: the quotes that its neighbours have."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    text = str(value)
    if not quote and _plain(text, flow=flow, words=isinstance(shape, Leaf) and shape.kind != "cell"):
        return text
    return _quoted(text, quote)


def key(word: str) -> str:
    """A mapping's key."""
    return scalar(word, TEXT)


def _plain(text: str, *, flow: bool, words: bool) -> bool:
    """Whether ``text`` is read as that very text without quotes. ``words``: what stands there is always text."""
    if text in _NULL or (not words and (text in _BOOL or text in _OLD or _NUMBER.fullmatch(text))):
        return False
    if text != text.strip() or "\n" in text or "\t" in text or _UNPRINTABLE.search(text):
        return False
    if text[0] in _INDICATORS and not (text[0] in "-?:" and len(text) > 1 and text[1] not in " ,[]{}"):
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not (flow and (re.search(r"[,\[\]{}]", text) or "?" in text[:1] or re.search(r":(?=[,\[\]{}\"'])", text)))


def _quoted(text: str, quote: str) -> str:
    safe = "\n" not in text and "\t" not in text and not _UNPRINTABLE.search(text)
    if quote == "'" and safe:
        return "'" + text.replace("'", "''") + "'"
    if safe and ('"' in text or "\\" in text) and not ("'" in text and quote == '"'):
        return "'" + text.replace("'", "''") + "'"
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m.group()):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any, shape: Shape | None = None, quote: str = "") -> str:
    """Data on one line, collections in brackets. Keys are never quoted like ``quote`` says: values are."""
    if isinstance(value, Mapping):
        pairs = (f"{key(str(k))}: {flow(v, below(shape, str(k)))}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if _is_list(value):
        return "[" + ", ".join(flow(item, inside(shape), quote) for item in value) + "]"
    return scalar(value, shape, quote=quote)


def entry(
    head: str, value: Any, shape: Shape | None, style: Style, room: int = WIDTH, *, tall: bool = False
) -> list[str]:
    """The lines of an entry whose dash or key is ``head`` (``-``, ``name:``), from column 0.

    ``tall``: not in brackets.
    """
    if not isinstance(value, Mapping) and not _is_list(value):
        return _scalar_lines(head, value, shape, style)
    one = f"{head} {flow(value, shape)}"
    if not value or (not tall and len(one) <= room and _compact(value, shape)):
        return [one]
    if _is_list(value):
        by = style.seq if head != "-" else style.gap
        lines = [line for item in value for line in entry("-", item, inside(shape), style, room - by)]
    else:
        by = style.map if head != "-" else style.gap
        lines = [
            line
            for word, held in value.items()
            for line in entry(f"{key(str(word))}:", held, below(shape, str(word)), style, room - by)
        ]
    if head == "-":
        return [f"-{' ' * (by - 1)}{lines[0]}", *indented(lines[1:], by)]
    return [head, *indented(lines, by)]


def _scalar_lines(head: str, value: Any, shape: Shape | None, style: Style) -> list[str]:
    if isinstance(value, str) and "\n" in value and _is_literal(value):
        chomp = "" if value.endswith("\n") else "-"
        by = style.map if head != "-" else style.gap
        return [f"{head} |{chomp}", *indented(value.removesuffix("\n").split("\n"), by)]
    return [f"{head} {scalar(value, shape, flow=False)}"]


def _is_literal(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return (
        not _UNPRINTABLE.search(text)
        and all(line.strip() and line == line.rstrip() for line in lines)
        and (not lines[0].startswith((" ", "\t")) and "\t" not in text)
    )


def indented(lines: Sequence[str], by: int) -> list[str]:
    """The lines moved right; empty ones stay empty."""
    return [f"{' ' * by}{line}" if line.strip() else line for line in lines]


def _compact(value: Any, shape: Shape | None) -> bool:
    """Whether a collection that fits on one line reads well there: no nodes with more than a name or a type."""
    if isinstance(shape, Items):
        held = value.values() if isinstance(value, Mapping) else value
        return all(not isinstance(v, Mapping | list | tuple) for v in held) and len(value) <= 6
    if isinstance(shape, Record | Choice) and isinstance(value, Mapping):
        if len(value) > 4 and "name" in value:
            return False
        held = [(v, below(shape, str(k))) for k, v in value.items() if isinstance(v, Mapping | list | tuple)]
        return all(not isinstance(inner, Items) and _compact(v, inner) for v, inner in held)
    return True


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


# -- shapes of what is inside -----------------------------------------------------------------------------------------


def below(shape: Shape | None, key: str) -> Shape | None:
    """The shape of what stands under ``key``."""
    if isinstance(shape, Choice):
        for record in (shape.default, *shape.tags.values()):
            if key in record.keys:
                return record.keys[key]
        return None
    if isinstance(shape, Record):
        return shape.keys.get(key, shape.rest)
    if isinstance(shape, MapOf):
        return shape.value
    if isinstance(shape, Items):
        return shape.item
    return below(shape.item, key) if isinstance(shape, Many) else None


def inside(shape: Shape | None) -> Shape | None:
    """The shape of a list's items."""
    return shape.item if isinstance(shape, Many | Items) else shape
