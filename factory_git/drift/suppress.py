"""Inline suppressions: ``gf: ignore[GF204] reason`` in a comment of any language. Lean: the hook's path may read them.

A suppression on a declaration (right above it, or on its line) stands for the declaration and what it contains; one
inside a body stands for its own line and the line right below. Spec files have them too: ``# gf: ignore[GF301] reason``
on a node's line or right above it. Code and reason are needed; only codes of rules for bound code can be suppressed.
"""

from __future__ import annotations

import re

from factory_git.core.value import value
from factory_git.drift import marks
from factory_git.drift.hit import Edit, Fix, Hit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factory_git.codemap.model import FileFacts
    from factory_git.drift.bind import Ignore

_CODE = re.compile(r"GF[1-4]\d\d\Z")  # what the rules for code say; a spec, a binding, a compiled file is never waived
_IN_SPEC = re.compile(r"(?:^|\s)#.*?\bgf:[ \t]*(.*)")
_CLOSING = (("/*", "*/"), ("<!--", "-->"), ("{/*", "*/}"))
_OPENING = ("#", "//", "--")
BARE, UNUSED = "GF901", "GF902"


@value
class Suppression:
    """A suppression. ``symbol`` is the declaration it is on (``on``) or in; in a spec, the path of the node.

    ``wrong`` says why it suppresses nothing; empty: it is sound.
    """

    file: str
    line: int
    symbol: str
    on: bool
    codes: tuple[str, ...]
    reason: str
    wrong: str = ""

    @property
    def key(self) -> tuple[str, str, bool, tuple[str, ...]]:
        """What stays the same of a suppression when lines move."""
        return (self.file, self.symbol, self.on, self.codes)

    def covers(self, hit: Hit) -> bool:
        """Whether it suppresses this finding."""
        if self.wrong or hit.code not in self.codes or hit.file != self.file:
            return False
        if self.on and (hit.symbol == self.symbol or hit.symbol.startswith(f"{self.symbol}.")):
            return True
        return hit.line in (self.line, self.line + 1)


def in_code(one: Ignore, facts: FileFacts | None) -> Suppression:
    """A suppression in a file of code."""
    owner = facts.symbols[one.index] if facts is not None and one.index >= 0 else None
    on = owner is not None and one.line <= owner.line
    symbol = owner.id if owner else ""
    return _made(file=one.file, line=one.line, symbol=symbol, on=on, codes=one.codes, reason=one.reason)


def in_spec(path: str, text: str, nodes: Mapping[int, str]) -> list[Suppression]:
    """The suppressions of a spec file; ``nodes`` has the path of the node that begins on a line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if "gf:" in line and (match := _IN_SPEC.search(line)):
            node = nodes.get(number) or nodes.get(number + 1) or ""
            found += [
                _made(file=path, line=number, symbol=node, on=False, codes=one.ignores, reason=one.reason)
                for one in marks.read(match[1])
                if one.ignores is not None
            ]
    return found


def bare(mark: Suppression) -> Hit:
    """GF901: a suppression that lacks its code or its reason."""
    return Hit(
        code=BARE, node="", file=mark.file, line=mark.line, symbol=mark.symbol, about=",".join(mark.codes),
        message=f"suppression {mark.wrong}",
        hint="write it as: gf: ignore[GF204] why this is right as it is",
    )  # fmt: skip


def unused(mark: Suppression, codes: Iterable[str], content: bytes | None, near: Hit | None = None) -> Hit:
    """GF902: a suppression whose ``codes`` suppress nothing; with the content, a fix that takes them out.

    ``near`` is a finding that it may have been meant for: then it is moved, not removed.
    """
    named = ", ".join(codes)
    fix = _without(mark, set(codes), content) if content is not None and near is None else None
    hint = "remove it; `git factory check --fix` does"
    if near is not None:
        hint = f"{near.code} is found in line {near.line}: put the suppression right above that line, or remove it"
    return Hit(
        code=UNUSED, node="", file=mark.file, line=mark.line, symbol=mark.symbol, about=named.replace(" ", ""),
        message=f"suppression of {named} suppresses nothing",
        hint=hint,
        fixes=(fix,) if fix else (),
    )  # fmt: skip


def _made(*, file: str, line: int, symbol: str, on: bool, codes: tuple[str, ...], reason: str) -> Suppression:
    codes = tuple(dict.fromkeys(codes))
    reason = reason.removesuffix("*/").removesuffix("-->").strip()
    wrong = _wrong(codes, reason)
    return Suppression(file=file, line=line, symbol=symbol, on=on, codes=codes, reason=reason, wrong=wrong)


def _wrong(codes: tuple[str, ...], reason: str) -> str:
    odd = [code for code in codes if not _CODE.match(code)]
    if not codes:
        return "names no code"
    if odd:
        return f"names {odd[0]}, which cannot be suppressed"
    return "" if any(letter.isalnum() for letter in reason) else "gives no reason"


def _without(mark: Suppression, codes: set[str], content: bytes) -> Fix | None:
    """Take the unused codes out of a comment; with the last one the comment goes, and the line if it held no more."""
    lines = content.split(b"\n")
    if not 0 < mark.line <= len(lines):
        return None
    start = sum(len(line) + 1 for line in lines[: mark.line - 1])
    line = lines[mark.line - 1]
    at = line.find(b"ignore", max(line.find(b"gf:"), 0))
    if at < 0:
        return None
    left = [code for code in mark.codes if code not in codes]
    if left:
        opened, closed = line.find(b"[", at), line.find(b"]", at)
        edit = Edit(file=mark.file, start=start + opened + 1, end=start + closed, text=",".join(left))
        return Fix(title=f"suppress {', '.join(left)} only", edits=(edit,), safe=True)
    span = _comment(line.decode(errors="surrogateescape"), line[: line.find(b"gf:")].decode(errors="surrogateescape"))
    if span is None:
        return None  # part of a longer comment: what to leave is for a person to say
    first, last = (len(line.decode(errors="surrogateescape")[:n].encode(errors="surrogateescape")) for n in span)
    if not (line[:first] + line[last:]).strip():
        first, last = 0, len(line) + (mark.line < len(lines))
    edit = Edit(file=mark.file, start=start + first, end=start + last, text="")
    return Fix(title="remove the suppression", edits=(edit,), safe=True)


def _comment(line: str, before: str) -> tuple[int, int] | None:
    """Where the comment that begins with ``gf:`` starts and ends in its line, the spaces before it included."""
    head = before.rstrip()
    for opening, closing in _CLOSING:
        stem = head.rstrip("*") if opening == "/*" else head
        if stem.endswith(opening.rstrip("*")) and head.endswith((opening, "/**")):
            end = line.find(closing, len(before))
            start = head.rfind(opening)
            return (len(line[:start].rstrip()), end + len(closing)) if end >= 0 else None
    stem = head.rstrip("!/") if head.endswith(("//", "///", "//!")) else head
    if head.endswith(_OPENING):
        start = len(stem) if stem != head else len(head.rstrip("#-"))
        return len(line[:start].rstrip()), len(line)
    return None
