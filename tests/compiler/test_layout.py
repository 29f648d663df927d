"""Long lines are broken as the real formatter breaks them: it leaves every result as it is."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from factory_git.compiler.python.layout import lay_out, statement
from tests.compiler.support import run

NAMES = ("it", "world", "supply", "qty_per_week", "allocation", "a", "b", "contract_id", "price_floor", "run")


def bare(text: str) -> str:
    """An expression without parentheses around the whole, which emitters never write and the formatter removes."""
    node = ast.parse(text, mode="eval").body
    return ast.get_source_segment(text, node) or text


class Grower:
    """Random expressions of the kinds that emitted code has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        word = self.random.choice(NAMES)
        return f"{word}.{self.random.choice(NAMES)}" if self.random.random() < 0.6 else word

    def atom(self, depth: int) -> str:
        kind = self.random.randrange(9)
        if depth <= 0 or kind < 3:
            return self.random.choice([self.name(), self.name(), "1", '"text"', "Decimal(0)", "dt.date(2026, 6, 9)"])
        if kind == 3:
            return f"{self.random.choice(('f', 'values.days', 'sum'))}({self.arguments(depth - 1)})"
        if kind == 4:
            word = self.random.choice(("any", "all", "sum", "tuple"))
            return f"{word}({self.generator(depth - 1)})"
        if kind == 5:
            return f"[{self.generator(depth - 1)}]"
        if kind == 6:
            return f"({self.comparison(depth - 1)})"
        if kind == 7:
            return f"world.get_contract({self.atom(depth - 1)}).{self.random.choice(NAMES)}"
        return (
            f"Row({', '.join(f'{n}={self.operation(depth - 1)}' for n in NAMES[2 : 2 + self.random.randrange(1, 5)])})"
        )

    def arguments(self, depth: int) -> str:
        return ", ".join(self.operation(depth) for _ in range(self.random.randrange(1, 4)))

    def generator(self, depth: int) -> str:
        condition = f" if {self.operation(depth)}" if self.random.random() < 0.5 else ""
        return f"{self.operation(depth)} for it in {self.name()}{condition}"

    def operation(self, depth: int) -> str:
        kind = self.random.randrange(7)
        if depth <= 0 or kind == 0:
            return self.atom(depth)
        if kind == 1:
            mark = self.random.choice((" and ", " or "))
            return mark.join(self.comparison(depth - 1) for _ in range(self.random.randrange(2, 4)))
        if kind == 2:
            return self.comparison(depth)
        if kind == 3:
            mark = self.random.choice((" + ", " - ", " * "))
            return mark.join(self.atom(depth - 1) for _ in range(self.random.randrange(2, 4)))
        if kind == 4:
            return f"not {self.atom(depth)}"
        return self.atom(depth)

    def comparison(self, depth: int) -> str:
        mark = self.random.choice(("==", "!=", "<", "<=", "in", "not in"))
        return f"{self.atom(depth)} {mark} {self.atom(depth)}"

    def line(self) -> str:
        expression = bare(self.operation(4))
        kind = self.random.randrange(8)
        if kind == 0:
            return f"return {expression}"
        if kind == 1:
            return f"assert {expression}"
        if kind == 2:
            return f"demands = {expression}"
        if kind == 3:
            return f"world.allocation.append(Allocation(qty={expression}, block_id={self.atom(2)}))"
        if kind == 4:
            return f"total: Decimal = {expression}"
        if kind == 5:
            return f"need -= {expression}"
        if kind == 6:
            return f"raise kit.Invalid({expression})"
        return f"world.rows += [{self.arguments(3)}]"


@pytest.mark.parametrize("seed", range(3))
def test_random_statements_are_laid_out_as_the_formatter_does(tmp_path: Path, seed: int) -> None:
    grower = Grower(seed)
    heads = [f"    if {bare(grower.operation(4))}:\n        pass" for _ in range(60)]
    loops = [f"    for it in sorted({grower.atom(3)}, key={grower.name()}):\n        pass" for _ in range(40)]
    body = [*(f"    {grower.line()}" for _ in range(300)), *heads, *loops]
    source = "def f():\n" + "\n".join(body) + "\n"
    laid = tmp_path / "laid.py"
    laid.write_text(lay_out(source))
    done = run("ruff", "format", "--isolated", "--no-cache", "--diff", "laid.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[:4000]


@pytest.mark.parametrize(
    "line",
    [
        "from ..model import Alert, Allocation, Delivery, Forecast, Invoice, Packlist, Shortfall, SurplusLot, World",
        "def call(world: World, *, address: str, day: dt.date, subject: str | None, body: str) -> list[Notification]:",
        "@settings(max_examples=100, derandomize=True, deadline=None, database=None, suppress=list(HealthCheck))",
        "    taken: kit.Taken = field(default_factory=kit.Taken, init=False, repr=False, compare=False, kw_only=True)",
        'TABLES: tuple[rows.Table, ...] = (rows.Table(name="a", columns=(rows.Column(name="id", kind="text"),)),)',
    ],
)
def test_declarations_are_laid_out_as_the_formatter_does(tmp_path: Path, line: str) -> None:
    code = statement(line)
    if line.startswith("def "):
        code += "\n    pass"
    elif line.startswith("@"):
        code += "\ndef f():\n    pass"
    (tmp_path / "laid.py").write_text(f"if x:\n{code}\n" if line.startswith(" ") else f"{code}\n")
    done = run("ruff", "format", "--isolated", "--no-cache", "--diff", "laid.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert max(len(part) for part in code.split("\n")) <= 88


def test_short_lines_docstrings_and_comments_stay_as_they_are() -> None:
    long = "x" * 100
    source = f'def f():\n    """A docstring {long}\n\n    more {long}\n    """\n    # a comment {long}\n    return 1\n'
    assert lay_out(source) == source


def test_what_cannot_be_parsed_stays_as_it_is() -> None:
    line = "this is not Python " * 8
    assert statement(line) == line
