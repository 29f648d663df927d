"""``git factory lineage``: what the application was, and became."""

from __future__ import annotations

from collections.abc import Iterator

import click

from factory_git.app import lineage
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.growth.lineage import Lineage, Version, draw
from factory_git.render.table import FORMATS

_DRAWN = tuple(form for form in FORMATS if form != "json")
_COLOURS = {"forbidden": "red", "breaking": "red", "major": "yellow"}


@click.command(short_help="stages, variants and versions, with what changed at each step")
@click.argument("app", required=False, default="")
@click.option("--format", "form", type=click.Choice(("text", *_DRAWN, "json")), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: app, title, variants, versions.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Tell the changes of at most so many versions, the newest; 0: of all.",
)
def command(app: str, form: str, as_json: bool, limit: int) -> None:
    """Show the versions of an application (by id) that runs promoted, each with the mutations since the one before it.

    A branch of the application with versions of its own is a variant, called by the spec's name for it when it has one.
    """
    ctx = open_context()
    result = lineage.run(ctx, lineage.Options(app=app, limit=limit))
    if as_json or form == "json":
        records.emit_json(lineage.as_json(result))
    elif form == "text":
        output.page(_lines(result))
    else:
        output.emit(FORMATS[form](draw(result)))
    records.say_notices(ctx.ledger.notices)


def _lines(result: Lineage) -> Iterator[str]:
    yield output.style(f"{result.app}: {result.title}", bold=True)
    for branch in result.branches:
        yield ""
        yield output.style(result.called(branch), fg="green")
        for version in reversed(result.of(branch)):
            yield from _version(version, result)
    for name in result.ungrown:
        yield f"\n{name} (variant): no version yet"


def _version(version: Version, result: Lineage) -> Iterator[str]:
    head = [version.number or "?", version.stage, version.commit[:7], records.moment(version.when)]
    yield "  " + "  ".join(word for word in (*head, records.short(version.record)) if word)
    before = next((one for one in result.versions if one.record == version.before), None)
    if before is not None and before.branch != version.branch:
        yield f"    grown from {before.number} {before.commit[:7]} on {before.branch}"
    if version.diff is None and version.why:
        yield f"    {version.why}"
    for one in version.diff.mutations if version.diff else ():
        yield f"    {output.style(one.risk, fg=_COLOURS.get(one.risk)):9}  {one.id}  {one.path}"
    if version.diff is not None and not version.diff.mutations:
        yield "    nothing that means anything"
    for variant, counts in version.counted:
        broken = sum(counts.broken(rail) for rail in counts.guardrails)
        yield f"    counted ({variant}): {counts.judged} runs and actions judged, guardrails broke {broken} times"
    for deployment in version.deployments:
        yield f"    {deployment.state.replace('_', ' ')}: {deployment.variant}, {records.moment(deployment.when)}"
