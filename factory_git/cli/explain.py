"""``git factory explain``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from factory_git.app import explain
from factory_git.cli import output


def _codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    found = [one for one in explain.listing() if one.code.startswith(incomplete.upper())]
    return [CompletionItem(one.code, help=one.title) for one in found]


@click.command("explain")
@click.argument("code", required=False, shell_complete=_codes)
@click.option("--json", "as_json", is_flag=True, help="One JSON object; of all rules, one array.")
def command(*, code: str | None, as_json: bool) -> int:
    """Tell what a rule of the check finds, why, and the way out; without CODE, list all rules."""
    if code is None:
        if as_json:
            output.emit(explain.listing_as_json())
        else:
            output.page(_line(rule.code, rule.severity, rule.title) for rule in explain.listing())
        return 0
    page = explain.explain(code)
    if as_json:
        output.emit(explain.as_json(page))
    else:
        output.page(page.markdown().split("\n"))
    return 0


def _line(code: str, severity: str, title: str) -> str:
    return f"{code}  {severity:7}  {title}"
