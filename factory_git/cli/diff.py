"""``git factory diff``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from factory_git.app import diff
from factory_git.app.diff import Options, Result
from factory_git.app.revisions import HEAD
from factory_git.cli import diff_words, output
from factory_git.core.errors import UsageError
from factory_git.gitio.locate import Location, locate
from factory_git.growth.report import text
from factory_git.growth.report.table import FORMATS
from factory_git.growth.report.told import Told
from factory_git.growth.table import RISKS

_SPECS = "factory_git.specs"  # what stands behind `--`, which click would mix with the rest


class _Command(click.Command):
    """Keeps apart what stands before and behind ``--``, as Git does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta[_SPECS] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)


@click.command("diff", cls=_Command)
@click.argument("words", nargs=-1, metavar="[BASE[..[.]HEAD] | BASE HEAD] [--] [SPEC]...")
@click.option("--staged", "--cached", is_flag=True, help="Compare with what is staged instead of the working tree.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--risk", type=click.Choice(RISKS), default="none", help="List mutations of this risk and above only.")
@click.option("--name-only", is_flag=True, help="Print the addresses of the nodes that changed, worst first.")
@click.option("-z", "nul", is_flag=True, help="With --name-only: end addresses with NUL, for xargs -0.")
@click.option("--gate", is_flag=True, help="Judge the change as its base would: approvals, migration, drift. Exits so.")
@click.option("--exit-code", "verdict", is_flag=True, help="Exit 1 if something needs approval, 4 if it is forbidden.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    words: tuple[str, ...],
    staged: bool,
    form: str,
    as_json: bool,
    risk: str,
    name_only: bool,
    nul: bool,
    gate: bool,
    verdict: bool,
) -> int:
    """Tell what a change of specs means: mutations, each with its risk, tests and migration.

    Without arguments, from HEAD to the working tree; with BASE, from there; `A B` and `A..B` compare two revisions,
    `A...B` compares B with the commit where both parted, as a pull request does. SPEC is a file, a folder or the id of
    an application. `git factory explain ID` tells about a kind of mutation.
    """
    form = "json" if as_json else form
    if (name_only and (gate or form != "text")) or (nul and not name_only):
        raise UsageError("--name-only goes with neither --gate nor a format, -z with nothing else", hint="choose one")
    location = locate()
    options = diff_words.options(location, words, ctx.meta.get(_SPECS), staged=staged)
    with diff_words.naming(location, words):
        if gate:
            return _gate(location, options, form, risk)
        results = diff.run(location, replace(options, base=options.base or HEAD))
    told = [each.told(risk) for each in results]
    if name_only:
        _names(told, nul=nul)
    elif form == "text":
        _page(told)
    elif printed := FORMATS[form](told):
        output.emit(printed)
    if form == "text" and (quiet := _nothing(results)):
        output.say(quiet)
    return diff.exit_code(results) if verdict else 0


def _names(told: Sequence[Told], *, nul: bool) -> None:
    paths = dict.fromkeys(one.path for each in told for one in each.shown)
    for path in paths:
        click.echo(f"{path}\0", nl=False) if nul else output.emit(path)


def _page(told: Sequence[Told]) -> None:
    if printed := text.page(told, colour=output.colour(sys.stdout)):
        output.page(printed.split("\n"))


def _gate(location: Location, options: Options, form: str, risk: str) -> int:
    """The verdict of the base over the change; the base is the usual one where none is named."""
    from factory_git.app import gate  # noqa: PLC0415 (a diff alone reads neither ledger nor code)
    from factory_git.cli import diff_gate  # noqa: PLC0415

    base = options.base or gate.usual(location)
    found = gate.run(location, base, options.head, gate.Options(specs=options.specs))
    told = diff_gate.told(found, risk)
    if form == "text":
        _page(told)
        output.emit("\n".join(["", *found.lines()] if told else found.lines()))
    else:
        output.emit(diff_gate.render(found, told, form))
    return found.exit_code


def _nothing(results: Sequence[Result]) -> str:
    """What to say where there is nothing to show."""
    if not results:
        return "no spec here: nothing to compare"
    if any(each.state != "unchanged" for each in results):
        return ""
    one = results[0]
    where = f"{one.old.label} → {one.new.label}" if one.old and one.new else ""
    moved = [
        f"{each.old.root or '.'} is now {each.new.root or '.'}"
        for each in results
        if each.old and each.new and each.old.root != each.new.root
    ]
    only = ["only comments, order or layout differ"] if any(each.reworded for each in results) else []
    return "; ".join([f"no change of meaning: {where}", *moved, *only])
