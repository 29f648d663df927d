"""What a type of some language can hold, in the words of the spec. Lean: it is on the hook's path.

The words are those of the spec's types (``text int decimal bool date datetime json any``) and a few that no field of a
spec has, so that they agree with little: ``float bytes time duration map uuid``. ``enum`` has words of its own,
``list`` an item, ``entity`` the entity it is bound to.
"""

from __future__ import annotations

from factory_git.core.value import value


@value
class Meaning:
    """``kinds`` empty: the type cannot be seen. ``optional``: it can be absent; None where the language does not say.

    ``words`` are pairs (name, value) of an enumeration where they can be seen. ``entities`` are spec paths.
    ``wrapped``: it is a type of the tree's own around one such value, ``name`` that type's name.
    """

    kinds: frozenset[str] = frozenset()
    optional: bool | None = False
    words: tuple[tuple[str, str], ...] = ()
    item: Meaning | None = None
    entities: tuple[str, ...] = ()
    wrapped: bool = False
    name: str = ""


UNKNOWN = Meaning(optional=None)
ABSENT = Meaning(kinds=frozenset({"null"}), optional=True)


def union(parts: list[Meaning]) -> Meaning:
    """What can be one of several."""
    optional: bool | None = any(one is ABSENT or one.optional for one in parts)
    rest = [one for one in parts if one is not ABSENT]
    if len(rest) == 1 and not optional:
        return rest[0]
    if any(not one.kinds for one in rest) or not rest:
        return Meaning(optional=optional)
    return Meaning(
        kinds=frozenset().union(*[one.kinds for one in rest]),
        optional=optional,
        words=tuple([word for one in rest for word in one.words]),
        item=next((one.item for one in rest if one.item is not None), None),
        entities=tuple([path for one in rest for path in one.entities]),
        wrapped=any(one.wrapped for one in rest),
        name=rest[0].name if len(rest) == 1 else "",
    )
