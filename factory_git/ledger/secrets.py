"""No secret enters a ledger: it is what everybody clones, and nothing is ever removed from it.

Records are refused, large texts that the program itself has to keep (transcripts, output) are masked. What is no
secret after all is allowed by name, with a reason. Pure: the caller reads the list of what is allowed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from factory_git.core.errors import InvalidInput, Place, Problem
from factory_git.core.ids import blob_oid
from factory_git.ledger.record import Record
from factory_git.ledger.secret_kinds import NAMES, Kind, hits, suspects, telling

ALLOW = ".factory/secrets.allow"
SHOWN = 12  # hexadecimal digits of a secret's sha256, by which it is allowed
_MOST = 50  # findings that a refusal lists
_ROUNDS = 4  # what is masked may leave a border that makes another one visible
_PRINT = re.compile("[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One line of the list: a kind or the beginning of a secret's sha256, where, and why."""

    what: str
    glob: str
    reason: str

    def covers(self, kind: str, secret: str, place: str) -> bool:
        """Whether this line speaks of that secret at that place."""
        named = self.what == kind or (_PRINT.fullmatch(self.what) and _sha256(secret).startswith(self.what))
        return bool(named) and fnmatchcase(place, self.glob)


def parse(content: bytes) -> tuple[Allowed, ...]:
    """The list of :data:`ALLOW`: ``KIND-OR-SHA256 GLOB REASON…`` a line, ``#`` begins a comment.

    Raises :class:`InvalidInput` that names each malformed line, one without a reason among them.
    """
    found, problems = [], []
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        words = line.split(maxsplit=2)
        if not words or words[0].startswith("#"):
            continue
        wrong = _wrong(words)
        if wrong:
            place = Place(file=ALLOW, line=number)
            problems.append(Problem(code="secrets/allow", message=wrong, place=place, hint=_FORM))
        else:
            found.append(Allowed(what=words[0], glob=words[1], reason=words[2]))
    if problems:
        message = f"{ALLOW} is not valid: {problems[0].message} (line {problems[0].place and problems[0].place.line})"
        raise InvalidInput(message, problems, code="secrets/allow", hint=_FORM)
    return tuple(found)


_FORM = "a line is: KIND or the first digits of a sha256, a glob of places such as memory/*, the reason"


