"""Where fields may come from that nobody sees: bases, decorators, code that sets them by name. Lean."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.drift.view import Code

_HARMLESS = {
    "python": frozenset({
        "object", "BaseModel", "ABC", "Protocol", "Generic", "TypedDict", "NamedTuple", "Struct", "Model", "SQLModel",
        "DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "Document", "EmbeddedDocument",
        "DynamicDocument", "AsyncAttrs", "BaseSettings", "Hashable", "Sized", "Exception", "DataClassJsonMixin",
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
_METACLASSES = frozenset({
    "ABCMeta", "type", "EnumMeta", "EnumType", "ModelBase", "ModelMetaclass", "DeclarativeMeta", "ProtocolMeta",
})  # fmt: skip
_MAGIC = frozenset({"__getattr__", "__getattribute__", "__get"})
_SETTERS = frozenset({"assign", "setattr", "update", "defineProperty", "defineProperties"})
_BY_NAME = (
    b"Object.assign(this", b"Object.defineProperty(this", b"Object.defineProperties(this", b"setattr(self",
    b"self.__dict__.", b"vars(self)", b"object.__setattr__(self, name",
)  # fmt: skip


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
        return frozenset([_bare(base) for base in symbol.bases])
    source = " ".join(code.content(path)[symbol.start : symbol.end].decode("utf-8", "replace").split())
    start = source.find("class ")
    _, _, listed = source[start : source.find("{", start)].partition(" implements ")
    return frozenset([_bare(one) for one in listed.split(",")])


def _bare(base: str) -> str:
    return base.partition("<")[0].partition("(")[0].strip()


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
        if meta and meta.rpartition("=")[2].rpartition(".")[2] not in _METACLASSES:
            return f"its {meta} may add some"
    for one in facts.symbols:
        if one.parent == index and one.name in _MAGIC:
            return f"{one.name} may answer for them"
    for call in facts.calls:
        if call.name not in _SETTERS or not _within(facts, call.owner, index):
            continue
        if code.content(path)[call.start : call.end].startswith(_BY_NAME):
            return "its code sets them by name"
    return ""


def _within(facts: FileFacts, owner: int, index: int) -> bool:
    while owner >= 0 and owner != index:
        owner = facts.symbols[owner].parent
    return owner == index


def mixes(one: Symbol) -> bool:
    """Whether a variable that stands as a base is made of classes, not of nothing (``declarative_base()``)."""
    return "type(" in one.default or "with_" in one.default
