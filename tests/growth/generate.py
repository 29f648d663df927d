"""Random valid edits of any specification, drawn from the language itself (:mod:`factory_git.spec.schema`).

An edit sets or unsets one attribute somewhere, or adds, removes, renames, relabels or moves one item of a list. What
the language gains is edited as soon as its schema says so. Edits that leave the specification invalid are drawn again.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from factory_git.core.errors import SpecError
from factory_git.core.ids import slug
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec
from factory_git.spec.schema import FIELD, NODE, SPEC
from factory_git.spec.shapes import Choice, Items, Leaf, Many, MapOf, Record, Shape, Table, Words
from factory_git.spec.typewords import WORDS as WORDS_OF_TYPES

Raw = dict[str, Any]
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OWN = frozenset(("name", "id", "was"))
_WORD = re.compile(r"""("(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*)""")
_SAYING = ("terms", "workflows", "safety", "interface", "acceptance")
_TURNS = (
    (">=", ">"),
    ("<=", "<"),
    ("&&", "||"),
    ("||", "&&"),
    (" * ", " + "),
    ("!=", "=="),
    (" == ", " != "),
    ("!", ""),
    ("1", "2"),
)
_LANGUAGE = frozenset(
    (*NODE, *FIELD.keys, *WORDS_OF_TYPES, "on", "tier", "path", "run")
)  # words that mean more than a name
_COMMON = frozenset(("note", "stability", "code"))  # which every node has
_FIXED = frozenset(("factory", "app.id"))
WORDS = (
    "lot",
    "shelf",
    "market day",
    "cold chain",
    "weather",
    "tide",
    "harvest note",
    "crate",
    "north field",
    "ledger",
)
TYPES = (
    "text", "text?", "int", "int?", "decimal", "decimal?", "date", "date?", "bool", "any", "any?", "json", "datetime?",
    "enum a b c", "enum a c", "enum a d c", "enum c b a", "list text", "list int", "list decimal", "text key",
)  # fmt: skip
TEXTS: dict[str, tuple[str, ...]] = {
    "cadence": ("daily", "nightly", "weekly", "hourly", "every 6 hours", "7d", "0 2 * * 1-5", "monthly"),
    "cron": ("0 2 * * *", "30 4 * * 1", "@daily"),
    "every": ("1h", "1d"),
    "retention": ("30d", "90d", "90 days", "10y", "forever"),
    "unit": ("kg", "g", "EUR/kg", "EUR/g", "m", "pieces"),
    "pii": ("contact", "identity", "health", "letters"),
    "min": ("0", "1", "0.00"),
    "max": ("5", "9", "900"),
    "at": ("**", "interface.panels", "interface", "**phi**", "evidence_policy.sources", "safety.guardrails.*"),
    "allow": ("panel_added", "panel_changed", "gate_inserted", "source_added", "field-added"),
    "forbid": ("guardrail_removed", "gate_removed", "guardrail_changed", "panel-removed"),
    "require": ("acceptance", "simulation"),
    "email": ("ann@example.com", "bo@example.com"),
    "version": ("1.0.0", "1.1.0", "2.0.0"),
    "package": ("farm", "desk"),
    "paths": ("src", "lib"),
    "sees": ("contact", "identity"),
    "depends_on": ("bank", "weather"),
    "reserved": ("data_contracts.entities.gone", "terms.gone", "interface.panels.gone"),
    "values": ("a", "b", "c"),
    "on": ("push", "file"),
    "to": ("https://one.example", "https://two.example"),
    "url": ("https://one.example", "https://two.example"),
    "path": ("data/one.csv", "data/two.csv"),
    "test": ("pytest tests/one.py", "pytest tests/two.py"),
    "run": ("pytest -q", "mypy ."),
}


@dataclass(frozen=True, slots=True)
class _Place:
    """An attribute or a list of items with its shape; ``owner[key]`` is where it stands.

    ``path`` says which of its kind it is (``interface.panels.*.shows``), ``at`` is the address of what owns it.
    """

    owner: Any
    key: Any
    shape: Shape
    path: str
    at: str


