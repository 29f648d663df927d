"""What deleting an artifact takes with it, or what forbids it. Pure."""

from __future__ import annotations

from factory_git.core.errors import InvalidInput, Problem
from factory_git.knowledge.change import Change, Stamp, follow
from factory_git.knowledge.desk import base_of
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Link


def artifact_removal(state: State, one: Artifact, stamp: Stamp, *, cascade: bool, why: str) -> list[Change]:
    """The changes that delete an artifact, its relationships with it.

    Raises :class:`InvalidInput` that lists the relationships when they are not to go with it.
    """
    links = state.touching(one.id, Link)
    if links and not cascade:
        problems = [Problem(code="knowledge/in-use", message=_words(state, link)) for link in links]
        hint = "delete them first, or with it: --cascade"
        raise InvalidInput(f"artifact {one.name!r} has relationships", problems, code="knowledge/in-use", hint=hint)
    changes = [link_removal(link, stamp, why) for link in links]
    data = {"links": [link.id for link in links]}
    title = f"delete {one.name}"
    return [*changes, follow("artifact.delete", one.id, base_of(one), data, stamp, title=title, why=why)]


def link_removal(link: Link, stamp: Stamp, why: str) -> Change:
    """The change that deletes a relationship."""
    return follow("link.delete", link.id, base_of(link), {}, stamp, title=f"unlink {link.type}", why=why)


def _words(state: State, link: Link) -> str:
    ends = [getattr(state.thing(id_), "name", id_[:10]) for id_ in (link.source, link.target)]
    return f"link {link.id[:10]}: {ends[0]} {link.type} {ends[1]}"
