"""Whether a field of the code can hold what the spec says it holds. Lean: it is on the hook's path.

A type that cannot be seen, or that can hold anything, agrees. So does, for a decimal, a type of the tree's own that is
no float: whether money is counted in cents is its own affair.
"""

from __future__ import annotations

from factory_git.core.value import replace, value
from factory_git.drift.kinds import names
from factory_git.drift.kinds.entities.meaning import UNKNOWN, Meaning
from factory_git.drift.kinds.entities.members import fields_of
from factory_git.drift.kinds.entities.reader import Reader
from factory_git.drift.kinds.entities.table import table
from factory_git.drift.kinds.entities.typetext import generic, literal, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.contract import Contract, Entity, Field, Type
    from factory_git.drift.kinds.entities.members import Member
    from factory_git.drift.world import World

_HOLDS = {
    "text": frozenset({"text", "uuid", "enum"}),
    "int": frozenset({"int", "enum"}),
    "decimal": frozenset({"decimal"}),
    "bool": frozenset({"bool"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
    "json": frozenset({"json", "map", "list", "text", "bytes", "class", "entity"}),
    "enum": frozenset({"text", "enum"}),
}
"""Type of the spec → what may hold it."""
_LONG = 60
_UNSAID = frozenset({"any", "class", "json"})
_DECIMAL = ("decimal", "numeric", "Decimal", "Numeric", "DECIMAL", "NUMERIC")


@value
class Disagreement:
    """How a field differs: ``found`` is what it is in the code, ``wanted`` the spec's words; ``hint``, the way out."""

    found: str
    wanted: str
    hint: str = ""


def disagreement(world: World, language: str, field: Field, member: Member) -> Disagreement | None:
    """How the member's type differs from the field's; None where it does not, or where that cannot be told."""
    known = table(language)
    if known is None or not field.typed or field.type.name == "any":
        return None
    reader = Reader(world, language, member.path, member.owner)
    text, meaning = said(reader, member)
    if not meaning.kinds:
        return None
    wanted = wording(world.contract, field)
    shown = _shown(text, meaning)
    if not _holds(world, reader, field.type, meaning, member):
        return Disagreement(found=shown, wanted=wanted, hint=_hint(field.type, meaning, language))
    words = _words(field.type, meaning)
    if words:
        return Disagreement(found=f"{shown}, which {words}", wanted=wanted)
    absent = _absence(field, member, meaning)
    return Disagreement(found=f"{shown}, {absent}", wanted=wanted) if absent else None


def points_back(world: World, language: str, member: Member) -> bool:
    """Whether a member is a list of rows of an entity: the other end of a reference, which is no field of this one."""
    known = table(language)
    if known is None or not member.type:
        return False
    item = Reader(world, language, member.path, member.owner).read(member.type).item
    return item is not None and "entity" in item.kinds


def said(reader: Reader, member: Member) -> tuple[str, Meaning]:
    """The text that says a member's type, and what it means."""
    if member.type:
        return member.type, reader.read(member.type)
    if reader.language == "python" and not member.accessor:
        return _made(reader, member.default)
    return "", UNKNOWN


def _made(reader: Reader, default: str) -> tuple[str, Meaning]:
    """What a framework's call says of a field: ``models.CharField(…)``, ``Column(String(10))``."""
    head, arguments = generic(default.removesuffix("…"), "(")
    name = head.rpartition(".")[2]
    makers = reader.table.makers
    if name in ("Column", "mapped_column", "ArrayField"):
        for one in arguments[:2]:
            inner = generic(one, "(")[0].rpartition(".")[2]
            if name == "ArrayField" or inner == "ARRAY":
                shown = name if name == "ArrayField" else inner
                return shown, Meaning(kinds=frozenset({"list"}), optional=None)
            kinds = makers.get(inner) or ({"Date": "date", "DateTime": "datetime"}.get(inner, ""))
            if kinds:
                nullable = False if "nullable=False" in default or "primary_key=True" in default else None
                return inner, Meaning(kinds=frozenset(kinds.split()), optional=nullable)
        return "", UNKNOWN
    kinds = makers.get(name, "") if "." in head or name.endswith(("Field", "Key")) else ""
    if not kinds:
        return "", UNKNOWN
    optional: bool | None = False
    if "null=True" in default or default.endswith("…"):
        optional = True if "null=True" in default else None
    elif "blank=True" in default and kinds == "text":
        optional = None
    if kinds == "reference":
        return name, _reference(reader, arguments[0] if arguments else "", optional)
    if "choices" in default and kinds == "text":
        return name, _choices(reader, default, optional)
    if name == "ListField" or kinds == "list":
        return name, Meaning(kinds=frozenset({"list"}), optional=None)
    return name, Meaning(kinds=frozenset(kinds.split()), optional=optional)


def _reference(reader: Reader, to: str, optional: bool | None) -> Meaning:
    """A foreign key: what it points to, where the tree has it."""
    name = (literal(to) or to).rpartition(".")[2]
    found = reader.read(name) if name.isidentifier() else UNKNOWN
    return replace(found, optional=optional) if "entity" in found.kinds else UNKNOWN


def _choices(reader: Reader, default: str, optional: bool | None) -> Meaning:
    """Django's choices: those of a class of choices can be seen."""
    for one in split(default[default.find("(") + 1 :].removesuffix(")"), ","):
        key, _, text = one.partition("=")
        name = text.strip().removesuffix(".choices")
        if key.strip() == "choices" and name.replace(".", "").isidentifier() and text.strip() != name:
            return replace(reader.read(name), optional=optional)
    return Meaning(kinds=frozenset({"text", "enum"}), optional=optional)


def wording(contract: Contract, field: Field) -> str:
    """The field's type as the spec writes it."""
    type_ = field.type
    if type_.name == "ref":
        entity = next((one for one in contract.entities if one.id in type_.of), None)
        text = f"ref {entity.name if entity else ' '.join(type_.of)}"
    else:
        text = " ".join((type_.name, *type_.of))
    return f"{text}{' key' if field.key else ''}{'?' if field.optional else ''}"


def _shown(text: str, meaning: Meaning) -> str:
    """The type as the code has it, and what it comes to where its name does not say so."""
    text = text.removeprefix("z.infer<typeof ").rstrip(">") if text.startswith("z.infer<typeof ") else text
    shown = text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
    plain = sorted(meaning.kinds - {"enum", "class", "entity", "any"})
    if "entity" in meaning.kinds and meaning.name and meaning.name not in text:
        return f"{shown} to {meaning.name}"
    return f"{shown} ({' or '.join(plain)})" if meaning.name and plain else shown


def _holds(world: World, reader: Reader, type_: Type, meaning: Meaning, member: Member) -> bool:
    kinds = meaning.kinds
    if "any" in kinds or (kinds & _UNSAID and type_.name != "json" and "entity" not in kinds):
        return True
    if type_.name == "ref":
        return _refers(world, type_.of, meaning)
    if type_.name == "list":
        return "list" in kinds and _item(type_, meaning)
    if type_.name == "decimal" and "float" not in kinds and (meaning.wrapped or ("int" in kinds and meaning.name)):
        return True
    if type_.name == "decimal" and "text" in kinds:  # ORMs of TypeScript give exact numbers as text, and say so
        told = (*member.decorators, member.default) if reader.language in ("typescript", "tsx") else ()
        if any(word in text for text in told for word in _DECIMAL):
            return True
    return _holds_one(type_.name, meaning)


def _holds_one(name: str, meaning: Meaning) -> bool:
    """Whether a type can hold a value of a plain type. An enumeration may be of numbers, unless its values are text."""
    if name == "int" and "int" not in meaning.kinds and any(said for _, said in meaning.words):
        return False
    return bool(meaning.kinds & _HOLDS.get(name, meaning.kinds))


def _item(type_: Type, meaning: Meaning) -> bool:
    item = meaning.item
    wanted = type_.of[0] if type_.of else "any"
    if item is None or not item.kinds or item.kinds & _UNSAID or wanted in ("any", "ref", "list"):
        return True
    return _holds_one(wanted, item)


def _refers(world: World, of: tuple[str, ...], meaning: Meaning, depth: int = 0) -> bool:
    """Whether a type can hold a reference: the entity itself, or what its key holds."""
    entity = next((one for one in world.contract.entities if one.id in of), None)
    if entity is None:
        return True
    if "entity" in meaning.kinds:
        return entity.path in meaning.entities
    key = next((one for one in entity.fields if one.key), None)
    if key is None or ("uuid" in meaning.kinds and "text" not in meaning.kinds):
        return True
    if key.type.name == "ref" and depth < 4:
        return _refers(world, key.type.of, meaning, depth + 1)
    if meaning.kinds & _HOLDS.get(key.type.name, meaning.kinds):
        return True
    return bool(meaning.kinds & _key(world, entity, key))  # a wrong key is told once, where it is


def _key(world: World, entity: Entity, key: Field) -> frozenset[str]:
    """What the key of an entity can hold in the code; nothing where it cannot be seen."""
    target = world.bound.get(entity.path)
    found = fields_of(world.code, target.file, target.index) if target is not None else None
    if target is None or found is None:
        return frozenset()
    member = next((one for one in found.members if names.same(one.wire or one.name, key.name)), None)
    return said(Reader(world, found.language, member.path, member.owner), member)[1].kinds if member else frozenset()


def _words(type_: Type, meaning: Meaning) -> str:
    """What words an enumeration lacks or adds; empty when it has the spec's, or cannot be compared."""
    if type_.name != "enum" or not meaning.words or meaning.kinds != {"enum"}:
        return ""
    wanted = set(type_.of)
    best: tuple[list[str], list[str]] | None = None
    for words in _readings(meaning):
        found = {word: next((one for one in wanted if names.same(word, one)), "") for word in words}
        lacks = [one for one in type_.of if one not in found.values()]
        adds = [word for word, one in found.items() if not one]
        if best is None or len(lacks) + len(adds) < len(best[0]) + len(best[1]):
            best = (lacks, adds)
    lacks, adds = best or ([], [])
    said = [f"lacks {', '.join(lacks)}"] if lacks else []
    return " and ".join([*said, *([f"adds {', '.join(adds)}"] if adds else [])])


def _readings(meaning: Meaning) -> list[list[str]]:
    """The words by value, and by name (the type's own name before them taken off: ``DayMon`` of ``Day``)."""
    values = [said or name for name, said in meaning.words if said or name]
    plain = [name for name, _ in meaning.words]
    own = meaning.name
    bare = [name[len(own) :].lstrip("_") or name if own and name.startswith(own) else name for name in plain]
    return [values, plain, bare]


def _absence(field: Field, member: Member, meaning: Meaning) -> str:
    """How the two differ in whether a value may be absent; empty where they do not."""
    optional = (
        True
        if member.optional is True or meaning.optional is True
        else (None if member.optional is None or meaning.optional is None else False)
    )
    if field.key or optional is None or optional == field.optional or member.accessor:
        return ""
    if meaning.kinds & {"any", "json"} or ("list" in meaning.kinds and field.optional):
        return ""  # what holds anything holds nothing too; an empty list is absence enough
    return "never absent" if field.optional else "which can be absent"


def _hint(type_: Type, meaning: Meaning, language: str) -> str:
    if type_.name == "decimal" and "float" in meaning.kinds:
        known = table(language)
        return f"floats lose cents: use {known.spelled['decimal'] if known else 'a decimal'}"
    return ""
