"""Orders of the farm shop."""

from __future__ import annotations

import os.path
import json as codec, sys
from dataclasses import dataclass, field
from . import stock
from ..core.money import Money as Cents, zero
from .rules import *

__all__ = ["Order", "_public_by_list"]

LIMIT: int = 10
first, *others = load()


@dataclass(frozen=True)
class Order(Base, Generic[T], metaclass=Meta):
    """One order.

    More words.
    """

    number: int
    lines: list[Line] = field(default_factory=list)
    state = "new"

    class State(Enum):
        NEW = 1
        DONE = auto()

    def __init__(self, number: int, /, *lines: Line, paid: bool = False, **rest: object) -> None:
        super().__init__()
        self.number = number
        self.total: Money = zero()
        self.left, self.right = split(lines)

    @property
    def due(self) -> Money: return self.total if self.open else zero()

    @overload
    def add(self, line: Line) -> None: ...
    @overload
    def add(self, line: str, count: int) -> None: ...
    def add(self, line, count=1):
        if not check(line):
            raise ValueError(line)
        elif count > limit():
            log(count)
        else:
            self.lines.append(line)
        for one in self.lines:
            self.total += one.price()
        else:
            settle()
        while more():
            break
        try:
            store(self)
        except Busy:
            retry(lambda: store(self))
        else:
            tell()
        finally:
            close()
        with opened() as handle:
            handle.write(dump(self))
        return check(line) and confirm() or None


# gf: workflows.pipelines.allocate
@app.route("/orders/<id>", methods=["GET"])
async def allocate(ids: "list[int]"):
    def inner(x):
        return x.y()

    match await fetch(ids):
        case []:
            nothing()
        case [one]:
            inner(one)
    rows = [price(o) for o in (yield_orders()) if wanted(o)]
    book = Order(1)
    book.add(rows)
    return (yield rows)


def _public_by_list():
    return "".join(x for x in others)


if sys.platform == "win32":
    def separator(): return "\\"
else:
    def separator(): return "/"

type Pair[T] = tuple[T, T]
