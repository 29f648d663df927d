"""Who is called: the value of ``a.b().c`` as far as names, imports, ``self`` and declared types tell.

A chain of names is evaluated step by step to a module, a symbol or an instance of a class. Each step says how it was
known; an edge has the confidence of its weakest step. What cannot be evaluated is never guessed here: that is left to
the caller, who may list the symbols of that name, labelled as such.
"""

from __future__ import annotations

import re
from functools import lru_cache

from factory_git.codemap.held import FUNCTIONS, Held
from factory_git.codemap.imports.registry import rules
from factory_git.codemap.typetext import head, plain
from factory_git.codemap.walk import TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.imports.link import Link
    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]


STRENGTH = {"scope": 0, "import": 1, "self": 2, "package": 3, "type": 4}
"""How a step was known, the surest first."""
SELF = frozenset({"self", "cls", "this", "$this", "static", "Self", "@"})
SUPER = frozenset({"super", "super()", "parent", "base"})
IMPLICIT = frozenset({"java", "csharp", "cpp", "ruby"})
"""Languages in which a bare name may be a member of the class around it."""
CONSTRUCTORS = ("__init__", "constructor", "__construct", "initialize", "new")
_STEP = re.compile(r"[\w$@\\#]+[!?]?|\(\)|\[\]")
_DEPTH = 12


class Value:
    """What a name stands for: ``what`` is ``module``, ``symbol`` or ``instance``; ``index`` a symbol of ``path``."""

    __slots__ = ("how", "index", "path", "what")

    def __init__(self, what: str, path: str, index: int, how: str) -> None:
        self.what, self.path, self.index, self.how = what, path, index, how

    def __repr__(self) -> str:
        return f"Value({self.what!r}, {self.path!r}, {self.index!r}, {self.how!r})"


_ABSENT = Value("absent", "", -1, "")


