"""From what was understood of a desire to a morph: its operations tried on the spec, and what they amount to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from factory_git.core.errors import Forbidden, Problem, SpecError
from factory_git.growth.approval import NEEDS
from factory_git.growth.compare import compare
from factory_git.growth.desire.desire import Open, Understanding
from factory_git.growth.morph.carry import Carried, carry_out, go_on, level_of, normal, read
from factory_git.growth.morph.morph import LEVELS, Morph
from factory_git.growth.mutation import Diff
from factory_git.growth.report import version
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

PROOFS: Mapping[str, str] = {
    "d": "recompile and drift check",
    "a": "acceptance",
    "g": "guardrails of both versions on the same worlds",
    "m": "migration up and down",
    "s": "simulation",
    "e": "evidence replay",
    "u": "panels",
}
"""Letter of a row of mutations → the kind of proof that it asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A morph, tried: what the spec is afterwards and which mutations that is. ``open`` is what it leaves out."""

    morph: Morph
    diff: Diff
    carried: Carried
    open: tuple[Open, ...] = ()

    @property
    def requires(self) -> tuple[str, ...]:
        """The kinds of proof that its mutations ask for."""
        letters = {letter for one in self.diff.mutations for letter in one.tests}
        return tuple(words for letter, words in PROOFS.items() if letter in letters)

    @property
    def migration(self) -> str:
        """The classes of migration that its mutations ask for (``A`` to ``X``), or empty."""
        return "".join(sorted({one.migration for one in self.diff.mutations if one.migration}))

    @property
    def approvals(self) -> int:
        """The most approvals that one of its mutations asks for by its risk."""
        return max((NEEDS[one.risk] for one in self.diff.mutations), default=0)


def left_open(found: Understanding) -> tuple[Open, ...]:
    """What keeps a desire from being planned as a whole: words not understood, and names without substance."""
    words = [
        Open(
            words=part.words, why=f"{part.means}; {part.unproven}", close="bind it: set_guardrail always:, or bind_step"
        )
        for part in found.parts
        if part.unproven and not part.ops
    ]
    return (*found.open, *words)


def plan(spec: Spec, morph: Morph, open_: Sequence[Open] = ()) -> Plan:
    """``morph`` tried on ``spec``: with its base, its level, and the version that its mutations ask for.

    Raises :class:`SpecError` where an operation cannot be carried out or a lower level is claimed than it has,
    :class:`Forbidden` where what comes of it is forbidden by identity.
    """
    base = build(spec).digest
    morph = replace(morph, ops=tuple(normal(op) for op in morph.ops))
    level = level_of(morph.ops)
    if morph.level and LEVELS.index(morph.level) < LEVELS.index(level):
        raise _too_low(morph, level)
    carried = carry_out(spec, morph.ops)
    diff = compare(spec, carried.spec)
    refuse(diff)
    raised = version.unmet(diff)
    ops: tuple[Mapping[str, Any], ...] = morph.ops
    if raised:
        ops = (*ops, {"set_version": raised})
        carried = go_on(carried, ops[-1:])
        diff = compare(spec, carried.spec)
    level = max([level, *(one.row.level for one in diff.mutations)], key=LEVELS.index)
    whole = replace(morph, ops=ops, base=base, level=level, app=spec.id)
    return Plan(morph=whole, diff=diff, carried=carried, open=tuple(open_))


def refuse(diff: Diff) -> None:
    """Raise :class:`Forbidden` with every mutation that no approval can allow."""
    found = [one for one in diff.mutations if one.risk == "forbidden"]
    if not found:
        return
    problems = [
        Problem(
            code="identity/forbidden",
            message=f"{one.id} {one.path}" + (f": {'; '.join(one.reasons)}" if one.reasons else ""),
            place=one.new_place or one.old_place,
            path=one.path,
            hint=one.example,
        )
        for one in found
    ]
    raise Forbidden(
        "forbidden by identity: " + "; ".join(one.message for one in problems),
        code="identity/forbidden",
        hint="no approval can allow it; what must not hold any more needs an application of another id",
        details={"problems": [one.as_json() for one in problems]},
    )


def _too_low(morph: Morph, level: str) -> SpecError:
    names = [read(op)[0] for op in morph.ops if read(op)[1].level == level]
    said = ", ".join(f"{one.op} {one.subject}" for one in names[:4])
    message = f"the morph says level: {morph.level}, and {said} is at level {level}"
    problem = Problem(code="morph/level", message=message, hint=f"write level: {level}, or leave it out")
    return SpecError(message, [problem], code=problem.code, hint=problem.hint)
