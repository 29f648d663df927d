"""``git factory check``."""

from __future__ import annotations

import click

from factory_git.app import check
from factory_git.cli import output
from factory_git.cli.paths import from_top
from factory_git.drift.formats import FORMATS
from factory_git.gitio.locate import locate

INVALID = "GF500"  # of drift.rules.table: nothing compiles until the spec is mended


@click.command("check")
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Report what the change did not touch, too.")
@click.option("--worktree", is_flag=True, help="Look at the files on disk instead of what is staged.")
@click.option("--rev", "revision", metavar="REV", help="Look at a commit instead of what is staged.")
@click.option("--base", metavar="REV", help="Report what was brought since this revision and that one parted.")
@click.option("--own", is_flag=True, help="Let the change's own suppressions and baseline count.")
@click.option("--spec-first", is_flag=True, help="Let a spec be committed before its code; warn instead.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="concise", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The whole result as one JSON object.")
@click.option("--hook", is_flag=True, hidden=True, help="Called by a Git hook: say nothing where nothing is wrong.")
def command(
    *,
    paths: tuple[str, ...],
    everything: bool,
    worktree: bool,
    revision: str | None,
    base: str | None,
    own: bool,
    spec_first: bool,
    form: str,
    as_json: bool,
    hook: bool,
) -> int:
    """Reject code that drifted from its spec.

    Looks at what is staged, as the next commit would have it: every compiled file must be, byte for byte, what the
    staged spec compiles to. With something staged, only findings that the change can have brought are reported; PATHS
    narrow them further. Exits 0 when there is no finding, 1 when there is one.
    """
    location = locate()
    options = check.Options(
        paths=tuple(from_top(location, path) for path in paths),
        everything=everything,
        spec_first=spec_first or hook,
        worktree=worktree,
        revision=revision,
        base=base,
        own=own or None,
    )
    result = check.run(location, options)
    if as_json:
        output.emit(check.as_json(result))
    else:
        text = FORMATS[form](result.findings, result.tree.read)
        if text and not (hook and not result.findings):
            output.emit(text)
    if not (hook and not result.findings) and not as_json:
        output.say(summary(result, hook=hook))
    return 1 if result.failed else 0


def summary(result: check.Result, *, hook: bool = False) -> str:
    """What a person reads at the end."""
    count = len(result.findings)
    older = f"; {result.older} more not brought by this change (--all shows them)" if result.older else ""
    if count:
        head = f"{count} finding{'s' * (count > 1)}{older}"
        refused = hook and any(one.severity == "error" for one in result.findings)
        if not refused:
            return head
        way = (
            "mend the spec"
            if any(one.code == INVALID for one in result.findings)
            else "`git factory run` compiles again"
        )
        return f"{head}\nhint: the commit is refused; {way}"
    if not result.specs:
        return f"no spec here: nothing to compare{older}"
    specs = len(result.specs)
    return f"{result.files} compiled files of {specs} spec{'s' * (specs > 1)} are what the spec says{older}"
