"""What a ``gf:`` tag says: the nodes it names, ``calls a, b``, ``ignore[GF204] reason``. Lean: on the hook's path."""

from __future__ import annotations

from factory_git.core.value import value

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
KNOWN = ("calls", "ignore", "covers", "redacts", "generated")


@value
class Mark:
    """One tag, read. ``bare`` says that what follows ``gf:`` is no address: words about tags, not a tag.

    ``ignores`` are the codes of ``ignore[…]``, None when the tag is none; ``reason`` is what follows them.
    """

    nodes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    ignores: tuple[str, ...] | None = None
    reason: str = ""
    bare: bool = False


def read(text: str) -> tuple[Mark, ...]:
    """What stands after ``gf:`` (and after a second ``gf:`` on the same line)."""
    return tuple([_one(part.strip()) for part in text.split("gf:")])


def _one(text: str) -> Mark:
    head, rest = _head(text)
    if head == "ignore":
        if not rest.startswith("["):
            return Mark(ignores=(), reason=rest.strip())
        inside, _, reason = rest[1:].partition("]")
        return Mark(ignores=tuple(_listed(inside)), reason=reason.strip(" \t:-"))
    if head == "calls":
        return Mark(calls=tuple(_listed(rest)))
    if head in ("covers", "redacts", "generated"):  # for the tests' and the personal data's own rules
        return Mark()
    nodes: list[str] = []
    while head and head not in KNOWN:
        nodes.append(head)
        rest = rest.lstrip()
        comma = rest.startswith(",")
        text = rest.lstrip(", \t") if comma else rest
        head, rest = _head(text)
        if not comma and "." not in head and head not in KNOWN:
            break
    if not nodes:
        return Mark(bare=True)
    more = _one(text) if head in KNOWN else Mark()
    return Mark(nodes=tuple(nodes), calls=more.calls, ignores=more.ignores, reason=more.reason)


def _head(text: str) -> tuple[str, str]:
    """The first word, made of the letters of an address, and what follows it."""
    end = 0
    while end < len(text) and text[end] in _WORD:
        end += 1
    word = text[:end].rstrip(".-")
    return (word, text[end:]) if word and word[0].isalpha() else ("", text)


def _listed(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]
