"""Compare what lies in a tree with what the spec compiles to. Pure: contents in, findings out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from factory_git.core.errors import Place
from factory_git.core.ids import SpecPath
from factory_git.drift import tags
from factory_git.drift.finding import Finding

HEAD = re.compile(rb"Compiled by git-factory (?P<compiler>[^\s,]+) from (?P<nodes>.*)")
LOCKED = re.compile(rb'\{\n "bindings".*?\n "compiler": "(?P<compiler>[^"]+)"', re.DOTALL)
AGAIN = "run `git factory run` to compile again"
RUN = "run `git factory run` to compile again; to keep the edit, change the spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the compiler makes of one path. ``content`` is None for bound code: anything may stand there."""

    content: bytes | None
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """What lies at a path: Git's mode, and the content of a regular file.

    ``untouched`` says that the lock names this very content: if it is wrong, the spec changed and not the file.
    """

    mode: str
    content: bytes
    untouched: bool = False
    merged: bool = True


def compare(
    expected: Mapping[str, Expected],
    actual: Callable[[str], Actual | None],
    moved: Callable[[bytes], str | None],
    *,
    compiler: str,
    places: Mapping[SpecPath, Place],
    root: str,
) -> list[Finding]:
    """The findings of one spec.

    ``actual`` looks up a path, ``moved`` says where content that is missing at its path lies now, ``compiler`` is the
    version that ``expected`` comes from, ``places`` are those of the spec's nodes.
    """
    there = {path: actual(path) for path in sorted(expected)}
    if expected and not any(there.values()):
        return [_nothing_yet(expected, root)]
    found = []
    for path, want in sorted(expected.items()):
        have = there[path]
        if have is None:
            found.append(_missing(path, want, moved, root))
        elif problem := _wrong_kind(have):
            found.append(_finding("GF502", path, problem, want, root, hint=RUN))
        elif want.content is not None and have.content != want.content:
            found.append(_different(path, want, have, compiler, root))
        elif have.mode == "100755" and want.content is not None:
            found.append(_finding("GF502", path, "is executable; compiled files are not", want, root, hint=RUN))
    return [_with_spec(one, places) for one in found]


def left_over(paths: Iterable[str], read: Callable[[str], bytes], root: str) -> list[Finding]:
    """A finding for each of ``paths`` whose head says it was compiled, while no spec compiles to it."""
    found = []
    for path in paths:
        if made_by(read(path)) is not None:
            words = "was compiled from a node that the spec no longer has"
            hint = f"remove it: git rm {path}"
            found.append(Finding(code="GF402", message=words, place=Place(file=path), hint=hint, root=root))
    return found


def made_by(content: bytes) -> str | None:
    """The compiler that the head of a file names; None when the file does not say that it was compiled."""
    match = HEAD.search(content[:1000])
    return match["compiler"].decode(errors="replace") if match else None


def _locked_by(content: bytes) -> str | None:
    """The compiler that a lock file names; a lock has no head."""
    match = LOCKED.match(content[:10_000])
    return match["compiler"].decode(errors="replace") if match else None


def first_difference(want: bytes, have: bytes) -> tuple[int, str, str]:
    """The first line that differs, from 1, with what should stand there and what does."""
    wanted, had = want.split(b"\n"), have.split(b"\n")
    for number, (a, b) in enumerate(zip(wanted, had, strict=False), 1):
        if a != b:
            return number, _shown(a), _shown(b)
    number = min(len(wanted), len(had))
    return number + 1, _at(wanted, number), _at(had, number)


def _nothing_yet(expected: Mapping[str, Expected], root: str) -> Finding:
    lock = next((path for path in expected if path.endswith(".factory/lock.json")), min(expected))
    words = f"nothing of the spec is compiled yet: {len(expected)} files are missing"
    return Finding(code="GF501", message=words, place=Place(file=lock), hint="run `git factory run`", root=root)


def _missing(path: str, want: Expected, moved: Callable[[bytes], str | None], root: str) -> Finding:
    now = moved(want.content) if want.content else None
    if want.content is None:
        words, hint = "bound code is missing; the application imports it", "run `git factory run` for a fresh stub"
    elif now:
        words, hint = f"compiled file is missing; it was moved to {now}", f"git mv {now} {path}"
    else:
        words, hint = "compiled file is missing", "run `git factory run` to compile it, then stage it"
    return _finding("GF501", path, words, want, root, hint=hint)


def _wrong_kind(have: Actual) -> str:
    if not have.merged:
        return "has an open merge conflict"
    return {"120000": "is a symbolic link, not a file", "160000": "is a submodule, not a file"}.get(have.mode, "")


def _different(path: str, want: Expected, have: Actual, compiler: str, root: str) -> Finding:
    assert want.content is not None
    other = made_by(have.content) or _locked_by(have.content)
    if other is not None and other != compiler:
        words = f"was compiled by {other}; this is {compiler}"
        return _finding("GF503", path, words, want, root, hint=AGAIN)
    if have.content.replace(b"\r\n", b"\n") == want.content:
        words = "has CRLF line ends in the repository; compiled files have LF"
        return _finding("GF502", path, words, want, root, line=1, hint="git add --renormalize")
    lock = other is not None and made_by(have.content) is None
    line, wanted, had = first_difference(want.content, have.content)
    detail = (f"- {wanted}", f"+ {had}")
    if have.untouched:
        words = "is what an older spec compiles to"
        return _finding("GF502", path, words, want, root, line=line, hint=AGAIN, detail=detail)
    if lock:  # it names every file but itself: whether a hand or a newer spec made the difference, nobody can tell
        return _finding(
            "GF502", path, "is not what the spec compiles to", want, root, line=line, hint=AGAIN, detail=detail
        )
    tag = tags.enclosing(want.content.decode(errors="replace").split("\n"), line)
    words = "was edited by hand: it is not what the spec compiles to"
    node = tag[0] if tag else ""
    return _finding("GF502", path, words, want, root, line=line, hint=RUN, detail=detail, node=node)


def _finding(
    code: str,
    path: str,
    words: str,
    want: Expected,
    root: str,
    *,
    hint: str,
    line: int = 0,
    detail: tuple[str, ...] = (),
    node: str = "",
) -> Finding:
    return Finding(
        code=code,
        message=words,
        place=Place(file=path, line=line),
        path=node or _nodes(want.nodes),
        hint=hint,
        detail=detail,
        root=root,
    )


def _with_spec(finding: Finding, places: Mapping[SpecPath, Place]) -> Finding:
    return replace(finding, spec=places.get(SpecPath(finding.path)))


def _nodes(nodes: tuple[str, ...]) -> str:
    """The one node a file comes from; a file of several has no single address."""
    return nodes[0] if len(nodes) == 1 else ""


def _at(lines: list[bytes], number: int) -> str:
    return _shown(lines[number]) if number < len(lines) else "(the file ends here)"


def _shown(line: bytes) -> str:
    text = line.decode(errors="backslashreplace")
    return text if len(text) <= 160 else f"{text[:159]}…"
