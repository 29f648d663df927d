"""What stands between a declaration and its fields in each language: which members count as fields of a row, and where
fields may come from that nobody sees. Lean."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.drift.view import Code

_HARMLESS = {
    "python": frozenset({
        "object", "BaseModel", "ABC", "Protocol", "Generic", "TypedDict", "NamedTuple", "Struct", "Model", "SQLModel",
        "DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "Document", "EmbeddedDocument",
        "DynamicDocument", "AsyncAttrs", "Base", "BaseSettings", "Hashable", "Sized", "Exception", "DataClassJsonMixin",
        "DataClassDictMixin", "JSONWizard", "Schema", "GenericModel",
    }),
    "java": frozenset({"Object", "Record"}),
    "typescript": frozenset({"BaseEntity", "Model", "Object"}),
    "php": frozenset({"stdClass"}),
    "go": frozenset({
        "gorm.Model", "bun.BaseModel", "sync.Mutex", "sync.RWMutex", "ent.Schema", "sync.Once", "atomic.Value",
    }),
}  # fmt: skip
_HARMLESS["tsx"] = _HARMLESS["javascript"] = _HARMLESS["typescript"]

GIVEN = {
    "gorm.Model": ("id", "created_at", "updated_at", "deleted_at"),
    "models.Model": ("id", "pk"),
    "Document": ("id", "pk"),
    "TimeStampedModel": ("created", "modified"),
}
"""Bases that bring fields of their own, and which."""

_DECORATORS = frozenset({
    "dataclass", "dataclass_json", "define", "frozen", "mutable", "s", "attrs", "attributes", "mapped_as_dataclass",
    "dataclass_transform", "final", "total_ordering", "runtime_checkable", "type", "input", "interface", "register",
    "deprecated", "typechecked", "beartype", "unique", "value",
})  # fmt: skip
"""Decorators of Python's classes that add no fields but those that the class declares."""
_MAGIC = frozenset({"__getattr__", "__getattribute__", "__get"})
_CLASS_ONLY = re.compile(r"^(?:typing\.|t\.)?(?:ClassVar|InitVar|KW_ONLY)\b|^(?:dataclasses\.)?(?:InitVar|KW_ONLY)\b")
_MADE = re.compile(r"^[\w.]*?(?:Field|field|Column|column|Key|ib|attrib|Relationship)\(")
_RELATION = re.compile(
    r"^(?:\w+[.\\])*(?:OneToMany|ManyToMany|OneToOne|ManyToOne|ElementCollection|HasMany|HasOne|BelongsToMany|Relation|"
    r"Transient|JsonIgnore|Autowired|Inject|Resource|Version|Exclude|Ignore|Lazy|DeleteDateColumn|CreateDateColumn|"
    r"UpdateDateColumn|VersionColumn|CreationTimestamp|UpdateTimestamp|CreatedDate|LastModifiedDate|serde\(skip\b.*)\b"
)
_RELATING = re.compile(
    r"^[\w.]*\b(?:relationship|Relationship|backref|Manager|GenericRelation|association_proxy|objects)\("
)
_NO_DATA = frozenset({
    "model_config", "objects", "query", "metadata", "registry", "log", "logger", "meta", "config",
    "type_annotation_map",
    "created_at", "updated_at", "deleted_at", "created_on", "updated_on", "modified_at", "createdat", "updatedat",
    "createdon", "updatedon", "modifiedat", "created", "modified", "updated", "deletedat",
})  # fmt: skip
_ACTIVE = ("Model", "Authenticatable", "Pivot", "User")
_SETTINGS = frozenset({
    "fillable", "guarded", "casts", "hidden", "visible", "table", "primaryKey", "keyType", "incrementing", "timestamps",
    "connection", "appends", "with", "withCount", "dates", "dateFormat", "attributes", "touches", "perPage",
    "dispatchesEvents", "observables", "allowedFields", "returnType", "useTimestamps",
})  # fmt: skip
_NULLED = re.compile(
    r"(?:Field|field|ib|attrib|Column|column|Key)\((?:.*\b(?:default\s*=\s*None|null\s*=\s*True|nullable\s*=\s*True)\b|None\b)"
)


def harmless(language: str, base: str) -> bool:
    """Whether a base that the tree does not have is known to bring no fields."""
    return base in _HARMLESS.get(language, ()) or (
        language != "go" and base.replace("\\", ".").rpartition(".")[2] in _HARMLESS.get(language, ())
    )


