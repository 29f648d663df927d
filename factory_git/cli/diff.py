"""``git factory diff``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from factory_git.app import diff
from factory_git.app.diff import Options, Result
from factory_git.app.revisions import HEAD
from factory_git.cli import output
from factory_git.cli.paths import from_top
from factory_git.core.errors import NotFound, UsageError
from factory_git.gitio import renames
from factory_git.gitio.locate import Location, locate
from factory_git.gitio.trees import INDEX, WORKTREE
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
    location = locate()
    options = _options(location, words, ctx.meta.get(_SPECS), staged=staged)
    form = "json" if as_json else form
    with _naming(location, words):
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


def _options(location: Location, words: Sequence[str], behind: Sequence[str] | None, *, staged: bool) -> Options:
    """What the words mean, read as Git reads them: revisions, then what they narrow to. No base named: it is empty."""
    revisions: list[str] = []
    specs: list[str] = []
    parted = False
    for word in words:
        if specs:
            specs.append(word)
            continue
        ends = _ends(location, word)
        if ends is None:
            if behind is not None:
                renames.commit_id(location, word)  # before `--` only revisions stand: this says that it is none
            specs.append(word)
            continue
        if behind is None and (Path(word).exists() and word != HEAD):
            message = f"{word!r} is both a revision and a file"
            raise UsageError(message, code="usage/ambiguous", hint=f"write {word} -- or -- {word}")
        revisions += ends[0]
        parted = parted or ends[1]
    heads = 1 if staged else 2
    if len(revisions) > heads or (parted and len(revisions) != 2):
        what = "at most one revision goes with --staged" if staged else "at most two revisions can be compared"
        raise UsageError(what, code="usage/revisions", hint="git factory diff A B; git factory diff A...B")
    base = revisions[0] if revisions else ""
    head = revisions[1] if len(revisions) == 2 else INDEX if staged else WORKTREE
    named = tuple(_spec(location, word) for word in (*specs, *(behind or ())))
    return Options(base=base, head=head, parted=parted, specs=named)


def _ends(location: Location, word: str) -> tuple[list[str], bool] | None:
    """The revisions that a word names, and whether their parting is meant; None where it names none."""
    for dots in ("...", ".."):
        left, found, right = word.partition(dots)
        if found:
            ends = [left or HEAD, right or HEAD]
            known = [_is_commit(location, one) for one in ends]
            if all(known):
                return [_plain(one) for one in ends], dots == "..."
            if left and known[0]:
                renames.commit_id(location, right)
            return None
    return ([_plain(word)], False) if _is_commit(location, word) else None


def _is_commit(location: Location, word: str) -> bool:
    try:
        renames.commit_id(location, word)
    except UsageError:
        return word == HEAD  # before the first commit it is a revision that holds nothing
    return True


def _plain(word: str) -> str:
    """A branch may be called ``index`` or ``worktree``, which mean something else to those who read trees."""
    return f"{word}^0" if word in (INDEX, WORKTREE) else word


def _spec(location: Location, word: str) -> str:
    """A path from the top; an id of an application stays as it is."""
    if location.worktree is None or (not Path(word).exists() and "/" not in word and not word.endswith(".yaml")):
        return word
    return from_top(location, word)


@contextmanager
def _naming(location: Location, words: Sequence[str]) -> Iterator[None]:
    """A word that is nothing at all may have been meant as a revision: the message says so."""
    try:
        yield
    except NotFound as error:
        word = next((one for one in words if error.details.get("spec") == _spec(location, one)), None)
        if word is None:
            raise
        message = f"{word!r} is neither a revision nor a spec here"
        raise NotFound(message, code=error.code, hint=error.hint) from error


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
