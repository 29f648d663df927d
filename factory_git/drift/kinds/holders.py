"""Which types hold data, and how sure that is: what a spec would call an entity. Lean.

Four degrees: ``STORED`` (a table of a database: Django, SQLAlchemy, JPA, Eloquent, diesel …), ``DECLARED`` (the code
says that it holds data: dataclasses, pydantic, records, POJOs, structs with tags …), ``LIKELY`` (it has fields and
little else), ``PASSING`` (by its name a request or an answer). What a reader does not look for in a spec is none:
options, properties of components, errors, forms, enums.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.drift.view import Code

NONE, PASSING, LIKELY, DECLARED, STORED = range(5)

_ENOUGH = 2  # fields: one alone is a wrapper
_DEEP = 6
_NOT_NAMES = re.compile(
    r"(?:Props|Options|Opts|Params|Parameters|Args|Arguments|State|Config|Configuration|Settings|Context|Exception|Error|"
    r"Errors|Form|FormSet|Serializer|Serialiser|Filter|FilterSet|Manager|QuerySet|Service|Handler|Controller|Factory|"
    r"Provider|Builder|Impl|Repository|Module|Client|Server|Middleware|Store|Storage|Pool|Parser|Plugin|Test|Tests|Mixin|"
    r"Admin|Command|View|Viewset|ViewSet|Hook|Hooks|Callbacks|Listener|Extension|Extensions|Mapper|Converter|Helper|"
    r"Utils|Meta|Base|Registry|Logger|Encoder|Decoder|Stats|Cache)$"
)
_PASSING = re.compile(
    r"(?<=[a-z0-9])(?:Request|Requests|Response|Responses|Payload|Dto|DTO|Input|Output|Query|Result|Results|ResultSet|Reply|"
    r"Create|Update|Patch|Save|In|Out|Filters|Pagination)$"
)
_DATA_FOLDERS = frozenset({
    "model", "models", "entity", "entities", "domain", "domains", "schema", "schemas", "dto", "dtos", "types",
    "records",
})  # fmt: skip
_MIGRATIONS = re.compile(r"(?:^|/)(?:migrations?|versions|migrate)(?:/|$)")
_METHODS = frozenset({"method", "constructor"})

# Python
_PY_DATA = frozenset({
    "dataclass", "define", "mutable", "frozen", "s", "attrs", "attributes", "dataclass_json", "input",
})  # fmt: skip
_PY_DATA_BASES = frozenset({"BaseModel", "TypedDict", "NamedTuple", "Struct", "Schema", "RootModel", "GenericModel"})
_PY_STORED_BASES = frozenset({
    "Model", "DeclarativeBase", "SQLModel", "Document", "DynamicDocument", "EmbeddedDocument", "MPTTModel",
    "AbstractUser", "AbstractBaseUser", "TimeStampedModel",
})  # fmt: skip
_PY_ROOTS = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})  # what is right below is the base of all tables
_PY_STORED_FIELD = re.compile(
    r"(?:(?:models|db|sa|orm|peewee|fields|sqlalchemy)\.)?(?:mapped_column|Column|relationship|ForeignKey|OneToOneField|"
    r"ManyToManyField)\(|(?:models|db|peewee|me|mongoengine|pw)\.\w*Field\("
)
_PY_NOT_BASES = re.compile(r"(?:Exception|Error|Enum|Protocol|Settings|Config|TestCase|Form|Manager|QuerySet)$")

# Java, PHP, TypeScript, Go, Rust
_STORED_MARKS = frozenset({
    "Entity", "Table", "MappedSuperclass", "Embeddable", "Document", "RedisHash", "StorageName", "Node", "TableName",
})  # fmt: skip
_DATA_MARKS = frozenset({"Data", "Value", "Getter", "ObjectType", "InputType", "Schema", "JsonClass", "Introspected"})
_FIELD_MARKS = frozenset({
    "Column", "PrimaryColumn", "PrimaryGeneratedColumn", "ManyToOne", "OneToMany", "BelongsTo", "HasMany", "ForeignKey",
    "Prop", "Property", "PrimaryKey", "IsUUID",
})  # fmt: skip
_DTO_MARKS = re.compile(r"^(?:Is[A-Z]\w*|Api\w*Property\w*|Field|Expose|Validate\w*|Json\w*|ORM\\\w+|Assert\\\w+)$")
_RUST_STORED = frozenset({
    "Queryable", "Identifiable", "Insertable", "FromRow", "DeriveEntityModel", "AsChangeset", "Selectable", "Table",
})  # fmt: skip
_RUST_DATA = frozenset({"Serialize", "Deserialize", "FromForm", "Object", "SimpleObject", "ToSchema"})
_WORD = re.compile(r"\w+")


def degree(code: Code, path: str, index: int) -> int:
    """How surely the type at ``index`` of a file holds data that a spec would name."""
    facts = code.facts(path)
    if facts is None or _MIGRATIONS.search(path) or path.endswith(".d.ts"):
        return NONE
    one = facts.symbols[index]
    judge = _LANGUAGES.get(facts.language)
    if judge is None or not one.exported or one.name.startswith("_") or not _seen(facts, one):
        return NONE
    found = judge(code, path, facts, index)
    return PASSING if found in (LIKELY, DECLARED) and _PASSING.search(one.name) else found


def tier(found: int, path: str) -> int:
    """How much a reader looks for it in a spec, 0 for not at all.

    3: it is stored. 2: it stands where types of data have their place (``models/``, ``types.ts``). 1: it is declared to
    hold data somewhere else, or holds what passes by.
    """
    if found in (NONE, STORED):
        return 3 if found else 0
    if found == PASSING:
        return 1
    return 2 if _DATA_FOLDERS.intersection(_folders(path)) else 1 if found == DECLARED else 0


def _folders(path: str) -> list[str]:
    *folders, file = path.lower().split("/")
    return [*folders, file.partition(".")[0]]


def _seen(facts: FileFacts, one: Symbol) -> bool:
    """Whether it stands at the top, or in types that do."""
    while one.parent >= 0:
        one = facts.symbols[one.parent]
        if one.kind not in ("class", "namespace", "module", "interface") or not one.exported:
            return False
    return True


def _head(decorator: str) -> str:
    """``attr.s(auto_attribs=True)`` → ``s``."""
    return decorator.partition("(")[0].partition("<")[0].strip().rpartition(".")[2]


def _base(base: str) -> str:
    return re.split(r"[\[<(]", base, maxsplit=1)[0].strip().rpartition(".")[2].rpartition("\\")[2].rpartition("::")[2]


def _bases(code: Code, path: str, index: int) -> list[str]:
    """The names of all bases, those of the tree followed."""
    out: list[str] = []
    todo, seen = [(path, index)], {(path, index)}
    while todo and len(seen) < _DEEP:
        file, at = todo.pop(0)
        out += [_base(one) for one in code.resolver.rows(file)[2][at][13]]
        for value in code.resolver.bases(file, at):
            if (value.path, value.index) not in seen:
                seen.add((value.path, value.index))
                todo.append((value.path, value.index))
    return out


def _python(code: Code, path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind != "class":
        return NONE
    fields = facts.fields(index)
    bases = _bases(code, path, index)
    if any(_PY_NOT_BASES.search(base) for base in bases):
        return NONE
    if _abstract(facts, index) or any(_base(base) in _PY_ROOTS for base in one.bases):
        return NONE
    if any(_PY_STORED_FIELD.match(field.default) for field in fields):
        return STORED
    if _PY_STORED_BASES.intersection(bases) and fields and not one.name.endswith(("Mixin", "Base", "Model")):
        return STORED
    if not fields or (one.name != "Form" and _NOT_NAMES.search(one.name)):
        return NONE
    if any(_head(decorator) in _PY_DATA for decorator in one.decorators):
        return DECLARED if any(field.type for field in fields) else NONE
    return DECLARED if _PY_DATA_BASES.intersection(bases) and any(field.type for field in fields) else NONE


def _abstract(facts: FileFacts, index: int) -> bool:
    """SQLAlchemy's ``__abstract__ = True``, Django's ``class Meta: abstract = True``."""
    for field in facts.symbols:
        if field.name in ("abstract", "__abstract__") and field.default == "True":
            holder = field.parent
            if holder == index or (holder >= 0 and facts.symbols[holder].parent == index):
                return True
    return False


def _ecmascript(_code: Code, _path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind not in ("interface", "type", "class"):
        return NONE
    fields = [field for field in facts.fields(index) if "static" not in field.modifiers]
    marks = {_head(mark) for field in fields for mark in field.decorators}
    own = {_head(mark) for mark in one.decorators}
    if one.kind == "class" and fields and (own & _STORED_MARKS or marks & _FIELD_MARKS):
        return NONE if "abstract" in one.modifiers else STORED
    if len(fields) < _ENOUGH or _NOT_NAMES.search(one.name):
        return NONE
    if one.kind == "class":
        if own & _DATA_MARKS or any(_DTO_MARKS.match(mark) for mark in marks):
            return DECLARED
        return NONE if _methods(facts, index) else LIKELY
    called = sum("=>" in field.type for field in fields)
    return NONE if called * 4 > len(fields) or _methods(facts, index) > 1 else LIKELY


def _java(_code: Code, _path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind == "record":
        return DECLARED if facts.fields(index) and not _NOT_NAMES.search(one.name) else NONE
    if one.kind != "class":
        return NONE
    fields = [field for field in facts.fields(index) if "static" not in field.modifiers and field.kind != "constant"]
    own = {_head(mark) for mark in one.decorators}
    if own & _STORED_MARKS:
        return STORED if fields else NONE
    if not fields or _NOT_NAMES.search(one.name):
        return NONE
    if own & _DATA_MARKS:
        return DECLARED
    methods = [symbol.name.lower() for symbol in facts.symbols if symbol.parent == index and symbol.kind == "method"]
    read = sum(f"{prefix}{field.name.lower()}" in methods for field in fields for prefix in ("get", "is", ""))
    changing = sum(name.startswith(("get", "set", "is", "equals", "hashcode", "tostring", "with")) for name in methods)
    return DECLARED if read * 2 >= len(fields) and changing * 3 >= len(methods) * 2 else NONE


def _php(code: Code, path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind != "class":
        return NONE
    bases = _bases(code, path, index)
    if "abstract" not in one.modifiers and {"Model", "Authenticatable", "Pivot", "ActiveRecord"}.intersection(bases):
        return STORED
    marks = {_head(mark).rpartition("\\")[2] for mark in one.decorators}
    fields = [field for field in facts.fields(index) if "static" not in field.modifiers and field.kind != "constant"]
    if marks & {"Entity", "Table", "Embeddable", "Document"}:
        return STORED if fields else NONE
    typed = [field for field in fields if field.type]
    if len(typed) < _ENOUGH or _NOT_NAMES.search(one.name) or bases:
        return NONE
    open_ = [field for field in typed if field.exported]
    return DECLARED if len(open_) * 2 >= len(fields) and _methods(facts, index) <= len(fields) else NONE


def _go(_code: Code, _path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind != "struct" or _NOT_NAMES.search(one.name) or facts.package == "main":
        return NONE
    fields = [field for field in facts.fields(index) if field.exported and "embedded" not in field.modifiers]
    if len(fields) < _ENOUGH or len(fields) * 2 < len(facts.fields(index)):
        return NONE
    if any("func(" in field.type or "chan " in field.type or "sync." in field.type for field in fields):
        return NONE
    return DECLARED if sum(bool(field.wire) for field in fields) * 2 >= len(fields) else LIKELY


def _rust(_code: Code, _path: str, facts: FileFacts, index: int) -> int:
    one = facts.symbols[index]
    if one.kind != "struct":
        return NONE
    fields = [field for field in facts.fields(index) if not field.name.isdigit()]
    derived = {word for mark in one.decorators if mark.startswith("derive") for word in _WORD.findall(mark)}
    if derived & _RUST_STORED:
        return STORED if fields else NONE
    if len(fields) < _ENOUGH or _NOT_NAMES.search(one.name):
        return NONE
    if derived & _RUST_DATA:
        return DECLARED
    return LIKELY if derived and all(field.exported for field in fields) else NONE


def _methods(facts: FileFacts, index: int) -> int:
    return sum(symbol.parent == index and symbol.kind == "method" for symbol in facts.symbols)


_LANGUAGES: dict[str, Callable[[Code, str, FileFacts, int], int]] = {
    "python": _python,
    "typescript": _ecmascript,
    "tsx": _ecmascript,
    "javascript": _ecmascript,
    "java": _java,
    "php": _php,
    "go": _go,
    "rust": _rust,
}
