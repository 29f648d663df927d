"""The type checker of expressions: names resolved, types known, null guarded, every mistake named at its token."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NoReturn

from factory_git.core.errors import Place, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr import calls, operators
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
from factory_git.spec.expr.checking import make, start, widened
from factory_git.spec.expr.facts import when_false, when_true
from factory_git.spec.expr.parse import parse, unparse
from factory_git.spec.expr.places import error, listed, meant
from factory_git.spec.expr.relations import (
    NUMBERS,
    common,
    fits,
    is_any,
    may_be_null,
    sure,
    truth,
)
from factory_git.spec.expr.scope import Scope, field_type
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Term, Text
from factory_git.spec.types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
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
                return operators.unary(self, node, scope)
            case Binary():
                return operators.binary(self, node, scope)
            case Ternary():
                return operators.ternary(self, node, scope)
            case Items(items=items):
                return self.items(node, tuple(self.of(i, scope) for i in items), scope)

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
        raise self.error(start(node), "type", f"{what} expects {expect}, found {found.type}", hint)

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
            raise self.error(start(node), "type", f"{what} needs true or false, found {found.type}")
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
        if isinstance(found.type, Optional) and dotted(node) in scope.promised:
            return replace(found, type=found.type.of, promised=True)
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
            raise self.error(start(node.index), "type", f"a position in a list is an int, found {index.type}")
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
                raise self.error(start(node.body), "type", "'map' to null only")
            return make(node, "map", ListOf(body.type), (base, body), name=node.var)
        body = self.condition(node.body, inner, f"'{node.name}'")
        if node.name != "filter":
            return make(node, node.name, BOOL, (base, body), name=node.var)
        cut = len(node.var)
        facts = frozenset(f[cut:] for f in when_true(node.body) if f == node.var or f.startswith(f"{node.var}."))
        kept = ListOf(sure(item)) if "" in facts else ListOf(item)
        return replace(make(node, "filter", kept, (base, body), name=node.var), facts=facts | base.facts)

    def choice(self, node: Ternary, scope: Scope, expect: Type, what: str) -> Typed:
        test = self.condition(node.test, scope, "'?'")
        yes = self.fitted(node.yes, scope.knowing(when_true(node.test)), expect, what)
        no = self.fitted(node.no, scope.knowing(when_false(node.test)), expect, what)
        kind = expect if is_any(expect) else common(yes.type, no.type, scope.entities) or expect
        return make(node, "?", kind, (test, yes, no))

    def items(self, node: Node, parts: tuple[Typed, ...], scope: Scope) -> Typed:
        kind: Type = parts[0].type if parts else ANY
        for part in parts[1:]:
            both = common(kind, part.type, scope.entities)
            if both is None:
                raise self.error(start(part.node), "type", f"a list of {kind} cannot hold {part.type}")
            kind = both
        if kind == NULL:
            kind = ANY
        return make(node, "list", ListOf(kind), tuple(map(widened, parts)) if sure(kind) == DECIMAL else parts)
