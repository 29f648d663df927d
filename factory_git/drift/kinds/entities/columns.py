"""Which members of a declaration are fields of a row, and what is said of them beside their type. Lean."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.model import Symbol

_CLASS_ONLY = frozenset({"ClassVar", "InitVar", "KW_ONLY"})
_MAKERS = ("Field", "field", "Column", "column", "Key", "ib", "attrib", "Relationship")
_RELATIONS = frozenset({
    "OneToMany", "ManyToMany", "OneToOne", "ManyToOne", "ElementCollection", "HasMany", "HasOne", "BelongsTo",
    "BelongsToMany", "Relation",
})  # fmt: skip
_TOOLS = frozenset({
    "Transient", "JsonIgnore", "Autowired", "Inject", "Resource", "Version", "Exclude", "Ignore", "Value",
    "DeleteDateColumn", "CreateDateColumn", "UpdateDateColumn", "VersionColumn", "CreationTimestamp", "UpdateTimestamp",
    "CreatedDate", "LastModifiedDate", "CreatedAt", "UpdatedAt", "DeletedAt", "CreatedBy", "LastModifiedBy",
})  # fmt: skip
_RELATING = frozenset({
    "relationship", "Relationship", "backref", "Manager", "GenericRelation", "association_proxy", "from_queryset",
})  # fmt: skip
_BOOKKEEPING = frozenset({
    "model_config", "objects", "query", "metadata", "registry", "log", "logger", "meta", "config",
    "type_annotation_map", "created", "modified", "updated", "deleted",
    *[f"{what}{mark}{when}" for what in ("created", "updated", "modified", "deleted") for mark in ("", "_")
      for when in ("at", "on")],
})  # fmt: skip
_ACTIVE = ("Model", "Authenticatable", "Pivot", "User")
_SETTINGS = frozenset({
    "fillable", "guarded", "casts", "hidden", "visible", "table", "primaryKey", "keyType", "incrementing", "timestamps",
    "connection", "appends", "with", "withCount", "dates", "dateFormat", "attributes", "touches", "perPage",
    "dispatchesEvents", "observables", "allowedFields", "returnType", "useTimestamps",
})  # fmt: skip
"""What Eloquent and its like read of a model: no fields of its rows."""
_PROPERTIES = frozenset({
    "property", "cached_property", "computed_field", "hybrid_property", "declared_attr", "abstractproperty",
})  # fmt: skip
_NULLABLE = frozenset({"default=None", "null=True", "nullable=True", "None"})


def counts(language: str, holder: Symbol, one: Symbol) -> bool:
    """Whether a member is a field of each value at all, not one of the class or a setting of its framework."""
    if "static" in one.modifiers or (one.name.startswith("__") and one.name.endswith("__")):
        return False
    if language == "php" and one.name in _SETTINGS and any(base.endswith(_ACTIVE) for base in holder.bases):
        return False
    return not (language == "python" and _last(one.type.partition("[")[0]) in _CLASS_ONLY)


def data(language: str, holder: Symbol, one: Symbol) -> bool:
    """Whether a field that the spec does not know is worth telling: no relation's end, no bookkeeping, no tool."""
    if one.name[:1] in "_#" or one.name.strip("_$").lower() in _BOOKKEEPING or "transient" in one.modifiers:
        return False
    for text in one.decorators:
        name = _last(text.partition("(")[0])
        if name in _RELATIONS or name in _TOOLS or text.startswith("serde(skip)"):
            return False
    if "=>" in one.type or one.type.startswith(("func(", "Callable", "typing.Callable")):
        return False
    if language == "python":
        made = one.default.partition("(")[0] if "(" in one.default else ""
        if _last(made) in _RELATING:
            return False
        if not one.default and "models.Model" in holder.bases:
            return False  # Django's fields have values; what is only annotated is set by queries
        return bool(one.type) or "instance" in one.modifiers or made.endswith(_MAKERS)
    return True


def reads(language: str, one: Symbol) -> bool:
    """Whether a method reads like a field: a property, a getter, in an interface one without parameters."""
    if "static" in one.modifiers or "classmethod" in one.decorators or "staticmethod" in one.decorators:
        return False
    if language == "python":
        return any(_last(text.partition("(")[0]) in _PROPERTIES for text in one.decorators)
    if language in ("typescript", "tsx", "javascript"):
        return "get" in one.modifiers
    if language == "rust" and not (one.parameters and one.parameters[0].name == "self"):
        return False
    count = len(one.parameters) - (language == "rust")
    return count == 0 and one.type not in ("", "void", "()")


def accessor_name(language: str, name: str) -> str:
    """The field that a getter is for: ``getBlockId`` → ``BlockId``, ``isOpen`` → ``Open``."""
    if language in ("java", "php", "go", "rust"):
        for word in ("get", "is", "has", "Get"):
            rest = name.removeprefix(word)
            if rest != name and rest[:1].isupper():
                return rest
            if rest != name and rest.startswith("_") and word == "get":
                return rest[1:]
    return name


def null_default(default: str) -> bool:
    """Whether a framework's call says that the field may be null: ``null=True``, ``default=None``, ``Field(None)``."""
    made, opened, rest = default.partition("(")
    if not opened or not made.endswith(_MAKERS) or "nullable=False" in rest:
        return False
    given = {one.replace(" ", "") for one in rest.removesuffix(")").split(",")}
    return bool(given & _NULLABLE)


def _last(name: str) -> str:
    return name.replace("\\", ".").rpartition(".")[2]
