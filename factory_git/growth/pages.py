"""The page of each kind of mutation: what happened, why it matters, an example. Read from ``help/*.md``. Pure.

A file holds one area under its title. A page is a heading ``##`` with the id, a sentence that says what happened, a
line ``Why:``, and a block ```` ```diff ```` of a spec before (`` `` and ``-``) and after (`` `` and ``+``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from factory_git.core.resources import folder
from factory_git.growth.report.told import APPROVERS, MIGRATIONS, TESTS
from factory_git.growth.table import ROWS, Row

AREAS = (
    "identity", "safety", "growth", "workflows", "data", "interface", "evidence", "deployment", "acceptance", "app",
)  # fmt: skip
LEVELS: Mapping[str, str] = {
    "goal": "what the application is for",
    "policy": "what it must respect",
    "mechanism": "how it works",
}
VERSIONS: Mapping[str, str] = {
    "none": "may stay",
    "patch": "must rise by a patch at least",
    "minor": "must rise by a minor at least",
    "major": "must rise by a major",
    "root": "cannot follow: it takes a new lineage",
}
_PAGE = re.compile(r"^## (\S+)\n(.+?)\nWhy: (.+?)\n(?:```diff\n(.*?)```\n)?(?=\n## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A row of the table with its words. ``example`` is a diff of a spec; empty where none can be shown."""

    row: Row
    area: str
    what: str
    why: str
    example: str

    @property
    def lead(self) -> str:
        """What happened and why it matters, as two sentences."""
        return f"{self.what} {self.why[:1].upper()}{self.why[1:]}"

    @property
    def approval(self) -> str:
        """Who must agree."""
        if self.row.risk == "forbidden":
            return "nobody can approve it"
        people = APPROVERS.get(self.row.risk, 0)
        return {0: "needs no approval", 1: "needs one approval"}.get(people, "needs two approvals")

    def facts(self) -> dict[str, str]:
        """What the table says, in words."""
        row = self.row
        return {
            "level": f"{row.level}: {LEVELS[row.level]}",
            "risk": f"{row.risk}: {self.approval}",
            "migration": f"{row.migration}: {MIGRATIONS[row.migration]}" if row.migration else "none",
            "tests": ", ".join(TESTS[letter] for letter in row.tests) or "none",
            "version": VERSIONS[row.version],
            "way back": row.mirror,
        }

    def before(self) -> str:
        """The example's spec before the change."""
        return self._side("-")

    def after(self) -> str:
        """The example's spec after the change."""
        return self._side("+")

    def markdown(self, heading: str = "#") -> str:
        """The page as Markdown, under a heading of the given depth."""
        facts = [f"- {name}: {said}" for name, said in self.facts().items()]
        parts = [f"{heading} {self.row.id}", self.lead, "\n".join(facts)]
        return "\n\n".join([*parts, f"```diff\n{self.example}```"] if self.example else parts)

    def plain(self) -> str:
        """The page as plain text, for readers that know no Markdown."""
        facts = [f"{name}: {said}" for name, said in self.facts().items()]
        return "\n".join([self.lead, *facts])

    def _side(self, sign: str) -> str:
        return "".join(f"{line[1:]}\n" for line in self.example.splitlines() if line[:1] in (" ", sign))


def page(id_: str) -> Page:
    """The page of a row; ``KeyError`` for an id that the table does not have."""
    row = ROWS[id_]
    area, what, why, example = _texts().get(id_, ("", "", "", ""))
    return Page(row=row, area=area, what=what, why=why, example=example)


def title(area: str) -> str:
    """What an area is called."""
    return _read(area).partition("\n")[0].removeprefix("# ")


@cache
def _texts() -> Mapping[str, tuple[str, str, str, str]]:
    found = {}
    for area in AREAS:
        for id_, what, why, example in _PAGE.findall(_read(area)):
            found[id_] = (area, " ".join(what.split()), " ".join(why.split()), example)
    return found


def _read(area: str) -> str:
    return (folder("growth/help") / f"{area}.md").read_text(encoding="utf-8")
