"""What names and written types mean where a function stands: rows, types, instances. Lean."""

from __future__ import annotations

import re

from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.resolve import Value as Known
from factory_git.codemap.walk import TYPES
from factory_git.drift.flow.op import dotted
from factory_git.drift.flow.value import UNKNOWN, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.rows import Row, Rows
    from factory_git.drift.world import World

_MEMBER = re.compile(r"(\w+)\??:\s*([^;,{}]+)")
_SEVERAL = re.compile(r"\[\]|^&?\[|\.\.\.$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_NO_ROWS = re.compile(
    r"\b(?:Pick|Omit|Exclude|Callable|Func|Function|Fn|FnMut|FnOnce|Consumer|Supplier|Predicate)\b|=>|\bfunc\(|\bfn\("
)


class Names:
    """What the names of one world mean."""

    def __init__(self, world: World, rows: Rows) -> None:
        self.world = world
        self.resolver = world.code.resolver
        self.rows = rows
        self._types: dict[tuple[str, int, str], Value] = {}

    def outside(self, path: str, owner: int, chain: str) -> Value:
        """What a name or a chain of names means that the function itself gives no value."""
        found = self.resolver.evaluate(path, owner, chain)
        if found is None:
            return self.declared(path, owner, chain)
        if found.what == "symbol":
            row = self.resolver.rows(found.path)[2][found.index]
            if row[1] in TYPES:
                return Value(cls=(found.path, found.index))
            if row[1] in ("variable", "constant", "field", "property") and row[8]:
                return self.instance(found.path, row[2], row[8])
            return UNKNOWN
        return self.value(found)

    def declared(self, path: str, owner: int, chain: str) -> Value:
        """What a member is that is declared to hold several rows, or a name that says what it is."""
        above, _, last = chain.rpartition(".")
        if above:
            holder = self.resolver.evaluate(path, owner, above)
            if holder is not None and holder.what == "instance":
                return self.member((holder.path, holder.index), last)
            return UNKNOWN
        return self.by_name(path, chain)

    def value(self, found: Known) -> Value:
        """The resolver's value as one of the flow's."""
        if found.what != "instance":
            return UNKNOWN
        row = self.rows.of(found.path, found.index)
        return Value(row=row) if row is not None else Value(type_=(found.path, found.index))

    def member(self, of: tuple[str, int], name: str) -> Value:
        """What ``name`` of an instance is, by its declaration."""
        path, index = of
        child = self.resolver.child(path, index, name)
        if child >= 0:
            row = self.resolver.rows(path)[2][child]
            if row[1] in FUNCTIONS:
                return UNKNOWN
            if row[8]:
                return self.instance(path, index, row[8])
        found = self.resolver.member(Known("instance", path, index, "type"), name)
        return self.value(found) if found is not None else UNKNOWN

    def instance(self, path: str, owner: int, text: str) -> Value:
        """A value of a declared type."""
        key = (path, owner, text)
        if key not in self._types:
            self._types[key] = self._instance(path, owner, text)
        return self._types[key]

    def _instance(self, path: str, owner: int, text: str) -> Value:
        if not text or _NO_ROWS.search(text):
            return Value(text=text) if text else UNKNOWN
        if text.startswith("{"):
            parts = {label: self.instance(path, owner, type_.strip()) for label, type_ in _MEMBER.findall(text)}
            return Value(text=text, parts={label: one for label, one in parts.items() if not one.plain})
        found = self.resolver.instance(path, owner, text)
        if found is not None:
            made = self.value(found)
            return made.with_(text=text, many=made.row is not None and _SEVERAL.search(text) is not None)
        for word in _WORD.findall(text):
            if word in self.rows.names:
                row = self.rows.known(self.resolver.instance(path, owner, word))
                if row is not None:
                    return Value(row=row, many=True, text=text)
        return Value(text=text)

    def by_name(self, path: str, name: str) -> Value:
        """What a name alone says: a row, not for sure. Only in the files that the spec has its code in."""
        found = self.rows.named(name)
        if found is None or not self.world.judged(path):
            return UNKNOWN
        row, many = found
        return Value(row=row, many=many, low=True)

    def untyped(self, path: str, name: str, source: Op, found: Value) -> Value:
        """What the name says that something unknown is given."""
        if found.text or source.op in ("none", "text"):
            return found
        told = self.by_name(path, name)
        return told if told is not UNKNOWN else found

    def around(self, path: str, owner: int) -> Row | None:
        """The row whose type a declaration is in."""
        rows = self.resolver.rows(path)[2]
        while owner >= 0:
            if rows[owner][1] in TYPES:
                return self.rows.of(path, owner)
            owner = rows[owner][2]
        return None

    def own(self, path: str, owner: int, name: str) -> bool:
        """Whether a bare name is one of the tree's own functions."""
        found = self.resolver.evaluate(path, owner, name)
        return found is not None and found.what == "symbol"

    def method(self, path: str, owner: int, op: Op) -> bool:
        """Whether a call is of a method that a type of the tree has."""
        chain = dotted(op.parts[0])
        return bool(chain) and self.own(path, owner, f"{chain}.{op.name}")

    def inner(self, path: str, start: int, owner: int) -> int:
        """The declaration that begins around ``start``, inside ``owner``."""
        rows, best = self.resolver.rows(path)[2], owner
        for index, row in enumerate(rows):
            if row[1] in FUNCTIONS and row[6] <= start < row[7] and (best < 0 or row[6] >= rows[best][6]):
                best = index
        return best
