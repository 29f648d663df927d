"""Values of a spec in one short line that no terminal and no reader can be fooled with. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from factory_git.growth.mutation import Mutation
from factory_git.growth.pages import page

MOST = 60
_CONTEXT = 24  # characters kept before what differs
_EMPTY: tuple[Any, ...] = (None, {}, [], (), "")
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, direction and joiners, lone surrogates, odd line ends


def short(value: Any, most: int = MOST) -> str:
    """A value in one line of at most ``most`` characters; a cut is marked with ``…``."""
    return _window(flat(value), most, 0)


def visible(text: str) -> str:
    """``text`` with everything that is not seen, or that steers a terminal, written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in text)


def change(one: Mutation, most: int = MOST) -> tuple[str, ...]:
    """What was and what is, each in one line: ``before → after`` where that fits, else two lines.

    Of long values the part that differs is shown. What was not there is left out.
    """
    comes_or_goes = one.old_place is None or one.new_place is None
    if comes_or_goes and (one.before is None or one.after is None):
        value = one.after if one.before is None else one.before
        return (short(value, most),) if value not in _EMPTY else ()
    if one.before == one.after:
        return ()
    if one.before in _EMPTY:
        return (short(one.after, most),) if one.before is not None else (f"(not said) → {short(one.after, most - 13)}",)
    before, after = flat(one.before), flat(one.after)
    if len(before) + len(after) + 3 <= most:
        return (f"{before} → {after}",)
    start = _start(before, after, most - 2)
    return (f"- {_window(before, most - 2, start)}", f"+ {_window(after, most - 2, start)}")


def sentence(one: Mutation) -> str:
    """A mutation for those who see it alone: where, what happened, and what was and is."""
    lines = change(one)
    said = "".join(lines)
    if len(lines) > 1:
        before, after = flat(one.before), flat(one.after)
        start = _start(before, after, MOST)
        said = f"{_window(before, MOST, start)} → {_window(after, MOST, start)}"
    return " ".join(part for part in (f"{visible(one.path) or 'the spec'}:", what(one), said) if part)


def what(one: Mutation) -> str:
    """What happened, as the mutation's page says it; its id where it has none."""
    return page(one.id).what or one.id


def flat(value: Any) -> str:
    """A value in one line, as a person would write it, with nothing hidden."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{visible(str(key))}: {flat(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flat(held) for held in value) + "]"
    if value is None:
        return "(not said)"
    return visible(str(value).lower() if isinstance(value, bool) else str(value))


def _window(text: str, most: int, start: int) -> str:
    head = "…" if start else ""
    text = head + text[start:]
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _start(before: str, after: str, most: int) -> int:
    """From where on two texts are shown so that the first difference is seen in both."""
    longest = max(len(before), len(after))
    return max(min(_common(before, after) - _CONTEXT, longest - most + 1), 0)


def _common(one: str, other: str) -> int:
    """How many first characters two texts share."""
    number = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        number += 1
    return number


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
