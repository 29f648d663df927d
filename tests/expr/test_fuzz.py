"""Whatever a spec says, the check answers with problems that have a place, never with an exception of its own."""

from __future__ import annotations

import os
import re
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.compiler.python import guardrails, terms
from factory_git.core.errors import SpecError
from factory_git.spec.check import analyse
from tests.expr.farm import FARMER, spec

TOKEN = re.compile(r"[A-Za-z_]\w*|\d+|[&|=!<>]+|[-+*/.,()\[\]]|\"[^\"\n]*\"")
ROUNDS = 20 if os.environ.get("FACTORY_SOAK") else 1


def _mutant(random: Random) -> str:
    """The farmer spec with one to three of its tokens replaced by others of it, left out or doubled."""
    source = FARMER
    for _ in range(random.randint(1, 3)):
        found = list(TOKEN.finditer(source, FARMER.index("terms:")))
        one, other = random.choice(found), random.choice(found)
        new = random.choice([other.group(), "", one.group() * 2, f"{one.group()} {other.group()}"])
        source = source[: one.start()] + new + source[one.end() :]
    return source


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60 * ROUNDS, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_spec_with_broken_tokens_is_answered(seed: int) -> None:
    source = _mutant(Random(seed))
    try:
        changed = spec(source)
    except SpecError:
        return
    analysis = analyse(changed)
    assert all(p.place and p.place.line and p.message for p in analysis.problems)
    if not any(p.severity == "error" for p in analysis.problems):
        compile(terms.emit(changed, analysis) + guardrails.emit(changed, analysis).split("annotations")[1], "x", "exec")
