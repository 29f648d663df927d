"""What a file imports, who imports it, and what a change reaches."""

from __future__ import annotations

from collections.abc import Iterable

from factory_git.codemap import words
from factory_git.codemap.graph import callers
from factory_git.codemap.imports.registry import rules
from factory_git.codemap.lookup import TOP, Found, known_file, place, require
from factory_git.codemap.resolve import Resolver
from factory_git.core.value import value

INDEXES = frozenset({"__init__", "index", "mod", "lib", "main"})
"""Files that stand for their folder."""
LIMIT = 500
"""An impact wider than this is cut, and says so."""


@value
class Dependency:
    """One import of ``source``: the file it leads to, or ``target`` empty when it leads out of the tree."""

    source: str
    target: str
    module: str
    names: tuple[str, ...]
    line: int


@value
class Reached:
    """Something a change reaches: at ``depth`` steps, through ``via``, known by ``how``."""

    path: str
    id: str
    line: int
    depth: int
    via: str
    how: str
    confidence: str


@value
class Impact:
    """What a change reaches, the nearest first; ``cut`` is the number of further ones that are not listed."""

    start: tuple[str, ...]
    reached: tuple[Reached, ...]
    cut: int


def imports(resolver: Resolver, path: str) -> tuple[Dependency, ...]:
    """The imports of a file in its order. Raises ``NotFound`` for a file that is not on the map."""
    known_file(resolver.tree, path)
    targets: dict[int, list[str]] = {}
    for link in resolver.links(path):
        targets.setdefault(link.at, []).append(link.path)
    out = []
    for at, (module, names, alias, _, line) in enumerate(resolver.rows(path)[3]):
        shown = tuple(there if there == here else f"{there} as {here}" for there, here in names) or (
            (alias,) if alias else ()
        )
        out += [
            Dependency(source=path, target=target, module=module, names=shown, line=line)
            for target in dict.fromkeys(targets.get(at, [""]))
        ]
    return tuple(out)


def importers(resolver: Resolver, path: str) -> tuple[Dependency, ...]:
    """The files of the tree that import ``path``, by path. Raises ``NotFound`` for a file that is not on the map."""
    known_file(resolver.tree, path)
    out = []
    for file in _candidates(resolver, path):
        if file != path:
            out += [d for d in imports(resolver, file) if d.target == path]
    return tuple(sorted(out, key=lambda d: (d.source, d.line)))


def _candidates(resolver: Resolver, path: str) -> list[str]:
    """The files whose imports mention what could lead to ``path``: its name, or its package's and its symbols'."""
    folder, _, name = path.rpartition("/")
    stem = name.split(".")[0]
    keys = (
        {folder.rpartition("/")[2], ".", "crate", "super", "self"}
        if stem in INDEXES
        else {stem, name.rpartition(".")[0]}
    )
    language, package, definitions, *_ = resolver.rows(path)
    keys |= rules(language).spelled(resolver.tree, path)
    if package:
        keys |= (
            {row[0] for row in definitions if row[2] < 0} | set(words.keys(package)[-1:]) | {folder.rpartition("/")[2]}
        )
    found: set[str] = set()
    for key in keys - {""}:
        found |= {file for file, _ in resolver.tree.importing(key)}
    return sorted(found)


def impact(resolver: Resolver, name: str, depth: int) -> Impact:
    """What a change of a file or of the symbols of a name reaches in ``depth`` steps.

    From a file: those who import it, and so on. From a symbol: its callers, and theirs; edges by name alone are not
    followed. Raises ``NotFound`` when there is neither such a file nor such a symbol.
    """
    if resolver.tree.has(name):
        return _files(resolver, name, depth)
    return _symbols(resolver, require(resolver.tree, name), depth)


def _files(resolver: Resolver, path: str, depth: int) -> Impact:
    seen, out, edge = {path}, [], [path]
    for step in range(1, depth + 1):
        following = []
        for target in edge:
            for one in importers(resolver, target):
                if one.source not in seen:
                    seen.add(one.source)
                    following.append(one.source)
                    out.append(
                        Reached(
                            path=one.source,
                            id=TOP,
                            line=one.line,
                            depth=step,
                            via=target,
                            how="import",
                            confidence="high",
                        )
                    )
        edge = following
    return Impact(start=(path,), reached=tuple(out[:LIMIT]), cut=max(0, len(out) - LIMIT))


def _symbols(resolver: Resolver, start: Iterable[Found], depth: int) -> Impact:
    edge = list(start)
    names = tuple(f"{one.path}::{one.symbol.id}" for one in edge)
    seen, out = {(one.path, one.index) for one in edge}, []
    for step in range(1, depth + 1):
        following: list[Found] = []
        for call in callers(resolver, edge, low=False):
            at = call.caller
            if (at.path, at.index) in seen or call.callee is None:
                continue
            seen.add((at.path, at.index))
            via = f"{call.callee.path}::{call.callee.symbol.id}"
            out.append(
                Reached(
                    path=at.path,
                    id=at.symbol.id,
                    line=call.line,
                    depth=step,
                    via=via,
                    how=call.how,
                    confidence=call.confidence,
                )
            )
            if at.index >= 0:
                following.append(place(resolver, at.path, at.index))
        edge = following
        if len(out) > LIMIT:
            break
    return Impact(start=names, reached=tuple(out[:LIMIT]), cut=max(0, len(out) - LIMIT))
