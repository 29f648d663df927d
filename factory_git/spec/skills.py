"""The shape of every skill: its parameters, what each one is, and what is in scope where it is an expression.

One literal table. The checker reads it to check a step, the graph to know what a step reads and writes, the skills
themselves only emit code. A parameter's name is its path inside the step: ``allocate.supply``, ``short.set``;
``rules[].when`` is the key ``when`` of each item of a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from factory_git.spec.model import Step, Text
from factory_git.spec.types import BOOL, DECIMAL, INT, TEXT, Type
from factory_git.spec.types import Enum as Words

DIFFERENCE = Words(("added", "removed", "changed"))


class Kind(Enum):
    """What a parameter is."""

    ENTITY = auto()  # the name of an entity whose rows are read
    MAKE = auto()  # the name of the entity that is made
    EXPR = auto()  # an expression
    SET = auto()  # field of the entity named by ``of`` → expression
    FIELDS = auto()  # list of names of fields of the entity named by ``of``
    PATHS = auto()  # list of fields of the entity named by ``of``, or of rows that its references lead to
    ORDER = auto()  # list of sort expressions over the fields of ``of``; a leading ``-`` descends
    VALUES = auto()  # list of expressions
    WITH = auto()  # any name → expression
    WORD = auto()  # a plain word or sentence
    FLAG = auto()  # true or false
    ENTITIES = auto()  # list of names of entities that are read
    GROUP = auto()  # a mapping or list of mappings that only holds other parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter.

    ``scope`` maps a name to what it stands for: the name of an entity parameter (a row of it), ``key:P`` (the values
    of the fields that ``P`` lists), ``rows:P`` (rows of the entity that ``P`` names), ``via:P`` (the row that the
    reference ``P`` leads to), ``label:P`` (one of the words ``P`` gives) or a type. ``fields_of`` names one of these
    whose fields are in scope by their bare names. Entities, terms and ``run`` are always in scope.
    """

    name: str
    kind: Kind
    required: bool = False
    of: str = ""
    scope: Mapping[str, str | Type]
    fields_of: str = ""
    type: Type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillShape:
    """A skill: its parameters in order. ``removes`` names the entity parameter whose rows it may delete."""

    name: str
    params: tuple[Param, ...]
    removes: str = ""
    means: str = ""

    def param(self, name: str) -> Param | None:
        """The parameter of that path."""
        return next((p for p in self.params if p.name == name), None)

    @property
    def required(self) -> tuple[str, ...]:
        """The paths of the parameters that must be given."""
        return tuple(p.name for p in self.params if p.required)

    def children(self, prefix: str) -> tuple[str, ...]:
        """The keys that may stand directly below ``prefix`` (``""``: in the step itself), in order."""
        start = f"{prefix}." if prefix else ""
        names = (p.name[len(start) :] for p in self.params if p.name.startswith(start))
        return tuple(dict.fromkeys(n.split(".")[0].removesuffix("[]") for n in names if n))


Scope = Mapping[str, str | Type]


def _entity(name: str) -> Param:
    return Param(name=name, kind=Kind.ENTITY, required=True, scope={})


def _expr(name: str, scope: Scope, type_: Type | None, *, required: bool = False, fields_of: str = "") -> Param:
    return Param(name=name, kind=Kind.EXPR, required=required, scope=scope, fields_of=fields_of, type=type_)


def _other(name: str, kind: Kind, *, required: bool = False, of: str = "", scope: Scope | None = None) -> Param:
    return Param(name=name, kind=kind, required=required, of=of, scope=scope or {})


def _order(name: str, of: str, *, required: bool = False) -> Param:
    return Param(name=name, kind=Kind.ORDER, required=required, of=of, scope={"it": of}, fields_of="it")


def _make(scope: Scope, prefix: str = "", *, required: bool = True) -> tuple[Param, ...]:
    start = f"{prefix}." if prefix else ""
    return (
        Param(name=f"{start}make", kind=Kind.MAKE, required=required, scope={}),
        Param(name=f"{start}set", kind=Kind.SET, of=f"{start}make", scope=scope),
    )


def _made_else(prefix: str, scope: Scope) -> tuple[Param, ...]:
    """An optional ``prefix: {make, set}``; within it ``make`` is required."""
    return (_other(prefix, Kind.GROUP), *_make(scope, prefix))