@dataclass(slots=True)
class Editor:
    """Draws edits of specifications."""

    rng: random.Random
    spec: Spec | None = None
    raw: Raw = field(default_factory=dict)
    last: tuple[str, str] = ("", "")  # the address of what the last edit was in, and which attribute of it
    near: tuple[str, str] = ("", "")  # where the next edit is to be: of one address, of one attribute; empty: any

    def edited(self, spec: Spec, most: int = 400) -> Spec:
        """``spec`` after one edit that leaves it valid, and that is one."""
        for number in range(most):
            self.near = self.near if number < most // 4 else ("", "")  # nothing else is to be done there
            self.spec, self.raw = spec, copy.deepcopy(dict(spec.raw))
            self._edit()
            made = valid(written(self.raw))
            if made is not None and made.raw != spec.raw:
                return made
        raise AssertionError("no edit of this specification is valid")

    def _edit(self) -> None:
        drawn = self.rng.random()
        if drawn < 0.1 and self._turn():
            return
        if drawn < 0.2 and self._rename():
            return
        places = [p for p in _places(self.raw, SPEC, "") if p.key not in _COMMON or self.rng.random() < 0.05]
        at, path = self.near
        places = [p for p in places if at in ("", p.at)] or places
        places = [p for p in places if path in ("", p.path)] or places
        # Lists of many alike would take most of the edits: they are drawn by layer, or by kind of place, first.
        drawn = self.rng.random()
        if drawn < 0.35:
            layer = self.rng.choice(sorted({p.path.partition(".")[0] for p in places}))
            places = [p for p in places if p.path.partition(".")[0] == layer]
        elif drawn < 0.7:
            kind = self.rng.choice(sorted({p.path for p in places}))
            places = [p for p in places if p.path == kind]
        place = self.rng.choice(places)
        self.last = (place.at, place.path)
        if isinstance(place.shape, Items):
            self._list(place.owner, place.key, place.shape)
        else:
            self._attribute(place.owner, place.key, place.shape, place.path)

    def _turn(self) -> bool:
        """Make one expression, anywhere, say something a little different."""
        parts = [found for layer in _SAYING for found in _leaves(self.raw.get(layer), layer)]
        holder, key, at = self.rng.choice(parts or [(None, None, "")])
        if holder is None:
            return False
        self.last = (at, at)
        signs = [(a, b) for a, b in _TURNS if a in holder[key]]
        if signs:
            holder[key] = holder[key].replace(*self.rng.choice(signs), 1)
        return bool(signs)

    def _rename(self) -> bool:
        """Call an entity, a term or a field otherwise, wherever it is called."""
        assert self.spec is not None
        fields = [(f.name, f.path) for e in self.spec.entities for f in e.fields]
        known = [*((e.name, e.path) for e in self.spec.entities), *((t.name, t.path) for t in self.spec.terms), *fields]
        name, path = self.rng.choice(known or [("", "")])
        if not known or name in _LANGUAGE or len([one for one, _ in fields if one == name]) > 1:
            return False
        self.last = (path, path)
        fresh = f"{'N' if name[:1].isupper() else 'n'}ew_{self.rng.choice('abc')}"
        one = next(item for item in _nodes(self.raw) if item[0] == path)[1]
        before = one["id"]
        self.raw = _called(self.raw, name, fresh)
        self.raw = _called(self.raw, before, slug(fresh)) if before != name else self.raw
        one = next(item for item in _nodes(self.raw) if item[1]["id"] == slug(fresh))[1]
        one |= {"was": before, "name": fresh}
        return True

    def _list(self, owner: Raw, key: str, shape: Items) -> None:
        items: list[Raw] = owner.setdefault(key, [])
        doing = self.rng.choice(("add", "add", "remove", "rename", "relabel", "move")) if items else "add"
        at = self.rng.randrange(len(items)) if items else 0
        if doing == "add":
            items.insert(self.rng.randint(0, len(items)), self._item(shape, key))
        elif doing == "remove":
            items.pop(at)
        elif doing == "move":
            items.insert(self.rng.randrange(len(items)), items.pop(at))
        elif doing == "relabel":
            items[at]["name"] = self._name()
        else:
            name = self._name()
            items[at] |= {"was": items[at]["id"], "name": name, "id": slug(name)}

    def _item(self, shape: Items, key: str) -> Raw:
        name = self._name()
        record = shape.item.default if isinstance(shape.item, Choice) else shape.item
        item: Raw = {"name": name, "id": slug(name)}
        for known, below in record.keys.items():
            wanted = (
                known in record.required or known == "type" or self.rng.random() < (0.1 if key == "fields" else 0.3)
            )
            if known in _OWN or isinstance(below, Items) or not wanted or known in ("code", "stability"):
                continue
            item[known] = self._value(known, below, key)
        return {k: v for k, v in item.items() if v is not None}

    def _name(self) -> str:
        return self.rng.choice(WORDS) + self.rng.choice(("", " two", " three"))

    def _attribute(self, owner: Raw, key: str, shape: Shape, path: str) -> None:
        if key in owner and self.rng.random() < 0.35:
            del owner[key]
        else:
            value = self._value(key, shape, path, owner.get(key))
            if value is not None:
                owner[key] = value

    def _value(self, key: str, shape: Shape, path: str, old: Any = None) -> Any:
        match shape:
            case Words():
                return self.rng.choice(shape.words)
            case Leaf():
                enum = key == "type" and isinstance(old, str) and old.startswith("enum ")
                return self._words(old) if enum and self.rng.random() < 0.7 else self._leaf(key, shape, path)
            case Many():
                return [self._value(key, shape.item, path) for _ in range(self.rng.randint(1, 2))]
            case MapOf():
                return self._map(key, shape, path, old)
            case Record():
                keys = [k for k in shape.keys if k in shape.required or self.rng.random() < 0.5]
                return {k: self._value(k, shape.keys[k], path) for k in keys}
            case _:
                return None

    def _map(self, key: str, shape: MapOf, path: str, old: Any) -> Any:
        held = dict(old or {})
        if held and self.rng.random() < 0.4:
            held.pop(self.rng.choice(sorted(held)))
        elif shape.keys in ("entity", "bound"):
            words = [e.name for e in self.spec.entities] if self.spec else []
            if words and not isinstance(shape.value, Table):
                held[self.rng.choice(words)] = self._value(key, shape.value, path)
        elif held and isinstance(shape.value, Leaf) and shape.value.kind == "expression":
            held[self.rng.choice(sorted(held))] = self._value(key, shape.value, path)
        elif shape.value == Leaf("type"):
            held[self.rng.choice(("day", "count", "note"))] = self.rng.choice(("text", "int", "date"))
        return held

    def _words(self, old: str) -> str:
        """An enum with a word more, less, renamed or in another place."""
        words = old.split()[1:]
        at, doing = self.rng.randrange(len(words)), self.rng.randrange(4)
        if doing == 0:
            words.insert(at, "other")
        elif doing == 1:
            words.pop(at)
        elif doing == 2:
            words[at] = "other"
        else:
            words.insert(self.rng.randrange(len(words)), words.pop(at))
        return " ".join(("enum", *words))

    def _leaf(self, key: str, shape: Leaf, path: str) -> Any:
        spec = self.spec
        assert spec is not None
        pools: dict[str, list[Any]] = {
            "bool": [True, False],
            "int": [1, 4, 20],
            "entity": [e.name for e in spec.entities],
            "role": [r.name for r in spec.roles],
            "pipeline": [p.id for p in spec.pipelines],
            "action": [a.id for a in spec.actions],
            "tier": [t["id"] for t in _items(self.raw, "evidence_policy", "trust_tiers")],
            "path": [*(g.path for g in spec.guardrails), *(p.path for p in spec.pipelines)],
            "type": [*TYPES, *(f"ref {e.name}" for e in spec.entities)],
            "cell": ["a", "1", 5],
            "expression": _expressions(self.raw),
            "text": list(TEXTS.get(path if path == "retention" else key, WORDS)),
        }
        pool = pools[shape.kind]
        return self.rng.choice(pool) if pool else None


