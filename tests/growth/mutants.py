"""One-token mutants of every guardrail, gate and term of a spec: the slips of a hand, and what a cheat would try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.spec.expr import ast
from factory_git.spec.expr.parse import parse, unparse
from factory_git.spec.model import Spec, Text

_SWAPS = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
}
_MACROS = {"all": ("exists",), "exists": ("all", "exists_one"), "exists_one": ("exists",)}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spec in which one expression differs by one slip."""

    path: SpecPath
    said: str  # the mutated expression
    spec: Spec

    def __str__(self) -> str:
        return f"{self.path.rpartition('.')[2]}: {self.said}"


def mutants(spec: Spec) -> Iterator[Mutant]:
    """Every mutant; not all of them have types that fit."""
    for path, text in expressions(spec):
        seen = {unparse(parse(text))}
        for node in _mutated(parse(text), spec):
            said = unparse(node)
            if said not in seen:
                seen.add(said)
                yield Mutant(path, said, with_text(spec, path, said))


def expressions(spec: Spec) -> Iterator[tuple[SpecPath, Text]]:
    """The expressions of guardrails, gates and terms."""
    yield from ((g.path, g.always) for g in spec.guardrails if g.always is not None)
    yield from ((t.path, t.body) for t in spec.terms)
    for pipeline in spec.pipelines:
        yield from ((s.path, s.params["keep"]) for s in pipeline.steps if s.skill == "gate")


def with_text(spec: Spec, path: SpecPath, said: str) -> Spec:
    """The spec with another expression at ``path``."""

    def text(old: Text) -> Text:
        return replace(old, text=said, breaks=())

    return replace(
        spec,
        guardrails=tuple(
            replace(g, always=text(g.always)) if g.path == path and g.always else g for g in spec.guardrails
        ),
        terms=tuple(replace(t, body=text(t.body)) if t.path == path else t for t in spec.terms),
        pipelines=tuple(
            replace(
                p,
                steps=tuple(
                    replace(s, params={**s.params, "keep": text(s.params["keep"])}) if s.path == path else s
                    for s in p.steps
                ),
            )
            for p in spec.pipelines
        ),
    )


def _mutated(node: Any, spec: Spec) -> Iterator[Any]:
    """The tree with one node of it changed."""
    yield from _here(node, spec)
    for field in fields(node):
        held = getattr(node, field.name)
        if is_dataclass(held):
            yield from (replace(node, **{field.name: other}) for other in _mutated(held, spec))
        elif isinstance(held, tuple) and held and all(is_dataclass(item) for item in held):
            for at, item in enumerate(held):
                for other in _mutated(item, spec):
                    yield replace(node, **{field.name: (*held[:at], other, *held[at + 1 :])})


def _here(node: Any, spec: Spec) -> Iterator[Any]:
    if isinstance(node, ast.Binary):
        yield from (replace(node, op=op) for op in _SWAPS.get(node.op, ()))
        if node.op in ("&&", "||"):
            yield from (node.left, node.right)
    elif isinstance(node, ast.Unary) and node.op == "!":
        yield node.of
    elif isinstance(node, ast.Macro):
        yield from (replace(node, name=name) for name in _MACROS.get(node.name, ()))
    elif isinstance(node, ast.Literal):
        yield from _literals(node, spec)
    elif isinstance(node, ast.Member):
        yield from (replace(node, name=name) for name in _others(node.name, spec))
    elif isinstance(node, ast.Call) and node.name == "days":
        yield replace(node, args=(ast.Binary(op="-", left=node.args[0], right=ast.Literal(1)),))
        yield replace(node, args=(ast.Binary(op="+", left=node.args[0], right=ast.Literal(1)),))
    elif isinstance(node, ast.Items):
        yield from (replace(node, items=node.items[:at] + node.items[at + 1 :]) for at in range(len(node.items)))


def _literals(node: ast.Literal, spec: Spec) -> Iterator[ast.Literal]:
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        yield from (ast.Literal(node.value + 1), ast.Literal(node.value - 1))
    elif isinstance(node.value, str):
        yield ast.Literal(f"{node.value}x")


def _others(name: str, spec: Spec) -> Iterator[str]:
    """The fields of the same type beside a field of that name, in entities that have one."""
    for entity in spec.entities:
        declared = entity.field(name)
        if declared is not None:
            yield from (f.name for f in entity.fields if f.name != name and str(f.type) == str(declared.type))
