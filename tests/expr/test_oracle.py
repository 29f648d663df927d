"""Another implementation of CEL agrees on what both languages have. Skipped where it is not installed."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.compiler.python.expressions import emit
from factory_git.compiler.python.runtime import values
from factory_git.compiler.python.runtime.kit import Invalid
from factory_git.spec.expr.scope import Scope
from tests.expr.farm import of
from tests.expr.interpreter import Undefined


class Maker:
    """Makes expressions of literals only: ints, texts, truth values, lists and macros."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def of(self, kind: str, names: tuple[str, ...] = (), depth: int = 4) -> str:
        """An expression of kind ``int``, ``text`` or ``bool``; ``names`` are variables of kind int."""
        leaves = {
            "int": ["0", "1", "7", "-3", *names * 3],
            "text": ['"a"', "'é'", '""', '"b c"'],
            "bool": ["true", "false"],
        }
        if depth == 0 or self.random.random() < 0.15:
            return self.random.choice(leaves[kind])
        if self.random.random() < 0.15:
            test = self.of("bool", names, depth - 1)
            return f"({test} ? {self.of(kind, names, depth - 1)} : {self.of(kind, names, depth - 1)})"
        return str(getattr(self, f"_{kind}")(names, depth - 1))

    def _int(self, names: tuple[str, ...], depth: int) -> str:
        first, second = self.of("int", names, depth), self.of("int", names, depth)
        # Each side of % is a sum, so that a literal zero is not seen by the checker.
        arithmetic = f"({first} {self.random.choice('+-*')} {second})"
        return self.random.choice(
            [
                arithmetic,
                f"(({first} + 0) % ({second} + 0))",
                f"size({self.items(names, depth)})",
                f"size({self.of('text', names, depth)})",
                # That implementation counts negative positions from the end, which CEL does not.
                f"{self.items(names, depth)}[{self.random.choice('017')}]",
                f"-({first})",
            ]
        )

    def _text(self, names: tuple[str, ...], depth: int) -> str:
        return f"({self.of('text', names, depth)} + {self.of('text', names, depth)})"

    def _bool(self, names: tuple[str, ...], depth: int) -> str:
        kind = self.random.choice(["int", "text"])
        first, second = self.of(kind, names, depth), self.of(kind, names, depth)
        one, two = self.of("bool", names, depth), self.of("bool", names, depth)
        var = self.random.choice("xyz")
        word = self.random.choice(["all", "exists", "exists_one"])
        asked = self.random.choice(["startsWith", "endsWith", "contains"])
        return self.random.choice(
            [
                f"({first} {self.random.choice(['==', '!=', '<', '<=', '>', '>='])} {second})",
                f"({one} {self.random.choice(['&&', '||', '==', '!='])} {two})",
                f"!{one}",
                f"({self.of('int', names, depth)} in {self.items(names, depth)})",
                f"{self.items(names, depth)}.{word}({var}, {self.of('bool', (*names, var), depth)})",
                # A text that was joined is no text any more to that implementation's functions.
                f"{self.of('text', names, 0)}.{asked}({self.of('text', names, 0)})",
                f"({self.items(names, depth)} == {self.items(names, depth)})",
            ]
        )

    def items(self, names: tuple[str, ...], depth: int) -> str:
        found = ", ".join(self.of("int", names, max(0, depth - 1)) for _ in range(self.random.randint(1, 3)))
        if depth > 1 and self.random.random() < 0.5:
            var = self.random.choice("xyz")
            inner = (*names, var)
            if self.random.random() < 0.5:
                return f"[{found}].filter({var}, {self.of('bool', inner, depth - 1)})"
            return f"[{found}].map({var}, {self.of('int', inner, depth - 1)})"
        return f"[{found}]"


def _ours(source: str) -> Any:
    try:
        return eval(emit(of(source, scope=Scope())), {"values": values, "Decimal": Decimal})
    except Invalid:
        return Undefined


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["int", "text", "bool"]))
@settings(max_examples=150, deadline=None)
def test_another_implementation_agrees(seed: int, kind: str) -> None:
    celpy = pytest.importorskip("celpy", reason="cel-python is not installed")
    source = Maker(Random(seed)).of(kind)
    environment = celpy.Environment()
    try:
        theirs = environment.program(environment.compile(source)).evaluate({})
    except celpy.CELEvalError:
        theirs = Undefined
    ours = _ours(source)
    if ours is Undefined or theirs is Undefined:
        # CEL lets && and || swallow errors of either side, that implementation also looks at both sides of a choice;
        # here the left side, and the test, are looked at first.
        assert ours is theirs or any(word in source for word in ("&&", "||", "all", "exists", "?")), source
        return
    assert _plain(theirs) == ours, source


def _plain(value: Any) -> Any:
    """A value of the other implementation as one of Python's own."""
    if isinstance(value, str):
        return str(value)
    return bool(value) if type(value).__name__ == "BoolType" else int(value)
