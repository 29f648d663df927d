"""The questions of ``map`` that read more than the cache: ``refs``, ``brief``, ``export``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from factory_git.app.map import Map
from factory_git.codemap import brief as briefing
from factory_git.codemap import export as exporting
from factory_git.codemap import mentions
from factory_git.codemap.facts import facts
from factory_git.codemap.languages.registry import CONFIGURATIONS
from factory_git.codemap.resolve import Resolver
from factory_git.core.value import value
from factory_git.gitio import snapshot


@value
class References:
    """Where a name stands; ``other_files`` hold it too, in languages that the map does not read."""

    name: str
    mentions: tuple[mentions.Mention, ...]
    other_files: int


def refs(the: Map, name: str) -> References:
    """Every place where a name stands in the code. A qualified name is looked for by its last part."""
    word = name.rpartition("::")[2].rpartition(".")[2]
    cwd = the.location.worktree or the.location.git_dir
    commit = the.which.rev or ("HEAD" if the.location.worktree is None else "")
    tree = snapshot.tree_of(cwd, commit) if commit else ""
    resolver = Resolver(the.tree)
    known, unknown = [], 0
    for path in snapshot.files_with_word(cwd, word, tree=tree, staged=the.which.staged):
        blob = the.tree.blob(path)
        if blob is None or resolver.rows(path)[0] in CONFIGURATIONS:
            unknown += 1
        else:
            known.append(path)
    found: list[mentions.Mention] = []
    for path, data in _contents(the, cwd, tree, sorted(known)):
        found += mentions.mentions(path, data, facts(resolver.rows(path)), word)
    return References(name=word, mentions=tuple(found), other_files=unknown)


def _contents(the: Map, cwd: Path, tree: str, paths: list[str]) -> Iterator[tuple[str, bytes]]:
    if not tree and not the.which.staged:
        for path in paths:
            try:
                yield path, (cwd / path).read_bytes()
            except OSError:
                continue  # gone since it was listed
        return
    listing = snapshot.committed(cwd, tree) if tree else snapshot.staged(cwd)
    oids = {path: oid for path, oid, _ in listing}
    with snapshot.Blobs(cwd) as blobs:
        for path, (_, data) in zip(paths, blobs.read(oids[p] for p in paths), strict=True):
            if data is not None:
                yield path, data


def brief(the: Map, task: str, budget: int) -> briefing.Brief:
    """What to read first for a task, in at most ``budget`` tokens."""
    return briefing.brief(Resolver(the.tree), task, budget)


def export(the: Map, folder: str, *, calls: bool = False) -> exporting.Graph:
    """The graph of a folder (empty: of the whole tree) to draw. Raises ``NotFound`` when there is no such folder."""
    return exporting.picture(Resolver(the.tree), the.folder(folder), calls=calls)
