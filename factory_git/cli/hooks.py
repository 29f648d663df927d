"""``git factory hooks install | uninstall | status``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from factory_git.app import hooks
from factory_git.cli import output
from factory_git.gitio.locate import locate

WORDS = {
    "none": "not installed",
    "other": "not installed (there is another hook)",
    "installed": "installed",
    "outdated": "installed by another installation of git-factory (`git factory hooks install` renews it)",
    "broken": "broken: its git-factory is gone, commits are refused (`git factory hooks install` mends it)",
}


@click.group("hooks")
def command() -> None:
    """Install or remove the Git hooks that run `git factory check`."""


@command.command("install")
@click.option("--shared", is_flag=True, help="Install into a hooks folder that other repositories use, too.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The steps as JSON.")
def install(shared: bool, dry_run: bool, as_json: bool) -> int:
    """Check every commit before it is made. A hook that is there already keeps running, first."""
    _report(hooks.install(locate(), shared=shared, dry_run=dry_run), "already installed", dry_run, as_json)
    return 0


@command.command("uninstall")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The steps as JSON.")
def uninstall(dry_run: bool, as_json: bool) -> int:
    """Take the hooks out and put back what was there before."""
    _report(hooks.uninstall(locate(), dry_run=dry_run), "not installed", dry_run, as_json)
    return 0


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="The state of each hook as JSON.")
def status(as_json: bool) -> int:
    """Say whether the hooks are installed and work. Exits 0 if they do, 1 if not."""
    found = hooks.status(locate())
    if as_json:
        output.emit_json({"hooks": [one.as_json() for one in found]})
    else:
        for one in found:
            chained = "; runs the hook that was there before, first" if one.chained else ""
            output.emit(f"{one.name}: {WORDS[one.state]}{chained}\n  {one.path}")
    return 0 if all(one.state in ("installed", "outdated") for one in found) else 1


def _report(changes: Sequence[hooks.Change], nothing: str, dry_run: bool, as_json: bool) -> None:
    if as_json:
        output.emit_json({"dry_run": dry_run, "changes": [one.as_json() for one in changes]})
        return
    for one in changes:
        output.emit(f"{'would ' if dry_run else ''}{one}")
    if not changes:
        output.say(nothing)
