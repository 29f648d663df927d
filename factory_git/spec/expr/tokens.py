"""The tokens of an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from factory_git.spec.expr.places import error
from factory_git.spec.model import Text

WORDS = ("true", "false", "null", "in")
OPERATORS = ("||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", *"()[]{}")

_SPACE = re.compile(r"(?:\s|//[^\n]*)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 40
_MOST_EXPONENT = 30
_NAME = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r"""[rR]?("{3}|'{3}|"|')""")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"} | {c: c for c in "\\\"'`?"}


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is ``name``, ``int``, ``decimal``, ``text``, ``end``, or the operator or word itself."""

    kind: str
    value: str
    at: int
    end: int


def tokens(text: Text) -> Iterator[Token]:
    """The tokens of ``text``, then one of kind ``end``. Raises SpecError at the first character that starts none."""
    source, at = text.text, 0
    while True:
        at = _space(source, at)
        if at == len(source):
            yield Token("end", "", at, at)
            return
        token = _one(text, at)
        yield token
        at = token.end


def _space(source: str, at: int) -> int:
    found = _SPACE.match(source, at)
    return found.end() if found else at


def _one(text: Text, at: int) -> Token:
    source = text.text
    if _STRING.match(source, at):
        return _string(text, at)
    if found := _NUMBER.match(source, at):
        word = found.group()
        if following := _NAME.match(source, found.end()):
            raise error(text, at, "expr/number", f"'{word}{following.group()}' is not a number")
        _bounded(text, at, word)
        return Token("int" if word.isdigit() else "decimal", word, at, found.end())
    if found := _NAME.match(source, at):
        word = found.group()
        return Token(word if word in WORDS else "name", word, at, found.end())
    for operator in OPERATORS:
        if source.startswith(operator, at):
            return Token(operator, operator, at, at + len(operator))
    return _stray(text, at)


def _bounded(text: Text, at: int, word: str) -> None:
    exponent = word.lower().partition("e")[2].lstrip("+-0")
    if len(word) > _LONGEST_NUMBER or len(exponent) > 2 or int(exponent or 0) > _MOST_EXPONENT:
        raise error(text, at, "expr/number", f"'{word[:20]}…' is a longer number than any spec needs")


def _stray(text: Text, at: int) -> Token:
    char = text.text[at]
    hint = {"=": "equality is ==", "&": "and is &&", "|": "or is ||", "“": 'text stands in "…"', "’": "text is '…'"}
    raise error(text, at, "expr/syntax", f"unexpected {char!r}", hint.get(char, ""))


def _string(text: Text, at: int) -> Token:
    source = text.text
    opening = _STRING.match(source, at)
    assert opening
    quote, raw, start = opening[1], opening.group()[0] in "rR", opening.end()
    end = start
    while not source.startswith(quote, end):
        if end >= len(source) or (source[end] == "\n" and len(quote) == 1):
            raise error(text, at, "expr/string", f"text that {quote} opens is never closed")
        end += 2 if source[end] == "\\" and not raw else 1
    body = source[start:end]
    value = body if raw else _ESCAPE.sub(lambda m: _escape(text, start, m), body)
    return Token("text", value, at, end + len(quote))


def _escape(text: Text, start: int, found: re.Match[str]) -> str:
    code = next((int(g, 8 if n == 3 else 16) for n, g in enumerate(found.groups()[:4]) if g), 0)
    if not code and found[5] in _SIMPLE:
        return _SIMPLE[found[5]]
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        at = start + found.start()
        raise error(
            text, at, "expr/string", f"{found.group()} is not an escape", r"a backslash itself is \\, or use r'…'"
        )
    return chr(code)
