"""What the formats for machines tell, one thing at a time: a mutation, a problem, the end of a spec. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from factory_git.core.errors import Place, Problem
from factory_git.growth.mutation import Mutation
from factory_git.growth.report.told import APPROVED_FROM, GONE, Told, place
from factory_git.growth.report.values import sentence

REMOVED = "spec-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing. ``id`` is a row of the table or the code of a problem, ``risk`` says how bad it is.

    ``fails``: somebody must act. ``text`` is one line, ``more`` what else is known, ``key`` the same for the same thing
    in the next report.
    """

    id: str
    risk: str
    text: str
    key: str
    more: tuple[str, ...] = ()
    place: Place | None = None
    fails: bool = True
    mutation: Mutation | None = None

    @property
    def body(self) -> str:
        """All that is known, a line each."""
        return "\n".join([self.text, *self.more])


def notices(one: Told) -> Iterator[Notice]:
    """Everything that one compared spec has to tell."""
    if one.state == GONE:
        words = f"{one.id}: the spec is removed; no approval allows the end of a lineage"
        yield Notice(id=REMOVED, risk="forbidden", text=words, key=f"{one.root}/{REMOVED}")
    for problem in one.problems:
        yield _problem(one, problem)
    for each in one.shown:
        yield _mutation(one, each)


def _mutation(one: Told, each: Mutation) -> Notice:
    example = (f"for example: {each.example}",) if each.example else ()
    return Notice(
        id=each.id,
        risk=each.risk,
        text=sentence(each),
        key=f"{one.root}/{each.fingerprint}",
        more=(*each.reasons, *example),
        place=place(each),
        fails=each.rank >= APPROVED_FROM,
        mutation=each,
    )


def _problem(one: Told, problem: Problem) -> Notice:
    wrong = problem.severity == "error"
    return Notice(
        id=problem.code,
        risk="breaking" if wrong else "major",
        text=problem.message,
        key=f"{one.root}/{problem.code}/{problem.path}",
        more=(problem.hint,) if problem.hint else (),
        place=problem.place,
        fails=wrong,
    )
