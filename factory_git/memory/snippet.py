"""Where in a text the words are that were looked for. Pure."""

from __future__ import annotations

import re
import unicodedata

from factory_git.ledger.projection import CLOSE, OPEN

ROOM = 240  # characters
BEFORE = 60  # of them, ahead of the first word
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"\w+")


def around(text: str, words: str) -> str:
    """A piece of a text on one line, around the first of the words, each of them marked; else its beginning.

    ``words`` are those of a search: phrases count by their words, ``begin*`` as a beginning, ``-word`` not at all.
    """
    line = " ".join(text.split())
    found = [match.span() for match in _WORD.finditer(line) if _wanted(match[0], _terms(words))]
    start = max(0, found[0][0] - BEFORE) if found else 0
    start = line.rfind(" ", 0, start) + 1  # no word is cut
    end = len(line) if len(line) - start <= ROOM else line.rfind(" ", start + BEFORE + 1, start + ROOM)
    end = end if end > 0 else start + ROOM
    out, at = "…" if start else "", start
    for first, last in found:
        if last <= end:
            out += f"{line[at:first]}{OPEN}{line[first:last]}{CLOSE}"
            at = last
    return out + line[at:end] + ("…" if end < len(line) else "")


def _terms(words: str) -> list[str]:
    terms = []
    for minus, phrase, word in _TERM.findall(words):
        pieces = [] if minus else _WORD.findall(_plain(phrase or word))
        star = "*" if pieces and not phrase and word.endswith("*") else ""
        terms += [*pieces[:-1], *(one + star for one in pieces[-1:])]
    return terms


def _wanted(word: str, terms: list[str]) -> bool:
    plain = _plain(word)
    return any(plain.startswith(one[:-1]) if one.endswith("*") else plain == one for one in terms)


def _plain(text: str) -> str:
    """Without case and accents, as the index takes words."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
