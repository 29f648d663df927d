"""What a person does on a row: who may, with which arguments, how it is done.

The functions of ``actions.py`` ask here whether the role may; pages and the command
line only show what they allow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from . import kit


class Refused(kit.AppError):
    """The action is not for this role, or not possible on this row now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who acts, in which role, on which day. Actions with arguments add them."""

    actor: str
    role: str
    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Arg:
    """What an action or a run asks for. ``kind`` is that of a column."""

    name: str
    attribute: str
    title: str
    kind: str
    optional: bool = False
    words: tuple[str, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action as pages and the command line see it.

    ``on`` and ``make`` are lists of the world, or empty. ``may`` says whether it is
    possible on a row now, without knowing its arguments; ``do`` carries it out.
    """

    id: str
    title: str
    on: str
    make: str
    roles: tuple[str, ...]
    args: tuple[Arg, ...]
    act: type[Act]
    may: Callable[[Any, Any, Act], bool]
    do: Callable[[Any, Any, Any], object]

    def open_to(self, role: str) -> bool:
        """Whether the role may do it at all."""
        return not self.roles or role in self.roles


def allow(title: str, role: str, roles: Sequence[str]) -> None:
    """Raise Refused unless ``role`` is one of ``roles``; with no roles all may."""
    if roles and role not in roles:
        who = ", ".join(roles)
        raise Refused(
            f"{title}: the role {role or '(none)'} may not do this ({who} may)"
        )


def need(title: str, holds: bool) -> None:
    """Raise Refused unless what the action asks of its row holds."""
    if not holds:
        raise Refused(f"{title}: not possible here now")


def signed(title: str, act: Act) -> None:
    """Raise Refused for an act that nobody put a name to."""
    if not act.actor.strip():
        raise Refused(f"{title}: say who you are")


def always(world: object, it: object, act: Act) -> bool:
    """For actions that ask nothing of their row, or whose row cannot be judged yet."""
    return True


def swap(rows: list[Any], old: object, new: Any) -> None:
    """Put ``new`` in the place of the very row ``old``."""
    for number, row in enumerate(rows):
        if row is old:
            rows[number] = new
            return
    raise kit.Missing("the row is no longer there")


def make_act(action: Action, who: Act, given: Mapping[str, str]) -> Act:
    """The act with its arguments, read from texts; kit.Invalid names what is wrong."""
    known = {arg.name for arg in action.args}
    problems = [f"{action.title}: there is no {n!r}" for n in given if n not in known]
    taken = read_all(action.args, given, lambda arg: arg.title, problems)
    values = {arg.attribute: taken[arg.name] for arg in action.args}
    return action.act(actor=who.actor.strip(), role=who.role, day=who.day, **values)


def read_all(
    args: Sequence[Arg],
    given: Mapping[str, str],
    said: Callable[[Arg], str],
    problems: Sequence[str] = (),
) -> dict[str, Any]:
    """The values by name; kit.Invalid names all that is wrong, ``problems`` first."""
    values: dict[str, Any] = {}
    found = list(problems)
    for arg in args:
        try:
            values[arg.name] = read(arg, given.get(arg.name, ""))
        except ValueError as error:
            found.append(f"{said(arg)} {error}")
    kit.refuse(found)
    return values


def read(arg: Arg, text: str) -> Any:
    """The value that a text stands for; ValueError says what it is not."""
    word = text.strip()
    if not word:
        if arg.kind == "bool":
            return False
        if arg.optional:
            return None
        raise ValueError("is missing")
    if arg.words and word not in arg.words:
        raise ValueError(f"is not one of {', '.join(arg.words)}")
    try:
        return _READ.get(arg.kind, str)(word)
    except (ValueError, KeyError, InvalidOperation):
        raise ValueError(f"is not {_WHAT.get(arg.kind, arg.kind)}") from None


def _decimal(word: str) -> Decimal:
    value = Decimal(word)
    if not value.is_finite() or "_" in word:
        raise ValueError(word)
    return value


_YES = {"true": True, "on": True, "yes": True, "false": False, "no": False}
_READ: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "decimal": _decimal,
    "bool": lambda word: _YES[word.lower()],
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}
_WHAT = {
    "int": "a whole number",
    "decimal": "a number",
    "bool": "yes or no",
    "date": "a date like 2026-06-30",
    "datetime": "a date and time like 2026-06-30T12:00",
}