class Resolver(Held):
    """Evaluates names in the files of one tree; remembers what it has found."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.candidates: dict[tuple[str, str, str], Any] = {}  # callables by name, kept for whoever asks by name
        self.bases = lru_cache(maxsize=None)(self._bases)
        self.members = lru_cache(maxsize=None)(self._members)
        self._values: dict[tuple[str, int, str], Value | None] = {}

    def definition(self, path: str, name: str, depth: int = 0) -> Value | None:
        """What the module at ``path`` offers as ``name``: its own, or handed on from another file."""
        index = self.child(path, -1, name)
        if index >= 0:
            return Value("symbol", path, index, "import")
        link = self.link(path, name) if depth < _DEPTH else None
        if link is not None and link.reexport:
            return self._follow(link, depth)
        if depth < _DEPTH:
            for other in self.stars(path):
                if other.path != path:
                    found = self.definition(other.path, name, depth + 1)
                    if found is not None:
                        return found
        if self.rows(path)[0] == "go":  # the package is all files of the folder
            for near, label in self._near(path, name):
                index = self.child(near, -1, label)
                if index >= 0:
                    return Value("symbol", near, index, "import")
        return None

    def _follow(self, link: Link, depth: int = 0) -> Value | None:
        if not link.name:
            return Value("module", link.path, -1, "import")
        found = self.definition(link.path, link.name, depth + 1)
        if found is None and "." in link.name:
            outer, _, inner = link.name.rpartition(".")
            above = self.definition(link.path, outer, depth + 1)
            return self.member(above, inner) if above is not None else None
        return found

    # Evaluation.

    def evaluate(self, path: str, owner: int, chain: str, depth: int = 0) -> Value | None:
        """The value of a dotted chain as seen from the body of ``owner``; None when it cannot be known."""
        key = (path, owner, chain)
        if key in self._values:
            return self._values[key]
        value = self._evaluate(path, owner, chain, depth)
        if depth == 0 or value is not None:  # a chain that was only too deep from here may be known from elsewhere
            self._values[key] = value
        return value

    def _evaluate(self, path: str, owner: int, chain: str, depth: int) -> Value | None:
        if depth > _DEPTH or chain in SUPER:
            return None if depth > _DEPTH else self._super(path, owner)
        steps = _STEP.findall(chain)
        if not steps or chain.startswith(("(", "[")):
            return None
        if steps[0] == "super" and len(steps) > 1 and steps[1] == "()":
            value, rest = self._super(path, owner), steps[2:]
        else:
            value, rest = self._first(path, owner, steps[0], depth), steps[1:]
            dotted = steps[0]
            # `import a.b.c` binds `a`; the longest imported name that begins the chain wins.
            for count, step in enumerate(rest, 1):
                dotted = f"{dotted}.{step}"
                link = self.link(path, dotted) if dotted in self.imported(path) else None
                if link is not None:
                    value, rest = self._follow(link), rest[count:]
                    break
        for step in rest:
            if value is None:
                return None
            value = (
                self._result(value, depth)
                if step == "()"
                else None
                if step == "[]"
                else self.member(value, step, depth)
            )
        return value

    def _first(self, path: str, owner: int, name: str, depth: int) -> Value | None:
        """What a single name stands for: what is nearest wins."""
        if name in SELF:
            around = self._class_around(path, owner)
            if around >= 0:
                return self._declared(Value("instance", path, around, "self"))
            if self.rows(path)[0] != "rust":  # there `self::` is a module
                return None
        found = self._local(path, owner, name, depth)
        if found is not _ABSENT:
            return found
        index = self.child(path, -1, name)
        if index >= 0:
            return self._symbol(path, index, "scope", depth)
        link = self.link(path, name)
        return self._settled(self._follow(link), depth) if link is not None else self._outer(path, name, depth)

    def _local(self, path: str, owner: int, name: str, depth: int) -> Value | None:
        """A binding, a parameter, a nested definition or an unsaid member; ``_ABSENT`` when it is none of them."""
        symbols, at = self.rows(path)[2], owner
        while at >= 0:
            row = symbols[at]
            known = self.bindings(path).get((at, name))
            if known is not None:
                return self._bound(path, at, *known, depth)
            for label, type_, _, _ in row[12] if row[1] in FUNCTIONS else ():
                if label.lstrip("$") == name.lstrip("$"):
                    return self.instance(path, at, type_, depth)
            if row[1] in FUNCTIONS or row[1] in ("module", "namespace") or at == owner:
                index = self.child(path, at, name)
                if index >= 0:
                    return self._symbol(path, index, "scope", depth)
            if row[1] in TYPES and self.rows(path)[0] in IMPLICIT:
                found = self.member(Value("instance", path, at, "self"), name, depth)
                if found is not None:
                    return found
            at = row[2]
        return _ABSENT

    def _outer(self, path: str, name: str, depth: int) -> Value | None:
        """What all of another file's names, or the file's own package, offer."""
        for other in self.stars(path):
            found = self.definition(other.path, name, 1)
            if found is not None:
                return found
        for near, label in self._near(path, name):
            if not label:
                return Value("module", near, -1, "package")
            index = self.child(near, -1, label)
            if index >= 0:
                return self._settled(Value("symbol", near, index, "package"), depth)
        return None

    def _near(self, path: str, name: str) -> list[tuple[str, str]]:
        rows = self.rows(path)
        return rules(rows[0]).neighbours(self.tree, path, rows, name) if rows[0] else []

    def _settled(self, value: Value | None, depth: int) -> Value | None:
        """A variable of another file stands for what it holds, where that is known."""
        if value is not None and value.what == "symbol":
            return self._symbol(value.path, value.index, value.how, depth)
        return value

    def _bound(self, path: str, owner: int, value: str, how: str, depth: int) -> Value | None:
        if how == "several":
            return None
        if how == "type":
            return self.instance(path, owner, value, depth + 1)
        made = self.evaluate(path, owner, value, depth + 1)
        return self._result(made, depth) if made is not None else None

    def _symbol(self, path: str, index: int, how: str, depth: int) -> Value | None:
        row = self.rows(path)[2][index]
        if row[1] in ("variable", "constant", "field", "property"):
            return self._content(path, index, depth) or Value("symbol", path, index, how)
        if row[1] == "impl":
            return self._declared(Value("symbol", path, index, how))
        if "declaration" in row[15]:
            return self._implemented(path, index, how)
        return Value("symbol", path, index, how)

    def _implemented(self, path: str, index: int, how: str) -> Value:
        """The body of a function that a header only declares, when there is exactly one."""
        row, found = self.rows(path)[2][index], []
        for other, _ in self.tree.defining(row[0]):
            for number, one in enumerate(self.rows(other)[2]):
                same = one[0] == row[0] and one[1] in FUNCTIONS and "declaration" not in one[15]
                if same and ("static" not in one[15] or other == path) and (one[2] >= 0) == (row[2] >= 0):
                    found.append(Value("symbol", other, number, how))
        return found[0] if len(found) == 1 else Value("symbol", path, index, how)

    def _content(self, path: str, index: int, depth: int) -> Value | None:
        """What a field or variable holds: its declared type, or the class that makes its first value."""
        row = self.rows(path)[2][index]
        if row[8]:
            return self.instance(path, row[2], row[8], depth + 1)
        made = re.match(r"(?:await |new )?([\w.$\\]+)\(", row[9])
        if made and depth < _DEPTH:
            # A value made in a constructor is made of the constructor's own names.
            owner = self._maker(path, row[2], row[6])
            value = self.evaluate(path, owner, made[1], depth + 1)
            return self._result(value, depth) if value is not None else None
        plain = re.fullmatch(r"\$?\w+", row[9])
        if plain and depth < _DEPTH and row[2] >= 0:
            value = self.evaluate(path, self._maker(path, row[2], row[6]), row[9], depth + 1)
            return value if value is not None and value.what == "instance" else None
        return None

    def _maker(self, path: str, parent: int, start: int) -> int:
        for index, row in enumerate(self.rows(path)[2]):
            if row[2] == parent and row[1] in FUNCTIONS and row[6] <= start < row[7]:
                return index
        return parent

    def instance(self, path: str, owner: int, type_: str, depth: int = 0) -> Value | None:
        """An instance of the type that ``type_`` names, as seen from ``owner``."""
        text = plain(type_)
        if text in ("Self", "self", "this", "static") and owner >= 0:
            around = self._class_around(path, owner)
            return Value("instance", path, around, "type") if around >= 0 else None
        name = head(text)
        if not name or depth > _DEPTH:
            return None
        # The parameters of the function itself must not shadow the names of its types.
        around = self.rows(path)[2][owner][2] if owner >= 0 and self.rows(path)[2][owner][1] in FUNCTIONS else owner
        found = self.evaluate(path, around, name, depth + 1)
        if found is not None and found.what == "symbol" and self.rows(found.path)[2][found.index][1] in TYPES:
            return Value("instance", found.path, found.index, "type")
        return None

    def _result(self, value: Value, depth: int) -> Value | None:
        """What calling ``value`` gives."""
        if value.what != "symbol":
            return None
        row = self.rows(value.path)[2][value.index]
        if row[1] in TYPES:
            return Value("instance", value.path, value.index, "type")
        if row[1] in FUNCTIONS and row[8]:
            return self.instance(value.path, value.index, row[8], depth + 1)
        if row[1] in FUNCTIONS and row[0] == "new" and row[2] >= 0:
            return Value("instance", value.path, row[2], "type")
        return None

    def member(self, value: Value, name: str, depth: int = 0) -> Value | None:
        """``value.name``."""
        if value.what == "module":
            found = self.definition(value.path, name)
            if found is not None:
                return self._settled(self._weaker(found, value), depth)
            below = self._submodule(value.path, name)
            return Value("module", below, -1, value.how) if below else None
        if depth > _DEPTH:
            return None
        index = self.child(value.path, value.index, name)
        if index >= 0:
            row = self.rows(value.path)[2][index]
            if row[1] in ("field", "property", "variable", "constant"):
                return self._content(value.path, index, depth + 1)
            return Value("symbol", value.path, index, value.how)
        for base in self.bases(value.path, value.index):
            found = self.member(Value(value.what, base.path, base.index, value.how), name, depth + 1)
            if found is not None:
                return found
        return self._elsewhere(value, name)

    def _elsewhere(self, value: Value, name: str) -> Value | None:
        """A member written outside its type: Go methods, Rust ``impl`` blocks, C++ definitions, partial classes."""
        rows = self.rows(value.path)
        if rows[0] not in ("go", "rust", "cpp", "csharp", "ruby"):
            return None
        label = rows[2][value.index][0]
        folder = value.path.rpartition("/")[0]
        for path, index in self.members(name).get(label, ()):
            near = rows[0] != "go" or path.rpartition("/")[0] == folder
            if near and self.rows(path)[0] == rows[0]:
                return Value("symbol", path, index, value.how)
        return None

    def _members(self, name: str) -> dict[str, list[tuple[str, int]]]:
        """Where members of a name are, by the name of what they are in."""
        out: dict[str, list[tuple[str, int]]] = {}
        for path, _ in self.tree.defining(name):
            symbols = self.rows(path)[2]
            for index, row in enumerate(symbols):
                if row[0] == name and row[2] >= 0:
                    out.setdefault(symbols[row[2]][0], []).append((path, index))
        return out

    def _bases(self, path: str, index: int) -> list[Value]:
        """The classes that a class names as its bases and that the tree has."""
        out = []
        for base in self.rows(path)[2][index][13]:
            found = self.evaluate(path, self.rows(path)[2][index][2], head(base))
            if found is not None and found.what == "symbol" and (found.path, found.index) != (path, index):
                out.append(found)
        return out

    def _class_around(self, path: str, owner: int) -> int:
        rows = self.rows(path)[2]
        while owner >= 0 and rows[owner][1] not in TYPES:
            owner = rows[owner][2]
        return owner

    def _declared(self, value: Value) -> Value:
        """The type itself, for the stand-in of one whose declaration is in another file."""
        row = self.rows(value.path)[2][value.index]
        if row[1] != "impl":
            return value
        for path, _ in self.tree.defining(row[0]):
            if path.rpartition("/")[0] != value.path.rpartition("/")[0] and self.rows(value.path)[0] == "go":
                continue
            for index, other in enumerate(self.rows(path)[2]):
                if other[0] == row[0] and other[1] in TYPES and other[1] != "impl":
                    return Value(value.what, path, index, value.how)
        return value

    def _super(self, path: str, owner: int) -> Value | None:
        around = self._class_around(path, owner)
        found = self.bases(path, around) if around >= 0 else []
        return Value("instance", found[0].path, found[0].index, "self") if found else None

    def _submodule(self, path: str, name: str) -> str:
        rows = self.rows(path)
        return rules(rows[0]).submodule(self.tree, path, name) if rows[0] else ""

    @staticmethod
    def _weaker(value: Value, before: Value) -> Value:
        how = max(value.how, before.how, key=lambda h: STRENGTH[h])
        return Value(value.what, value.path, value.index, how)
