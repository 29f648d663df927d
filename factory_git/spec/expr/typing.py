"""The type checker of expressions: names resolved, types known, null guarded, every mistake named at its token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NoReturn

from factory_git.core.errors import Place, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr import calls
from factory_git.spec.expr.ast import (
    Binary,
    Call,
    Index,
    Items,
    Literal,
    Macro,
    Member,
    Name,
    Node,
    Ternary,
    Unary,
    dotted,
)
from factory_git.spec.expr.facts import when_false, when_true
from factory_git.spec.expr.parse import parse, unparse
from factory_git.spec.expr.places import error, listed, meant
from factory_git.spec.expr.relations import (
    NUMBERS,
    arithmetic,
    common,
    comparable,
    fits,
    is_any,
    may_be_null,
    ordered,
    plain,
    sure,
    truth,
)
from factory_git.spec.expr.scope import Scope, field_type
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Term, Text
from factory_git.spec.types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INT,
    NULL,
    TEXT,
    Enum,
    ListOf,
    Optional,
    Ref,
    Row,
    Type,
)

_NOWHERE = Place(file="<expression>")


def typed(text: Text, scope: Scope, expect: Type | None = None, *, what: str = "") -> Typed:
    """Parse and check ``text``. ``what`` names the thing that ``expect`` is the type of (``Allocation.qty``)."""
    return check(parse(text), scope, expect, text=text, what=what)


def check(node: Node, scope: Scope, expect: Type | None = None, *, text: Text | None = None, what: str = "") -> Typed:
    """The typed tree of ``node`` in ``scope``; raises SpecError at the first mistake, in the words of the spec.

    With ``expect`` the result fits that type: an int becomes a decimal, a text literal must be a word of the enum.
    Without ``text`` (the source of ``node``) messages have no place.
    """
    source = text or Text(text=unparse(node), place=_NOWHERE, path=SpecPath(""))
    checker = Checker(source)
    if expect is None:
        return checker.of(node, scope)
    return checker.fitted(node, scope, expect, what or "this")


def term_type(term: Term, scope: Scope) -> Type:
    """The type a term gives: that of its body, and ``any`` while it has none (a mistake in it, or it calls itself)."""
    if term.id not in scope.results:
        scope.results[term.id] = None
        try:
            scope.results[term.id] = typed(term.body, scope.only_terms().with_(**term.args)).type
        except SpecError:
            return ANY
    return scope.results[term.id] or ANY


def value_type(value: int | Decimal | str | bool | None) -> Type:
    """The type of a literal."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return TEXT
    return INT if isinstance(value, int) else DECIMAL


