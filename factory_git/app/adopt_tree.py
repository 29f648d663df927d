"""Which files of a worktree a spec is drafted from: those of the one language that most of them are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.app.adopt_draft import Left
from factory_git.app.map import Map, open_map
from factory_git.codemap.build import Which
from factory_git.core.errors import NotFound
from factory_git.drift.kinds import holders
from factory_git.drift.skipped import Skipped
from factory_git.drift.view import Code

FAMILIES = {
    "python": "python",
    "typescript": "typescript",
    "tsx": "typescript",
    "javascript": "javascript",
    "java": "java",
    "php": "php",
    "go": "go",
    "rust": "rust",
}
"""Language of the map → language that a spec may have; JavaScript goes with TypeScript where there is both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The files to draft from, sorted, in one language; ``left`` are files that were left out."""

    code: Code
    language: str
    files: tuple[str, ...]
    left: tuple[Left, ...]


def scan(start: Path | None, folders: Sequence[str], language: str = "") -> tuple[Map, Scan]:
    """The files below ``folders`` (from the top; empty: all) of the worktree around ``start``.

    Raises :class:`NotFound` when there is no code in a language that a spec may have.
    """
    the = open_map(Which(), start)
    code = code_of(the)
    skipped = Skipped(folders, code.read, code.generated)
    kept: dict[str, list[str]] = {}
    dropped: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for path in dict.fromkeys(path for folder in folders or ("",) for path in _below(the, folder)):
        facts = code.facts(path)
        if facts is None or not facts.symbols:
            continue
        if facts.language not in FAMILIES:
            others[facts.language] += 1
        elif why := skipped.why(path):
            dropped[why] += 1
        else:
            kept.setdefault(FAMILIES[facts.language], []).append(path)
    if "typescript" in kept and "javascript" in kept:
        kept["typescript"] += kept.pop("javascript")
    if not kept or (language and language not in kept):
        found = ", ".join(sorted(kept)) or "none"
        raise NotFound(
            f"there is no {language or 'such'} code to adopt here" if kept else "there is no code to adopt here",
            code="adopt/no-code",
            hint=f"found here: {found}; a spec's code is in one of {', '.join(sorted(set(FAMILIES.values())))}",
        )
    chosen = language or max(sorted(kept), key=lambda one: _weight(code, kept[one]))
    left = [
        Left(
            count=len(files),
            what=f"{one} files",
            why="a spec has one language; adopt them into a spec of their own: "
            f"git factory adopt {_common(files)} --spec {_common(files)}/factory.yaml",
            some=tuple(files[:3]),
        )
        for one, files in sorted(kept.items())
        if one != chosen
    ]
    left += [Left(count=n, what=f"{one} files", why="no spec can have this language yet") for one, n in others.items()]
    left += [Left(count=n, what=f"{one} files", why="never judged") for one, n in sorted(dropped.items())]
    return the, Scan(code=code, language=chosen, files=tuple(sorted(kept[chosen])), left=tuple(left))


def code_of(the: Map) -> Code:
    """The worktree's code."""
    top = the.location.worktree
    assert top is not None

    def read(path: str) -> bytes:
        try:
            return (top / path).read_bytes()
        except OSError as error:
            raise KeyError(path) from error

    return Code(the.tree, read)


def _below(the: Map, folder: str) -> list[str]:
    return [folder] if the.tree.has(folder) else [path for path, _ in the.tree.under(folder)]


def _weight(code: Code, files: Sequence[str]) -> int:
    """How much of an application is in these files: where its tables are counts most."""
    stored = sum(
        holders.degree(code, path, index) == holders.STORED
        for path in files
        if (facts := code.facts(path)) is not None
        for index in range(len(facts.symbols))
    )
    return len(files) + 10 * stored


def _common(files: Sequence[str]) -> str:
    """The folder that most of the files lie in."""
    tops = Counter(path.partition("/")[0] for path in files if "/" in path)
    return tops.most_common(1)[0][0] if tops else "."
