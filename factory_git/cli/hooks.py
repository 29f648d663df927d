"""``git factory hooks install | uninstall | status``, and what the hooks themselves call."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from factory_git.app import commit_message, drivers, hooks, push
from factory_git.app.context import open_context
from factory_git.cli import output
from factory_git.core.errors import NotFound, UsageError
from factory_git.gitio.locate import locate
from factory_git.gitio.push import updates

WORDS = {
    "none": "not installed",
    "other": "not installed (there is another hook)",
    "installed": "installed",
    "outdated": "installed by another version of git-factory (`git factory hooks install` renews it)",
    "broken": "broken: its git-factory is gone, commits are refused (`git factory hooks install` mends it)",
}
HOOKS = click.argument("names", metavar="[HOOK]…", nargs=-1, type=click.Choice(hooks.NAMES))


@click.group("hooks")
def command() -> None:
    """Install or remove the Git hooks: checks at commit, merge and push, trailers in commit messages."""


@command.command("install")
@HOOKS
@click.option("--shared", is_flag=True, help="Install into a hooks folder that other repositories use, too.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The steps as JSON.")
def install(names: tuple[str, ...], shared: bool, dry_run: bool, as_json: bool) -> int:
    """Install the hooks pre-commit, pre-merge-commit, commit-msg and pre-push, or those that are named.

    A hook that is there already keeps running, first. Hooks of an older version are renewed. Where none is named, Git
    is told to merge and show spec files by nodes, too: .gitattributes and git config merge.factory, diff.factory.
    """
    location = locate()
    done = hooks.install(location, names or hooks.NAMES, shared=shared, dry_run=dry_run)
    settings = () if names else drivers.install(location, dry_run=dry_run)
    _report(done, settings, "already installed", dry_run, as_json)
    caution = hooks.caution(location) if done and not as_json else ""
    if caution:
        output.say(caution)
    return 0


@command.command("uninstall")
@HOOKS
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The steps as JSON.")
def uninstall(names: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Take the hooks out, or those that are named, and put back what was there before.

    Where none is named, the drivers are taken out of Git's configuration, too.
    """
    location = locate()
    done = hooks.uninstall(location, names or hooks.NAMES, dry_run=dry_run)
    settings = () if names else drivers.uninstall(location, dry_run=dry_run)
    _report(done, settings, "not installed", dry_run, as_json)
    return 0


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="The state of each hook as JSON.")
def status(as_json: bool) -> int:
    """Say which hooks are installed and whether they work. Exits 1 if none is installed, or one is broken."""
    location = locate()
    found = hooks.status(location)
    by_nodes = drivers.installed(location)
    if as_json:
        output.emit_json({"hooks": [one.as_json() for one in found], "drivers": by_nodes})
    else:
        for one in found:
            chained = "; runs the hook that was there before, first" if one.chained else ""
            output.emit(f"{one.name}: {WORDS[one.state]}{chained}\n  {one.path}")
        output.emit(f"merge and diff drivers: {'' if by_nodes else 'not '}installed")
    states = [one.state for one in found]
    return 0 if "broken" not in states and any(state in ("installed", "outdated") for state in states) else 1


@command.command("commit-msg")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def commit_msg(file: Path) -> int:
    """Add the trailers Factory-Spec and Factory-Node to the commit message in FILE, and verify those that are there.

    They name the spec nodes that the staged change touches. `git config factory.trailers false` adds none.
    """
    if not file.is_file():
        raise NotFound(
            f"there is no {file}", code="hooks/no-message", hint="Git gives its hook the file of the message"
        )
    for note in commit_message.run(open_context(), file.absolute(), os.fspath(file)).notes:
        output.say(f"git-factory: {note}")
    return 0


@command.command("pre-push")
@click.argument("remote", default="")
@click.argument("url", default="")
def pre_push(remote: str, url: str) -> int:
    """Check what is about to be pushed to REMOTE; the refs come on standard input, as Git gives them to its hook.

    Each tip is held against what the remote has. `git config factory.pushLedger true` sends the ledger, too.
    """
    if sys.stdin.isatty():
        raise UsageError(
            "the refs to be pushed come on standard input", hint="git calls this: git factory hooks install"
        )
    ctx = open_context()
    refs = updates(sys.stdin.buffer.read().decode(errors="surrogateescape"))
    if not refs and "PRE_COMMIT_REMOTE_NAME" in os.environ:
        remote, url, refs = push.from_framework(ctx)
    for one in push.plan(ctx, remote, url, refs):
        code = _judge(one)
        if code:
            names = ", ".join(one.refs[:3]) + (" …" if len(one.refs) > 3 else "")
            output.say(f"hint: that was {names}; to push all the same: git push --no-verify")
            return code
    said = push.send_ledger(ctx, remote, refs)
    if said:
        output.say(said)
    return 0


def _judge(one: push.Judgement) -> int:
    """The verdict of `git factory check`, told on standard error: what a push prints may be read by a program."""
    from factory_git.cli import check  # noqa: PLC0415 (the other hooks need none of it)

    base = ["--base", one.base] if one.base else []
    with contextlib.redirect_stdout(sys.stderr):
        code = check.command.main(
            ["--hook", "--rev", one.tip, *base], prog_name="git factory check", standalone_mode=False
        )
    return int(code or 0)


def _report(
    changes: Sequence[hooks.Change], settings: Sequence[drivers.Setting], nothing: str, dry_run: bool, as_json: bool
) -> None:
    if as_json:
        steps = {"changes": [one.as_json() for one in changes], "drivers": [one.as_json() for one in settings]}
        output.emit_json({"dry_run": dry_run, **steps})
        return
    for line in (*map(str, changes), *drivers.summary(settings)):
        output.emit(f"{'would ' if dry_run else ''}{line}")
    if not changes and not any(one.action != "keep" for one in settings):
        output.say(nothing)