class Checker:
    """Checks the nodes of one text."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def error(self, node: Node | int, code: str, message: str, hint: str = "") -> SpecError:
        """The error of this text at ``node``, or at an offset."""
        return error(self.text, node if isinstance(node, int) else node.at, f"expr/{code}", message, hint)

    def of(self, node: Node, scope: Scope) -> Typed:
        """The typed tree of any node."""
        match node:
            case Literal(value=value):
                return Typed(node=node, op="literal", type=value_type(value))
            case Name():
                return self.name(node, scope)
            case Member():
                return self.member(node, scope)
            case Index():
                return self.index(node, scope)
            case Call():
                return calls.check(self, node, scope)
            case Macro():
                return self.macro(node, scope)
            case Unary():
                return self.unary(node, scope)
            case Binary():
                return self.binary(node, scope)
            case Ternary():
                return self.ternary(node, scope)
            case Items(items=items):
                return self.items(node, tuple(self.of(i, scope) for i in items), scope)

    def widened(self, found: Typed) -> Typed:
        """An int as the decimal of the same value; anything else as it is."""
        return widened(found)

    def term_type(self, term: Term, scope: Scope) -> Type:
        """The type a term gives."""
        return term_type(term, scope)

    # What stands where a type is expected

    def fitted(self, node: Node, scope: Scope, expect: Type, what: str) -> Typed:
        """``node`` where ``expect`` is expected: of that type, or made so where nothing is lost."""
        inner = sure(expect)
        if isinstance(node, Literal) and isinstance(node.value, str) and isinstance(inner, Enum):
            self.word(node, inner, what)
            return Typed(node=node, op="literal", type=inner)
        if isinstance(node, Ternary):
            return self.choice(node, scope, expect, what)
        if isinstance(node, Items) and isinstance(inner, ListOf):
            parts = tuple(self.fitted(i, scope, inner.item, what) for i in node.items)
            return make(node, "list", inner, parts)
        found = self.of(node, scope)
        if not fits(found.type, expect, scope.entities):
            self.misfit(found, expect, what, scope)
        return widened(found) if found.type == INT and inner == DECIMAL else found

    def misfit(self, found: Typed, expect: Type, what: str, scope: Scope) -> NoReturn:
        node = found.node
        if may_be_null(found.type) and fits(sure(found.type), expect, scope.entities) and found.type != NULL:
            self.null(node, f"{what} expects {expect}")
        hint = ""
        if isinstance(found.type, Row) and isinstance(sure(expect), Ref) and found.type.entity in scope.entities:
            key = scope.entities[found.type.entity].key
            hint = f"write {unparse(node)}.{key.name}" if key else ""
        elif found.type == TEXT and sure(expect) in (DATE, DATETIME):
            hint = f"write {sure(expect)}({unparse(node)})"
        elif found.type == DECIMAL and sure(expect) == INT:
            hint = f"int({unparse(node)}) cuts what stands after the point"
        elif found.type == TEXT and sure(expect) in NUMBERS:
            hint = f"{sure(expect)}({unparse(node)}) reads a number from text"
        elif found.type in NUMBERS and sure(expect) == TEXT:
            hint = f"text({unparse(node)}) writes it as text"
        raise self.error(_start(node), "type", f"{what} expects {expect}, found {found.type}", hint)

    def null(self, node: Node, why: str = "") -> NoReturn:
        shown = unparse(node)
        guard = f"guard it: {shown} != null && …, or {shown} != null ? {shown} : …"
        raise self.error(node, "null", f"'{shown}' may be null{': ' + why if why else ''}", guard)

    def needed(self, found: Typed, why: str) -> Typed:
        """``found``, which must have a value here."""
        if may_be_null(found.type):
            self.null(found.node, why)
        return found

    def word(self, node: Literal, enum: Enum, what: str) -> None:
        if enum.values and node.value not in enum.values:
            value = str(node.value)
            suggestion = meant(value, enum.values)
            raise self.error(
                node, "enum", f"{what} is never '{value}' {listed(enum.values)}{suggestion}", suggestion[2:]
            )

    def condition(self, node: Node, scope: Scope, what: str) -> Typed:
        found = self.needed(self.of(node, scope), f"{what} needs true or false")
        if not truth(found.type):
            raise self.error(_start(node), "type", f"{what} needs true or false, found {found.type}")
        return found

    # Names and members

    def name(self, node: Name, scope: Scope) -> Typed:
        if node.name in scope.names:
            return self.known(node, Typed(node=node, op="name", type=scope.names[node.name], name=node.name), scope)
        row = scope.names.get(scope.bare) if scope.bare else None
        if isinstance(row, Row) and node.name in scope.fields(row.entity):
            base = Typed(node=Name(scope.bare, node.at, node.end), op="name", type=row, name=scope.bare)
            return self.field(node, node.name, base, row, scope)
        if node.name in scope.entities:
            entity = scope.entities[node.name]
            reads = frozenset({entity.path})
            kind = ListOf(Row(entity.name))
            return make(node, "collection", kind, (), entity=entity.name, reads=reads, target=entity)
        if node.name in scope.terms:
            args = ", ".join(scope.terms[node.name].args)
            raise self.error(node, "term", f"'{node.name}' is a term: call it", f"write {node.name}({args})")
        known = scope.known()
        suggestion = meant(node.name, known)
        raise self.error(
            node, "unknown-name", f"unknown name '{node.name}' {listed(known)}{suggestion}", suggestion[2:]
        )

    def known(self, node: Node, found: Typed, scope: Scope) -> Typed:
        """``found`` without its null where a guard has shown that there is none."""
        if isinstance(found.type, Optional) and dotted(node) in scope.facts:
            return replace(found, type=found.type.of, sure=True)
        return found

    def member(self, node: Member, scope: Scope) -> Typed:
        base = self.needed(self.of(node.of, scope), f"it has no '{node.name}' then")
        if is_any(base.type):
            return make(node, "member", ANY, (base,), name=node.name)
        if isinstance(base.type, Ref):
            base = self.follow(node.of, base, base.type, scope, node)
        if isinstance(base.type, Row):
            return self.field(node, node.name, base, base.type, scope)
        if isinstance(base.type, ListOf):
            shown = unparse(node.of)
            hint = f"{shown}.map(x, x.{node.name}) has that of each, {shown}.exists(x, …) asks for one"
            raise self.error(node, "member", f"'{shown}' is a list: it has no field '{node.name}'", hint)
        raise self.error(node, "member", f"'{unparse(node.of)}' is of type {base.type}: it has no field '{node.name}'")

    def follow(self, node: Node, base: Typed, ref: Ref, scope: Scope, at: Node) -> Typed:
        entity = scope.entities.get(ref.entity)
        if entity is None:
            raise self.error(at, "unknown-entity", f"'{unparse(node)}' refers to '{ref.entity}', which is no entity")
        if entity.key is None:
            hint = f"mark a field of {entity.name} as key (id: text key)"
            raise self.error(at, "no-key", f"{entity.name} has no key, so a reference to it leads nowhere", hint)
        reads = frozenset({entity.path, entity.key.path})
        return make(node, "follow", Row(entity.name), (base,), entity=entity.name, reads=reads, target=entity)

    def field(self, node: Node, name: str, base: Typed, row: Row, scope: Scope) -> Typed:
        if row.entity in scope.shapes:
            fields = scope.fields(row.entity)
            if name not in fields:
                self.no_field(node, row.entity, name, list(fields))
            found = make(node, "field", fields[name], (base,), name=name, entity=row.entity)
            return self.known(node, found, scope)
        entity = scope.entities[row.entity]
        declared = entity.field(name)
        if declared is None:
            self.no_field(node, entity.name, name, [f.name for f in entity.fields])
        reads = frozenset({entity.path, declared.path})
        kind = field_type(declared)
        found = make(node, "field", kind, (base,), name=name, entity=entity.name, reads=reads, target=declared)
        return self.known(node, found, scope)

    def no_field(self, node: Node, owner: str, name: str, has: list[str]) -> NoReturn:
        suggestion = meant(name, has)
        message = f"{owner} has no field '{name}' {listed(has)}{suggestion}"
        raise self.error(node, "unknown-field", message, suggestion[2:])

    def index(self, node: Index, scope: Scope) -> Typed:
        base = self.needed(self.of(node.of, scope), "it has no items then")
        index = self.needed(self.of(node.index, scope), "a position is needed")
        if is_any(base.type):
            return make(node, "index", ANY, (base, index))
        if not isinstance(base.type, ListOf):
            raise self.error(node, "type", f"'{unparse(node.of)}' is of type {base.type}: only lists have positions")
        if index.type != INT and not is_any(index.type):
            raise self.error(_start(node.index), "type", f"a position in a list is an int, found {index.type}")
        return make(node, "index", base.type.item, (base, index))

    # Macros, operators

    def macro(self, node: Macro, scope: Scope) -> Typed:
        base = self.needed(self.of(node.of, scope), f"'{node.name}' needs a list")
        if not isinstance(base.type, ListOf) and not is_any(base.type):
            raise self.error(node, "type", f"'{node.name}' needs a list, '{unparse(node.of)}' is of type {base.type}")
        item = base.type.item if isinstance(base.type, ListOf) else ANY
        inner = scope.with_(**{node.var: item}).knowing(node.var + fact for fact in base.facts)
        if node.name == "map":
            body = self.of(node.body, inner)
            if body.type == NULL:
                raise self.error(_start(node.body), "type", "'map' to null only")
            return make(node, "map", ListOf(body.type), (base, body), name=node.var)
        body = self.condition(node.body, inner, f"'{node.name}'")
        if node.name != "filter":
            return make(node, node.name, BOOL, (base, body), name=node.var)
        start = len(node.var)
        facts = frozenset(f[start:] for f in when_true(node.body) if f == node.var or f.startswith(f"{node.var}."))
        kept = ListOf(sure(item)) if "" in facts else ListOf(item)
        return replace(make(node, "filter", kept, (base, body), name=node.var), facts=facts | base.facts)

    def unary(self, node: Unary, scope: Scope) -> Typed:
        if node.op == "!":
            return make(node, "!", BOOL, (self.condition(node.of, scope, "'!'"),))
        base = self.needed(self.of(node.of, scope), "'-' needs a number")
        if base.type not in (*NUMBERS, DURATION) and not is_any(base.type):
            raise self.error(node, "type", f"'-' needs a number, found {base.type}")
        return make(node, "neg", base.type, (base,))

    def binary(self, node: Binary, scope: Scope) -> Typed:
        if node.op in ("&&", "||"):
            left = self.condition(node.left, scope, f"'{node.op}'")
            facts = when_true(node.left) if node.op == "&&" else when_false(node.left)
            right = self.condition(node.right, scope.knowing(facts), f"'{node.op}'")
            return make(node, node.op, BOOL, (left, right))
        left, right = self.of(node.left, scope), self.of(node.right, scope)
        if node.op in ("==", "!="):
            self.compared(node, left, right, scope)
            return make(node, node.op, BOOL, (left, right))
        if node.op == "in":
            return self.within(node, left, right, scope)
        for side in (left, right):
            self.needed(side, f"'{node.op}' needs a value")
        if node.op in ("<", "<=", ">", ">="):
            if not ordered(left.type, right.type, scope.entities):
                self.unordered(node, left, right)
            return make(node, node.op, BOOL, (left, right))
        return self.computed(node, left, right, scope)

    def unordered(self, node: Binary, left: Typed, right: Typed) -> NoReturn:
        words = next((t.type for t in (left, right) if isinstance(t.type, Enum)), None)
        hint = f"the words of an enum have no order: write x in ['{words.values[0]}', …]" if words else ""
        raise self.error(node, "type", f"'{node.op}' cannot compare {left.type} with {right.type}", hint)

    def compared(self, node: Binary, left: Typed, right: Typed, scope: Scope) -> None:
        for one, other in ((left, right), (right, left)):
            enum = sure(one.type)
            if isinstance(enum, Enum) and isinstance(other.node, Literal) and isinstance(other.node.value, str):
                self.word(other.node, enum, f"'{unparse(one.node)}'")
        if not comparable(left.type, right.type, scope.entities):
            hint = ""
            if {plain(left.type, scope.entities), plain(right.type, scope.entities)} == {TEXT, DATE}:
                hint = 'a date is written date("2026-01-31")'
            raise self.error(node, "type", f"'{node.op}' never holds between {left.type} and {right.type}", hint)

    def within(self, node: Binary, left: Typed, right: Typed, scope: Scope) -> Typed:
        self.needed(right, "'in' needs a list")
        if isinstance(right.type, ListOf):
            enum = sure(left.type)
            for item in right.node.items if isinstance(right.node, Items) and isinstance(enum, Enum) else ():
                if isinstance(item, Literal) and isinstance(item.value, str):
                    assert isinstance(enum, Enum)
                    self.word(item, enum, f"'{unparse(node.left)}'")
            if not comparable(left.type, right.type.item, scope.entities):
                raise self.error(node, "type", f"'in' never holds between {left.type} and {right.type}")
        elif not is_any(right.type):
            hint = "text.contains(part) looks inside a text" if right.type == TEXT else ""
            raise self.error(node, "type", f"'in' needs a list, found {right.type}", hint)
        return make(node, "in", BOOL, (left, right))

    def computed(self, node: Binary, left: Typed, right: Typed, scope: Scope) -> Typed:
        kind = arithmetic(node.op, left.type, right.type, scope.entities)
        if kind is None:
            hint = ""
            kinds = {plain(left.type, scope.entities), plain(right.type, scope.entities)}
            if INT in kinds and kinds & {DATE, DATETIME}:
                hint = f"days({unparse(node.right)}) is a duration"
            elif TEXT in kinds and node.op == "+":
                hint = "text(x) writes a value as text"
            raise self.error(node, "type", f"'{node.op}' cannot take {left.type} and {right.type}", hint)
        if node.op in ("/", "%") and isinstance(right.node, Literal) and right.node.value in (0, Decimal(0)):
            raise self.error(_start(node.right), "zero", "division by zero")
        return make(node, node.op, kind, (left, right))

    def ternary(self, node: Ternary, scope: Scope) -> Typed:
        test, yes, no = self.branches(node, scope)
        kind = common(yes.type, no.type, scope.entities)
        if kind is None:
            raise self.error(node, "type", f"the two sides of '?' are {yes.type} and {no.type}")
        if sure(kind) == DECIMAL:
            yes, no = widened(yes), widened(no)
        return make(node, "?", kind, (test, yes, no))

    def choice(self, node: Ternary, scope: Scope, expect: Type, what: str) -> Typed:
        test = self.condition(node.test, scope, "'?'")
        yes = self.fitted(node.yes, scope.knowing(when_true(node.test)), expect, what)
        no = self.fitted(node.no, scope.knowing(when_false(node.test)), expect, what)
        kind = expect if is_any(expect) else common(yes.type, no.type, scope.entities) or expect
        return make(node, "?", kind, (test, yes, no))

    def branches(self, node: Ternary, scope: Scope) -> tuple[Typed, Typed, Typed]:
        test = self.condition(node.test, scope, "'?'")
        yes = self.of(node.yes, scope.knowing(when_true(node.test)))
        return test, yes, self.of(node.no, scope.knowing(when_false(node.test)))

    def items(self, node: Node, parts: tuple[Typed, ...], scope: Scope) -> Typed:
        kind: Type = parts[0].type if parts else ANY
        for part in parts[1:]:
            both = common(kind, part.type, scope.entities)
            if both is None:
                raise self.error(_start(part.node), "type", f"a list of {kind} cannot hold {part.type}")
            kind = both
        if kind == NULL:
            kind = ANY
        return make(node, "list", ListOf(kind), tuple(map(widened, parts)) if sure(kind) == DECIMAL else parts)


def make(
    node: Node,
    op: str,
    kind: Type,
    parts: Sequence[Typed],
    *,
    name: str = "",
    entity: str = "",
    reads: frozenset[SpecPath] = frozenset(),
    target: Entity | Field | None = None,
) -> Typed:
    """A typed node that reads what its parts read, and ``reads``."""
    every = reads.union(*(part.reads for part in parts))
    return Typed(node=node, op=op, type=kind, parts=tuple(parts), name=name, entity=entity, reads=every, target=target)


def widened(found: Typed) -> Typed:
    """An int as the decimal of the same value; anything else as it is."""
    if found.type == INT:
        return make(found.node, "decimal", DECIMAL, (found,))
    return found


def _start(node: Node) -> int:
    """The offset of the first token of ``node``: where a message about the whole of it points."""
    match node:
        case Member(of=of) | Index(of=of) | Macro(of=of) | Binary(left=of) | Ternary(test=of):
            return _start(of)
        case Call(of=of) if of is not None:
            return _start(of)
        case _:
            return node.at
