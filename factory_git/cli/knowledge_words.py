"""What the verbs of the knowledge store share: how a store is opened, options, lines for people, JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from factory_git.app.context import open_context
from factory_git.app.knowledge import knowledge
from factory_git.cli import output, records
from factory_git.core import canonical
from factory_git.core.errors import FactoryError, InvalidInput
from factory_git.knowledge.model import plain
from factory_git.knowledge.repository import Knowledge

F = TypeVar("F", bound=Callable[..., Any])

CONTENT = "oid, sha256, size, media_type"
ARTIFACT = f"id, collection, name, revision, content ({CONTENT}), metadata, created, changed, by, deleted, heads"
AT = click.option("--at", default="", metavar="N|TIME|ID", help="As it was then: see git factory state --at.")
WHY = click.option("--why", default="", help="Why; kept in the change record.")
DRY = click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
CASCADE = click.option("--cascade", is_flag=True, help="Delete what depends on it, too. Default: refuse, and list it.")


def json_option(declared: str) -> Callable[[F], F]:
    """``--json`` with the names that it prints."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print JSON: {declared}.")


class Json(click.ParamType[Any]):
    """A JSON value of the command line: every digit kept, NaN and duplicate keys refused."""

    name = "json"

    def __init__(self, *, only_object: bool) -> None:
        self._only_object = only_object

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            found = canonical.loads(value)
        except FactoryError as error:
            raise InvalidInput(f"{value[:60]}: {error.message}", code="json/invalid") from error
        if self._only_object and not isinstance(found, dict):
            raise InvalidInput(f"{value[:60]}: metadata is a JSON object", code="json/invalid")
        return found


METADATA = click.option("--metadata", type=Json(only_object=True), metavar="JSON", help="A JSON object.")


def store(*, dry: bool = False) -> Knowledge:
    """The knowledge store here; what its ledger has to say is said at the end."""
    ctx = open_context()
    click.get_current_context().call_on_close(lambda: records.say_notices(ctx.ledger.notices))
    return knowledge(ctx, dry=dry)


def made(ids: Sequence[str], *, as_json: bool, dry: bool) -> None:
    """Tell the ids of what was made; in a dry run nothing has one yet."""
    if as_json:
        records.emit_json({"ids": [] if dry else list(ids), "dry_run": dry})
    elif not dry:
        output.page(ids)
    if dry:
        output.say(f"nothing was changed; {len(ids)} {'change' if len(ids) == 1 else 'changes'} could be made")


def show(values: Iterable[Any], line: Callable[[Any], str], *, as_json: bool) -> None:
    """Print things, a line each, or as a JSON array."""
    if as_json:
        records.emit_json_array(plain(one) for one in values)
    else:
        output.page(line(one) for one in values)


def show_one(value: Any, *, as_json: bool) -> None:
    """Print one thing, whole."""
    if as_json:
        records.emit_json(plain(value))
    else:
        output.page("\n".join(records.pretty(plain(value))).splitlines())


def where(pairs: Iterable[str]) -> dict[str, Any]:
    """``PATH=VALUE`` filters; a value that is no JSON is text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        path, equals, value = pair.partition("=")
        if not equals or not path:
            raise InvalidInput(f"{pair!r} is not PATH=VALUE", code="usage")
        try:
            found[path] = canonical.loads(value)
        except InvalidInput:
            found[path] = value
    return found
