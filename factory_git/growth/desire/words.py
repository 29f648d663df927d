"""The words of a desire: clauses of tokens, each with its stem. Literal and small: plurals and listed forms."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W_]+(?:[.'’_-][^\W_]+)*|[<>]=?", re.UNICODE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_END = re.compile(r"[,;:!?\n]+|\.(?=\s|$)")
_WHOLE = frozenset(("always", "perhaps", "besides", "towards", "whereas"))  # no plurals
MOST = 2_000  # characters of a desire

FORMS: Mapping[str, str] = {
    form: verb
    for verb, forms in {
        "reserve": "reserves reserved reserving reservation prioritise prioritize prioritised prioritized book",
        "allocate": "allocates allocated allocating allocation serve serves served serving supply supplied",
        "show": "shows shown showing display displays displayed see list",
        "hide": "hides hidden hiding conceal",
        "notify": "notifies notified notifying alert alerts alerted tell warn warns warned",
        "block": "blocks blocked blocking stop stops stopped refuse refuses reject rejects",
        "gate": "gates gated",
        "add": "adds added adding introduce include",
        "record": "records recorded recording store stores track tracks tracked",
        "remove": "removes removed removing drop drops delete deletes",
        "rename": "renames renamed call",
        "make": "makes made making produce produces generate generates generated create creates created print prints",
        "trust": "trusts trusted trusting trustworthy",
        "respect": "respects respected respecting honour honours honor honors obey",
        "comply": "complies compliant compliance complying",
        "prefer": "prefers preferred preference",
        "run": "runs running",
    }.items()
    for form in (verb, *forms.split())
}
"""Form of a verb → the verb it is taken for."""

VERBS = frozenset(FORMS.values()) | {"never", "always", "only"}
"""What a clause may begin with after an "and"."""

NUMBERS: Mapping[str, str] = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10",
}  # fmt: skip

SAME: Mapping[str, str] = {
    "monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri", "saturday": "sat",
    "sunday": "sun",
}  # fmt: skip
"""Word → the word of a spec that means the same, where the spec does not have the word itself."""

_FILLER = """
a an the and or of to for with in on at by is are be been was were will would shall should must may can could please we
i you he she they it its our my your their us me them this that these those there here so then also just want wants need
needs like make sure ensure have has had do does get let from as into new kindly which who
"""
FILLER = frozenset(_FILLER.split())
"""Words that alone say nothing: left over, they are not open. What turns a meaning round (never) is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word as written, where it stands in the text, its stem, and the verb it may be a form of (or empty)."""

    text: str
    start: int
    end: int
    stem: str
    verb: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a desire that says one thing, mostly."""

    tokens: tuple[Token, ...]

    def verbs(self, *verbs: str) -> list[Token]:
        """The tokens that are forms of these verbs."""
        return [token for token in self.tokens if token.verb in verbs]

    def having(self, *stems: str) -> list[Token]:
        """The tokens with these stems."""
        return [token for token in self.tokens if token.stem in stems]

    @property
    def content(self) -> list[Token]:
        """The tokens that say something by themselves."""
        return [token for token in self.tokens if token.stem not in FILLER]


def clauses(text: str) -> list[Clause]:
    """The clauses of a text: between punctuation, and before a verb after "and", "then" or "but"."""
    found, start = [], 0
    for match in [*_END.finditer(text), None]:
        end = match.start() if match else len(text)
        found += _cut(_tokens(text, start, end))
        start = match.end() if match else end
    return found


def _tokens(text: str, start: int, end: int) -> list[Token]:
    return [
        Token(text=match[0], start=match.start(), end=match.end(), stem=stem(match[0]), verb=verb(match[0]))
        for match in _TOKEN.finditer(text, start, end)
    ]


def _cut(tokens: Sequence[Token]) -> list[Clause]:
    parts: list[list[Token]] = [[]]
    for number, token in enumerate(tokens):
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        verb_next = after is not None and (after.verb in VERBS or after.stem in VERBS)
        if token.stem in ("and", "then", "but") and verb_next and parts[-1]:
            parts.append([token])
        else:
            parts[-1].append(token)
    return [Clause(tokens=tuple(part)) for part in parts if part]


def stem(word: str) -> str:
    """The stem of a word: lower case without a possessive or plural ending."""
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    if low in _WHOLE:
        return low
    if len(low) > 4 and low.endswith("ies"):
        return low[:-3] + "y"
    if len(low) > 4 and low.endswith(("ches", "shes", "sses", "xes", "zes")):
        return low[:-2]
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def verb(word: str) -> str:
    """The verb that a word is a listed form of; empty for others."""
    return FORMS.get(word.lower(), "")


def phrase(name: str) -> tuple[str, ...]:
    """The stems of a name: ``SprayEvent`` and ``spray_event`` are (spray, event)."""
    spaced = _CAMEL.sub(" ", name).replace("_", " ").replace("-", " ")
    return tuple(stem(match[0]) for match in _TOKEN.finditer(spaced))


def said(text: str, tokens: Iterable[Token]) -> str:
    """The words of a text that tokens stand for, in order; what is left out between them is ``…``, fillers are not."""
    ordered = sorted(tokens, key=lambda token: token.start)
    out = [ordered[0].text] if ordered else []
    for before, token in itertools.pairwise(ordered):
        between = text[before.end : token.start]
        plain = all(stem(match[0]) in FILLER for match in _TOKEN.finditer(between))
        out.append(f"{between if plain else ' … '}{token.text}")
    return "".join(out)