def _per_row(name: str, *params: Param, also: Scope | None = None, means: str) -> SkillShape:
    """A skill that goes over the rows of one entity and makes rows of another, with ``it`` in scope."""
    it: Scope = {"it": name}
    where = _expr("where", it, BOOL)
    return SkillShape(name=name, params=(_entity(name), where, *params, *_make({**it, **(also or {})})), means=means)


_SUPPLY_DEMAND: Scope = {"supply": "allocate.supply", "demand": "allocate.demand"}
_DEMAND: Scope = {"it": "allocate.demand", "demand": "allocate.demand"}
_PAIR: Scope = {"left": "join.left", "right": "join.right"}
_BEST: Scope = {"left": "match.left", "right": "match.right"}
_STOP: Scope = {"it": "route.stops"}

SKILLS: Mapping[str, SkillShape] = {
    shape.name: shape
    for shape in (
        _per_row("each", means="for every row (where `where` holds) make one row"),
        SkillShape(
            name="gate",
            params=(
                _entity("gate"),
                _expr("keep", {"it": "gate"}, BOOL, required=True),
                *_made_else("else", {"it": "gate"}),
            ),
            removes="gate",
            means="rows that fail `keep` are removed, and told of",
        ),
        SkillShape(
            name="allocate",
            params=(
                _other("allocate", Kind.GROUP, required=True),
                _entity("allocate.supply"),
                _expr("allocate.have", {"it": "allocate.supply", "supply": "allocate.supply"}, DECIMAL),
                _entity("allocate.demand"),
                _expr("allocate.need", _DEMAND, DECIMAL, required=True),
                _expr("allocate.match", _SUPPLY_DEMAND, BOOL),
                _expr("allocate.where", _DEMAND, BOOL),
                _order("allocate.order", "allocate.demand"),
                _order("allocate.supply_order", "allocate.supply"),
                *_make({**_SUPPLY_DEMAND, "qty": DECIMAL}),
                *_made_else("short", {**_DEMAND, "qty": DECIMAL}),
            ),
            means="demand rows are served in `order` from matching supply rows, in `supply_order`, until `need` is met",
        ),
        SkillShape(
            name="group",
            params=(
                _entity("group"),
                _expr("where", {"it": "group"}, BOOL),
                Param(name="by", kind=Kind.PATHS, required=True, of="group", scope={"it": "group"}, fields_of="it"),
                *_make({"key": "key:by", "rows": "rows:group"}),
            ),
            means="one row per key; `key` has the fields of `by`, `rows` are the rows of that key",
        ),
        SkillShape(
            name="route",
            params=(
                _other("route", Kind.GROUP, required=True),
                _entity("route.stops"),
                _expr("route.where", _STOP, BOOL),
                _expr("route.via", _STOP, None, fields_of="it"),
                _expr("route.x", {**_STOP, "via": "via:route.via"}, DECIMAL, required=True, fields_of="via"),
                _expr("route.y", {**_STOP, "via": "via:route.via"}, DECIMAL, required=True, fields_of="via"),
                Param(name="route.start", kind=Kind.VALUES, scope={}, type=DECIMAL),
                *_make({"seq": INT, "it": "route.stops", "x": DECIMAL, "y": DECIMAL}),
            ),
            means="orders stops: nearest neighbour from `start`, ties by key",
        ),
        SkillShape(
            name="join",
            params=(
                _other("join", Kind.GROUP, required=True),
                _entity("join.left"),
                _entity("join.right"),
                _expr("join.on", _PAIR, BOOL, required=True),
                *_make(_PAIR),
                *_made_else("else", {"left": "join.left"}),
            ),
            means="one row per pair for which `on` holds; `else` for a left row with no partner",
        ),
        SkillShape(
            name="rank",
            params=(
                _entity("rank"),
                _expr("where", {"it": "rank"}, BOOL),
                _order("by", "rank", required=True),
                _expr("limit", {}, INT),
                *_make({"it": "rank", "rank": INT}),
            ),
            means="rows in the order of `by`, the first is `rank` 1; at most `limit`",
        ),
        _per_row(
            "classify",
            _other("rules[]", Kind.GROUP, required=True),
            _expr("rules[].when", {"it": "classify"}, BOOL, required=True),
            _other("rules[].label", Kind.WORD, required=True),
            _other("otherwise", Kind.WORD),
            also={"label": "label:rules[].label otherwise"},
            means="each row gets the `label` of the first rule that holds; with none and no `otherwise`, nothing",
        ),
        SkillShape(
            name="match",
            params=(
                _other("match", Kind.GROUP, required=True),
                _entity("match.left"),
                _entity("match.right"),
                _expr("match.on", _BEST, BOOL),
                _expr("match.score", _BEST, DECIMAL, required=True),
                _other("match.once", Kind.FLAG),
                *_make({**_BEST, "score": DECIMAL}),
                *_made_else("else", {"left": "match.left"}),
            ),
            means="the right row of the highest `score` for each left row, ties by key; `once`: a right row serves one",
        ),
        _per_row("notify", means="like `each`, but a notice that is already there is not made twice"),
        SkillShape(
            name="brief",
            params=(
                _entity("brief"),
                _expr("where", {"it": "brief"}, BOOL),
                *_make({"rows": "rows:brief"}),
            ),
            means="one row that sums up all `rows`, also when there are none",
        ),
        _per_row(
            "checklist",
            _other("items[]", Kind.GROUP, required=True),
            _other("items[].item", Kind.WORD, required=True),
            _expr("items[].when", {"it": "checklist"}, BOOL),
            also={"item": TEXT, "seq": INT},
            means="for every row one row per item (whose `when` holds); `item` is its text, `seq` counts from 1",
        ),
        SkillShape(
            name="compare",
            params=(
                _other("compare", Kind.GROUP, required=True),
                _entity("compare.left"),
                _entity("compare.right"),
                _other("compare.by", Kind.FIELDS, required=True, of="compare.left"),
                _other("compare.fields", Kind.FIELDS, of="compare.left"),
                *_make({"key": "key:compare.by", "change": DIFFERENCE, "field": TEXT, "before": TEXT, "after": TEXT}),
            ),
            means="what differs from `left` to `right`: rows added and removed, and per field the rows changed",
        ),
        SkillShape(
            name="call",
            params=(
                _other("call", Kind.GROUP, required=True),
                _other("call.skill", Kind.WORD, required=True),
                _other("call.with", Kind.WITH),
                _other("call.reads", Kind.ENTITIES),
                Param(name="make", kind=Kind.MAKE, scope={}),
            ),
            means="a typed adapter in the application's own code",
        ),
    )
}