def _leaves(data: Any, at: str) -> Iterator[tuple[Any, Any, str]]:
    """Every text below, as what holds it and its key there."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if isinstance(value, str) and key not in _OWN:
            yield data, key, at
        else:
            yield from _leaves(value, f"{at}.{value['id']}" if isinstance(value, dict) and "id" in value else at)


def _nodes(data: Any, at: str = "") -> Iterator[tuple[str, Raw]]:
    """Every item of every list, by its address."""
    for key, value in data.items() if isinstance(data, dict) else ():
        here = f"{at}.{key}" if at else str(key)
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                yield f"{here}.{item['id']}", item
                yield from _nodes(item, f"{here}.{item['id']}")
        if isinstance(value, dict):
            yield from _nodes(value, here)


def _called(data: Any, old: str, new: str) -> Any:
    """The same with one word for another, outside of quotes."""
    if isinstance(data, str):
        return _WORD.sub(lambda m: new if m[0] == old else m[0], data)
    if isinstance(data, list):
        return [_called(item, old, new) for item in data]
    if isinstance(data, dict):
        return {_called(key, old, new) if key == old else key: _called(value, old, new) for key, value in data.items()}
    return data


def _places(data: Any, shape: Shape, path: str, at: str = "") -> Iterator[_Place]:
    """Every attribute and every list that the specification has or could have; ``*`` stands for an item."""
    if isinstance(shape, Choice):
        shape = next((record for tag, record in shape.tags.items() if tag in data), shape.default)
    if not isinstance(shape, Record) or not isinstance(data, dict):
        return
    for key, below in shape.keys.items():
        here = f"{path}.{key}" if path else key
        if key in _OWN or here in _FIXED:
            continue
        if not path and isinstance(below, Record):
            yield from _places(data.setdefault(key, {}) if key != "code" else data.get(key), below, here, here)
            continue
        yield _Place(data, key, below, here, at)
        if isinstance(below, Items):
            for item in data.get(key, ()):
                yield from _places(item, below.item, f"{here}.*", f"{at}.{key}.{item['id']}")


def _items(raw: Raw, layer: str, key: str) -> list[Raw]:
    held = raw.get(layer)
    return held.get(key, []) if isinstance(held, dict) else []


def _expressions(raw: Raw) -> list[str]:
    """Expressions of the specification, some a little different."""
    found = [t["is"] for t in raw.get("terms", ())]
    found += [g["always"] for g in _items(raw, "safety", "guardrails") if "always" in g]
    for pipeline in _items(raw, "workflows", "pipelines"):
        for step in pipeline.get("steps", ()):
            found += [v for k, v in step.items() if k in ("keep", "where", "on") and isinstance(v, str)]
            found += step.get("set", {}).values()
    turned = [e.replace(a, b, 1) for e in found for a, b in ((">=", ">"), ("<=", "<"), ("&&", "||"), (" * ", " + "))]
    return sorted({*found, *turned, "true", "1", '"x"'})


def written(raw: Any) -> str:
    """Plain data as YAML, in flow style."""
    if isinstance(raw, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(k)}: {written(v)}" for k, v in raw.items() if v not in ({}, None) or k == "default"
            )
            + "}"
        )
    if isinstance(raw, list):
        return "[" + ", ".join(map(written, raw)) + "]"
    if isinstance(raw, str):
        word = _PLAIN.fullmatch(raw) and raw.lower() not in ("true", "false", "null")
        return raw if word else json.dumps(raw, ensure_ascii=False)
    return str(raw) if isinstance(raw, Decimal) else json.dumps(raw)


def valid(text: str) -> Spec | None:
    """The specification, or None where it does not load or check."""
    try:
        made = load([Source(path="factory.yaml", content=text.encode())])
    except SpecError:
        return None
    return None if any(p.severity == "error" for p in check(made)) else made
