"""How tightly pieces of Python source bind, so that parentheses stand only where they are needed."""

from __future__ import annotations

from typing import NamedTuple

TERNARY, OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, ATOM = range(1, 10)


class Code(NamedTuple):
    """Source and how tightly its outermost operator binds."""

    power: int
    text: str

    def above(self, minimum: int) -> str:
        """The source, in parentheses where a place needs what binds at least as tightly as ``minimum``."""
        return self.text if self.power >= minimum else f"({self.text})"
