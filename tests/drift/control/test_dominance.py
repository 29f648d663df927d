"""What the analysis says of a program is what happens when it is run in every possible way, in every language."""

from __future__ import annotations

import os
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from factory_git.drift.bind import bind
from factory_git.drift.contract import Contract
from factory_git.drift.contracts import contract_of
from factory_git.drift.rules import gf204_gate_dominates, gf302_guardrail_not_called
from factory_git.drift.world import World
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.drift.control.programs import Oracle, Program, holds, programs
from tests.drift.control.render import LANGUAGES
from tests.drift.memory_tree import code_of

SPEC = """\
factory: 1
app: {id: farm}
code: {default: bound, language: LANGUAGE, paths: [src]}
data_contracts:
  entities:
    - {name: Lot, fields: {id: text key, qty: int}}
    - {name: Pick, made: true, fields: {id: text key, qty: int}}
    - {name: Bill, made: true, fields: {id: text key}}
workflows:
  pipelines:
    - name: Sell
      steps:
        - {name: PHI gate, gate: Lot, keep: it.qty > 0}
        - {name: Pick lots, each: Lot, make: Pick, set: {id: it.id, qty: it.qty}}
        - {name: Bill picks, each: Pick, make: Bill, set: {id: it.id}}
safety:
  guardrails:
    - {name: Lots small, always: "Pick.all(it, it.qty < 9)"}
"""
COUNT = {"python": 200, "javascript": 100, "typescript": 30}
TIMES = 40 if os.environ.get("FACTORY_SOAK") else 1


@cache
def contract(language: str) -> Contract:
    """What the specification says."""
    spec = load([Source(path="factory.yaml", content=SPEC.replace("LANGUAGE", language).encode())])
    return contract_of(spec)


def verdict(language: str, path: str, code: str) -> tuple[bool, bool]:
    """Whether the gate is open, whether the guardrail is passed by."""
    seen = code_of({path: code.encode()})
    tied = bind(contract(language), seen)
    world = World(contract(language), seen, tied.bound, tied.trouble)
    assert len(tied.bound) == 4, code
    return any(gf204_gate_dominates.check(world)), any(gf302_guardrail_not_called.check(world))


def called(program: Program, name: str) -> bool:
    """Whether a call is written anywhere that the pipeline leads to."""
    helps = holds(program.body, ("call", "help"))
    return holds(program.body, ("call", name)) or (helps and holds(program.helper, ("call", name)))


def unread(program: Program) -> bool:
    """A helper that leads to nothing of interest is not read: that it never comes back is seen only where it raises
    on its first level."""
    marks = any(holds(program.helper, ("call", name)) for name in ("gate", "step", "guard"))
    return not marks and any(holds(program.helper, one) for one in (("raise",), "forever", ("true",)))


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gate_is_open_where_some_way_reaches_a_step_without_it(language: str) -> None:
    @settings(
        max_examples=COUNT.get(language, 60) * TIMES, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @given(program=programs())
    def every(program: Program) -> None:
        renderer = LANGUAGES[language]()
        if not renderer.can(program) or unread(program):
            return
        oracle = Oracle(program, falls=renderer.falls)
        path, code = renderer.file(program)
        open_, dirty = verdict(language, path, code)
        assert open_ == (oracle.open and called(program, "gate")), code
        if not called(program, "guard"):
            assert dirty == called(program, "step"), code  # never called at all
        else:
            assert dirty == oracle.dirty, code

    every()