def promises(language: str, code: Code, path: str, symbol: Symbol) -> Collection[str]:
    """Names among a class's bases that are interfaces: they ask for members and bring none."""
    if language not in ("java", "php", "typescript", "tsx") or symbol.kind not in ("class", "record"):
        return ()
    if symbol.kind == "record":
        return tuple([re.split(r"[<(]", base)[0].strip() for base in symbol.bases])
    source = code.content(path)[symbol.start : symbol.end].decode("utf-8", "replace")
    at = source.find("class ")
    text = source[at : source.find("{", at)]
    _, _, listed = text.partition(" implements ") if " implements " in text else text.partition("\nimplements ")
    return frozenset([re.split(r"[<\s]", one.strip().lstrip("\\"))[0] for one in listed.split(",")]) | frozenset(
        [re.split(r"[<\s]", one.strip())[0] for one in listed.split(",")]
    )


def inside(code: Code, path: str, facts: FileFacts, index: int) -> str:
    """Why the declaration may have fields that its text does not show; empty when nothing says so."""
    symbol = facts.symbols[index]
    if any(one.line <= symbol.end_line and one.end_line >= symbol.line for one in facts.damage):
        return "it could not be read as a whole"
    if facts.language == "python":
        for text in symbol.decorators:
            name = text.split("(")[0].rpartition(".")[2]
            if name not in _DECORATORS:
                return f"the decorator {name} may add some"
        meta = next((one for one in symbol.modifiers if one.startswith("metaclass=")), "")
        if meta and not meta.endswith(("ABCMeta", "type", "EnumMeta", "ModelBase", "Meta")):
            return f"its {meta} may add some"
    for one in facts.symbols:
        if one.parent == index and one.name in _MAGIC:
            return f"{one.name} may answer for them"
    for call in facts.calls:
        if call.name in ("assign", "setattr", "update", "defineProperty") and _within(facts, call.owner, index):
            target = code.content(path)[call.start : call.end]
            if target.startswith((b"Object.assign(this", b"setattr(self", b"self.__dict__.", b"vars(self)")):
                return "its constructor sets them by name"
    return ""


def _within(facts: FileFacts, owner: int, index: int) -> bool:
    while owner >= 0 and owner != index:
        owner = facts.symbols[owner].parent
    return owner == index


def counts(language: str, holder: Symbol, one: Symbol) -> bool:
    """Whether a member is a field of each value at all, not one of the class or a setting of its framework."""
    if "static" in one.modifiers or (one.name.startswith("__") and one.name.endswith("__")):
        return False
    if language == "php" and one.name in _SETTINGS and any(base.endswith(_ACTIVE) for base in holder.bases):
        return False
    return not (language == "python" and _CLASS_ONLY.match(one.type))


def data(language: str, one: Symbol) -> bool:
    """Whether a field that the spec does not know is worth telling: no relation's end, no bookkeeping, no tool."""
    bare = one.name.strip("_#$")
    if bare.lower() in _NO_DATA or one.name[:1] in "_#" or any(_RELATION.match(text) for text in one.decorators):
        return False
    if (
        "transient" in one.modifiers
        or "=>" in one.type
        or one.type.startswith(("func(", "Callable", "typing.Callable"))
    ):
        return False
    if language == "python":
        if one.default and _RELATING.match(one.default):
            return False
        return bool(one.type) or "instance" in one.modifiers or bool(_MADE.match(one.default))
    return True


def reads(language: str, one: Symbol) -> bool:
    """Whether a method reads like a field: a property, a getter, in an interface one without parameters."""
    if "static" in one.modifiers or "classmethod" in one.decorators or "staticmethod" in one.decorators:
        return False
    if language == "python":
        return any(text.rpartition(".")[2] in _PROPERTIES for text in one.decorators)
    if language in ("typescript", "tsx", "javascript"):
        return "get" in one.modifiers
    if language == "rust" and not (one.parameters and one.parameters[0].name == "self"):
        return False
    count = len(one.parameters) - (language == "rust")
    return count == 0 and one.type not in ("", "void", "()")


_PROPERTIES = frozenset({
    "property", "cached_property", "computed_field", "hybrid_property", "declared_attr", "computed_field()",
    "abstractproperty", "column_property",
})  # fmt: skip


def accessor_name(language: str, name: str) -> str:
    """The field that a getter is for: ``getBlockId`` → ``BlockId``, ``isOpen`` → ``Open``."""
    if language in ("java", "php", "go", "rust"):
        found = re.match(r"(?:get|is|has)(?=[A-Z_])_?|Get(?=[A-Z])", name)
        return name[found.end() :] if found else name
    return name


def null_default(default: str) -> bool:
    """Whether a framework's call says that the field may be null: ``null=True``, ``default=None``, ``Field(None)``."""
    return bool(_NULLED.search(default)) and "nullable=False" not in default


def mixes(one: Symbol) -> bool:
    """Whether a variable that stands as a base is made of classes, not of nothing."""
    return "type(" in one.default or "with_" in one.default