def _wrong(words: Sequence[str]) -> str:
    if words[0] not in NAMES and not _PRINT.fullmatch(words[0]):
        return f"{words[0]!r} is neither a kind of secret nor eight or more digits of a sha256"
    if len(words) < 3 or words[2].startswith("#"):
        return "it says no reason" if len(words) > 1 else "it says neither where nor why"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A secret: its kind, where it is (``memory/text``, ``content/<id>``), and the beginning of its sha256."""

    kind: str
    place: str
    print: str


class Scanner:
    """Looks for secrets; ``allowed`` is asked when there is one. One that is not ``on`` finds nothing."""

    def __init__(self, allowed: Callable[[], Sequence[Allowed]] = tuple, *, on: bool = True) -> None:
        self._read, self._on = allowed, on
        self._allowed: Sequence[Allowed] | None = None

    def refuse(self, records: Sequence[tuple[Record, bytes]], contents: Sequence[bytes], lines: str) -> None:
        """Raise :class:`InvalidInput` when records (with their bytes), contents or the lines of a transaction have one.

        The message names kind and place of each, and never the secret.
        """
        if not self._on:
            return
        found = [one for record, data in records for one in self._in_record(record, data)]
        found += [one for content in contents for one in self._in_content(content)]
        found += [Found(kind=kind, place="transaction", print=_print(text)) for kind, text in self._secrets(lines)]
        if found:
            raise _refusal(found)

    def mask(self, data: bytes) -> tuple[bytes, int]:
        """``data`` with every secret replaced by its kind (``[secret: github-token]``), and how many there were."""
        kinds = suspects(data) if self._on else ()
        if not kinds:
            return data, 0
        text, count = self._masked(data.decode("latin-1"), kinds, "content/")
        return (text.encode("latin-1"), count) if count else (data, 0)

    def mask_payload(self, type_: str, payload: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
        """The payload with every secret in its texts masked, and how many there were; keys stay."""
        if not self._on:
            return dict(payload), 0
        counted: list[int] = []

        def walk(value: Any, name: str, place: str) -> Any:
            if isinstance(value, str):
                text, count = self._masked(value, suspects(f"{name} {value}".encode()), place, name)
                counted.append(count)
                return text
            if isinstance(value, Mapping):
                return {key: walk(item, str(key), f"{place}/{key}") for key, item in value.items()}
            if isinstance(value, list | tuple):
                return [walk(item, name, f"{place}/{number}") for number, item in enumerate(value)]
            return value

        masked = {key: walk(item, key, f"{type_}/{key}") for key, item in payload.items()}
        return masked, sum(counted)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _masked(self, text: str, kinds: Sequence[Kind], place: str, name: str = "") -> tuple[str, int]:
        count = 0
        for _ in range(_ROUNDS if kinds else 0):
            spots = [spot for spot in _spots(text, kinds, name) if not self._is_allowed(*spot, text, place)]
            if not spots:
                break
            count += len(spots)
            ends = [0, *(end for _, _, end in spots)]
            pieces = (f"{text[at:start]}[secret: {kind}]" for at, (kind, start, _) in zip(ends, spots, strict=False))
            text = "".join(pieces) + text[ends[-1] :]
        return text, count

    def _in_record(self, record: Record, data: bytes) -> Iterator[Found]:
        kinds = suspects(data)
        if not kinds:
            return
        for place, name, text in _texts(record.payload, record.type, ""):
            for kind, start, end in _spots(text, kinds, name):
                if not self._is_allowed(kind, start, end, text, place):
                    yield Found(kind=kind, place=place, print=_print(text[start:end]))

    def _in_content(self, data: bytes) -> Iterator[Found]:
        kinds = suspects(data)
        text, place = (data.decode("latin-1"), f"content/{blob_oid(data)}") if kinds else ("", "")
        for kind, start, end in _spots(text, kinds, ""):
            if not self._is_allowed(kind, start, end, text, place):
                yield Found(kind=kind, place=place, print=_print(text[start:end]))

    def _secrets(self, text: str) -> Iterator[tuple[str, str]]:
        kinds = suspects(text.encode())
        for kind, start, end in _spots(text, kinds, ""):
            if not self._is_allowed(kind, start, end, text, "transaction"):
                yield kind, text[start:end]

    def _is_allowed(self, kind: str, start: int, end: int, text: str, place: str) -> bool:
        if self._allowed is None:
            self._allowed = self._read()
        return any(one.covers(kind, text[start:end], place) for one in self._allowed)


NOTHING = Scanner(on=False)


def _spots(text: str, kinds: Sequence[Kind], name: str) -> list[tuple[str, int, int]]:
    """Kind, start and end of each secret in a text; a telling ``name`` makes of all of it a value."""
    if not kinds:
        return []
    head = f'{name}="' if name and telling(name) else ""
    whole = f'{head}{text}"' if head else text
    found = ((hit.kind, hit.start - len(head), hit.end - len(head)) for hit in hits(whole, kinds))
    return [one for one in found if one[1] >= 0 and one[2] <= len(text)]


def _texts(value: Any, place: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Place, name and text of every text in a payload, its keys among them."""
    if isinstance(value, str):
        yield place, name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield place, "", key
            yield from _texts(item, f"{place}/{key}", key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{place}/{number}", name)


def _refusal(found: Sequence[Found]) -> InvalidInput:
    places = {one.place for one in found if one.print == found[0].print}
    line = f"{found[0].print} {'*' if len(places) > 1 else found[0].place} REASON"
    problems = [
        Problem(code="ledger/secret", message=f"{one.place}: this looks like a secret ({one.kind})")
        for one in found[:_MOST]
    ]
    first = f"{found[0].place} holds what looks like a secret ({found[0].kind})"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return InvalidInput(
        f"{first}{more}: nothing was written", problems, code="ledger/secret",
        hint=f"take it out, and make it invalid; when it is none, commit the line `{line}` in {ALLOW}",
    )  # fmt: skip


def _print(secret: str) -> str:
    return _sha256(secret)[:SHOWN]


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
