"""Whom to tell of what: "alert on shortfalls", "notify when there is a shortfall"."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.growth.desire.rule import Found, makers, only, used, without
from factory_git.growth.desire.vocabulary import Vocabulary
from factory_git.growth.desire.words import FILLER, Clause, phrase
from factory_git.spec import skills
from factory_git.spec.model import Entity, Field
from factory_git.spec.types import Ref

TOLD = ("alert", "notification", "notice", "warning")
SIGNS = ("when", "whenever", "about", "every", "each", "any", "all")


def notify(clause: Clause, book: Vocabulary) -> Iterator[Found]:
    """``alert on ENTITY``: an alert for every row of it, by a step after the one that makes it."""
    verbs = clause.verbs("notify")
    alert = _alert(book)
    if not verbs or alert is None:
        return
    matches = list(book.matches(without(clause.tokens, verbs)))
    about = [(match, entity) for match, entity in only(matches, "made", book) if entity is not alert]
    signs = clause.having(*SIGNS)
    if len(about) != 1 or without(clause.content, verbs, signs, about[0][0]):
        return  # a condition, or words that nobody knows: not to be guessed
    match, entity = about[0]
    tokens = used(verbs, signs, match)
    telling = [step for pipeline, step in makers(book, alert) if entity.name in _consumed(book, skills.consumed(step))]
    if telling:
        nodes = tuple(step.path for step in telling)
        yield Found(tokens=tokens, means=f"every {entity.name} is told of already, by {', '.join(nodes)}", nodes=nodes)
        return
    made, subject = makers(book, entity), _subject(entity)
    if not made or subject is None:
        return
    pipeline, step = made[-1]
    what = " ".join(part for part in phrase(entity.name) if part not in FILLER)
    op = {
        "insert_step": f"Alert on {what}", "in": pipeline.id, "after": step.id, "each": entity.name,
        "make": alert.name, "set": {"subject": f"it.{subject.name}", "reason": f'"{what}"'},
    }  # fmt: skip
    yield Found(tokens=tokens, means=f"an {alert.name} for every {entity.name}", nodes=(entity.path,), ops=(op,))


def _alert(book: Vocabulary) -> Entity | None:
    """The made entity that tells of things: it has a subject and a reason, and no other field that must be given."""
    for entity in book.graph.spec.entities:
        given = {field.name for field in entity.fields if not field.optional and not field.has_default}
        if (
            entity.made
            and phrase(entity.name)[-1:]
            and phrase(entity.name)[-1] in TOLD
            and given == {"subject", "reason"}
        ):
            return entity
    return None


def _subject(entity: Entity) -> Field | None:
    """The field that names a row: its key, else its first reference, else its first text."""
    texts = [field for field in entity.fields if str(field.type) == "text" and not field.optional]
    refs = [field for field in entity.fields if isinstance(field.type, Ref) and not field.optional]
    return entity.key or next(iter([*refs, *texts]), None)


def _consumed(book: Vocabulary, said: tuple[str, ...] | list[str]) -> set[str]:
    return {entity.name for one in said if (entity := book.graph.spec.entity(one)) is not None}
