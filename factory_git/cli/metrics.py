"""``git factory metrics``: what a deployed application counted of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from factory_git.app import metrics
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.growth.metrics import Version


@click.command(short_help="what the deployed application counted of itself, by version")
@click.argument("spec", required=False, default="")
@click.option("--variant", default=metrics.MAIN, show_default=True, help="Which variant.")
@click.option("--target", type=click.Path(path_type=Path, file_okay=False), help="Its folder, where that is elsewhere.")
@click.option("--desire", "node", default="", metavar="NODE", help="Make a desire about a guardrail or a panel.")
@click.option("--dry-run", is_flag=True, help="Record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: app, variant, from, to, versions, record.")
def command(spec: str, *, variant: str, target: Path | None, node: str, dry_run: bool, as_json: bool) -> None:
    """Fold the counts of every release into the ledger: runs, actions, guardrails that broke, panels, by version.

    An application counts when its spec says so: `deployment: {metrics: table}` (in its database) or `file`. No value of
    a row and no name is counted.
    """
    ctx = open_context()
    result = metrics.run(ctx, metrics.Options(spec=spec, variant=variant, target=target, record=not dry_run))
    if as_json:
        records.emit_json(result.as_json())
    else:
        output.page(_lines(result))
    if node:
        made = metrics.wish(ctx, result, node, dry_run=dry_run)
        output.say(f"desire: {made.desire.text} ({made.desire.why})")
        output.say(f"record {made.record}" if made.record else "nothing was recorded")
    records.say_notices(ctx.ledger.notices)


def _lines(result: metrics.Result) -> Iterator[str]:
    found = result.metrics
    yield output.style(f"{result.app} ({result.variant}): {found.first} to {found.last}", bold=True)
    for version in found.versions:
        yield ""
        yield f"{version.version}: {version.judged} runs and actions judged"
        yield from _version(version)


def _version(version: Version) -> Iterator[str]:
    for kind, held in (("run", version.runs), ("action", version.acts), ("panel", version.panels)):
        for what, outcomes in held.items():
            said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
            yield f"  {kind:<10} {what}: {said}"
    for what in version.guardrails:
        yield f"  {output.style('guardrail', fg='red'):10} {what}: broke {version.broken(what)} times"
