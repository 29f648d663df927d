"""``explain``: the page of a rule, from the module that is the rule."""

from __future__ import annotations

import json
import re
from typing import Any

from factory_git.core.errors import NotFound
from factory_git.drift import pages
from factory_git.drift.pages import Page
from factory_git.drift.rules.table import RULES, Rule


def explain(code: str) -> Page:
    """The page of a rule; ``gf204`` and ``204`` are GF204. Raises :class:`NotFound` with the nearest one."""
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("GF") or not wanted.isdigit() else f"GF{wanted}"
    found = pages.page(wanted)
    if found is None:
        raise NotFound(f"there is no rule {code!r}", code="explain/unknown-rule", hint=_hint(wanted))
    return found


def listing() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(sorted(RULES.values(), key=lambda one: one.code))


def _hint(wanted: str) -> str:
    """The nearest code; by number where a number was given, for GF206 is nearer to GF205 than to GF106."""
    if number := re.search(r"\d+", wanted):
        nearest = min(RULES, key=lambda code: (abs(int(code[2:]) - int(number[0])), code))
        return f"did you mean {nearest}: {RULES[nearest].title}? `git factory explain` lists all"
    words = [one.lower() for one in re.findall(r"[A-Za-z]{3,}", wanted)]
    named = [code for code, rule in RULES.items() if any(word in rule.title.lower() for word in words)]
    return f"did you mean {named[0]}: {RULES[named[0]].title}?" if named else "`git factory explain` lists all rules"


def as_json(page: Page) -> str:
    """A page as a JSON object."""
    sections = {name.lower().replace(" ", "_"): text for name, text in page.sections}
    return json.dumps(_head(page.rule) | sections, ensure_ascii=False, indent=2)


def listing_as_json() -> str:
    """All rules as a JSON array."""
    return json.dumps([_head(rule) for rule in listing()], ensure_ascii=False, indent=2)


def _head(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "title": rule.title, "severity": rule.severity, "made": rule.made}
