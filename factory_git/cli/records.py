"""How records look on a terminal and as JSON; shared by the verbs that show them."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from factory_git.cli import output
from factory_git.core import canonical
from factory_git.ledger.projection import CLOSE, OPEN

_CONTROL = re.compile(r"[\x7f-\x9f]")
SHORT = 10  # characters of an id for people: unambiguous up to millions of records


_FILTERS = (
    click.option("-t", "--type", help="Only records of this type."),
    click.option("--stream", help="Only this stream."),
    click.option("--run", help="Only records of this run (its id or the beginning of it)."),
    click.option("--actor", help="Only records by an actor whose name or address contains this."),
    click.option("--since", help="Not older than: 2026-03-01, 2026-03-01T12:00, '2 days ago'."),
    click.option("--until", help="Older than."),
)


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which ``list`` and ``search`` filter, in their order."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def emit_json(value: Any) -> None:
    """One line of JSON. Numbers stay as they were stored: 1 and 1.0, every digit."""
    click.echo(_text(value))


def _text(value: Any) -> str:
    """JSON, in which a terminal finds nothing to obey: what it does not escape by itself stands within strings only."""
    text = canonical.dumps(value).decode()
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if sys.stdout.isatty() else text


def emit_json_array(values: Iterable[Any]) -> None:
    """A JSON array with one element a line."""
    before = "["
    for value in values:
        click.echo(before + "\n" + _text(value), nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def say_notices(notices: Sequence[str]) -> None:
    """Tell what the ledger has to say, on standard error."""
    for notice in notices:
        output.say(f"note: {notice}")


def short(id_: str) -> str:
    """The first characters of an id, in the colour Git gives object ids."""
    return output.style(id_[:SHORT], fg="yellow")


def marked(snippet: str) -> str:
    """A snippet for people: what was looked for, in bold."""
    # Texts come from anybody: what would steer a terminal is left out.
    safe = "".join(sign if sign.isprintable() or sign in (OPEN, CLOSE) else " " for sign in snippet)
    before, *rest = safe.split(OPEN)
    return before + "".join(
        output.style(hit, bold=True) + after for hit, _, after in (one.partition(CLOSE) for one in rest)
    )


def moment(when: datetime) -> str:
    """A time for people: local, to the minute; as it stands at the ends of time, which have no other zones."""
    with contextlib.suppress(OverflowError, ValueError, OSError):
        when = when.astimezone()
    return f"{when:%Y-%m-%d %H:%M}"


def pretty(value: Any, indent: str = "") -> Iterator[str]:
    """JSON over several lines, numbers as they were stored."""
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            yield from _member(f"{canonical.dumps(key).decode()}: ", item, deeper, last=number + 1 == len(value))
        yield f"{indent}}}"
    elif isinstance(value, list) and value:
        yield "["
        for number, item in enumerate(value):
            yield from _member("", item, deeper, last=number + 1 == len(value))
        yield f"{indent}]"
    else:
        yield canonical.dumps(value).decode()


def _member(head: str, item: Any, indent: str, *, last: bool) -> Iterator[str]:
    lines = list(pretty(item, indent))
    lines[0] = f"{indent}{head}{lines[0]}"
    lines[-1] += "" if last else ","
    yield from lines
