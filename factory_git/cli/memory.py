"""``git factory memory``: what to know later."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from factory_git.app import memory, memory_summary
from factory_git.app.context import open_context
from factory_git.app.memory import Filters
from factory_git.app.question import TIMEOUT
from factory_git.cli import output, records
from factory_git.ledger.record import one_line
from factory_git.memory.entry import REPOSITORY, Memory, title

_SCOPE = click.option(
    "--scope", default="", metavar="SCOPE", help="repository, agent:NAME, spec:ID, objective:NAME, task:NAME."
)
_FIELDS = "id, scope, kind, text, tags, when, actor, of, by, rivals, outdated"
_FILTERS = (
    _SCOPE,
    click.option("--tag", default="", help="Only what has this tag."),
    click.option("--actor", default="", help="Only what an actor said whose name or address contains this."),
    click.option("--since", help="Not older than: 2026-03-01, 2026-03-01T12:00, '2 days ago'."),
    click.option("--until", help="Older than."),
)


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group(short_help="what people and agents want to know later")
def command() -> None:
    """Remember things about the repository, a spec, an agent, an objective or a task; agents get them as context.

    What is remembered is records of the ledger: shared by sync, revised and forgotten without being lost.
    """


@command.command(short_help="remember a text")
@click.argument("text")
@_SCOPE
@click.option("--tag", "tags", multiple=True, help="A word to find it by; may be given again.")
@click.option("--why", default="", help="Where it comes from.")
@click.option(
    "--replace",
    default="",
    metavar="ID",
    help="The memory that this is the next revision of: its scope and tags stay, where no others are said.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id.")
def add(text: str, as_json: bool, **said: Any) -> None:
    """Remember TEXT (- reads standard input) and print its id."""
    id_ = memory.add(open_context(), sys.stdin.read() if text == "-" else text, **said)
    if as_json:
        records.emit_json({"id": id_})
    else:
        output.emit(id_)


@command.command("list", short_help="what is remembered")
@_filters
@click.option("-n", "--limit", type=click.IntRange(min=1), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help=f"Print JSON: {_FIELDS}.")
def list_(limit: int | None, as_json: bool, **filters: Any) -> None:
    """List what stands, oldest first; what was replaced or forgotten is left out."""
    ctx = open_context()
    found = memory.listing(ctx, Filters(**filters))[-(limit or 0) :]
    records.say_notices(ctx.ledger.notices)
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
    else:
        output.page(_line(one) for one in found)


@command.command(short_help="find memories by their words, or by what they mean")
@click.argument("words", nargs=-1)
@click.option("--like", metavar="TEXT", help="What is like TEXT, by factory.embeddings; WORDS must occur, where given.")
@_filters
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most this many.")
@click.option("--json", "as_json", is_flag=True, help=f"Print JSON: {_FIELDS}, snippet.")
def search(words: tuple[str, ...], like: str | None, limit: int, as_json: bool, **filters: Any) -> int:
    """Find memories that stand, the best first; WORDS and --like as those of `git factory search`."""
    ctx = open_context()
    found = memory.search(ctx, " ".join(words), Filters(**filters), like=like, limit=limit, tell=output.say)
    records.say_notices(ctx.ledger.notices)
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
    else:
        output.page(line for one in found for line in (_line(one.memory), f"    {records.marked(one.snippet)}"))
    return 0 if found else 1


@command.command(short_help="sum up what is remembered about something")
@_SCOPE
@click.option("--agent", default="", metavar="AGENT", help="'command: CMD', or rules (default: factory.memoryAgent).")
@click.option("--timeout", type=float, default=TIMEOUT, show_default=True, help="Seconds for the agent.")
@click.option("--dry-run", is_flag=True, help="Print the summary, and record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, scope, text, by, of, left, new.")
def summarize(as_json: bool, **said: Any) -> None:
    """Write a summary of a scope; it replaces the summary before it.

    By rule it is the sentences that say most of it. An agent is asked for one with the memories in its prompt; prompt
    and answer are recorded, and where it fails nothing is.
    """
    said["scope"] = said["scope"] or REPOSITORY
    result = memory_summary.run(open_context(), memory_summary.Options(**said))
    if as_json:
        output.emit_json(result.as_json())
        return
    output.emit(result.text)
    if result.left:
        output.say(f"note: {result.left:,} older memories had no room; what the summary before says of them was told")
    if result.id:
        output.say(f"summary {result.id}" if result.new else f"nothing is new since summary {result.id}")


@command.command(short_help="let a memory stand no more")
@click.argument("id_", metavar="ID")
@click.option("--why", default="", help="Why.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id.")
def forget(id_: str, why: str, as_json: bool) -> None:
    """Let the memory with this id stand no more: it is not listed, found or told, and a summary of it is out of date.

    Its text stays in the ledger's history; git factory redact takes it out of that.
    """
    one = memory.forget(open_context(), id_, why=why)
    if as_json:
        records.emit_json({"id": one.id})
    output.say(f"forgotten: {one_line(title(one.text))}; its text stays in the ledger's history")
    output.say(f"to take it out of that: git factory redact {records.short(one.id)}")


def _line(one: Memory) -> str:
    mark = ("out of date, " if one.outdated else "") + "summary: " if one.kind == "summary" else ""
    tags = f"  [{one_line(', '.join(one.tags))}]" if one.tags else ""
    rivals = f"  (also as {', '.join(other[:10] for other in one.rivals)})" if one.rivals else ""
    said = f"{mark}{one_line(title(one.text))}{tags}{rivals}"
    return f"{records.short(one.id)}  {one_line(one.scope)}  {records.moment(one.when)}  {said}"
