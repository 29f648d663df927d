"""``diff-driver``: what Git calls to show a change of a spec's file: its mutations, then the lines that changed."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from factory_git.core.errors import SpecError
from factory_git.growth.compare import compare
from factory_git.growth.report import text as report
from factory_git.spec.check import check
from factory_git.spec.edit.listing import addresses
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

_CONTEXT = 3
_PAINT = {"+": "32", "-": "31", "@": "36"}


def run(path: str, old: Path, new: Path, *, now: str = "", colour: bool = False) -> str:
    """What changed between two files that Git wrote; ``path`` is their place in the repository, ``now`` a new one.

    Git takes a failure for its own, so none is raised: a file that is no spec is shown by its lines.
    """
    before, after = _content(old), _content(new)
    here = now or path
    head = [f"diff --git a/{path} b/{here}"]
    lines = [_painted(line, colour) for line in _hunks(before, after, path if before else "", here if after else "")]
    return "\n".join([*head, *_mutations(before, after, path, here, colour), *lines]) + "\n"


def _content(file: Path) -> bytes:
    return b"" if str(file) in ("/dev/null", "nul") else file.read_bytes()


def _mutations(before: bytes, after: bytes, path: str, now: str, colour: bool) -> list[str]:
    if not before or not after:
        return []
    specs = find([path])
    if not specs or specs[0][1] != [path] or path.endswith("/app.yaml"):
        return ["part of a spec in several files: git factory diff tells its mutations", ""]
    try:
        found = compare(_spec(before, path), _spec(after, now))
    except SpecError as error:
        return [f"mutations cannot be told: {error.message}", ""]
    if not found.mutations:
        return ["no mutation: the specs say the same", ""]
    return [report.render(found, colour=colour), ""]


def _spec(content: bytes, path: str) -> Spec:
    spec = load([Source(path=path, content=content)], root=path.rpartition("/")[0])
    problems = [one for one in check(spec) if one.severity == "error"]
    if problems:
        raise SpecError(str(problems[0]), problems)
    return spec


def _hunks(before: bytes, after: bytes, path: str, now: str) -> Iterator[str]:
    """The lines that changed, each hunk headed by the node that it begins in."""
    old, new = (content.decode(errors="replace").split("\n") for content in (before, after))
    for side in (old, new):
        if side[-1] == "":
            side.pop()
    nodes = addresses(after, now)
    names = (f"a/{path}" if path else "/dev/null", f"b/{now}" if now else "/dev/null")
    for line in difflib.unified_diff(old, new, *names, n=_CONTEXT, lineterm=""):
        yield f"{line} {_node(nodes, line)}".rstrip() if line.startswith("@@") else line


def _node(nodes: list[tuple[int, str]], head: str) -> str:
    """The node in which the change of a hunk begins, as far as its first lines tell."""
    first = int(head.partition("+")[2].partition(" ")[0].partition(",")[0]) + _CONTEXT
    at = bisect_right(nodes, (first, "\uffff"))
    return nodes[at - 1][1] if at else ""


def _painted(line: str, colour: bool) -> str:
    paint = _PAINT.get(line[:1]) if colour and not line.startswith(("+++", "---")) else None
    return f"\x1b[{paint}m{line}\x1b[0m" if paint else line
