"""``git factory state``: what holds, now or at a point of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from factory_git.app import state
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.engine.state import State


@click.command(short_help="what holds, now or at a point of the ledger")
@click.argument("of", metavar="[STREAM|RUN]", default="")
@click.option("--at", default="", metavar="N|TIME|ID", help="After N transactions, at a time, or as an id saw it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: at, transactions, records, types, applications, …")
def command(of: str, at: str, *, as_json: bool) -> None:
    """Show what is promoted and deployed, which runs are open, claims, memories, growth, and what was changed apart.

    With a stream, what its transactions alone make; with the id of a run, how far that run was.

    \b
    git factory state --at 120
    git factory state --at '2 days ago'
    git factory state 1a2b3c4d5e --json
    """
    result = state.run(open_context(), state.Options(of=of, at=at))
    if as_json:
        records.emit_json(result.as_json())
    else:
        output.page(_lines(result))
    records.say_notices(result.notices)


def _lines(result: state.Result) -> Iterator[str]:
    last = result.at.last
    where = f" at {records.short(last.oid)}, {records.moment(last.when)}" if last else ""
    yield f"{_many(result.transactions, 'transaction')}, {_many(sum(result.types.values()), 'record')}{where}"
    yield from _run(result.run) if result.run is not None else _whole(result.as_json(titles=False))


def _run(run: State) -> Iterator[str]:
    yield f"run {records.short(run.run)}  {run.settings.get('spec', '')}  iteration {run.iteration}"
    for step in run.steps:
        yield f"  {step.number}  {step.phase} {step.outcome.value}  {records.short(step.record)}"
    yield f"  {run.verdict_payload['outcome']}: {run.verdict_payload['reason']}" if run.verdict else "  open"


def _whole(found: dict[str, Any]) -> Iterator[str]:
    for one in found["applications"]:
        promoted = one["promoted"]
        if promoted:
            yield f"promoted  {one['app']}  {promoted['version'] or '-'}  {_ids(promoted)}"
        for variant, deployed in sorted(one["deployed"].items()):
            yield f"deployed  {one['app']} ({variant})  {deployed['version']}  {_ids(deployed)}  {deployed['target']}"
    for run in found["runs"]:
        step = f"{run['phase']} {run['outcome']}" if run["step"] else "not begun"
        yield f"open run  {records.short(run['run'])}  {run['spec']}  {step}"
    for claim in found["claims"]:
        yield f"claim  {records.short(claim['id'])}  {claim['task']}  {claim['owner']}  {' '.join(claim['paths'])}"
    for scope, count in sorted(found["memories"].items()):
        yield f"memories  {scope}  {count}"
    for name, items in found["growth"].items():
        yield f"growth  {name}  {len(items)}"
    for one in found["conflicts"]:
        heads = " ".join(records.short(id_) for id_ in one["heads"])
        yield f"changed apart  {one['type']}  {records.short(one['subject'])}  {heads}"


def _ids(one: dict[str, Any]) -> str:
    commit, digest = str(one.get("commit", "")), str(one.get("spec_digest", ""))
    return f"commit {records.short(commit)}  spec {digest.removeprefix('sha256:')[:12]}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
