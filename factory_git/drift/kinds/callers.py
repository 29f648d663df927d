"""What may lead to the declarations we look for: told from names alone, so that nothing else is looked into.

From the declarations backwards: who calls something of their names, who calls something of these callers' names, and so
on. A program calls few of its functions from many places, so this stays small; where it does not, every name counts.
Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.codemap.resolve import CONSTRUCTORS
from factory_git.codemap.walk import TYPES
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factory_git.drift.kinds.callgraph import CallGraph, Function, Rows

FARTHEST = 6
"""Calls of calls of calls: what is further away than this is not looked for."""
CROWD = 80
"""So many files are looked at on the way back."""


class Near:
    """Which files may name the declarations we look for without calling them: told without reading them."""

    def __init__(self, graph: CallGraph, marks: Iterable[Function]) -> None:
        self.graph = graph
        self.files = {path for path, _ in marks}
        self.folders = {path.rpartition("/")[0] for path in self.files}
        self.names = {path.rpartition("/")[2].split(".")[0] for path in self.files}
        self.names |= {folder.rpartition("/")[2] for folder in self.folders}
        for function in marks:
            if function[1] >= 0:
                row = graph.symbol(function)
                self.names |= {row[0], *([graph.symbol((function[0], row[2]))[0]] if row[2] >= 0 else [])}
        self._known: dict[str, bool] = {}
        words = {graph.symbol(one)[0] for one in marks if one[1] >= 0}
        words |= {name for one in marks if one[1] >= 0 for name in _members(graph, one)}
        self._leading = leading(graph, words)

    def counts(self, name: str, left: int) -> bool:
        """Whether a call of that name may lead to one of them, within ``left`` further calls."""
        if left < len(self._leading.names):
            return name in self._leading.names[left] or name in self.names
        return not self._leading.whole or name in self._leading.names[-1] or name in self.names

    def leads(self, function: Function, left: int) -> bool:
        """Whether a function may."""
        row = self.graph.symbol(function)
        above = self.graph.symbol((function[0], row[2]))[0] if row[2] >= 0 else ""
        return self.counts(row[0], left) or self.counts(above, left) or self.may_name(function[0])

    def may_name(self, path: str) -> bool:
        """Whether a file has one of them, stands beside one, or imports something of such a name."""
        if path not in self._known:
            beside = path in self.files or path.rpartition("/")[0] in self.folders
            self._known[path] = beside or any(map(self._brings, self.graph.rows(path)[3]))
        return self._known[path]

    def _brings(self, row: Rows) -> bool:
        last = row[0].replace("\\", "/").replace("::", "/").replace(".", "/").rstrip("/").rpartition("/")[2]
        return last in self.names or any(there in self.names or there == "*" for there, _ in row[1])


def _members(graph: CallGraph, function: Function) -> list[str]:
    """The names of the methods of a class that is looked for."""
    kind = graph.symbol(function)[1]
    return [graph.symbol((function[0], one))[0] for one in graph.methods(function)] if kind in TYPES else []


@value
class Leading:
    """``names[n]``: the names of functions from which one that we look for may be called, by at most n further calls.
    ``whole``: there are no others, however many calls it takes."""

    names: tuple[frozenset[str], ...]
    whole: bool


def leading(graph: CallGraph, words: Iterable[str]) -> Leading:
    """From ``words``, the names that we look for, backwards."""
    levels = [frozenset(words)]
    fresh = levels[0]
    files: set[str] = set()
    while fresh and len(levels) <= FARTHEST:
        found: set[str] = set()
        for name in fresh:
            bringing = [path for path, _ in graph.code.tree.importing(name)]
            calling = [path for path, _ in graph.code.tree.calling(name)]
            files.update(bringing, calling)
            if len(files) > CROWD:
                return Leading(names=tuple(levels), whole=False)
            for path in bringing:
                found.update(here for row in graph.rows(path)[3] for there, here in row[1] if there == name)
            for path in calling:
                found.update(_callers(graph.rows(path), name))
        fresh = frozenset(found - levels[-1])
        levels.append(levels[-1] | fresh)
    return Leading(names=tuple(levels), whole=not fresh)


def _callers(rows: Rows, name: str) -> Iterator[str]:
    """The names by which the functions of a file that call ``name`` are called themselves."""
    symbols = rows[2]
    for row in rows[4]:
        if row[0] != name or row[2] < 0:
            continue
        caller = symbols[row[2]]
        yield caller[0]
        if caller[2] >= 0 and (caller[0] in CONSTRUCTORS or caller[1] == "constructor"):
            yield symbols[caller[2]][0]
