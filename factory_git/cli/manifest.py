"""``git factory manifest``: runs of workflows, with what went in and what came out."""

from __future__ import annotations

from typing import Any

import click

from factory_git.cli import knowledge_words as words
from factory_git.cli import records
from factory_git.core import canonical
from factory_git.core.errors import FactoryError
from factory_git.knowledge.model import Run
from factory_git.knowledge.runs import NEXT

_DECLARED = (
    "id, workflow, state, inputs (artifact, revision), outputs, diagnostics, metadata, times, by, deleted, heads"
)
_INPUT = click.option(
    "--input", "inputs", multiple=True, metavar="ARTIFACT", help="What it read; or the id of a revision."
)


@click.group(short_help="runs of workflows: inputs, outputs, states")
def command() -> None:
    """Runs of workflows and their manifests: inputs, outputs, diagnostics and times."""


@command.command(short_help="a new run")
@click.argument("workflow")
@_INPUT
@click.option("--pending", is_flag=True, help="It waits to be started; default: running.")
@words.METADATA
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def start(
    *, workflow: str, inputs: tuple[str, ...], pending: bool, metadata: Any, why: str, dry_run: bool, as_json: bool
) -> None:
    """Begin a run of WORKFLOW and print its id."""
    state = "pending" if pending else "running"
    id_ = words.store(dry=dry_run).runs.start(workflow, inputs=inputs, metadata=metadata, state=state, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="bring a run into another state")
@click.argument("run")
@click.argument("state", type=click.Choice(list(NEXT)))
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def state(*, run: str, state: str, why: str, dry_run: bool, as_json: bool) -> None:
    """Move RUN from one state to the next; what is not allowed is refused with what is."""
    id_ = words.store(dry=dry_run).runs.move(run, state, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="add to the manifest of a run")
@click.argument("run")
@_INPUT
@click.option("--output", "outputs", multiple=True, metavar="ARTIFACT", help="What it made; or the id of a revision.")
@click.option("--diagnostic", "diagnostics", multiple=True, metavar="JSON", help="What it said: JSON, or a text.")
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def record(
    *, run: str, inputs: tuple[str, ...], outputs: tuple[str, ...], diagnostics: tuple[str, ...], why: str,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Note what RUN read, made and said. A run that is over takes no more."""
    said = [_said(one) for one in diagnostics]
    id_ = words.store(dry=dry_run).runs.record(run, inputs=inputs, outputs=outputs, diagnostics=said, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="one run and its manifest")
@click.argument("run")
@words.AT
@words.json_option(_DECLARED)
def show(run: str, at: str, as_json: bool) -> None:
    """Show a run: inputs and outputs as revisions, diagnostics, and when it entered each state."""
    words.show_one(words.store().runs.get(run, at=at), as_json=as_json)


@command.command("list", short_help="runs")
@click.option("--workflow", default="", help="Of this workflow.")
@click.option("--state", default="", help="In this state.")
@click.option("--artifact", default="", metavar="ARTIFACT", help="That read or made it.")
@words.AT
@words.json_option(_DECLARED)
def list_(*, workflow: str, state: str, artifact: str, at: str, as_json: bool) -> None:
    """List runs, oldest first."""
    found = words.store().runs.list(workflow=workflow, state=state, artifact=artifact, at=at)
    words.show(found, _line, as_json=as_json)


def _said(text: str) -> Any:
    try:
        return canonical.loads(text)
    except FactoryError:
        return text


def _line(one: Run) -> str:
    return f"{records.short(one.id)}  {one.state:<9}  {one.workflow}  {len(one.inputs)} in, {len(one.outputs)} out"
