"""Values of a spec in one short line that no terminal and no reader can be fooled with. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from factory_git.growth.mutation import Mutation

MOST = 60
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, direction and joiners, lone surrogates, odd line ends


def short(value: Any, most: int = MOST) -> str:
    """A value in one line of at most ``most`` characters; a cut is marked with ``…``."""
    text = " ".join(visible(_flat(value)).split(" "))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def visible(text: str) -> str:
    """``text`` with everything that is not seen, or that steers a terminal, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in text)


def change(one: Mutation, most: int = MOST) -> str:
    """``before → after``; what was not there is left out."""
    if one.before is None:
        return short(one.after, most) if one.after not in (None, {}) else ""
    if one.after is None:
        return short(one.before, most) if one.before != {} else ""
    return f"{short(one.before, most)} → {short(one.after, most)}"


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flat(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flat(held) for held in value) + "]"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
