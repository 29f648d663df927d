"""The comments of a file and their lines."""

from __future__ import annotations

from yaml import tokens as t

from factory_git.core import yaml


def comments(text: str, file: str) -> list[tuple[int, str]]:
    """Every comment of decoded ``text``, with the number of its line (from 1). Raises :class:`SpecError`."""
    behind = enumerate(zip(text.split("\n"), _starts(text, file), strict=True), start=1)
    return [(number, line[line.index("#", at) :].rstrip()) for number, (line, at) in behind if "#" in line[at:]]


def _starts(text: str, file: str) -> list[int]:
    """Line → the column from which on a ``#`` begins a comment: behind the last value on it."""
    out = [0] * (text.count("\n") + 1)
    for token in yaml.tokens(text, file):
        if isinstance(token, t.ScalarToken):
            start, end = token.start_mark, token.end_mark
            for number in range(start.line, min(end.line, len(out) - 1) + 1):
                whole = number < end.line and not (number == start.line and token.style in ("|", ">"))
                out[number] = 10**9 if whole else max(out[number], end.column if number == end.line else 0)
    return out
