"""Type words: ``text key``, ``decimal?``, ``ref Buyer``, ``enum mon tue``, ``list text``."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.spec.names import suggest
from factory_git.spec.types import FIELD_SCALARS, Enum, ListOf, Ref, Type

WORDS = (*FIELD_SCALARS, "ref", "enum", "list")


class TypeWordError(ValueError):
    """A type that cannot be read. ``hint`` names the way out; ``offset`` is where in the text the trouble is."""

    def __init__(self, message: str, hint: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.offset = offset


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWord:
    """A type as written for a field or an argument, with its suffixes. ``enum`` alone has no values yet."""

    type: Type
    key: bool = False
    optional: bool = False


def parse(text: str) -> TypeWord:
    """Read one type. Raises :class:`TypeWordError`."""
    body = text.strip()
    key = optional = False
    while True:
        if body.endswith(" key") and not key:
            key, body = True, body[:-4].rstrip()
        elif body.endswith("?") and not optional:
            optional, body = True, body[:-1].rstrip()
        else:
            break
    if key and optional:
        raise TypeWordError("a key cannot be optional", "drop the ? or the key")
    return TypeWord(type=_type(body, text), key=key, optional=optional)


def _type(body: str, text: str) -> Type:
    word, _, rest = body.partition(" ")
    rest = rest.strip()
    if word in FIELD_SCALARS and not rest:
        return FIELD_SCALARS[word]
    if word == "ref" and rest:
        return Ref(rest)
    if word == "enum":
        values = tuple(rest.split())
        twice = next((v for v in values if values.count(v) > 1), None)
        if twice is not None:
            raise TypeWordError(f"enum lists {twice!r} twice", "", text.find(twice))
        return Enum(values)
    if word == "list" and rest:
        item = _type(rest, text)
        if isinstance(item, ListOf):
            raise TypeWordError(
                "a list of lists is no field type", "make the inner list an entity of its own, or use json"
            )
        return ListOf(item)
    if word in ("ref", "list"):
        raise TypeWordError(f"{word!r} needs {'an entity' if word == 'ref' else 'a type'} after it", f"{word} …")
    if word in FIELD_SCALARS:
        raise TypeWordError(f"type {word!r} takes nothing after it, found {rest!r}", "suffixes are ' key' and '?'")
    offset = max(text.find(word), 0)
    raise TypeWordError(f"unknown type {word!r}" if word else "a type is missing", suggest(word, WORDS), offset)
