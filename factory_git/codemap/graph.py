"""Edges: who calls whom, each with how it was obtained."""

from __future__ import annotations

from factory_git.codemap.everyday import NAMES
from factory_git.codemap.lookup import Found, find, place
from factory_git.codemap.resolve import CONSTRUCTORS, SUPER, Resolver
from factory_git.codemap.walk import TYPES
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Rows = tuple[Any, ...]


CONFIDENCE = {
    "scope": "high",
    "import": "high",
    "self": "high",
    "package": "high",
    "type": "medium",
    "unique": "medium",
    "name": "low",
}
"""How an edge was obtained → how far to trust it.

``scope``: defined in the same file and visible there; ``import``: through an import that leads to a file of the tree;
``self``: a member of the class around the call or of its bases; ``package``: the same package or namespace; ``type``: a
member of a declared or constructed type; ``unique``: the only member of that name in the tree; ``name``: one of
several, or of a name that the language's own types have too.
"""
RANK = {"high": 0, "medium": 1, "low": 2, "none": 3}
CALLABLE = (TYPES - {"impl"}) | {"function", "method", "constructor", "macro"}
SHOWN = 8
"""More candidates than these say nothing about a call by name."""


@value
class Edge:
    """A call from ``caller`` to ``callee`` (None: outside the tree, or not known)."""

    caller: Found
    callee: Found | None
    text: str
    how: str
    line: int

    @property
    def confidence(self) -> str:
        """``high``, ``medium``, ``low``; ``none`` for an edge that leads nowhere."""
        return CONFIDENCE.get(self.how, "none")


def callees(resolver: Resolver, source: Found) -> Iterator[Edge]:
    """The calls in the body of ``source``, what is defined inside it included, in evaluation order."""
    rows = resolver.rows(source.path)
    inside = _below(rows[2], source.index)
    for call in rows[4]:
        if call[2] in inside:
            yield from resolve_call(resolver, source.path, call)


def resolve_call(resolver: Resolver, path: str, call: Rows) -> Iterator[Edge]:
    """The edges of one call row of a file: one where it is known, several by name, or one that leads nowhere."""
    name, receiver, owner, _, _, line, _, _ = call
    text = f"{receiver}.{name}" if receiver else name
    caller = place(resolver, path, owner)
    value = resolver.evaluate(path, owner, text)
    if value is not None and value.what == "symbol":
        yield Edge(caller=caller, callee=place(resolver, value.path, value.index), text=text, how=value.how, line=line)
        return
    # Above an unknown base is nothing that a name could tell.
    unknowable = receiver in SUPER if receiver else _is_local(resolver, path, owner, name)
    found = [] if unknowable else by_name(resolver, path, receiver, name)
    if not found or len(found) > SHOWN:
        yield Edge(caller=caller, callee=None, text=text, how="", line=line)
        return
    how = "unique" if len(found) == 1 and _telling(resolver, path, receiver, name) else "name"
    for one in found:
        yield Edge(caller=caller, callee=one, text=text, how=how, line=line)


def _telling(resolver: Resolver, path: str, receiver: str, name: str) -> bool:
    """Whether being the only one of its name says anything: not where names must be imported, nor of everyday names."""
    linked = resolver.rows(path)[0] in ("c", "cpp", "ruby")
    return name not in NAMES and (bool(receiver) or linked)


def by_name(resolver: Resolver, path: str, receiver: str, name: str) -> list[Found]:
    """The callables that a call by this name could mean: members after a receiver, others without one."""
    language = _family(resolver.rows(path)[0])
    root = receiver.split(".", maxsplit=1)[0].split("(", maxsplit=1)[0]
    if receiver and _external(resolver, path, root):
        return []
    key = (name, language, bool(receiver))
    if key not in resolver.candidates:
        resolver.candidates[key] = [
            one
            for one in find(resolver.tree, name, kinds=CALLABLE)
            if _family(resolver.rows(one.path)[0]) == language and (one.symbol.parent >= 0) == bool(receiver)
        ]
    out: list[Found] = resolver.candidates[key]
    return out


def _external(resolver: Resolver, path: str, name: str) -> bool:
    """Whether ``name`` is imported from outside the tree: its members are then not ours."""
    if name in resolver.names(path):
        return False
    for module, names, alias, _, _ in resolver.rows(path)[3]:
        here = alias or (module.split(".")[0] if not names else "")
        if name and (name == here or any(name == local for _, local in names)):
            return True
    return False


def _is_local(resolver: Resolver, path: str, owner: int, name: str) -> bool:
    """Whether a bare name is a parameter or a local value: called, it means whatever was handed in."""
    rows = resolver.rows(path)[2]
    while owner >= 0:
        if (owner, name) in resolver.bindings(path) or any(p[0] == name for p in rows[owner][12]):
            return True
        owner = rows[owner][2]
    return _external(resolver, path, name)


def _family(language: str) -> str:
    return {"typescript": "javascript", "tsx": "javascript", "cpp": "c"}.get(language, language)


def _below(symbols: tuple[tuple[object, ...], ...], index: int) -> set[int]:
    inside = {index}
    for number, row in enumerate(symbols):
        if row[2] in inside and (index >= 0 or number < 0):
            inside.add(number)
    return inside


def callers(resolver: Resolver, targets: Iterable[Found], *, low: bool = True) -> Iterator[Edge]:
    """The calls that lead to one of ``targets``; ``low``: those by name alone among them."""
    wanted = _with_constructors(resolver, list(targets))
    by_label: dict[str, set[tuple[str, int]]] = {}
    for key, label in wanted.items():
        by_label.setdefault(label, set()).add(key)
    for label, keys in sorted(by_label.items()):
        files = {path for path, _ in resolver.tree.calling(label)}
        renaming = {path for path, _ in resolver.tree.importing(label)} - files
        for path in sorted(files | renaming):
            labels = {label} | {k.here for k in resolver.links(path) if k.name == label}
            yield from _calls_in(resolver, path, labels, keys, low=low)


def _calls_in(
    resolver: Resolver, path: str, labels: set[str], keys: set[tuple[str, int]], *, low: bool
) -> Iterator[Edge]:
    for call in resolver.rows(path)[4]:
        if call[0] not in labels:
            continue
        for edge in resolve_call(resolver, path, call):
            if edge.callee is None or (edge.confidence == "low" and not low):
                continue
            if (edge.callee.path, edge.callee.index) in keys:
                yield edge


def _with_constructors(resolver: Resolver, targets: list[Found]) -> dict[tuple[str, int], str]:
    """What is called when a target is meant: a constructor is called by the name of its class."""
    out: dict[tuple[str, int], str] = {}
    for one in targets:
        out[one.path, one.index] = one.symbol.name
        if one.symbol.name in CONSTRUCTORS and one.symbol.parent >= 0:
            above = place(resolver, one.path, one.symbol.parent)
            out[one.path, above.index] = above.symbol.name
    return out
