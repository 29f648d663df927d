"""The page of each rule: the docstring of its module, taken apart. Pure.

A page begins with its title; its sections are ``## What it does``, ``## Why``, ``## Example`` and ``## Fix``.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from factory_git.drift.rules import table
from factory_git.drift.rules.table import Rule

SECTIONS = ("What it does", "Why", "Example", "Fix")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A rule with its page: ``lead`` is what stands before the first section."""

    rule: Rule
    lead: str
    sections: tuple[tuple[str, str], ...]

    @property
    def what(self) -> str:
        """The first paragraph of ``What it does``, in one line."""
        return " ".join(dict(self.sections).get("What it does", self.lead).split("\n\n")[0].split())

    def markdown(self) -> str:
        """The page as Markdown, with the code in its title."""
        warning = " (warning)" if self.rule.severity == "warning" else ""
        parts = [f"# {self.rule.code}: {self.rule.title}{warning}"]
        parts += [f"## {name}\n\n{text}" for name, text in self.sections]
        return "\n\n".join(parts)

    def plain(self) -> str:
        """The page as plain text, for readers that know no Markdown."""
        parts = [f"{self.rule.code}: {self.rule.title}"]
        parts += [f"{name}: {re.sub(r'^```.*$', '', text, flags=re.MULTILINE).strip()}" for name, text in self.sections]
        return re.sub(r"\n{3,}", "\n\n", "\n\n".join(parts))


def page(code: str) -> Page | None:
    """The page of a rule; None for a code that no rule has, and for a rule that is not written yet."""
    rule = table.RULES.get(code)
    if rule is None:
        return None
    try:
        text = inspect.cleandoc(table.module(rule).__doc__ or "")
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.endswith(rule.module):
            return None
        raise
    lead, *rest = _HEADING.split(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Page(rule=rule, lead=lead.strip(), sections=tuple((name.strip(), body.strip()) for name, body in pairs))
