"""``git factory check``."""

from __future__ import annotations

import click

from factory_git.app import check
from factory_git.cli import output
from factory_git.cli.check_words import mended, planned, rejected, summary, watched
from factory_git.cli.paths import from_top
from factory_git.core.errors import UsageError
from factory_git.drift.formats import FORMATS
from factory_git.gitio.changes import amended_onto, emptily_onto
from factory_git.gitio.locate import Location, locate


@click.command("check")
@click.argument("paths", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Report what the change did not bring, too.")
@click.option("--worktree", is_flag=True, help="Look at the files on disk instead of what is staged.")
@click.option("--rev", "revision", metavar="REV", help="Look at a commit instead of what is staged.")
@click.option("--base", metavar="REV", help="Report what was brought since this revision and that one parted.")
@click.option("--own", is_flag=True, help="Let the change's own suppressions and baseline count.")
@click.option("--spec-first", is_flag=True, help="Let a spec be committed before its code; warn instead.")
@click.option("--fix", is_flag=True, help="Mend in the working tree what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also what needs a second look.")
@click.option("--diff", is_flag=True, help="Print what the fixes would change; write nothing.")
@click.option("--write-baseline", is_flag=True, help="Write all that is found in bound code into the baselines.")
@click.option("--watch", is_flag=True, help="Look again whenever files or the index change; print what changed.")
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
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    write_baseline: bool,
    watch: bool,
    form: str,
    as_json: bool,
    hook: bool,
) -> int:
    """Reject code that drifted from its spec.

    Looks at what is staged, as the next commit would have it: every compiled file must be, byte for byte, what the
    staged spec compiles to, and code that a spec binds must do what the spec says. With something staged, only findings
    that the change brings are reported; PATHS narrow them further. `git factory explain CODE` tells about a finding.
    Exits 0 when there is no finding, 1 when there is one; warnings do not count.
    """
    location = locate()
    if hook and base is None and revision is None and not worktree:
        # An amended commit brings all that it holds, not only what is staged now; an empty one brings nothing.
        base = amended_onto(location) or emptily_onto(location)
    options = check.Options(
        paths=tuple(from_top(location, path) for path in paths),
        everything=everything,
        spec_first=spec_first or hook,
        worktree=worktree,
        revision=revision,
        base=base,
        own=own or None,
    )
    fixing = fix or unsafe_fixes or diff
    if sum((fixing, watch, write_baseline)) > 1:
        raise UsageError("--fix, --write-baseline and --watch exclude each other", hint="choose one")
    if watch:
        return _watch(location, options, form)
    if write_baseline:
        return _freeze(location, options)
    result = check.run(location, options)
    if fixing:
        return _fix(location, options, result, form if not as_json else "", unsafe=unsafe_fixes, diff=diff)
    what = "" if not hook else "commit" if revision is None else "push"
    return _report(result, form if not as_json else "", hook=what)


def _report(result: check.Result, form: str, *, hook: str = "") -> int:
    """Print a result (``form`` is empty for the whole as JSON) and give the exit code.

    ``hook``: what waits for the verdict, a commit or a push; nothing is said where nothing is wrong then.
    """
    silent = hook and not result.findings
    if not form:
        output.emit(check.as_json(result))
    elif not silent and (text := FORMATS[form](result.findings, result.tree.read)):
        output.emit(text)
    if form and not silent:
        output.say(summary(result))
        if hook and result.failed:
            output.say(rejected(result, hook))
    return 1 if result.failed else 0


def _fix(
    location: Location, options: check.Options, result: check.Result, form: str, *, unsafe: bool, diff: bool
) -> int:
    from factory_git.app import check_fix  # noqa: PLC0415 (not for the hook)

    check_fix.refuse_unless_on_disk(options)
    plan = check_fix.plan(location, result, unsafe=unsafe)
    if diff:
        output.write(plan.diff())
        output.say(planned(plan, result))
        return 1 if result.failed or plan.rewrites else 0
    check_fix.apply(location, plan)
    if plan.rewrites:
        result = check_fix.again(location, options, result)
    output.say(mended(plan))
    return _report(result, form)


def _freeze(location: Location, options: check.Options) -> int:
    from factory_git.app import check_baseline  # noqa: PLC0415 (not for the hook)

    done = check_baseline.write(location, options)
    for path, count, more in done:
        output.say(f"{path}: {count} finding{'s' * (count != 1)}, {more} of them new there")
    if not done:
        output.say("nothing is found in bound code: there is nothing for a baseline")
    return 0


def _watch(location: Location, options: check.Options, form: str) -> int:
    from factory_git.app import check_watch  # noqa: PLC0415 (not for the hook)

    turns = check_watch.deltas(check_watch.events(location), lambda: check.run(location, options))
    for number, delta in enumerate(turns):
        if delta.quiet and number:
            continue
        text, told = watched(delta, FORMATS[form])
        if text:
            output.emit(text)
        if told:
            output.say(told)
    return 0
