"""``git factory desire``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from factory_git.app import desire
from factory_git.app.context import Context, open_context
from factory_git.app.desire import Options, Result
from factory_git.app.question import TIMEOUT
from factory_git.cli import output
from factory_git.cli.records import moment, say_notices, short
from factory_git.core.errors import UsageError
from factory_git.growth.desire.desire import Desire, Part


@click.command("desire")
@click.argument("text", nargs=-1, metavar="[TEXT]...")
@click.option("--why", default="", metavar="TEXT", help="Why it is wanted.")
@click.option("--constraint", "constraints", multiple=True, metavar="TEXT", help="What must hold; repeatable.")
@click.option("--output", "outputs", multiple=True, metavar="NAME", help="What should come out; repeatable.")
@click.option("--cadence", default="", metavar="WORD", help="How often it is deployed: daily, nightly, weekly, …")
@click.option(
    "--trusted-source", "trusted_sources", multiple=True, metavar="NAME", help="A source to rely on; repeatable."
)
@click.option("--preference", "preferences", multiple=True, metavar="TEXT", help="A preference; repeatable.")
@click.option("--spec", default="", metavar="SPEC", help="The spec's id, file or folder (default: the only one).")
@click.option("--agent", default=desire.RULES, show_default=True,
              help="Who is asked about words that the rules do not know: 'command: CMD'.")  # fmt: skip
@click.option("--timeout", type=float, default=TIMEOUT, show_default=True, help="Seconds for the agent.")
@click.option("--no-edit", is_flag=True, help="Record only; leave the spec's file as it is.")
@click.option("--dry-run", is_flag=True, help="Say what would be understood, and write nothing.")
@click.option("--list", "listed", is_flag=True, help="List the desires that are recorded, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output.")
def command(text: tuple[str, ...], listed: bool, as_json: bool, no_edit: bool, **said: Any) -> int:
    """Say what you want of the application.

    What the words mean for the spec is worked out and recorded; words that are not understood stay open. The desire is
    entered into the spec's file under desires:, and nothing is committed: git factory plan and git factory apply go on.
    """
    ctx = open_context()
    if listed:
        if text:
            raise UsageError("--list takes no text")
        return _list(ctx, said["spec"], as_json=as_json)
    options = Options(desire=_desire(" ".join(text).strip(), said), edit=not no_edit,
                      **{key: said[key] for key in ("spec", "agent", "timeout", "dry_run")})  # fmt: skip
    result = desire.run(ctx, options)
    if as_json:
        output.emit_json(result.as_json())
        return 0
    say_notices(result.notices)
    for line in lines(result):
        output.emit(line)
    return 0


def _desire(text: str, said: Mapping[str, Any]) -> Desire:
    keys = ("why", "constraints", "outputs", "cadence", "trusted_sources", "preferences")
    return Desire(text=text, **{key: said[key] for key in keys})


def lines(result: Result) -> Iterator[str]:
    """A desire for people: what was understood, what is open, where it stands now."""
    for part in result.understood.parts:
        yield from part_lines(part)
    for gap in result.understood.open:
        yield f"{output.style('open', fg='yellow')}  {gap.words}: {gap.why}"
        yield f"        {gap.close}" if gap.close else ""
    if result.files:
        word = "would be entered" if not result.record else "entered"
        yield f"{word} as {result.node} in {', '.join(sorted(result.files))}"
    elif result.node:
        yield f"the spec has it: {result.node}"
    if result.record:
        yield f"desire {short(result.record)}"
        yield f"next: git factory plan {result.record[:10]}"


def part_lines(part: Part) -> Iterator[str]:
    """One thing that was understood."""
    mark, colour = ("holds", "green") if part.holds else ("named", "yellow") if part.unproven else ("to do", "cyan")
    by = "" if part.by == desire.RULES else f" ({part.by})"
    yield f"{output.style(mark, fg=colour):<5} {part.words}: {part.means}{by}"
    if part.unproven:
        yield f"        {part.unproven}"


def _list(ctx: Context, spec: str, *, as_json: bool) -> int:
    found = desire.listing(ctx, spec)
    if as_json:
        output.emit_json([one.as_json() for one in found])
        return 0
    for one in found:
        open_ = one.record.payload["open"]
        tail = f"  open: {', '.join(open_)}" if open_ else ""
        output.emit(f"{short(one.record.id)} {moment(one.when)} {one.record.payload['title']}{tail}")
    return 0
