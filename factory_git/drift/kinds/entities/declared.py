"""What a type of the tree's own means: an entity, an enumeration, another name for a type, a wrapper. Lean."""

from __future__ import annotations

from factory_git.codemap.typetext import head
from factory_git.core.value import replace
from factory_git.drift.kinds.entities.meaning import UNKNOWN, Meaning
from factory_git.drift.kinds.entities.typetext import generic, literal, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.model import Symbol
    from factory_git.drift.kinds.entities.reader import Reader

_ENUMS = frozenset({
    "Enum", "StrEnum", "IntEnum", "Flag", "IntFlag", "TextChoices", "IntegerChoices", "Choices", "str_enum",
})  # fmt: skip
ENTITY = "data_contracts.entities."


def declared(reader: Reader, name: str) -> Meaning | None:
    """The meaning of a name that the tree declares; None when it declares none."""
    place = reader.place(name)
    if place is None or place[1] < 0:
        return None
    path, index = place
    symbol = reader.world.code.symbol(path, index)
    bound = tuple([node for node in reader.world.at.get(place, ()) if node.startswith(ENTITY)])
    if bound:
        return Meaning(
            kinds=frozenset({"entity"}), entities=bound, name=symbol.name, optional=_silence(reader, symbol.kind)
        )
    if symbol.kind == "type" or symbol.kind in ("variable", "constant"):
        return _alias(reader, path, symbol)
    if symbol.kind == "enum" or (symbol.kind == "class" and is_enum(reader, path, index)):
        return _enum(reader, path, index, symbol)
    if symbol.kind in ("class", "struct", "record"):
        return _class(reader, path, index, symbol)
    return Meaning(kinds=frozenset({"class"}), name=symbol.name, optional=_silence(reader, symbol.kind))


def _silence(reader: Reader, kind: str) -> bool | None:
    """Whether a value of a declared type can be absent where its type does not say so."""
    return None if reader.table.absent == "reference" or (reader.language == "go" and kind != "struct") else False


def is_enum(reader: Reader, path: str, index: int, depth: int = 0) -> bool:
    """Whether one of Python's classes is an enumeration."""
    symbol = reader.world.code.symbol(path, index)
    if any(head(base).rpartition(".")[2] in _ENUMS for base in symbol.bases):
        return True
    bases = reader.world.code.resolver.bases(path, index) if depth < 4 and symbol.bases else []
    return any(base.index >= 0 and is_enum(reader, base.path, base.index, depth + 1) for base in bases)


def _enum(reader: Reader, path: str, index: int, symbol: Symbol) -> Meaning:
    facts = reader.world.code.facts(path)
    words = []
    for one in facts.fields(index) if facts else ():
        if one.kind == "member" or (symbol.kind == "class" and not one.name.startswith("_")):
            first = split(one.default.strip().removeprefix("(").removesuffix(")"), ",")
            words.append(
                (one.name, one.wire or _outside(reader, path, one) or (literal(first[0]) if first else "") or "")
            )
    return Meaning(kinds=frozenset({"enum"}), words=tuple(words), name=symbol.name, optional=_silence(reader, "enum"))


def _outside(reader: Reader, path: str, member: Symbol) -> str:
    """The name that a word declares for outside: ``@JsonProperty("mon") MON``, ``#[strum(serialize = "mon")]``."""
    if reader.language == "rust":
        texts = [
            text for text in member.decorators if text.startswith(("strum(", "sqlx(", "clap(", "value(", "db_rename"))
        ]
    elif reader.language == "java":
        source = reader.world.code.content(path)[member.start : member.end].decode("utf-8", "replace")
        texts = [source] if source.startswith("@") else []
    else:
        return ""
    for text in texts:
        _, opened, rest = text.partition('"')
        if opened and '"' in rest:
            return rest.partition('"')[0]
    return ""


def _alias(reader: Reader, path: str, symbol: Symbol) -> Meaning | None:
    """Another name for a type; Go's are types of their own, whose constants are the words."""
    text = symbol.default
    if symbol.kind != "type":
        if reader.language != "python":
            return UNKNOWN
        name, arguments = generic(text, "(")
        if name.rpartition(".")[2] == "NewType" and len(arguments) > 1:
            text = arguments[1]
        elif "(" in text and "[" not in text.partition("(")[0]:
            return UNKNOWN  # made by a call: nobody knows
    if reader.language == "go" and text == "string":
        words = _constants(reader, path, symbol.name)
        if words:
            return Meaning(kinds=frozenset({"enum"}), words=words, name=symbol.name, optional=None)
    found = reader.elsewhere(path, symbol.parent).read(text)
    if reader.language == "go" and "int" in found.kinds and _counted(reader, path, symbol.name):
        return replace(found, kinds=found.kinds | {"enum"}, name=symbol.name)
    return replace(found, name=found.name or symbol.name) if found.kinds else found


def _constants(reader: Reader, path: str, name: str) -> tuple[tuple[str, str], ...]:
    """The constants of a type of Go, in its package: name and value."""
    out = _constants_in(reader, path, name)
    if not out:  # mostly they stand beside the type; if not, anywhere in the package
        for near, _ in reader.world.code.tree.directly_in(path.rpartition("/")[0]):
            out += _constants_in(reader, near, name) if near.endswith(".go") else []
    return tuple(out)


def _counted(reader: Reader, path: str, name: str) -> bool:
    """Whether constants of a type stand beside it: numbers with names (``iota``), whose words cannot be told."""
    return any(row[1] == "constant" and row[8] == name for row in reader.world.code.resolver.rows(path)[2])


def _constants_in(reader: Reader, path: str, name: str) -> list[tuple[str, str]]:
    rows = reader.world.code.resolver.rows(path)[2]
    said = [(row[0], literal(row[9])) for row in rows if row[1] == "constant" and row[8] == name]
    return [(label, word) for label, word in said if word is not None]


def _class(reader: Reader, path: str, index: int, symbol: Symbol) -> Meaning:
    """A class of a scalar's kind (``class Sku(str)``), around one value (``record Sku(String value)``), or another."""
    inside = reader.elsewhere(path, symbol.parent)
    for base in symbol.bases if reader.language == "python" else ():
        kinds = reader.table.builtin.get(base) or reader.table.names.get(base, "")
        if kinds and not {"any", "map", "list"} & set(kinds.split()):
            return replace(inside.read(base), name=symbol.name)
    facts = reader.world.code.facts(path)
    own = [one for one in facts.fields(index) if one.kind == "field" and "static" not in one.modifiers] if facts else []
    silence = _silence(reader, symbol.kind)
    if len(own) == 1 and own[0].type and reader.depth < 3:
        found = reader.elsewhere(path, index).read(own[0].type)
        if found.kinds and found.item is None:
            return replace(found, wrapped=True, name=symbol.name, optional=silence)
    return Meaning(kinds=frozenset({"class"}), name=symbol.name, optional=silence)