def values(params: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Every (path, value) in a step's parameters that the parameter ``name`` stands for; none where it is not given.

    Paths number the items of lists: ``rules[].when`` gives ``rules.0.when``, ``rules.1.when`` … An item that is a
    plain text stands for ``{item: text}``.
    """
    yield from _walk(params, name.split("."), "")


def _walk(value: Any, segments: list[str], at: str) -> Iterator[tuple[str, Any]]:
    if not segments:
        yield at, value
        return
    head, rest = segments[0], segments[1:]
    key = head.removesuffix("[]")
    if not isinstance(value, Mapping) or key not in value:
        return
    below, path = value[key], f"{at}.{key}" if at else key
    if head == key:
        yield from _walk(below, rest, path)
    elif isinstance(below, list | tuple):
        for number, item in enumerate(below):
            whole = {"item": item} if isinstance(item, Text | str) and rest == ["item"] else item
            yield from _walk(whole, rest, f"{path}.{number}")


def value(step: Step, name: str) -> Any:
    """The value of one parameter of a step, or None."""
    return next((v for _, v in values(step.params, name)), None)


def named(step: Step, *kinds: Kind) -> tuple[str, ...]:
    """The entities that a step's parameters of these kinds name, as written, each once."""
    shape = SKILLS.get(step.skill or "")
    if shape is None:
        return ()
    found: list[str] = []
    for param in shape.params:
        if param.kind in kinds:
            for _, given in values(step.params, param.name):
                found += [str(g) for g in given] if isinstance(given, list | tuple) else [str(given)]
    return tuple(dict.fromkeys(found))


def consumed(step: Step) -> tuple[str, ...]:
    """The entities whose rows a step goes over (what its expressions read besides is the checker's to say)."""
    return named(step, Kind.ENTITY, Kind.ENTITIES)


def made(step: Step) -> tuple[str, ...]:
    """The entities that a step makes rows of."""
    return named(step, Kind.MAKE)


def removed(step: Step) -> str | None:
    """The entity that a step may remove rows of, if it does."""
    shape = SKILLS.get(step.skill or "")
    given = value(step, shape.removes) if shape and shape.removes else None
    return None if given is None else str(given)
