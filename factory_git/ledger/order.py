"""The order of records by what they came from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory_git.core.ids import RecordId


def by_graph(parents: Mapping[RecordId, Iterable[RecordId]]) -> list[RecordId]:
    """Ids so that parents of the same set come before children, ties by id."""
    waiting = {id_: {p for p in ps if p in parents and p != id_} for id_, ps in parents.items()}
    children: dict[RecordId, list[RecordId]] = {}
    for id_, needs in waiting.items():
        for parent in needs:
            children.setdefault(parent, []).append(id_)
    out: list[RecordId] = []
    ready = sorted(id_ for id_, needs in waiting.items() if not needs)
    while ready:
        out += ready
        freed: list[RecordId] = []
        for id_ in ready:
            for child in children.get(id_, ()):
                waiting[child].discard(id_)
                if not waiting[child]:
                    freed.append(child)
        ready = sorted(freed)
    return out + sorted(parents.keys() - set(out))  # ids are hashes: a cycle cannot be, and is still listed
