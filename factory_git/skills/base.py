"""What a skill sees of the compiler: a writer that gives the Python of the step's parameters.

A skill is one function: it takes the writer and gives the lines of the body of the step's function, which has
``world`` and ``run`` in scope. It names its own variables as the spec does (``it``, ``supply``, ``qty``): the writer
hands the same names to the expressions. Lines may be of any length; they are laid out afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from factory_git.spec.model import Field

Names: TypeAlias = "Mapping[str, str] | None"


class Writer(Protocol):
    """The parameters of one step, as Python. Parameters are named by their path in :mod:`factory_git.spec.skills`.

    ``names`` maps a name of an expression's scope to other Python than itself.
    """

    def has(self, param: str) -> bool:
        """Whether the parameter is given."""

    def flag(self, param: str) -> bool:
        """Whether a flag is set."""

    def word(self, param: str) -> str:
        """A plain word as a Python literal; empty where it is not given."""

    def attribute(self, param: str) -> str:
        """The list of the rows of the entity that the parameter names: ``world.forecast``."""

    def class_name(self, param: str) -> str:
        """The class of that entity's rows."""

    def rows(self, param: str, keep: str = "", order: str = "") -> str:
        """That entity's rows for which the condition ``keep`` holds (if it is given), in the order that ``order``
        gives, then in key order, then as made."""

    def expr(self, param: str, names: Names = None, *, negated: bool = False) -> str:
        """One expression."""

    def row(self, param: str, names: Names = None) -> str:
        """The row that an expression (a reference, or a row) leads to."""

    def items(self, param: str) -> Sequence[str]:
        """The expressions, or the words as literals, of each item of a list; empty where an item has none."""

    def fields(self, param: str) -> Sequence[Field]:
        """The fields that a list of names stands for."""

    def paths(self, param: str) -> Sequence[tuple[str, str, str]]:
        """For each of a list of paths its last word, a local variable for its value, and the value."""

    def attribute_of(self, field: Field) -> str:
        """The attribute of a field."""

    def local(self, field: Field) -> str:
        """A local variable for the value of a field."""

    def shared(self, left: str, right: str, but: Sequence[Field]) -> Sequence[Field]:
        """The fields of the entity ``left`` names that the entity ``right`` names has too."""

    def made(self, prefix: str = "", names: Names = None) -> tuple[str, str]:
        """The list that rows of ``make`` go to, and the new row made of ``set``."""

    def make(self, prefix: str = "", names: Names = None) -> list[str]:
        """The statement that adds the new row; none where ``make`` is not given."""

    def adapter(self) -> tuple[str, str]:
        """The module of the adapter a ``call`` names, and the arguments it is given."""


Lines: TypeAlias = "list[str]"
Skill: TypeAlias = Callable[[Writer], Lines]


def block(head: str, body: Iterable[str]) -> Lines:
    """A compound statement: its head and its body, further in."""
    return [head, *(f"    {line}" for line in body)]
