"""``git factory render``: the spec as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from factory_git.app import render
from factory_git.cli import output
from factory_git.core import files
from factory_git.render.table import FORMATS, MODES


@click.command(short_help="the spec as a picture: flowchart, mindmap, graph, board")
@click.argument("spec", required=False, default="", metavar="[SPEC]")
@click.option("--mode", type=click.Choice((*MODES, render.BOARD)), default="flowchart", show_default=True)
@click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="mermaid", show_default=True)
@click.option(
    "--rev", "revision", default="", metavar="REV", help="Draw the spec of this revision, not the one on disk."
)
@click.option("-o", "--output", "path", type=click.Path(path_type=Path), help="Write to this file.")
def command(spec: str, mode: str, form: str, revision: str, path: Path | None) -> None:
    """Draw SPEC (a file, a folder; with --rev an application's id, too): its pipelines and the rows that flow through
    them, all its nodes as a tree, how they relate, or its desires and morphs by how far they have come.

    Mermaid is drawn by GitHub and GitLab in any Markdown file, between ```mermaid and ```.
    """
    text = render.run(render.Options(mode=mode, form=form, spec=spec, revision=revision))
    if path is None:
        output.emit(text)
    else:
        files.write(path, f"{text}\n".encode())
        output.say(f"write {path}")
