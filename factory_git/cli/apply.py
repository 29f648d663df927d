"""``git factory apply``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from factory_git.app import apply
from factory_git.app.apply_job import APPLIED, EDITED, FAILED, Options, Result
from factory_git.app.context import open_context
from factory_git.cli import output
from factory_git.cli.records import say_notices, short
from factory_git.cli.run import Watch


@click.command("apply")
@click.argument("morph", metavar="MORPH")
@click.option("--spec", default="", metavar="SPEC", help="The spec's id, file or folder (default: the only one).")
@click.option("--no-run", is_flag=True, help="Edit the spec's files, and neither commit nor run.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for each check.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else, on standard output.")
def command(as_json: bool, no_run: bool, **said: Any) -> int:
    """Edit the spec as a morph says, prove the outcome, and move the branch when it is green.

    MORPH is a file or a record. A morph is bound to the spec it was planned on: where that has moved, exit 5 with what
    moved. What fails leaves branch and files as they were.
    """
    watch = Watch(quiet=as_json)
    try:
        result = apply.run(open_context(), Options(run=not no_run, **said), watch)
    finally:
        watch.close()
    if as_json:
        output.emit_json(result.as_json())
        return result.exit_code
    say_notices(result.notices)
    for line in lines(result):
        output.emit(line)
    return result.exit_code


def lines(result: Result) -> Iterator[str]:
    """What a person reads at the end."""
    green = result.outcome != FAILED
    head = output.style(f"{result.app}: {result.outcome}", fg="green" if green else "red", bold=True)
    yield head + (f": {result.reason}" if result.reason else "")
    for one in result.plan.diff.mutations:
        yield f"  {one.risk:<9} {one.id} {one.path}"
    if result.ran is not None:
        yield f"  {result.ran.passed} of {result.ran.tests} tests passed"
        yield from (f"  {failure}" for failure in result.ran.failures)
    if result.outcome == APPLIED:
        yield f"  {result.branch.removeprefix('refs/heads/')} is at {result.commit[:12]}"
    if result.outcome == EDITED:
        yield f"  edited {', '.join(result.files)}; next: git diff, git commit, git factory run"
    if result.became:
        yield f"  became {', '.join(result.became)}"
    if result.plan.approvals and green:
        yield f"  a shared branch asks for {result.plan.approvals} approvals: git factory diff --gate"
    if result.hint:
        yield f"  hint: {result.hint}"
    if result.record:
        yield f"  application {short(result.record)}  git factory tree {result.record[:10]}"
