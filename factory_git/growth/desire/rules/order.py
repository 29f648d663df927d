"""Who is served first: "reserve tuesday contracts first", "highest price_floor first", "reserve contracts first"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.rule import Found, steps, used, without
from factory_git.growth.desire.vocabulary import Match, Vocabulary
from factory_git.growth.desire.words import Clause, Token
from factory_git.spec.model import Entity, Pipeline, Step

_Place: TypeAlias = tuple[Pipeline, Step, Entity]
FIRST = ("first",)
DOWN = ("highest", "largest", "biggest", "greatest", "most")
UP = ("lowest", "smallest", "least", "fewest")


def first(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """A group of rows, or the greatest or least of a field, before the others in what an ``allocate`` step serves."""
    said = clause.having(*FIRST)
    served = list(_allocations(book))
    if not said or not served:
        return
    verbs = clause.verbs("reserve", "allocate")
    matches = list(book.matches(without(clause.tokens, said, verbs)))
    for pipeline, step, demand in served:
        whom = [one for one in matches if SpecPath(demand.path) in {name.path for name in one.of("entity")}]
        if not whom and any(one.of("entity") for one in matches):
            continue
        for found in _of(clause, (pipeline, step, demand), served, matches, whom):
            if not without(clause.content, found.tokens):  # a word more may narrow the group: not to be guessed
                yield found


def _of(clause: Clause, place: _Place, served: Sequence[_Place], matches: Sequence[Match],
        whom: Sequence[Match]) -> Iterator[Found]:  # fmt: skip
    """What one step's order would be."""
    pipeline, step, demand = place
    verbs = [*clause.having(*FIRST), *clause.verbs("reserve", "allocate")]
    group, extreme = _group(demand, matches), _extreme(clause, demand, matches)
    if extreme is not None:
        tokens, key = extreme
        yield _keyed(step, pipeline, demand, key, used(verbs, tokens, *whom))
    elif group:
        yield _grouped(step, pipeline, demand, group, used(verbs, *group, *whom))
    elif whom:
        yield _before_others(step, pipeline, demand, served, used(verbs, *whom))


def _allocations(book: Vocabulary) -> Iterator[_Place]:
    for pipeline, step in steps(book):
        if step.skill == "allocate":
            demand = book.graph.spec.entity(str(_held(step).get("demand", "")))
            if demand is not None:
                yield pipeline, step, demand


def _held(step: Step) -> Mapping[str, object]:
    held = step.params.get("allocate")
    return held if isinstance(held, Mapping) else {}


def _group(demand: Entity, matches: Sequence[Match]) -> dict[Match, str]:
    """Which rows: matches that say words of this entity's enums, each with its field."""
    out = {}
    for one in matches:
        fields = {name.path for name in one.of("value") if name.path.startswith(f"{demand.path}.")}
        if len(fields) == 1:
            out[one] = next(iter(fields)).rpartition(".")[2]
    return out


def _grouped(step: Step, pipeline: Pipeline, demand: Entity, group: Mapping[Match, str],
             tokens: tuple[Token, ...]) -> Found:  # fmt: skip
    fields: dict[str, list[str]] = {}
    for match, id_ in group.items():
        field = next(one.name for one in demand.fields if one.id == id_)
        value = next(name.name for name in match.of("value") if name.path.endswith(f".{id_}"))
        fields.setdefault(field, []).append(f'{field} == "{value}"')
    condition = " && ".join(f"({' || '.join(one)})" if len(one) > 1 else one[0] for one in fields.values())
    nodes = (step.path, *(SpecPath(f"{demand.path}.fields.{id_}") for id_ in dict.fromkeys(group.values())))
    means = f"{step.name} serves {demand.name} rows with {condition} before the others"
    if _orders(step)[:1] == [_bare(f"-({condition})")]:
        return Found(tokens=tokens, means=f"{means}, as it does", nodes=nodes)
    op = {"allocate": step.id, "in": pipeline.id, "first": condition}
    return Found(tokens=tokens, means=means + _only_these(step, fields), nodes=nodes, ops=(op,))


def _only_these(step: Step, fields: Mapping[str, object]) -> str:
    """A word on a condition that makes the order matter less than it seems."""
    where = str(_held(step).get("where", ""))
    if any(f".{field}" in where for field in fields):
        return f" (of the rows that it takes at all: where {where})"
    return ""


def _extreme(clause: Clause, demand: Entity, matches: Sequence[Match]) -> tuple[tuple[Token, ...], str] | None:
    for sign, words in (("-", DOWN), ("", UP)):
        said = clause.having(*words)
        for one in matches:
            fields = [f for f in demand.fields if f.path in {name.path for name in one.of("field")}]
            if said and len(fields) == 1:
                return used(said, one), f"{sign}{fields[0].name}"
    return None


def _keyed(step: Step, pipeline: Pipeline, demand: Entity, key: str, tokens: tuple[Token, ...]) -> Found:
    orders = _orders(step)
    way = "greatest" if key.startswith("-") else "least"
    means = f"{step.name} serves {demand.name} rows with the {way} {key.lstrip('-')} first"
    if orders[:1] == [key]:
        return Found(tokens=tokens, means=f"{means}, as it does", nodes=(step.path,))
    written = [str(one) for one in _many(_held(step).get("order"))]
    order = [key, *(one for one in written if _bare(one) not in (key, key.lstrip("-"), f"-{key}"))]
    op = {"allocate": step.id, "in": pipeline.id, "order": order}
    return Found(tokens=tokens, means=means, nodes=(step.path,), ops=(op,))


def _before_others(step: Step, pipeline: Pipeline, demand: Entity,
                   served: Sequence[_Place], tokens: tuple[Token, ...]) -> Found:  # fmt: skip
    supply = _held(step).get("supply")
    rivals = [s for p, s, _ in served if p is pipeline and str(_held(s).get("supply")) == str(supply)]
    means = f"{demand.name} is served before anything else takes {supply}"
    if rivals[0] is step:
        return Found(tokens=tokens, means=f"{means}, as it is", nodes=(step.path,))
    op = {"move_step": step.id, "in": pipeline.id, "before": rivals[0].id}
    return Found(tokens=tokens, means=means, nodes=(step.path,), ops=(op,))


def _orders(step: Step) -> list[str]:
    return [_bare(str(one)) for one in _many(_held(step).get("order"))]


def _bare(text: str) -> str:
    return "".join(text.replace("it.", "").split())


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
