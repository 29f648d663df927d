"""``git factory init``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from factory_git.app import drivers, init
from factory_git.cli import output


@click.command("init")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path), default=Path())
@click.option("--template", type=click.Choice(init.TEMPLATES), default="minimal", show_default=True)
@click.option("--hooks", "with_hooks", is_flag=True, help="Check every commit: install the Git hooks, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
def command(*, directory: Path, template: str, with_hooks: bool, dry_run: bool, as_json: bool) -> int:
    """Start a spec in this repository (or in DIR), from a template. Never overwrites a file."""
    started = init.run(directory, template=template, with_hooks=with_hooks, dry_run=dry_run)
    if as_json:
        output.emit_json(started.as_json() | {"dry_run": dry_run})
        return 0
    would = "would " if dry_run else ""
    if started.repository:
        output.emit(f"{would}make a Git repository in {started.folder}")
    for name in started.files:
        output.emit(f"{would}write {_relative(started.folder / name)}")
    for line in drivers.summary(started.drivers):
        output.emit(f"{would}{line}")
    for change in started.hooks:
        output.emit(f"{would}{change}")
    if not dry_run:
        at = _relative(started.folder)
        move = "" if at == "." else f"cd {shlex.quote(at)} && "
        output.say(f"next: {move}git add . && git commit -m 'the spec' && git factory run")
    return 0


def _relative(path: Path) -> str:
    """``path`` from here where it lies below, else in full."""
    here = os.path.relpath(path)
    return str(path) if here.startswith("..") else here
