"""What the layers' builders share: the known names, type words, cells of data, and where problems go."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from factory_git.core.errors import Place, Problem
from factory_git.core.ids import SpecPath
from factory_git.spec import names, typewords
from factory_git.spec.expand import Cell
from factory_git.spec.model import Entity, Text
from factory_git.spec.types import ANY, TEXT, Enum, ListOf, Optional, Ref, Scalar, Type
from factory_git.spec.typewords import TypeWord, TypeWordError

NODE_KEYS = frozenset(("name", "id", "was", "note", "stability", "code"))
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INT = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


class Build:
    """One spec being built."""

    def __init__(self, data: Mapping[str, Any], places: Mapping[SpecPath, Place], problems: list[Problem]) -> None:
        self.data = data
        self.places = places
        self.problems = problems
        self.entity_names: dict[str, str] = {}
        for item in self.items("data_contracts", "entities"):
            self.entity_names[str(item["name"])] = str(item["name"])
            self.entity_names.setdefault(item["id"], str(item["name"]))
        self.entities: dict[str, Entity] = {}

    def items(self, layer: str, key: str = "") -> list[dict[str, Any]]:
        """The items of a layer, or of one of its lists."""
        found: Any = self.data.get(layer)
        if key:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, list) else []

    def common(self, item: Mapping[str, Any], parent: str) -> dict[str, Any]:
        """The attributes that every node has."""
        path = names.join(parent, item["id"])
        was = item.get("was")
        return {
            "path": path,
            "id": item["id"],
            "name": str(item["name"]),
            "place": self.places[path],
            "was": None if was is None else str(was),
            "extra": {k: v for k, v in item.items() if k.startswith("x-")},
        }

    def entity_name(self, text: Text | str | None) -> str | None:
        """The entity's name as declared, for a name or id; an unknown one stays as written (and has its problem)."""
        return None if text is None else self.entity_names.get(str(text), str(text))

    def problem(self, code: str, message: str, place: Place, path: str, hint: str = "") -> None:
        """Note one problem."""
        self.problems.append(Problem(code=code, message=message, place=place, path=path, hint=hint))

    # -- types -------------------------------------------------------------------------------------------------------

    def type(self, text: Text) -> TypeWord | None:
        """The type written there; None after noting what is wrong with it."""
        try:
            word = typewords.parse(text.text)
        except TypeWordError as error:
            self.problem("spec/type-word", str(error), text.at(error.offset), text.path, error.hint)
            return None
        inner = word.type.item if isinstance(word.type, ListOf) else word.type
        if isinstance(inner, Ref):
            known = self.entity_names.get(inner.entity)
            if known is None:
                offset = max(text.text.find(inner.entity), 0)
                hint = names.suggest(inner.entity, self.entity_names.values())
                message = f"there is no entity {inner.entity!r} to refer to"
                self.problem("spec/unknown-entity", message, text.at(offset), text.path, hint)
                return None
            ref: Type = Ref(known)
            made = ListOf(ref) if isinstance(word.type, ListOf) else ref
            return TypeWord(type=made, key=word.key, optional=word.optional)
        return word

    def args(self, given: Mapping[str, Text] | None, *, optional: bool = False) -> dict[str, Type]:
        """The types of arguments. None can be a key; those a person is asked for may be ``optional``."""
        out: dict[str, Type] = {}
        for name, text in (given or {}).items():
            word = self.type(text)
            if word is None:
                continue
            if word.key or (word.optional and not optional):
                message = f"argument {name!r} can be {'no key' if optional else 'neither key nor optional'}"
                self.problem("spec/type-word", message, text.place, text.path, "leave the suffix out")
            out[name] = Optional(word.type) if word.optional and optional else word.type
        return out

    # -- cells -------------------------------------------------------------------------------------------------------

    def cell(self, cell: Cell, type_: Type, what: str, path: str, *, optional: bool = False) -> Any:
        """The value of a cell as its type wants it: text as written, dates as ISO text, numbers exact.

        A cell that does not fit is noted as a problem and given as it is.
        """
        if cell.value is None and not cell.quoted:
            if not optional and type_ not in (ANY, Scalar("json")):
                self.problem("spec/value", f"{what} is required and has no value", cell.text.place, path)
            return None
        if isinstance(type_, Ref):
            return self.cell(cell, self._key_type(type_.entity), what, path)
        text = cell.text.text
        if isinstance(type_, Enum):
            if type_.values and text not in type_.values:
                words = ", ".join(type_.values)
                hint = names.suggest(text, type_.values)
                self.problem("spec/value", f"{what} is one of {words}, not {text!r}", cell.text.place, path, hint)
            return text
        if isinstance(type_, ListOf):
            return self._cells(cell, type_, what, path)
        if type_ == TEXT:
            return text
        if not isinstance(type_, Scalar) or type_.name in ("any", "json"):
            return cell.value
        return self._scalar(cell, type_.name, what, path)

    def _cells(self, cell: Cell, type_: ListOf, what: str, path: str) -> Any:
        value: Any = cell.value
        if not isinstance(value, list):
            self.problem("spec/value", f"{what} is a {type_}, not {cell.text.text!r}", cell.text.place, path)
            return value
        out = []
        for part in value:
            text = Text(text=str(part), place=cell.text.place, path=cell.text.path)
            out.append(self.cell(Cell(part, text), type_.item, what, path))
        return out

    def _scalar(self, cell: Cell, name: str, what: str, path: str) -> Any:
        text = cell.text.text
        value = _READERS[name](text)
        if value is None:
            message = f"{what} is {_ARTICLE[name]}, not {text[:60]!r}"
            self.problem("spec/value", message, cell.text.place, path, _FORMS.get(name, ""))
            return cell.value
        return value

    def _key_type(self, entity: str) -> Type:
        seen: set[str] = set()
        while entity not in seen:
            seen.add(entity)
            key = self.entities[entity].key if entity in self.entities else None
            if key is None:
                return TEXT
            if not isinstance(key.type, Ref):
                return key.type
            entity = key.type.entity
        return TEXT


def _int(text: str) -> int | None:
    return int(text) if _INT.fullmatch(text) and len(text) < 64 else None


def _decimal(text: str) -> int | Decimal | None:
    if _INT.fullmatch(text):
        return _int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) and len(text) < 64 else None


def _bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _date(text: str) -> str | None:
    try:
        return text if _DATE.fullmatch(text) and dt.date.fromisoformat(text) else None
    except ValueError:
        return None


def _datetime(text: str) -> str | None:
    try:
        return text if dt.datetime.fromisoformat(text) else None
    except ValueError:
        return None


_READERS: Mapping[str, Any] = {
    "int": _int,
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
}
_ARTICLE = {
    "int": "a whole number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date and time",
}
_FORMS = {"date": "as in 2026-06-09", "datetime": "as in 2026-06-09T12:30"}
