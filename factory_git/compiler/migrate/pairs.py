"""What of the old schema is what of the new one: by declared rename, else by id. The same rule as for two specs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from factory_git.spec.renames import renamed_words

Facts = Mapping[str, Any]


def paired(old: Mapping[str, Facts], new: Mapping[str, Facts], *, known: bool) -> dict[str, str]:
    """New id → old id. ``known``: the old schema says its own renames, so that one is not carried out twice.

    A rename that the old schema declares is undone by a new one that has the former id again.
    """
    back = {facts["was"]: id_ for id_, facts in old.items() if "was" in facts and facts["was"] not in old}
    pairs: dict[str, str] = {}
    for id_ in sorted(new):
        was = new[id_].get("was")
        there = old.get(id_)
        done = there is not None and (not known or there.get("was") == was)
        for before in (None if done else was, id_, back.get(id_)):
            if before is not None and before in old and before not in pairs.values():
                pairs[id_] = before
                break
    return {id_: pairs[id_] for id_ in new if id_ in pairs}


def words(
    old: Sequence[str], new: Sequence[str], apart: Callable[[str, str], bool]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The words of an enum that are called otherwise (see :func:`renamed_words`), and those that are gone."""
    renamed = renamed_words(old, new, apart)
    return renamed, tuple(word for word in old if word not in new and word not in renamed)


def origin(whole: Facts, having: Mapping[str, Facts], without: Mapping[str, Facts], pairs: Mapping[str, str]) -> str:
    """The entity that a new one was split off: one in both schemas that lost at least half of its own fields to it.

    ``pairs`` lead from ids of ``having``, which has the new one, to ids of ``without``. Read the other way round the
    same says what an entity that is gone was merged into. Empty: it is just new.
    """
    own = {id_: type_ for id_, type_, plain in _fields(whole) if plain}
    declared = str(whole.get("was", ""))
    if declared in pairs.values():
        return declared
    for id_, before in sorted(pairs.items(), key=lambda pair: pair[1]):
        then = {id_: type_ for id_, type_, _ in _fields(without[before])}
        now = {id_ for id_, _, _ in _fields(having[id_])}
        lost = [one for one, type_ in own.items() if then.get(one) == type_ and one not in now]
        if len(lost) >= 2 and 2 * len(lost) >= len(own):
            return before
    return ""


def _fields(entity: Facts) -> Iterator[tuple[str, str, bool]]:
    for field in entity["fields"]:
        yield field["id"], field["type"], not (field.get("key") or field["type"].startswith(("ref ", "list ref ")))
