"""Bounds of a field: "never an allocation with qty above 100", "price always at least 2", "block forecasts with qty
below 1"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from factory_git.growth.desire.desire import CONSTRAINT
from factory_git.growth.desire.rule import Found, makers, only, steps, used, without
from factory_git.growth.desire.vocabulary import Match, Vocabulary
from factory_git.growth.desire.words import FILLER, NUMBERS, Clause, Token, phrase
from factory_git.spec import skills
from factory_git.spec.model import Entity, Field, Pipeline, Step
from factory_git.spec.types import Scalar

SIGNS = {
    ("more", "than"): ">", ("greater", "than"): ">", ("higher", "than"): ">", ("above",): ">", ("over",): ">",
    ("exceed",): ">", (">",): ">", (">=",): ">=", ("less", "than"): "<", ("lower", "than"): "<", ("fewer", "than"): "<",
    ("below",): "<", ("under",): "<", ("<",): "<", ("<=",): "<=", ("at", "least"): ">=", ("at", "most"): "<=",
    ("up", "to"): "<=",
}  # fmt: skip
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
NEVER, ALWAYS = ("never", "no", "not"), ("always", "only", "every", "all")
_NUMBER = re.compile(r"\d+(\.\d+)?")


def guard(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``never … FIELD above N`` and ``always … FIELD at least N``: a guardrail."""
    never, always = clause.having(*NEVER), clause.having(*ALWAYS)
    bound = _bound(clause, book)
    if bound is None or bool(never) == bool(always) or clause.verbs("block", "gate"):
        return
    entity, field, sign, number, tokens = bound
    tokens = used(tokens, never, always)
    if without(clause.content, tokens):
        return
    sign = OPPOSITE[sign] if never else sign
    condition = f"{entity.name}.all(x, x.{field.name} {sign} {number})"
    held = [one for one in book.graph.spec.guardrails if one.always is not None and _same(str(one.always), condition)]
    if held:
        yield Found(tokens=tokens, means=f"held already, by {held[0].path}", nodes=(held[0].path,), role=CONSTRAINT)
        return
    name = f"{_words(entity)} {_plain(field)} {_name_of(sign)} {number}".capitalize()
    op = {"add_guardrail": name, "always": condition, "on_break": "abort"}
    yield Found(
        tokens=tokens, means=f"a guardrail: {condition}", nodes=(entity.path, field.path), ops=(op,), role=CONSTRAINT
    )


def gate(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``block ENTITY with FIELD above N``: a gate where the rows are made, or before they are first used."""
    verbs = clause.verbs("block", "gate")
    bound = _bound(clause, book)
    if not verbs or bound is None:
        return
    entity, field, sign, number, tokens = bound
    tokens = used(tokens, verbs, clause.having("when", "where", "whose", "if"))
    place = _place(book, entity)
    if without(clause.content, tokens) or place is None:
        return
    pipeline, where = place
    name = f"{_words(entity)} {_plain(field)} gate".capitalize()
    op = {"insert_gate": name, "in": pipeline.id, **where, "gate": entity.name}
    op |= {"keep": f"it.{field.name} {OPPOSITE[sign]} {number}"}
    means = f"a gate: {entity.name} rows with {field.name} {sign} {number} are taken out"
    yield Found(tokens=tokens, means=means, nodes=(entity.path, field.path), ops=(op,), role=CONSTRAINT)


def _bound(clause: Clause, book: Vocabulary) -> tuple[Entity, Field, str, str, tuple[Token, ...]] | None:
    """Entity, field, sign and number of a clause that bounds one field; None for any other."""
    numbers = [token for token in clause.tokens if _NUMBER.fullmatch(token.text) or token.stem in NUMBERS]
    sign, said = _sign(clause.tokens)
    if len(numbers) != 1 or not sign:
        return None
    matches = list(book.matches(without(clause.tokens, numbers, said)))
    whose = only(matches, "entity", book)
    fields = [(one, name) for one in matches for name in one.of("field")]
    meant: dict[str, tuple[Match, Entity, Field]] = {}
    for match, name in fields:
        owner = book.graph.spec.entity(name.path.split(".")[2])
        field = next((f for f in owner.fields if f.path == name.path), None) if owner else None
        if owner and field and (not whose or owner in [entity for _, entity in whose]) and _numeric(field):
            meant[field.path] = (match, owner, field)
    if len(meant) != 1:
        return None  # none, or several entities have a field of that name: which one is not said
    match, entity, field = next(iter(meant.values()))
    unit = [t for t in clause.tokens if field.unit and t.text.lower() == field.unit.lower()]
    number = NUMBERS.get(numbers[0].stem, numbers[0].text)
    own = [one for one, owner in whose if owner is entity]
    return entity, field, sign, number, used(numbers, said, match, unit, *own)


def _sign(tokens: Sequence[Token]) -> tuple[str, list[Token]]:
    for number in range(len(tokens)):
        for words, sign in SIGNS.items():
            some = list(tokens[number : number + len(words)])
            if tuple(token.stem for token in some) == words:
                return sign, some
    return "", []


def _place(book: Vocabulary, entity: Entity) -> tuple[Pipeline, dict[str, str]] | None:
    made = makers(book, entity)
    if made:
        return made[-1][0], {"after": made[-1][1].id}
    readers: list[tuple[Pipeline, Step]] = [
        (pipeline, step)
        for pipeline, step in steps(book)
        if any(book.graph.spec.entity(one) is entity for one in skills.consumed(step))
    ]
    return (readers[0][0], {"before": readers[0][1].id}) if readers else None


def _numeric(field: Field) -> bool:
    return isinstance(field.type, Scalar) and field.type.name in ("int", "decimal")


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _name_of(sign: str) -> str:
    return {">": "above", "<": "below", ">=": "at least", "<=": "at most"}[sign]


def _words(entity: Entity) -> str:
    return " ".join(part for part in phrase(entity.name) if part not in FILLER)


def _plain(field: Field) -> str:
    return field.name.replace("_", " ")
