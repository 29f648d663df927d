"""How the names of a spec read on a page: ``SprayEvent`` → ``Spray event``, ``contract_id`` → ``Contract``."""

from __future__ import annotations

import re

from factory_git.spec.model import Entity, Field
from factory_git.spec.types import ListOf, Ref

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORT = re.compile(r"[A-Z][A-Z0-9]+")
LABELS = ("name", "title", "label")
"""Fields that stand for a row where it is referred to, the first that it has."""


def human(name: str) -> str:
    """A name as words: the first capital, the rest small but for abbreviations."""
    words = [w for part in re.split(r"[_\s]+", name) for w in _CAMEL.split(part) if w]
    small = [w if _SHORT.fullmatch(w) else w.lower() for w in words]
    text = " ".join(small) or name
    return text[:1].upper() + text[1:]


def many(title: str) -> str:
    """The English plural of a title: ``Delivery`` → ``Deliveries``."""
    if title.endswith("y") and title[-2:-1] not in "aeiou":
        return f"{title[:-1]}ies"
    if title.endswith(("s", "x", "ch", "sh")):
        return f"{title}es"
    return f"{title}s"


def column(field: Field) -> str:
    """The heading of a field; a reference's loses its ``_id``."""
    kind = field.type.item if isinstance(field.type, ListOf) else field.type
    name = field.name
    if isinstance(kind, Ref) and name.lower().endswith("_id") and len(name) > 3:
        name = name[:-3]
    return "ID" if name.lower() == "id" else human(name)


def label(entity: Entity) -> Field | None:
    """The field that stands for a row of the entity, if it has one of the usual names."""
    return next((f for wanted in LABELS for f in entity.fields if f.name.lower() == wanted), None)
