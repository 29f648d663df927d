"""Cases of the classification, written in Markdown: a base, an edit of its text, and every mutation that it makes.

A file of ``rows/`` names one layer. ``Base: NAME`` holds for the cases that follow it: a template (``farmer``,
``immigration``, ``minimal``), a file ``rows/NAME.yaml``, or ``here``: the last block ```` ```base ```` above. A case is
a heading ``##`` with pairs of blocks ```` ```old ```` and ```` ```new ````, each old text (lines, or a part of one)
standing exactly once in the base, and ```` ```expect ```` with a line ``id path risk`` for every mutation and nothing
else (no line: nothing changed; the path of the spec itself is ``.``). What follows ``#`` in a line says why.
```` ```back ```` has the same for the way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.core.resources import folder
from factory_git.growth.compare import compare
from factory_git.growth.mutation import Diff
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

ROWS = Path(__file__).parent / "rows"
_TEMPLATES = ("farmer", "immigration", "minimal")
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$|^## ([^\n]+)$|^Base: (\w+)$", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Case:
    """One edit and what it means."""

    file: str
    title: str
    base: str
    edits: list[tuple[str, str]] = field(default_factory=list)
    expected: list[str] | None = None
    back: list[str] | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"

    @property
    def edited(self) -> str:
        """The base with the edits."""
        text = self.base
        for old, new in self.edits:
            text = replaced(text, old, new)
        return text


def base(name: str) -> str:
    """The text of a named base."""
    at = folder("templates") / name / "factory.yaml" if name in _TEMPLATES else ROWS / f"{name}.yaml"
    return at.read_text(encoding="utf-8")


def replaced(text: str, old: str, new: str) -> str:
    """``text`` with the one place where ``old`` stands changed."""
    assert text.count(old) == 1, f"stands {text.count(old)} times, not once:\n{old}"
    return text.replace(old, new)


def read(path: Path) -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = []
    current, here, old = "", "", ""
    for kind, body, title, named in _BLOCK.findall(path.read_text(encoding="utf-8")):
        if named:
            current = here if named == "here" else base(named)
        elif title:
            cases.append(Case(path.stem, title, current))
        elif kind == "base":
            current = here = body
        elif kind == "old":
            old = body.removesuffix("\n")
        elif kind == "new":
            cases[-1].edits.append((old, body.removesuffix("\n")))
        elif kind == "expect":
            cases[-1].expected = lines(body)
        elif kind == "back":
            cases[-1].back = lines(body)
        else:
            raise AssertionError(f"{path.name}: a block {kind!r} means nothing")
    return cases


def every() -> list[Case]:
    """The cases of all files."""
    return [case for path in sorted(ROWS.glob("*.md")) for case in read(path)]


def lines(text: str) -> list[str]:
    """Expected lines without their comments, sorted."""
    said = (line.partition("#")[0].split() for line in text.splitlines())
    return sorted(" ".join(words) for words in said if words)


def spec(text: str) -> Spec:
    """A spec that loads and checks."""
    made = load([Source(path="factory.yaml", content=text.encode())])
    wrong = [str(p) for p in check(made) if p.severity == "error"]
    assert not wrong, wrong
    return made


def diff(old: str, new: str) -> Diff:
    """What differs between two specs as text."""
    return compare(spec(old), spec(new))


def told(found: Diff) -> list[str]:
    """A diff as lines ``id path risk``, sorted."""
    return sorted(f"{one.id} {one.path or '.'} {one.risk}" for one in found.mutations)


def ids(expected: Iterable[str] | None) -> Iterator[str]:
    """The ids of expected lines."""
    return (line.split()[0] for line in expected or ())
