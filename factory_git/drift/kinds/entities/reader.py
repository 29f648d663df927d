"""What a type means: its text, the table of its language, and the types of the tree, one or two steps through them.

A name that neither the table nor the tree knows means nothing that can be judged. Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.codemap.walk import TYPES
from factory_git.core.value import replace
from factory_git.drift.kinds.entities.declared import declared
from factory_git.drift.kinds.entities.meaning import ABSENT, UNKNOWN, Meaning, union
from factory_git.drift.kinds.entities.table import table
from factory_git.drift.kinds.entities.typetext import enclosed, generic, literal, number, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.kinds.entities.table import Table
    from factory_git.drift.world import World

DEPTH = 6
_POINTED = ("big.", "apd.", "inf.", "decimal.Big", "url.", "timestamppb.", "structpb.")
"""Go's types that are passed by pointer as a rule: it says nothing of absence."""
_BEFORE = ("readonly ", "final ", "mut ", "dyn ", "impl ", "const ", "unique symbol ", "typing.", "t.", "new ")


class Reader:
    """Reads the types that stand in one file of one language, as seen from inside the declaration at ``owner``."""

    def __init__(self, world: World, language: str, path: str, owner: int) -> None:
        found = table(language)
        assert found is not None
        self.world = world
        self.table: Table = found
        self.language = language
        self.path = path
        self.owner = owner
        self.depth = 0

    def elsewhere(self, path: str, owner: int) -> Reader:
        """A reader for another place, one step further from where the question was asked."""
        found = Reader(self.world, self.language, path, owner)
        found.depth = self.depth + 1
        return found

    def read(self, text: str) -> Meaning:
        """The meaning of a type's text."""
        text = text.strip()
        if not text or text.endswith("…") or self.depth > DEPTH:
            return UNKNOWN
        if self.language == "python" and (quoted := literal(text)) is not None:
            text = quoted  # a forward reference
        if text.startswith("@"):  # a type annotation of Java: `@Nullable String`
            return self._annotated(text)
        if self.table.unions:
            parts = split(text, "|")
            if len(parts) > 1:
                return union([self.read(part) for part in parts])
            text = parts[0] if parts else ""
        return self._one(text)

    def _annotated(self, text: str) -> Meaning:
        word, _, rest = text.partition(" ")
        found = self.read(rest)
        label = word[1:].split("(")[0].rpartition(".")[2]
        return replace(found, optional=True) if label in ("Nullable", "CheckForNull") else found

    def _one(self, text: str) -> Meaning:
        """A type that is no union."""
        for word in _BEFORE:
            text = text.removeprefix(word).lstrip()
        if text.startswith("?") and self.language == "php":
            return replace(self.read(text[1:]), optional=True)
        if self.language == "go" and text.startswith("map["):
            return Meaning(kinds=frozenset({"map"}), optional=None)
        if self.language in ("go", "rust") and text[:1] in "*&[(":
            return self._pointer(text)
        if text.startswith(("? extends ", "? super ")):
            return self.read(text.split(" ", 2)[2])
        if self.language in ("typescript", "tsx", "javascript"):
            found = self._ecmascript(text)
            if found is not None:
                return found
        if text.startswith("(") and enclosed(text):
            return self.read(text[1:-1]) if len(split(text[1:-1], ",")) == 1 else Meaning(kinds=frozenset({"list"}))
        if text.endswith("[]"):
            return self._list(text[:-2])
        return self._named(text)

    def _pointer(self, text: str) -> Meaning:
        if text.startswith("&"):
            rest = text[1:].lstrip()
            if rest.startswith("'"):
                rest = rest.partition(" ")[2]
            return self.read(rest.removeprefix("mut "))
        if text.startswith("*"):
            found = self.read(text[1:])
            whole = found.kinds & {"entity", "json", "class"} or not found.kinds or text[1:].startswith(_POINTED)
            return replace(found, optional=None if whole else True)
        if text.startswith("("):
            return Meaning(kinds=frozenset({"null" if text == "()" else "list"}))
        if self.language == "rust":  # `[T; 3]`, `[T]`
            return self._list(text[1:-1].split(";", maxsplit=1)[0])
        close = text.find("]")
        if text[1:close] == "" and text[close + 1 :].strip() in ("byte", "uint8"):
            return Meaning(kinds=frozenset({"bytes"}), optional=None)
        return self._list(text[close + 1 :])

    def _ecmascript(self, text: str) -> Meaning | None:
        """The forms that only TypeScript has; None for a plain one."""
        said = literal(text)
        if said is not None:  # a template is any text of its shape
            words = ((said, said),) if text[0] != "`" else ()
            return Meaning(kinds=frozenset({"enum" if words else "text"}), words=words)
        if number(text):
            return Meaning(kinds=frozenset({"int", "decimal"}))
        if "=>" in text and not enclosed(text):
            return Meaning(kinds=frozenset({"function"}))
        parts = split(text, "&")
        if len(parts) > 1:  # `string & {readonly brand: 'Sku'}` is text
            found = [self.read(part) for part in parts]
            return next((one for one in found if one.kinds and "map" not in one.kinds), UNKNOWN)
        if text[0] in "{[":
            return Meaning(kinds=frozenset({"map" if text[0] == "{" else "list"}))
        return self._derived(text)

    def _derived(self, text: str) -> Meaning | None:
        """A type made from another one, or from a value."""
        if text.startswith(("typeof ", "(typeof ")) and text.endswith("[number]"):
            return self._values(text[: -len("[number]")].strip("()").removeprefix("typeof ").strip())
        if "typeof " in text and (found := self._inferred(text)) is not None:
            return found
        if text.startswith(("typeof ", "keyof ", "(typeof ", "infer ")) or " extends " in text:
            return UNKNOWN
        if text.endswith("]") and not text.endswith("[]") and (at := text.rfind("[")) > 0:
            return self._indexed(text[:at], literal(text[at + 1 : -1]))
        return None

    def _values(self, name: str) -> Meaning:
        """One of the words of a constant list: ``(typeof DAYS)[number]``."""
        found = self.world.code.resolver.evaluate(self.path, -1, name)
        if found is None or found.what != "symbol":
            return UNKNOWN
        text = self.world.code.symbol(found.path, found.index).default.removesuffix("as const").strip()
        if not text.startswith("[") or not text.endswith("]"):
            return UNKNOWN
        words = [literal(one) for one in split(text[1:-1], ",")]
        known = tuple([(word, word) for word in words if word is not None])
        return Meaning(kinds=frozenset({"enum"}), words=known) if known and len(known) == len(words) else UNKNOWN

    def _inferred(self, text: str) -> Meaning | None:
        """What a schema's type is: ``z.infer<typeof Day>``."""
        from factory_git.drift.kinds.entities.schemas import inferred, type_of  # noqa: PLC0415 (as in the fields)

        name = inferred(text)
        found = self.world.code.resolver.evaluate(self.path, -1, name) if name else None
        if found is None or found.what != "symbol":
            return None
        symbol = self.world.code.symbol(found.path, found.index)
        return self.elsewhere(found.path, symbol.parent).read(type_of(symbol.default)) if symbol.default else None

    def _indexed(self, name: str, member: str | None) -> Meaning:
        """``Block['id']``: the type of that member."""
        found = self.world.code.resolver.instance(self.path, -1, name)
        if found is None or member is None:
            return UNKNOWN
        index = self.world.code.resolver.child(found.path, found.index, member)
        if index < 0:
            return UNKNOWN
        symbol = self.world.code.symbol(found.path, index)
        meaning = self.elsewhere(found.path, found.index).read(symbol.type)
        return replace(meaning, optional=True) if "optional" in symbol.modifiers else meaning

    def _list(self, item: str) -> Meaning:
        return Meaning(kinds=frozenset({"list"}), item=self.read(item), optional=self._absent(""))

    def _absent(self, name: str) -> bool | None:
        """Whether a type that does not speak of absence can be absent."""
        if self.table.absent == "never":
            return False
        return None if (name in self.table.solid) == (self.table.absent == "zero") or not name else False

    def _named(self, text: str) -> Meaning:
        """A name, perhaps with arguments."""
        name, arguments = generic(text, self.table.generics)
        name = name.replace("::", ".").lstrip("\\").partition("(")[0]  # `constr(min_length=1)`
        last = name.replace("\\", ".").rpartition(".")[2]
        if name in self.table.nulls:
            return ABSENT
        found = self._composed(name, last, arguments) or self._collection(name, last, arguments)
        if found is not None:
            return found
        if name in self.table.builtin:
            return self._known(self.table.builtin[name], name)
        found = declared(self, name)
        if found is not None:
            return found
        kinds = self.table.names.get(name) or (self.table.names.get(last, "") if self.language != "go" else "")
        return self._known(kinds, name) if kinds else Meaning(optional=self._absent(name))

    def _composed(self, name: str, last: str, arguments: list[str]) -> Meaning | None:
        """A type that stands for its argument, or for one of several."""
        if self.language == "python" and last in ("Literal", "Union"):
            return self._literal(arguments) if last == "Literal" else union([self.read(one) for one in arguments])
        if not arguments:
            return None
        if name in self.table.wrappers or last in self.table.wrappers:
            return self.read(arguments[-1] if name == "Cow" else arguments[0])
        if name in self.table.optionals or last in self.table.optionals:
            return replace(self.read(arguments[0]), optional=True)
        return None

    def _collection(self, name: str, last: str, arguments: list[str]) -> Meaning | None:
        """A list, a map, or one of Go's types that have no name."""
        if self.language == "go":
            return self._unnamed(name, arguments)
        if name in self.table.lists or last in self.table.lists:
            if len(arguments) == 1 or arguments[1:] == ["..."]:
                return self._list(arguments[0])
            kinds = frozenset({"list", *self.table.builtin.get(name, "").split()})
            return Meaning(kinds=kinds, optional=self._absent(""))
        if name in self.table.maps or last in self.table.maps:
            return Meaning(kinds=frozenset({"map"}), optional=self._absent(""))
        return None

    def _unnamed(self, name: str, arguments: list[str]) -> Meaning | None:
        if name in self.table.lists:
            return self._list(arguments[0]) if arguments else Meaning(kinds=frozenset({"list"}), optional=None)
        if name in self.table.maps:
            return Meaning(kinds=frozenset({"map"}), optional=None)
        if name.startswith(("struct", "func", "chan ", "interface")) and name != "interface{}":
            return Meaning(kinds=frozenset({"any" if name.startswith("interface") else "class"}), optional=None)
        return None

    def _known(self, kinds: str, name: str) -> Meaning:
        words = frozenset(kinds.split())
        return Meaning(kinds=words - {"maybe"}, optional=True if "maybe" in words else self._absent(name))

    def _literal(self, arguments: list[str]) -> Meaning:
        said = [(one, literal(one)) for one in arguments]
        parts = [
            ABSENT
            if one == "None"
            else Meaning(kinds=frozenset({"enum"}), words=((word, word),))
            if word is not None
            else Meaning(kinds=frozenset({"int" if number(one) else "bool" if one in ("True", "False") else "enum"}))
            for one, word in said
        ]
        return union(parts)

    def place(self, name: str) -> tuple[str, int] | None:
        """The declaration that ``name`` stands for here: a type, or a name for one; None where the tree has none."""
        resolver = self.world.code.resolver
        first, _, rest = name.replace("\\", ".").partition(".")
        symbols, at = resolver.rows(self.path)[2], self.owner
        while at >= 0:  # a field may be named as its own type is (`date: date`): only types count in a class
            index = resolver.child(self.path, at, first)
            if index >= 0 and symbols[index][1] in TYPES:
                return (self.path, index) if not rest else self._below(self.path, index, rest)
            at = symbols[at][2]
        found = resolver.evaluate(self.path, -1, name)
        return (found.path, found.index) if found is not None and found.what in ("symbol", "instance") else None

    def _below(self, path: str, index: int, rest: str) -> tuple[str, int] | None:
        for part in rest.split("."):
            index = self.world.code.resolver.child(path, index, part)
            if index < 0:
                return None
        return path, index
