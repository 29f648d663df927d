"""The names that fields declare for outside the program: they win over the field's own. Lean.

A name for a database's column only adds to the field's own name: what a table calls it is nobody's contract. Of a Go
field's tags, ``json`` is the one that wins.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.model import Symbol
    from factory_git.drift.view import Code

_TAG = re.compile(r"(\w+):\"([^\",]*)")
_ALIAS = re.compile(r"\b(serialization_alias|alias|field_name|name)\s*=\s*[rbu]*[\"']([^\"']+)[\"']")
_WEAK_ALIAS = re.compile(r"\b(?:validation_alias|db_column|name|data_key|source|attribute)\s*=\s*[\"']([^\"']+)[\"']")
_COLUMN = re.compile(r"^(?:[\w.]*\.)?(?:[Cc]olumn|mapped_column|Field)\(\s*[\"'](\w+)[\"']")
_FIELD = re.compile(r"(?:^|[\[ ,.])(?:Field|field|ib|config)\(")
_SAID = re.compile(r"^(?:[\w\\.]*[\\.])?(\w+)\(.*?[\"']([^\"']+)[\"']")
_SERDE = re.compile(r"^serde\s*\(.*?\brename\s*(?:=\s*|\(\s*serialize\s*=\s*)\"([^\"]+)\"")
_RUST_WEAK = re.compile(r"\b(?:alias|rename|column_name)\s*=\s*\"?([\w-]+)")
_NAMED = re.compile(r"\bname\s*[:=]\s*[\"']([^\"']+)[\"']")

_STRONG = frozenset({"JsonProperty", "SerializedName", "JsonbProperty", "MapName", "MapOutputName"})
_WEAK = frozenset({
    "Column", "JoinColumn", "JsonAlias", "XmlElement", "XmlAttribute", "Expose", "Field", "Property", "PrimaryColumn",
    "MapInputName", "DynamoDbAttribute", "BsonProperty",
})  # fmt: skip


def wire(code: Code, language: str, path: str, field: Symbol) -> tuple[str, tuple[str, ...]]:
    """The name that wins (empty: none is declared), and other names that the field goes by."""
    if language == "go":
        return _go(code, path, field) if field.wire else ("", ())
    if language == "python":
        return _python(field)
    if language == "rust":
        return _rust(field)
    strong, weak = "", []
    for text in field.decorators:
        found = _SAID.match(text)
        if found is None:
            continue
        named = _NAMED.search(text)
        said = named[1] if named else found[2]
        if found[1] in _STRONG and language in ("java", "php"):
            strong = strong or said
        elif found[1] in _WEAK | _STRONG:
            weak.append(said)
    return strong, tuple(weak)


def _go(code: Code, path: str, field: Symbol) -> tuple[str, tuple[str, ...]]:
    strong, weak = "", []
    for key, said in _TAG.findall(_tags(code, path, field)):
        if said in ("", "-"):
            continue
        if key == "json":
            strong = said
        elif key in ("db", "bson", "yaml", "xml", "toml", "gorm", "mapstructure", "csv", "dynamodbav", "firestore"):
            weak.append(said)
    return strong, tuple(weak)


def _tags(code: Code, path: str, field: Symbol) -> str:
    """The text of a Go field's tags."""
    return code.content(path)[field.start : field.end].decode("utf-8", "replace").partition("`")[2]


def _python(field: Symbol) -> tuple[str, tuple[str, ...]]:
    text = f"{field.type} {field.default}"
    if "(" not in text:
        return "", ()
    strong, weak = "", []
    column = _COLUMN.match(field.default)
    if column:
        weak.append(column[1])
    if _FIELD.search(text):
        named = dict(_ALIAS.findall(text))
        strong = named.get("serialization_alias") or named.get("alias") or named.get("field_name") or ""
        if not strong and field.default.startswith(("field(", "msgspec.field(")):
            strong = named.get("name", "")
    return strong, (*weak, *_WEAK_ALIAS.findall(text))


def _rust(field: Symbol) -> tuple[str, tuple[str, ...]]:
    strong, weak = "", []
    for text in field.decorators:
        found = _SERDE.match(text)
        if found:
            strong = found[1]
        else:
            weak += _RUST_WEAK.findall(text)
    return strong, tuple(weak)
