"""Chains of random changes of data contracts, and rows to fill the first of them with. The same for the same seed."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Model = dict[str, Any]
Facts = dict[str, Any]

TYPES = ("text", "int", "decimal", "bool", "date", "datetime", "any", "enum", "list text", "list int")
WORDS = ("red", "green", "blue", "dark", "pale", "loud", "it's", "größer")
UNITS = (("kg", "g", "t", "lb"), ("C", "F", "K"), ("EUR/kg", "EUR/g"))
TEXTS = ("", "a", 'it\'s "q"', "größer ✓", "line\nbreak", "nul\0 inside", "007", "12", "-3.50", "2026-01-31", "true")


class Chain:
    """A model of data contracts and one random change after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.model: Model = {}
        for _ in range(self.random.randint(2, 3)):
            self._add_entity(self.model)
        fields: Facts = {"n": {"type": "int"}, "t": {"type": "text"}}
        made: Facts = {"fields": fields, "made": True}
        self.model[self._name("made")] = made

    def _name(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # The spec.

    def text(self, model: Model) -> str:
        """The model as a spec."""
        lines = ["factory: 1", "app: {id: shop, title: Shop}", "data_contracts:", "  entities:"]
        for name, entity in model.items():
            fields = {f: self._written(facts) for f, facts in entity["fields"].items()}
            node: Facts = {"name": name, "id": name, "fields": fields}
            node |= {"made": True} if entity.get("made") else {}
            node |= {"was": entity["was"]} if entity.get("was") else {}
            lines.append(f"    - {json.dumps(node, ensure_ascii=False)}")
        return "\n".join(lines) + "\n"

    @staticmethod
    def _written(facts: Facts) -> Facts:
        written = {k: v for k, v in facts.items() if k in ("min", "max", "unit", "default", "was", "unique") and v}
        type_ = facts["type"]
        if type_ == "enum":
            written["values"] = facts["words"]
        tail = " key" if facts.get("key") else "?" if facts.get("optional") else ""
        return written | ({} if type_ == "any" and not facts.get("said") else {"type": f"{type_}{tail}"})

    # Changes.

    def change(self) -> tuple[str, Model]:
        """A changed copy of the model, and what changed in it."""
        while True:
            model = copy.deepcopy(self.model)
            for entity in model.values():
                entity.pop("was", None)
                for facts in entity["fields"].values():
                    facts.pop("was", None)
            ways: list[Callable[[Model], str]] = [
                self._add_entity, self._drop_entity, self._rename_entity, self._make, *[self._add_field] * 2,
                self._drop_field, *[self._rename_field] * 2, *[self._retype] * 4, *[self._bound] * 2, *[self._enum] * 2,
                *[self._unit] * 2, self._unique, *[self._need] * 2, self._default, self._order, self._both,
            ]  # fmt: skip
            word = self.random.choice(ways)(model)
            if word and model != self.model:
                return word, model

    def _both(self, model: Model) -> str:
        one, other = self._rename_field(model), self._rename_entity(model)
        return f"{one} {other} {self._retype(model)}" if one and other else ""

    def _entity(self, model: Model) -> Facts:
        found: Facts = model[self.random.choice(sorted(model))]
        return found

    def _with(self, model: Model, key: str) -> tuple[Facts, str]:
        """A field that says something under this key."""
        found = [(e, n) for e in model.values() for n, f in e["fields"].items() if f.get(key)]
        return self.random.choice(found) if found else (self._entity(model), "")

    def _field(self, model: Model, *, key: bool = False) -> tuple[Facts, str]:
        entity = self._entity(model)
        names = [f for f, facts in entity["fields"].items() if key or not facts.get("key")]
        return entity, (self.random.choice(names) if names else "")

    def _add_entity(self, model: Model) -> str:
        name = self._name("e")
        fields: Facts = {"id": {"type": self.random.choice(("text", "int")), "key": True}}
        if self.random.random() < 0.3:
            fields = {}
        refs = [n for n, e in model.items() if any(f.get("key") for f in e["fields"].values())]
        if refs and self.random.random() < 0.5:
            fields["to"] = {"type": f"ref {self.random.choice(refs)}", "optional": True}
        model[name] = {"fields": fields}
        for _ in range(self.random.randint(2, 5)):
            fields[self._name("f")] = self._facts()
        return f"add {name}"

    def _drop_entity(self, model: Model) -> str:
        free = [
            n for n in model if not any(f["type"] == f"ref {n}" for e in model.values() for f in e["fields"].values())
        ]
        if len(free) < 2 or len(model) < 3:
            return ""
        name = self.random.choice(free)
        del model[name]
        return f"drop {name}"

    def _rename_entity(self, model: Model) -> str:
        old, new = self.random.choice(sorted(model)), self._name("r")
        renamed = {(new if n == old else n): e for n, e in model.items()}
        model.clear()
        model.update(renamed)
        model[new]["was"] = old
        for entity in model.values():
            for facts in entity["fields"].values():
                if facts["type"] == f"ref {old}":
                    facts["type"] = f"ref {new}"
        return f"rename {old} {new}"

    def _make(self, model: Model) -> str:
        name = self.random.choice(sorted(model))
        if any(f["type"] == f"ref {name}" for e in model.values() for f in e["fields"].values()):
            return ""
        model[name]["made"] = not model[name].get("made")
        return f"made {name}"

    def _facts(self) -> Facts:
        type_ = self.random.choice(TYPES)
        facts: Facts = {"type": type_, "optional": type_ == "any" or self.random.random() < 0.6}
        if type_ == "enum":
            facts["words"] = self.random.sample(WORDS, 3)
        if type_ in ("int", "decimal") and self.random.random() < 0.5:
            facts["unit"] = self.random.choice(self.random.choice(UNITS))
        return facts

    def _add_field(self, model: Model) -> str:
        entity, name = self._entity(model), self._name("f")
        facts = self._facts()
        if not facts["optional"] or self.random.random() < 0.3:
            facts = {"type": "text", "optional": facts["optional"], "default": self.random.choice(("x", "it's ' @"))}
        entity["fields"][name] = facts
        return f"add field {name}"

    def _drop_field(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name or len(entity["fields"]) < 2:
            return ""
        del entity["fields"][name]
        return f"drop field {name}"

    def _rename_field(self, model: Model) -> str:
        entity, name = self._field(model, key=True)
        if not name:
            return ""
        new = self._name("g")
        entity["fields"] = {(new if n == name else n): f for n, f in entity["fields"].items()}
        entity["fields"][new]["was"] = name
        return f"rename field {name} {new}"

    def _retype(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name or entity["fields"][name]["type"].startswith("ref"):
            return ""
        facts = entity["fields"][name]
        new = self._facts()
        kept = {k: facts[k] for k in ("was", "unique") if k in facts}
        entity["fields"][name] = {**new, **kept, "optional": facts.get("optional", False) or new["type"] == "any"}
        entity["fields"][name].pop("unit", None)
        return f"retype {name} {facts['type']} {new['type']}"

    def _bound(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name or entity["fields"][name]["type"] not in ("int", "decimal"):
            return ""
        low = self.random.choice((None, "-1000000000000000000000", "-100", "0"))
        high = self.random.choice((None, "1000000000000000000000", "500"))
        entity["fields"][name] |= {"min": low, "max": high}
        return f"bound {name} {low} {high}"

    def _enum(self, model: Model) -> str:
        entity, name = self._with(model, "words")
        if not name:
            return ""
        words = list(entity["fields"][name]["words"])
        free = [w for w in WORDS if w not in words]
        what = self.random.choice(("add", "remove", "rename", "order"))
        if what == "add" and free:
            words.append(self.random.choice(free))
        elif what == "remove" and len(words) > 1:
            words.remove(self.random.choice(words))
        elif what == "rename" and free:
            words[self.random.randrange(len(words))] = self.random.choice(free)
        else:
            self.random.shuffle(words)
        entity["fields"][name]["words"] = words
        return f"enum {name} {what}"

    def _unit(self, model: Model) -> str:
        entity, name = self._with(model, "unit")
        facts = entity["fields"].get(name, {})
        known = next((units for units in UNITS if facts.get("unit") in units), None)
        if known is None:
            return ""
        facts["unit"] = self.random.choice(known)
        return f"unit {name} {facts['unit']}"

    def _unique(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name:
            return ""
        entity["fields"][name]["unique"] = not entity["fields"][name].get("unique", False)
        return f"unique {name}"

    def _need(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name or entity["fields"][name]["type"] == "any":
            return ""
        facts = entity["fields"][name]
        facts["optional"] = not facts.get("optional")
        if not facts["optional"] and facts["type"] in ("text", "int") and self.random.random() < 0.7:
            facts["default"] = "x" if facts["type"] == "text" else 7
        return f"need {name}"

    def _default(self, model: Model) -> str:
        entity, name = self._field(model)
        if not name or entity["fields"][name]["type"] != "text":
            return ""
        entity["fields"][name]["default"] = self.random.choice(TEXTS)
        return f"default {name}"

    def _order(self, model: Model) -> str:
        entity = self._entity(model)
        fields = list(entity["fields"].items())
        self.random.shuffle(fields)
        entity["fields"] = dict(fields)
        return "order"

    # Rows.

    def value(self, facts: Facts, number: int, keys: list[Any]) -> Any:
        """A stored value of a field, as SQLite holds it."""
        draw = self.random
        if facts.get("key"):
            return number if facts["type"] == "int" else f"k{number}'"
        if facts.get("optional") and draw.random() < 0.25:
            return None
        type_ = facts["type"]
        if type_.startswith("ref "):
            return draw.choice(keys) if keys else None
        if type_.startswith("list "):
            item = (lambda: draw.choice(TEXTS)) if type_ == "list text" else (lambda: draw.randint(-5, 5))
            return json.dumps([item() for _ in range(draw.randint(0, 3))], ensure_ascii=False)
        return _DRAWN[type_](draw, facts)


def _any(draw: random.Random, _: Facts) -> str:
    plain: list[Any] = [1, -7, "x", "true", True, 2**62, {"$decimal": "1.50"}, {"$date": "2026-01-31"}, [1, "a"]]
    return json.dumps(draw.choice(plain), ensure_ascii=False, sort_keys=True)


def _decimal(draw: random.Random, _: Facts) -> str:
    whole = draw.choice((draw.randint(-9, 9), draw.randint(-(10**20), 10**20), 0))
    return draw.choice((str(whole), f"{whole}.50", f"{whole}.00", "1E+2", "0.1", str(Decimal(whole).scaleb(-3))))


_DRAWN: dict[str, Callable[[random.Random, Facts], Any]] = {
    "text": lambda draw, _: draw.choice(TEXTS),
    "int": lambda draw, _: draw.choice((draw.randint(-9, 9), draw.randint(-(2**62), 2**62), 2**63 - 1)),
    "decimal": _decimal,
    "bool": lambda draw, _: draw.randint(0, 1),
    "date": lambda draw, _: (dt.date(2026, 1, 1) + dt.timedelta(days=draw.randint(-900, 900))).isoformat(),
    "datetime": lambda draw, _: draw.choice(("2026-01-31T00:00:00", "2026-01-31T12:30:00.000001")),
    "any": _any,
    "enum": lambda draw, facts: draw.choice(facts["words"]),
}
