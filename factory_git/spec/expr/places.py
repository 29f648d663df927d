"""Where a token of an expression stands in the YAML file, and the error that says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from factory_git.core.errors import Place, Problem, SpecError
from factory_git.spec.model import Text

CARET_WIDTH = 100


def problem(text: Text, at: int, code: str, message: str, hint: str = "") -> Problem:
    """A problem at offset ``at`` of ``text``; ``hint`` defaults to the line with a caret below the token."""
    return Problem(code=code, message=message, place=text.at(at), path=text.path, hint=hint or caret(text.text, at))


def error(text: Text, at: int, code: str, message: str, hint: str = "") -> SpecError:
    """The :class:`SpecError` of one problem."""
    found = problem(text, at, code, message, hint)
    return SpecError(f"{found.place}: {message}", [found], code=code, hint=found.hint)


def of_key(key: str, text: Text, sources: Mapping[str, Sequence[str]]) -> Place:
    """The place of the mapping key whose value is ``text``; that of the value where the key stands on another line.

    ``sources`` are the lines of each file.
    """
    lines, at = sources.get(text.place.file, ()), text.place
    if not 0 < at.line <= len(lines):
        return at
    before = lines[at.line - 1][: max(0, at.column - 1)]
    found = re.search(rf"""(?<![\w'"])["']?({re.escape(key)})["']?\s*:\s*["']?$""", before)
    return Place(file=at.file, line=at.line, column=found.start(1) + 1) if found else at


def caret(source: str, at: int) -> str:
    """The line of ``source`` that holds offset ``at``, cut to a readable width, and a caret below that character."""
    start = source.rfind("\n", 0, at) + 1
    stop = source.find("\n", at)
    line = source[start : len(source) if stop < 0 else stop].replace("\t", " ")
    column = at - start
    if len(line) > CARET_WIDTH:
        left = max(0, column - CARET_WIDTH // 2)
        cut = line[left : left + CARET_WIDTH]
        line = ("…" if left else "") + cut + ("…" if left + CARET_WIDTH < len(line) else "")
        column = column - left + (1 if left else 0)
    return f"{line}\n  {'': <{len('hint: ') + column}}^"


def meant(name: str, among: list[str] | tuple[str, ...]) -> str:
    """``; did you mean 'x'?`` where one of ``among`` is near to ``name``, else nothing."""
    lower = {word.lower(): word for word in reversed(among)}
    close = get_close_matches(name.lower(), list(lower), n=1, cutoff=0.6)
    return f"; did you mean '{lower[close[0]]}'?" if close else ""


def listed(among: list[str] | tuple[str, ...], most: int = 12) -> str:
    """``(has: a, b, c)``, cut after ``most``."""
    shown = ", ".join(among[:most])
    rest = f", … {len(among) - most} more" if len(among) > most else ""
    return f"(has: {shown}{rest})" if among else "(has none)"
