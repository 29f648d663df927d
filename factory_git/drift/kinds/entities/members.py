"""The fields of a declaration: its own, and those it has from its bases, as far as the tree has them. Lean.

``open`` says why there may be fields that nobody sees here: a base from elsewhere, a decorator that writes code. What
is missing from such a declaration is only perhaps missing.
"""

from __future__ import annotations

from factory_git.codemap.typetext import head, plain
from factory_git.core.value import value
from factory_git.drift.kinds.entities import columns, doors
from factory_git.drift.kinds.entities.table import table
from factory_git.drift.kinds.entities.typetext import enclosed, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.drift.view import Code

_DEPTH = 8
HOLDERS = frozenset({"class", "struct", "record", "interface", "type", "trait", "union", "object"})
SCHEMA = "schema"
"""A modifier of members that a call declares: no repair writes calls."""
ECMASCRIPT = ("typescript", "tsx", "javascript")
_NULL = frozenset({"None", "null", "undefined"})


@value
class Member:
    """A field as the code has it; ``accessor``: a property or a method without parameters that reads like one.

    ``wire`` is the name it declares for outside, ``also`` are others it goes by. ``optional``: said to be possibly
    absent other than by its type; None where it may be left out or empty. ``owner`` is the declaration it stands in,
    with ``path`` its file. ``hidden``: private. ``data``: it holds something that a row has, as far as one sees.
    """

    name: str
    wire: str
    also: tuple[str, ...]
    type: str
    default: str
    optional: bool | None
    path: str
    owner: int
    index: int
    line: int
    start: int
    end: int
    inherited: bool
    hidden: bool
    accessor: bool
    data: bool
    decorators: tuple[str, ...]
    modifiers: tuple[str, ...]


@value
class Fields:
    """All fields that are seen, the declaration's own first; ``given`` are names that a framework adds."""

    language: str
    members: tuple[Member, ...]
    open: str
    given: tuple[str, ...]


def fields_of(code: Code, path: str, index: int) -> Fields | None:
    """The fields of a declaration; None for one that has none (a function, a constant), or in a language not judged."""
    facts = code.facts(path)
    if facts is None or index < 0 or table(facts.language) is None:
        return None
    gathering = _Gathering(code, facts.language)
    kind = facts.symbols[index].kind
    if kind in ("variable", "constant") and facts.language in ECMASCRIPT:
        if not gathering.schema(path, index):
            return None
    elif kind in HOLDERS:
        gathering.take(path, index, 0)
    else:
        return None
    return Fields(
        language=facts.language,
        members=tuple(gathering.members),
        open=gathering.open,
        given=tuple(gathering.given),
    )


