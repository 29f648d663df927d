"""The language as a JSON Schema (draft 2020-12), for editors and other people's tools.

It is made from :mod:`factory_git.spec.schema`, so the two cannot disagree about keys; it knows shapes only. Names that
refer to each other, types, tables and expressions are the loader's to judge.
"""

from __future__ import annotations

from typing import Any

from factory_git.spec.names import ID, IDENTIFIER
from factory_git.spec.schema import ARGS, CODE, SPEC, STABILITY, TEXTS
from factory_git.spec.shapes import Choice, Items, Leaf, Many, MapOf, Record, Shape, Table, Words
from factory_git.spec.skills import SKILLS
from factory_git.spec.steps import ASSIGN

URL = "https://json-schema.org/draft/2020-12/schema"
_SCALAR = {"type": ["string", "number", "boolean"]}
_KEEP_EXTRA = {"^x-": True}


def schema() -> dict[str, Any]:
    """The schema of a spec of one file. Short forms are in it: a string for a node, one value for a list of one."""
    maker = _Maker()
    whole = maker.of(SPEC)
    return {
        "$schema": URL,
        "title": "git-factory spec",
        "description": "What a team wants, in layers. See docs/spec.md.",
        **whole,
        "$defs": dict(sorted(maker.definitions.items())),
    }


_LEAVES = {
    "bool": "flag",
    "int": "integer",
    "cell": "cell",
    "expression": "expression",
    "path": "path",
    "entity": "entity-name",
}
_SHARED = {"code-place": CODE, "assign": ASSIGN, "arguments": ARGS, "stability": STABILITY, "texts": TEXTS}


class _Maker:
    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def of(self, shape: Shape) -> dict[str, Any]:
        """The schema of a shape; what many places share is a definition."""
        name = next((name for name, held in _SHARED.items() if held is shape), None)
        return self._form(shape) if name is None else self._named(name, self._form(shape))

    def _named(self, name: str, made: dict[str, Any]) -> dict[str, Any]:
        self.definitions.setdefault(name, made)
        return {"$ref": f"#/$defs/{name}"}

    def _optional(self, shape: Shape) -> dict[str, Any]:
        """A key with nothing after its colon is a key left out."""
        made = self.of(shape)
        either = {"anyOf": [made, {"type": "null"}]}
        held = made.get("$ref", "").rpartition("/")[2]
        return self._named(f"{held}-or-nothing", either) if held else either

    def _form(self, shape: Shape) -> dict[str, Any]:
        match shape:
            case Leaf():
                return self._named(_LEAVES.get(shape.kind, "text"), _leaf(shape))
            case Words():
                return {"enum": list(shape.words)}
            case Many():
                item = self.of(shape.item)
                most = {"maxItems": shape.most} if shape.most else {}
                return {"anyOf": [item, {"type": "array", "items": item, **most}]}
            case Table():
                return {"type": "array", "minItems": 1, "items": {"type": "array"}}
            case MapOf():
                names = {"propertyNames": {"pattern": _whole(IDENTIFIER.pattern)}} if shape.keys == "name" else {}
                return {"type": "object", "additionalProperties": self.of(shape.value), **names}
            case Record():
                return self._record_or_short(shape)
            case Items():
                return self._items(shape)
            case Choice():
                return self._choice(shape)

    def _record_or_short(self, shape: Record) -> dict[str, Any]:
        forms = [self._record(shape)]
        if shape.short:
            forms.append(self.of(shape.keys[shape.short]))
        if shape.short_list:
            held = self.of(shape.keys[shape.short_list])
            forms.append({"allOf": [{"type": "array"}, held]})
        return forms[0] if len(forms) == 1 else {"anyOf": forms}

    def _record(self, shape: Record) -> dict[str, Any]:
        keys = {k: self.of(below) if k in shape.required else self._optional(below) for k, below in shape.keys.items()}
        if "id" in keys and "name" in keys:
            slug = {"type": "string", "pattern": _whole(ID.pattern)}
            keys["id"] = self._named("id", {"anyOf": [slug, {"type": "null"}]})
        out: dict[str, Any] = {"type": "object", "properties": keys, "patternProperties": _KEEP_EXTRA}
        out["additionalProperties"] = self.of(shape.rest) if shape.rest is not None else False
        if shape.required:
            out["required"] = list(shape.required)
        return out

    def _items(self, shape: Items) -> dict[str, Any]:
        item = self._define(shape.kind, shape.item)
        named = {"anyOf": [{"required": [key]} for key in ("name", *shape.name_from, "id")]}
        forms: list[dict[str, Any]] = [{"allOf": [item, named]}]
        required = shape.item.required if isinstance(shape.item, Record) else ()
        if not required:
            forms.append(_SCALAR)
        lists: dict[str, Any] = {"type": "array", "items": {"anyOf": forms}}
        if not shape.keyed:
            return lists
        bodies = [item]
        if shape.short and isinstance(shape.item, Record):
            bodies.append(self.of(shape.item.keys[shape.short]))
        if not required:
            bodies.append({"type": "null"})
        return {"anyOf": [lists, {"type": "object", "additionalProperties": {"anyOf": bodies}}]}

    def _choice(self, shape: Choice) -> dict[str, Any]:
        forms = [self._record(shape.default)]
        for tag, record in shape.tags.items():
            made = self._record(record)
            made["required"] = list(dict.fromkeys([tag, *made.get("required", ())]))
            forms.append({"description": SKILLS[tag].means, **made} if tag in SKILLS else made)
        return {"anyOf": forms}

    def _define(self, kind: str, shape: Record | Choice) -> dict[str, Any]:
        name = kind.replace(" ", "-")
        if name not in self.definitions:
            self.definitions[name] = {}  # the place is taken: shapes may hold each other
            self.definitions[name] = self._choice(shape) if isinstance(shape, Choice) else self._record(shape)
        return {"$ref": f"#/$defs/{name}"}


def _leaf(shape: Leaf) -> dict[str, Any]:
    if shape.kind == "bool":
        return {"type": "boolean"}
    if shape.kind == "int":
        return {"type": "integer"}
    if shape.kind == "cell":
        return {"type": ["string", "number", "boolean", "null"]}
    if shape.kind == "expression":
        return {"type": ["string", "number", "boolean", "null"]}
    return _SCALAR


def _whole(pattern: str) -> str:
    return f"^{pattern}$"
