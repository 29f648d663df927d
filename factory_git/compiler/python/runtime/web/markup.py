"""HTML that nothing breaks out of: a text is escaped unless an element made it."""

from __future__ import annotations

import html
from collections.abc import Iterable

EMPTY = frozenset({"input", "meta", "link", "br", "hr"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(
    name: str, /, *children: str, css: str = "", **attributes: str | bool | None
) -> Markup:
    """``<name class=css …>children</name>``.

    Attributes lose a trailing ``_`` and have ``-`` for ``_``; true ones stand alone,
    false and missing ones are left out.
    """
    found = [f' class="{html.escape(css)}"'] if css else []
    for key, value in attributes.items():
        word = key.rstrip("_").replace("_", "-")
        if value is True:
            found.append(f" {word}")
        elif value is not None and value is not False:
            found.append(f' {word}="{html.escape(str(value))}"')
    start = f"<{name}{''.join(found)}>"
    return Markup(start if name in EMPTY else f"{start}{join(children)}</{name}>")


def join(children: Iterable[str]) -> Markup:
    """The children one after another, escaped where they are plain text."""
    return Markup(
        "".join(c if isinstance(c, Markup) else html.escape(c) for c in children)
    )


NOTHING = Markup("")
