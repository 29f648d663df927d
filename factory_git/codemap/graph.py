"""Edges: who calls whom, each with how it was obtained."""

from __future__ import annotations

from factory_git.codemap.everyday import NAMES
from factory_git.codemap.lookup import Found, place
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
    caller, text = place(resolver, path, call[2]), _text(call)
    how, targets = _targets(resolver, path, call)
    if not targets:
        yield Edge(caller=caller, callee=None, text=text, how="", line=call[5])
    for at, index in targets:
        yield Edge(caller=caller, callee=place(resolver, at, index), text=text, how=how, line=call[5])


def _text(call: Rows) -> str:
    return f"{call[1]}.{call[0]}" if call[1] else str(call[0])


def _targets(resolver: Resolver, path: str, call: Rows) -> tuple[str, list[tuple[str, int]]]:
    """How a call is known, and where it leads: file and index of one symbol, or of several by name."""
    name, receiver, owner, _, kind = call[:5]
    value = resolver.evaluate(path, owner, _text(call))
    if value is not None and value.what == "symbol":
        return value.how, [(value.path, value.index)]
    # Above an unknown base is nothing that a name could tell.
    unknowable = receiver in SUPER if receiver else _is_local(resolver, path, owner, name)
    found = [] if unknowable else by_name(resolver, path, receiver, name, kind)
    if not found or len(found) > SHOWN:
        return "", []
    telling = len(found) == 1 and _seen(resolver, path, *found[0]) and _telling(resolver, path, owner, receiver, name)
    return "unique" if telling else "name", found


def _seen(resolver: Resolver, path: str, other: str, index: int) -> bool:
    """Whether a file may use a symbol at all: an exported one, or one of its own package."""
    there = resolver.rows(other)
    if there[2][index][3] or path.rpartition("/")[0] == other.rpartition("/")[0]:
        return True
    return bool(there[1]) and there[0] in ("java", "csharp", "php") and there[1] == resolver.rows(path)[1]


def _telling(resolver: Resolver, path: str, owner: int, receiver: str, name: str) -> bool:
    """Whether being the only one of its name says anything.

    Not where names must be imported, nor of everyday names, nor where the receiver's type is declared and not ours.
    """
    linked = resolver.rows(path)[0] in ("c", "cpp", "ruby")
    return name not in NAMES and (linked if not receiver else not _declared(resolver, path, owner, receiver))


def _declared(resolver: Resolver, path: str, owner: int, receiver: str) -> bool:
    """Whether a parameter, a local value or a field of that name has a declared type."""
    head, _, name = receiver.rpartition(".")
    if head:
        value = resolver.evaluate(path, owner, head)
        return value is not None and value.what != "module" and _typed(resolver, value.path, value.index, name)
    rows = resolver.rows(path)[2]
    while owner >= 0:
        if resolver.bindings(path).get((owner, name), ("", ""))[1] == "type" or _typed(resolver, path, owner, name):
            return True
        if any(p[1] and p[0].lstrip("$") == name.lstrip("$") for p in rows[owner][12]):
            return True
        owner = rows[owner][2]
    return False


def _typed(resolver: Resolver, path: str, parent: int, name: str) -> bool:
    index = resolver.child(path, parent, name)
    return index >= 0 and bool(resolver.rows(path)[2][index][8])


def by_name(resolver: Resolver, path: str, receiver: str, name: str, kind: str) -> list[tuple[str, int]]:
    """The callables that a call by this name could mean: members after a receiver, others without one; macros."""
    language = _family(resolver.rows(path)[0])
    if receiver and _external(resolver, path, receiver.split(".", 1)[0].split("(", 1)[0]):
        return []
    macro = kind == "macro"
    key = (name, language, "macro" if macro else "member" if receiver else "")
    if key not in resolver.candidates:
        resolver.candidates[key] = [
            (file, index)
            for file, blob in resolver.tree.defining(name)
            if _family(resolver.tree.rows(blob)[0]) == language
            for index, row in enumerate(resolver.tree.rows(blob)[2])
            if row[0] == name
            and row[1] in CALLABLE
            and (row[1] == "macro" if macro else _is_member(resolver.tree.rows(blob)[2], row) == bool(receiver))
        ]
    out: list[tuple[str, int]] = resolver.candidates[key]
    return out


def _is_member(symbols: Rows, row: Rows) -> bool:
    """Whether a symbol belongs to a type or a function, and not just to a file or a module in it."""
    return row[2] >= 0 and symbols[row[2]][1] not in ("module", "namespace")


def _external(resolver: Resolver, path: str, name: str) -> bool:
    """Whether ``name`` is imported from outside the tree: its members are then not ours."""
    return bool(name) and name in resolver.imported(path) and resolver.link(path, name) is None


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
            yield from _calls_in(resolver, path, resolver.called(path, label), keys, low=low)


def _calls_in(
    resolver: Resolver, path: str, labels: set[str], keys: set[tuple[str, int]], *, low: bool
) -> Iterator[Edge]:
    for call in resolver.rows(path)[4]:
        if call[0] in labels:
            how, targets = _targets(resolver, path, call)
            if low or CONFIDENCE.get(how) != "low":
                for at, index in targets:
                    if (at, index) in keys:
                        caller, callee = place(resolver, path, call[2]), place(resolver, at, index)
                        yield Edge(caller=caller, callee=callee, text=_text(call), how=how, line=call[5])


def _with_constructors(resolver: Resolver, targets: list[Found]) -> dict[tuple[str, int], str]:
    """What is called when a target is meant: a constructor is called by the name of its class."""
    out: dict[tuple[str, int], str] = {}
    for one in targets:
        out[one.path, one.index] = one.symbol.name
        if one.symbol.name in CONSTRUCTORS and one.symbol.parent >= 0:
            above = place(resolver, one.path, one.symbol.parent)
            out[one.path, above.index] = above.symbol.name
    return out
