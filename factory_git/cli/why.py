"""``git factory why FILE[:LINE]``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from factory_git.app import why
from factory_git.app.context import open_context
from factory_git.app.why_json import as_json as to_json
from factory_git.cli import output
from factory_git.cli.paths import from_top
from factory_git.ledger.record import Entry

TESTS = 6  # shown, the ones that name the node first


@click.command("why")
@click.argument("place", metavar="FILE[:LINE]")
@click.option("--rev", "revision", metavar="REV", help="Look at the file as a commit has it.")
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
def command(*, place: str, revision: str | None, as_json: bool) -> int:
    """Tell what made a line of code: commit, run, spec nodes, tests and promotion.

    Without LINE the answer is about the whole file.
    """
    ctx = open_context()
    name, line = why.split(place)
    found = why.run(ctx, from_top(ctx.location, name), line, revision=revision)
    if as_json:
        output.emit(to_json(found))
    else:
        output.page(_lines(found))
    return 0


def _lines(found: why.Why) -> Iterator[str]:
    where = f"{found.file}:{found.line}" if found.line else found.file
    yield output.style(where, bold=True) + (f"  {found.text.strip()}" if found.line else "")
    if found.commit:
        yield from _row("commit", f"{found.commit.oid[:12]} {found.commit.subject}")
        yield from _row("", f"{_name(found.commit.author)}, {_time(found.commit.when)}{_was(found)}")
    for note in found.notes:
        yield from _row("note", note)
    if found.run_id:
        at = f"{_time(found.run.when)} by {_name(found.run.actor)}" if found.run else "its records are not here"
        yield from _row("run", f"{found.run_id[:12]} {at}")
    if found.phase:
        yield from _row("phase", found.phase)
    if found.written:
        payload = found.written.record.payload
        yield from _row("agent", str(payload.get("agent", "")))
        for what in ("prompt", "transcript"):
            yield from _row("", f"{what}: git factory show {payload.get(what)}")
    for number, node in enumerate(found.nodes):
        at = str(node.place) if node.place else "not in the spec"
        yield from _row("" if number else "spec", f"{node.path}  {at}")
    if found.more_nodes:
        yield from _row("", f"… and {found.more_nodes} more (all of them: .factory/lock.json)")
    yield from _tests(found)
    if found.verdict:
        yield from _row("verdict", f"{found.verdict.record.payload.get('outcome', '')}  {_by(found.verdict)}")
    if found.promotion:
        payload = found.promotion.record.payload
        branch = str(payload.get("branch", "")).removeprefix("refs/heads/")
        done = payload.get("outcome") == "promoted"
        words = f"to {branch}" if done else f"not yet ({payload.get('outcome', '')})"
        yield from _row("promoted", f"{words}  {_by(found.promotion)}")
    if not found.line and len(found.others) > 1:
        for number, (commit, count) in enumerate(found.others):
            words = f"{commit.oid[:12]} {commit.subject}" if commit else "not committed"
            yield from _row("" if number else "lines", f"{count:5} {words}")


def _tests(found: why.Why) -> Iterator[str]:
    for number, test in enumerate(found.tests[:TESTS]):
        result = f"{test.outcome}, {_time(test.entry.when)}" if test.entry else "no result recorded"
        through = "" if test.direct else f"  through {test.via}"
        yield from _row("" if number else "tests", f"{test.test}  {result}{through}")
    if len(found.tests) > TESTS:
        yield from _row("", f"… and {len(found.tests) - TESTS} more (--json lists them)")
    if found.nodes and not found.tests:
        yield from _row("tests", "none covers it")


def _row(head: str, text: str) -> Iterator[str]:
    yield f"  {output.style(f'{head:<9}', dim=True)} {text}"


def _was(found: why.Why) -> str:
    if found.origin is None or not found.line:
        return ""
    if (found.origin.file, found.origin.first) == (found.file, found.line):
        return ""
    return f"; it was {found.origin.file}:{found.origin.first} then"


def _by(entry: Entry) -> str:
    return f"{_time(entry.when)} by {_name(entry.actor)}"


def _name(person: str) -> str:
    return person.partition(" <")[0]


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
