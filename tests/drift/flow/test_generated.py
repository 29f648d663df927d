"""Made-up flows, in every language: what must be found is known because of how they were made."""

from __future__ import annotations

import os
import random

import pytest

from factory_git.drift.rules import gf105_pii_leak
from tests.drift.flow.languages import LANGUAGES, Language
from tests.drift.flow.worlds import world_of

SEEDS = 20 if os.environ.get("FACTORY_SOAK") else 2
FLOWS = 40

SPEC = """factory: 1
app: {{id: shop}}
code:
  default: bound
  paths: [src]
  data_contracts.entities.buyer: {at}
data_contracts:
  entities:
    - name: Buyer
      fields: {{id: text key, name: text, email: {{type: text, pii: contact}}}}
"""


def _flow(chance: random.Random, language: Language, number: int) -> tuple[list[str], bool, str]:
    """The lines of one flow, whether it leaks in its last statement, and what it was made of."""
    lines = [language.begin.format(n=number), language.source.format(b="v0")]
    made, leaks, at = [], True, 0
    steps = [chance.choice([*language.hops]) for _ in range(chance.randint(0, 4))]
    if chance.random() < 0.35:
        steps.insert(chance.randint(0, len(steps)), f"-{chance.choice([*language.clean])}")
    for step in steps:
        clean = step.startswith("-")
        template = language.clean[step[1:]] if clean else language.hops[step]
        lines.append(template.format(a=f"v{at}", b=f"v{at + 1}"))
        made.append(step)
        leaks = leaks and not clean
        at += 1
    shown = chance.random() < 0.8
    name = chance.choice([*(language.sinks if shown else language.quiet)])
    lines.append((language.sinks if shown else language.quiet)[name].format(a=f"v{at}"))
    return lines, leaks and shown, " ".join((*made, name))


def _file(language: Language, seed: int, count: int) -> tuple[str, dict[int, str]]:
    """A file of flows, and the lines that leak with what leads there."""
    chance = random.Random(f"{language.name} {seed}")
    text, expected = language.top, {}
    for number in range(count):
        lines, leaks, made = _flow(chance, language, number)
        text += "\n".join(lines) + "\n"
        if leaks:
            expected[text.count("\n")] = made
        text += f"{language.end}\n\n"
    return text + language.below, expected


def _found(language: Language, text: str) -> set[int]:
    files = {"factory.yaml": SPEC.format(at=language.at).encode(), language.path: text.encode()}
    files |= {path: content.encode() for path, content in language.files.items()}
    hits = list(gf105_pii_leak.check(world_of(files)))
    assert {hit.file for hit in hits} <= {language.path}
    assert {hit.severity for hit in hits} <= {"error"}
    return {hit.line for hit in hits}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_flow_that_leaks_is_found_and_no_other(language: Language, seed: int) -> None:
    text, expected = _file(language, seed, FLOWS)
    found = _found(language, text)
    lines = text.split("\n")
    missed = {line: (made, lines[line - 1]) for line, made in expected.items() if line not in found}
    more = {line: lines[line - 1] for line in found if line not in expected}
    assert (missed, more) == ({}, {})
    assert FLOWS // 5 < len(expected) < FLOWS
