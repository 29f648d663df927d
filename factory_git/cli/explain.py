"""``git factory explain``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from factory_git.app import explain
from factory_git.cli import output


def _codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    rules = [one for one in explain.listing() if one.code.startswith(incomplete.upper())]
    kinds = [one for one in explain.kinds() if one.row.id.startswith(incomplete.lower().replace("_", "-"))]
    found = [CompletionItem(one.code, help=one.title) for one in rules]
    return found + [CompletionItem(one.row.id, help=one.what) for one in kinds]


@click.command("explain")
@click.argument("code", required=False, shell_complete=_codes)
@click.option("--json", "as_json", is_flag=True, help="One JSON object; of all of them, one array.")
def command(*, code: str | None, as_json: bool) -> int:
    """Tell what a rule of the check (GF204) or a kind of mutation (gate-removed) is; without CODE, list all."""
    if code is None:
        if as_json:
            output.emit(explain.listing_as_json())
        else:
            rules = [(rule.code, rule.severity, rule.title) for rule in explain.listing()]
            kinds = [(kind.row.id, kind.row.risk, kind.what) for kind in explain.kinds()]
            output.page(_line(*one, width) for some, width in ((rules, 5), (kinds, 27)) for one in some)
        return 0
    page = explain.explain(code)
    if as_json:
        output.emit(explain.as_json(page))
    else:
        output.page(page.markdown().split("\n"))
    return 0


def _line(code: str, weight: str, title: str, width: int) -> str:
    return f"{code:{width}}  {weight:9}  {title}"