class _Gathering:
    """Fields found so far."""

    def __init__(self, code: Code, language: str) -> None:
        self.code = code
        self.language = language
        self.members: list[Member] = []
        self.names: set[str] = set()
        self.seen: set[tuple[str, int]] = set()
        self.open = ""
        self.given: list[str] = []

    def take(self, path: str, index: int, depth: int) -> None:
        """The declaration's own fields, then those of its bases."""
        facts = self.code.facts(path)
        if (path, index) in self.seen or facts is None:
            return
        if depth > _DEPTH or table(facts.language) is not table(self.language):
            self.open = self.open or f"its bases are too far away: {path}"
            return
        self.seen.add((path, index))
        symbol = facts.symbols[index]
        self._own(path, facts, index, inherited=depth > 0)
        for other, one in enumerate(facts.symbols):  # interfaces of one name in one place are one
            if other != index and one.name == symbol.name and one.parent == symbol.parent and one.kind == "interface":
                self._own(path, facts, other, inherited=depth > 0)
        self.open = self.open or doors.inside(self.code, path, facts, index)
        for base in self._bases(path, symbol):
            self._base(path, symbol, base, depth)

    def _own(self, path: str, facts: FileFacts, index: int, *, inherited: bool) -> None:
        typed = _typed_parameters(facts, index) if self.language in ("python", "typescript", "tsx") else {}
        for place, one in enumerate(facts.symbols):
            if one.parent != index or one.name in self.names:
                continue
            if one.kind in ("field", "property"):
                if "embedded" in one.modifiers or any(d.startswith("serde(flatten") for d in one.decorators):
                    continue
                if not columns.counts(self.language, facts.symbols[index], one):
                    continue
                self._add(path, facts, place, one, typed, inherited=inherited)
            elif one.kind == "method" and columns.reads(self.language, one):
                self._add(path, facts, place, one, {}, inherited=inherited, accessor=True)

    def _add(
        self, path: str, facts: FileFacts, place: int, one: Symbol, typed: dict[str, str], *,
        inherited: bool, accessor: bool = False,
    ) -> None:  # fmt: skip
        if not accessor:
            self.names.add(one.name)
        strong, weak = self._wire(path, one)
        name = columns.accessor_name(self.language, one.name) if accessor else one.name
        self.members.append(
            Member(
                name=name,
                wire=strong,
                also=(*weak, one.name) if name != one.name else weak,
                type=one.type or typed.get(one.default, ""),
                default=one.default,
                optional=self._optional(path, facts.symbols[one.parent], one),
                path=path,
                owner=one.parent,
                index=place,
                line=one.line,
                start=one.start,
                end=one.end,
                inherited=inherited,
                hidden=(not one.exported and facts.symbols[one.parent].exported) or one.name.startswith(("_", "#")),
                accessor=accessor,
                data=not accessor and columns.data(self.language, facts.symbols[one.parent], one),
                decorators=one.decorators,
                modifiers=one.modifiers,
            )
        )

    def _wire(self, path: str, one: Symbol) -> tuple[str, tuple[str, ...]]:
        """The names a field declares for outside: most declare none, and do not pay for looking."""
        if not one.wire and not one.decorators and "(" not in one.default and "(" not in one.type:
            return "", ()
        from factory_git.drift.kinds.entities.wire import wire  # noqa: PLC0415 (a millisecond of the hook's)

        return wire(self.code, self.language, path, one)

    def _optional(self, path: str, holder: Symbol, one: Symbol) -> bool | None:
        """What is said of absence beside the type."""
        if "optional" in one.modifiers or one.default in _NULL:
            return True
        if any(d.split("(")[0].rpartition(".")[2] in ("Nullable", "CheckForNull") for d in one.decorators):
            return True
        if "total=False" in holder.modifiers and not one.type.partition("[")[0].endswith("Required"):
            return True
        if one.default in ("''", '""', "String::new()") or any("serde(default" in d for d in one.decorators):
            return None
        if self.language == "python" and columns.null_default(one.default):
            return True
        if self.language == "go" and one.wire and b",omit" in self.code.content(path)[one.start : one.end]:
            return None
        return False

    def _bases(self, path: str, symbol: Symbol) -> list[str]:
        if symbol.kind == "type":
            return self._alias(path, symbol)
        if self.language == "rust":
            facts = self.code.facts(path)
            return [
                plain(one.type)
                for one in (facts.symbols if facts else ())
                if one.kind == "field" and one.parent >= 0 and facts and facts.symbols[one.parent] is symbol
                and any(d.startswith("serde(flatten") for d in one.decorators)
            ]  # fmt: skip
        if self.language == "go" or not symbol.bases:
            return list(symbol.bases)
        promised = doors.promises(self.language, self.code, path, symbol)
        return [base for base in symbol.bases if head(base) not in promised]

    def _alias(self, path: str, symbol: Symbol) -> list[str]:
        """What another name for a type stands for; what is no name and no type with fields leaves a door open."""
        text = symbol.default
        if text.endswith("…"):  # the map keeps the beginning only
            text = self.code.content(path)[symbol.start : symbol.end].decode("utf-8", "replace").partition("=")[2]
        text = " ".join(text.split()).rstrip(";")
        out = []
        for part in split(text, "&"):
            if (part.startswith("{") and enclosed(part)) or ("typeof " in part and self._inferred(path, part)):
                continue
            name = head(plain(part))
            if not name or name != plain(part).replace("::", ".") or part != plain(part):
                self.open = self.open or f"{symbol.name} is {part if len(part) < 60 else 'made of other types'}"
            else:
                out.append(name)
        return out

    def _inferred(self, path: str, part: str) -> bool:
        """Take the fields of a schema whose type ``part`` is."""
        from factory_git.drift.kinds.entities.schemas import inferred  # noqa: PLC0415 (only where there are schemas)

        name = inferred(part)
        found = self.code.resolver.evaluate(path, -1, name) if name else None
        return found is not None and found.what == "symbol" and self.schema(found.path, found.index)

    def schema(self, path: str, index: int) -> bool:
        """Take the fields of a schema that a variable holds, if it holds one."""
        from factory_git.drift.kinds.entities.schemas import entries  # noqa: PLC0415 (only where there are schemas)

        read = entries(self.code, path, index)
        if read is None:
            return False
        content, owner = self.code.content(path), self.code.symbol(path, index).parent
        for name, type_, optional, start, end in read[0]:
            line = content.count(b"\n", 0, start) + 1
            self.names.add(name)
            self.members.append(
                Member(
                    name=name, wire="", also=(), type=type_, default="", optional=optional, path=path, owner=owner,
                    index=-start - 2, line=line, start=start, end=end, inherited=False, hidden=False, accessor=False,
                    data=True, decorators=(), modifiers=(SCHEMA,),
                )
            )  # fmt: skip
        self.open = self.open or read[1]
        return True

    def _base(self, path: str, symbol: Symbol, base: str, depth: int) -> None:
        name = head(base)
        self.given += doors.GIVEN.get(name, doors.GIVEN.get(name.rpartition(".")[2], ()))
        found = self.code.resolver.evaluate(path, symbol.parent, name) if name else None
        if found is not None and found.what in ("symbol", "instance") and found.index >= 0:
            kind = self.code.symbol(found.path, found.index).kind
            if kind in HOLDERS:
                self.take(found.path, found.index, depth + 1)
                return
            if kind in ("variable", "constant") and not doors.mixes(self.code.symbol(found.path, found.index)):
                return  # `Base = declarative_base()`
        if not doors.harmless(self.language, self._origin(path, name)):
            self.open = self.open or f"its base {base} is not in the tree"

    def _origin(self, path: str, name: str) -> str:
        """What a base is called where it comes from: ``import {Model as Base}``."""
        facts = self.code.facts(path)
        pairs = [pair for one in facts.imports for pair in one.names] if facts is not None else []
        return next((there for there, here in pairs if here == name and there not in ("*", "default")), name)


def _typed_parameters(facts: FileFacts, index: int) -> dict[str, str]:
    """The types of a constructor's parameters: a field that is given one has its type."""
    return {
        parameter.name.rstrip("?"): parameter.type
        for one in facts.symbols
        if one.parent == index and one.name in ("__init__", "constructor")
        for parameter in one.parameters
        if parameter.type
    }


def line_of(code: Code, member: Member) -> int:
    """The line that a field's name stands on, below its decorators."""
    if not member.decorators:
        return member.line
    text = code.content(member.path)[member.start : member.end]
    name = member.name.encode()
    below = max(0, text.rfind(b"]\n") + 1, text.rfind(b")\n") + 1) if member.default else 0
    place = text.find(name, below) if member.default else text.rfind(name)
    return member.line + text.count(b"\n", 0, max(place, 0))
