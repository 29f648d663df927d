"""``explain``: the page of a rule of the check, or of a kind of mutation, each from the data that it is made of."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

from factory_git.core.errors import NotFound
from factory_git.drift import pages
from factory_git.drift.rules.table import RULES, Rule
from factory_git.growth import pages as mutations
from factory_git.growth.table import ROWS
from factory_git.spec.names import nearest

Page: TypeAlias = pages.Page | mutations.Page
_ALL = "`git factory explain` lists all"


def explain(code: str) -> Page:
    """The page of a rule (``GF204``, ``gf204``, ``204``) or of a mutation (``gate-removed``, ``gate_removed``).

    Raises :class:`NotFound` with the nearest one.
    """
    id_ = code.strip().lower().replace("_", "-")
    if id_ in ROWS:
        return mutations.page(id_)
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("GF") or not wanted.isdigit() else f"GF{wanted}"
    found = pages.page(wanted)
    if found is None:
        message = f"there is neither a rule nor a mutation {code!r}"
        raise NotFound(message, code="explain/unknown-rule", hint=_hint(wanted, id_))
    return found


def listing() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(sorted(RULES.values(), key=lambda one: one.code))


def kinds() -> tuple[mutations.Page, ...]:
    """The page of every kind of mutation, in the table's order."""
    return tuple(mutations.page(id_) for id_ in ROWS)


def as_json(page: Page) -> str:
    """A page as a JSON object."""
    if isinstance(page, mutations.Page):
        facts = {name.replace(" ", "_"): text for name, text in page.facts().items()}
        said = _of_mutation(page) | {"why": page.why, "example": page.example, "facts": facts}
        return json.dumps(said, ensure_ascii=False, indent=2)
    sections = {name.lower().replace(" ", "_"): text for name, text in page.sections}
    return json.dumps(_of_rule(page.rule) | sections, ensure_ascii=False, indent=2)


def listing_as_json() -> str:
    """All rules and all kinds of mutations as a JSON array."""
    all_ = [*map(_of_rule, listing()), *map(_of_mutation, kinds())]
    return json.dumps(all_, ensure_ascii=False, indent=2)


def _hint(wanted: str, id_: str) -> str:
    """The nearest one; by number where a number was given, for GF206 is nearer to GF205 than to GF106."""
    if number := re.search(r"\d+", wanted):
        best = min(RULES, key=lambda code: (abs(int(code[2:]) - int(number[0])), code))
        return f"did you mean {best}: {RULES[best].title}? {_ALL}"
    if near := nearest(id_, ROWS):
        return f"did you mean {near}? {_ALL}"
    words = [one.lower() for one in re.findall(r"[A-Za-z]{3,}", wanted)]
    rules = [code for code, rule in RULES.items() if any(word in rule.title.lower() for word in words)]
    rows = [one for one in ROWS if any(word in one for word in words)]
    named = [*(f"{code}: {RULES[code].title}" for code in rules[:1]), *rows[:3]]
    return f"did you mean {' or '.join(named)}? {_ALL}" if named else _ALL


def _of_rule(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "title": rule.title, "severity": rule.severity, "made": rule.made}


def _of_mutation(page: mutations.Page) -> dict[str, Any]:
    row = page.row
    return {
        "code": row.id,
        "title": page.what,
        "level": row.level,
        "risk": row.risk,
        "migration": row.migration,
        "tests": list(row.tests),
        "version": row.version,
        "mirror": row.mirror,
    }
