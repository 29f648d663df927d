"""``git factory comment``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from factory_git.app import comment
from factory_git.app.comment import Options, Result
from factory_git.cli import output
from factory_git.gitio.locate import locate


@click.command("comment")
@click.option("--base", default="", metavar="REV", help="The branch that the change is for. Default: the request's.")
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The last commit of the change.")
@click.option("--platform", type=click.Choice(("auto", "github", "gitlab")), default="auto", show_default=True)
@click.option(
    "--sarif", type=click.Path(path_type=Path), metavar="DIR", help="Write mutations and findings there, too."
)
@click.option("--dry-run", is_flag=True, help="Print the comment; write it nowhere.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as one JSON object.")
def command(*, base: str, head: str, platform: str, sarif: Path | None, dry_run: bool, as_json: bool) -> int:
    """Judge a pull request, in its CI job, and keep one comment on it up to date.

    The verdict is that of `git factory diff --gate`, and so is the exit code; a comment that cannot be written is told
    and changes nothing. The token is read from GITHUB_TOKEN or FACTORY_GITLAB_TOKEN; where it may not comment, as in a
    pull request from a fork, the comment goes to the job's summary.
    """
    options = Options(base=base, head=head, platform=platform, sarif=sarif, dry_run=dry_run)
    result = comment.run(locate(), options, os.environ)
    if as_json:
        output.emit_json(result.as_json())
    elif dry_run:
        output.emit(result.body)
    else:
        output.emit("\n".join(result.verdict.lines()))
    _say(result)
    return result.verdict.exit_code


def _say(result: Result) -> None:
    for line in result.said:
        output.say(line)
