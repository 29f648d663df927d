"""Cases in Markdown: a spec, code, and the findings that must come of them.

``## title``, then fenced blocks whose info string is a language and a path; ```` ```findings ```` holds what
``--format concise`` prints for the bound code, ```` ```rules ```` the codes that the case is about (else: all).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.drift.finding import of_hit, order
from factory_git.drift.formats.common import line
from tests.drift.memory_tree import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One section. ``line`` is that of its findings block's first line, ``end`` the line that closes it."""

    file: Path
    title: str
    files: dict[str, bytes] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    line: int = 0
    end: int = 0

    def found(self) -> tuple[str, ...]:
        """What the gate says now, a line a finding, sorted by place."""
        found = [
            of_hit(hit, judged.world.contract.root, judged.world.nodes)
            for judged in judge(self.files)
            for hit in judged.hits
            if not self.rules or hit.code in self.rules
        ]
        return tuple(line(one) for one in sorted(found, key=order))


def cases(folder: Path) -> Iterator[Case]:
    """Every case of the Markdown files in a folder."""
    for file in sorted(folder.glob("*.md")):
        yield from read(file)


def read(file: Path) -> Iterator[Case]:
    """The cases of one file. Raises ``ValueError`` for a section that says no findings."""
    lines = file.read_text(encoding="utf-8").split("\n")
    title, at = "", 0
    parts: dict[str, tuple[int, list[str]]] = {}
    while at < len(lines):
        text = lines[at]
        if text.startswith("## "):
            if title:
                yield _case(file, title, parts)
            title, parts = text[3:].strip(), {}
        elif text.startswith("```") and title:
            fence = text[: len(text) - len(text.lstrip("`"))]
            info, start = text[len(fence) :].strip(), at + 1
            at = next((n for n in range(start, len(lines)) if lines[n].strip() == fence), len(lines))
            if at == len(lines):
                raise ValueError(f"{file.name}:{start}: a block without an end")
            parts[info] = (start, lines[start:at])
        at += 1
    if title:
        yield _case(file, title, parts)


def _case(file: Path, title: str, parts: dict[str, tuple[int, list[str]]]) -> Case:
    if "findings" not in parts:
        raise ValueError(f"{file.name}: {title!r} says no findings")
    start, expected = parts["findings"]
    files = {}
    for info, (_, lines) in parts.items():
        words = info.split()
        if info not in ("findings", "rules"):
            files[words[-1]] = "".join(f"{line}\n" for line in lines).encode()
    rules = tuple(word for line in parts.get("rules", (0, []))[1] for word in line.split())
    wanted = tuple(line for line in expected if line.strip())
    return Case(
        file=file, title=title, files=files, rules=rules, expected=wanted, line=start, end=start + len(expected)
    )
