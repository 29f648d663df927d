"""Taking the text of a type apart, whatever the language. Lean."""

from __future__ import annotations

_OPEN, _CLOSE, _QUOTES = "([{<", ")]}>", "\"'`"


def split(text: str, mark: str) -> list[str]:
    """The parts of ``text`` between the ``mark`` characters that are in no bracket and no quotes, stripped."""
    if mark not in text:
        return [text.strip()]
    out, depth, quote, start = [], 0, "", 0
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in _QUOTES and not _lifetime(text, place):
            quote = char
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE and not (char == ">" and text[place - 1 : place] in ("=", "-")):
            depth -= 1
        elif char == mark and depth == 0:
            out.append(text[start:place].strip())
            start = place + 1
    out.append(text[start:].strip())
    return [one for one in out if one]


def _lifetime(text: str, place: int) -> bool:
    """Whether a quote begins one of Rust's lifetimes (``&'a str``), which nothing closes."""
    return text[place] == "'" and text[place - 1 : place] in ("&", "<") and text[place + 1 : place + 2].isalpha()


def generic(text: str, opening: str) -> tuple[str, list[str]]:
    """The name and the arguments of ``Name<A, B>``; no arguments where there are none."""
    place = text.find(opening)
    if place <= 0 or text[-1] not in _CLOSE:
        return text, []
    return text[:place].strip(), split(text[place + 1 : -1], ",")


def enclosed(text: str) -> bool:
    """Whether the bracket that ``text`` begins with closes at its end."""
    depth = 0
    for place, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE and not (char == ">" and text[place - 1 : place] in ("=", "-")):
            depth -= 1
            if depth == 0:
                return place == len(text) - 1
    return False


def literal(text: str) -> str | None:
    """What a string literal says; None when ``text`` is none."""
    bare = text.lstrip("rbuf") if text[-1:] in "\"'" else text
    if len(bare) > 1 and bare[0] in _QUOTES and bare[-1] == bare[0] and bare[0] not in bare[1:-1]:
        return bare[1:-1]
    return None


def number(text: str) -> bool:
    """Whether ``text`` is a whole number."""
    return text.lstrip("-").isdigit()
