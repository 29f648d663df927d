"""``git factory run``."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import click

from factory_git.app import maintenance
from factory_git.app.context import open_context
from factory_git.app.run import run
from factory_git.app.run_result import NOTHING_TO_DO, WOULD_RUN, Result, SpecResult
from factory_git.app.run_session import DRIFT, Options
from factory_git.cli import output
from factory_git.engine.workshop import Report

TICK = 0.2  # seconds between two looks at the clock
MARKS = {"passed": "ok", "ready": "ok", "candidate": "ok", "same": "ok", "merged": "ok", "promoted": "ok"}


@click.command("run")
@click.argument("specs", nargs=-1, metavar="[SPEC]...")
@click.option("--all", "everything", is_flag=True, help="Run every spec of the branch, dependencies first.")
@click.option("--resume", is_flag=True, help="Go on with the last run where it stands.")
@click.option("--max-iterations", type=int, default=3, show_default=True, help="Attempts for each spec.")
@click.option("--budget", type=int, help="Attempts for all specs together.")
@click.option("--no-promote", is_flag=True, help="Stop before the branch is moved.")
@click.option(
    "--agent",
    default="compiler",
    show_default=True,
    help="Who fills the holes: compiler, or 'command: CMD {worktree}'.",
)
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for the agent and each check.")
@click.option("--about", multiple=True, metavar="SCOPE",
              help="What is remembered of this is told as well: task:NAME, objective:NAME; repeatable.")  # fmt: skip
@click.option("--continue-on-fail", is_flag=True, help="Go on with specs that do not depend on a failed one.")
@click.option("--onto", metavar="BRANCH", help="Branch to read the spec from and to promote onto (default: HEAD's).")
@click.option("--drift", type=click.Choice(DRIFT), help="What to do about compiled code that was changed by hand.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else, on standard output.")
def command(specs: tuple[str, ...], as_json: bool, no_promote: bool, **options: Any) -> int:
    """From the spec to proven, promoted code.

    SPEC is a spec's id, its file or its folder; with one spec on the branch it can be left out. The run works on what
    is committed, in worktrees of its own, and moves the branch only when every check passed.
    """
    watch = Watch(quiet=as_json)
    ctx = open_context()
    try:
        result = run(ctx, Options(specs=specs, promote=not no_promote, **options), watch)
    finally:
        watch.close()
    if not options["dry_run"]:
        maintenance.start_if_due(ctx)
    if as_json:
        output.emit_json(result.as_json())
    else:
        for notice in result.notices:
            output.say(notice)
        for one in result.specs:
            for line in summary(one):
                output.emit(line)
    return result.exit_code


class Watch:
    """Progress on standard error: a line that moves on a terminal, plain lines in a log, nothing under ``--json``."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.live = not quiet and sys.stderr.isatty()
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def began(self, spec: str, phase: str, iteration: int) -> None:
        """Show what begins and how long it has been at it; on a terminal only."""
        if self.live:
            self._stop = threading.Event()
            words = _head(spec, phase, iteration)
            self._thread = threading.Thread(target=self._tick, args=(words, self._stop), daemon=True)
            self._thread.start()

    def ended(self, spec: str, phase: str, iteration: int, report: Report, seconds: float) -> None:
        """Show how it ended, and how long it took."""
        self.close()
        if not self.quiet:
            mark = MARKS.get(report.outcome, report.outcome)
            sys.stderr.write(f"{_head(spec, phase, iteration)} {mark:<9} {seconds:6.2f}s  {report.title}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """End the moving line and leave nothing of it."""
        if self._stop is not None and self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._stop = self._thread = None

    @staticmethod
    def _tick(words: str, stop: threading.Event) -> None:
        started = time.monotonic()
        while not stop.wait(TICK):
            sys.stderr.write(f"\r\x1b[K{words} {'…':<9} {time.monotonic() - started:6.1f}s")
            sys.stderr.flush()
        sys.stderr.write("\r\x1b[K")


def _head(spec: str, phase: str, iteration: int) -> str:
    again = f" ({iteration})" if iteration > 1 else ""
    return f"{spec:<14} {phase + again:<13}"


def summary(one: SpecResult) -> list[str]:
    """What a person reads at the end, a spec at a time."""
    green = one.outcome in ("converged", NOTHING_TO_DO, WOULD_RUN)
    head = output.style(f"{one.spec}: {one.outcome}", fg="green" if green else "red", bold=True)
    if one.outcome == NOTHING_TO_DO:
        return [f"{head} ({one.reason})", *_holes(one)]
    lines = [head if one.outcome == "converged" or not one.reason else f"{head}: {one.reason}"]
    if one.plan:
        lines += _plan(one)
    if one.tests:
        lines.append(f"  {one.passed} of {one.tests} tests passed, {_count(one.assertions, 'assertion')}")
    lines += [f"  {failure}" for failure in one.failures]
    lines += [f"  inherited from the base: {command}" for command in one.inherited]
    if one.commit and one.outcome == "converged":
        branch = one.branch.removeprefix("refs/heads/")
        lines.append(f"  {branch} is at {one.commit[:12]}" if one.promoted else f"  not promoted: {one.commit}")
    lines += _holes(one)
    if one.hint:
        lines.append(f"  hint: {one.hint}")
    if one.ids:
        lines.append("  " + "  ".join(f"{name} {id_[:12]}" for name, id_ in one.ids.items()))
        lines.append(f"  git factory tree {one.ids.get('verdict', one.ids['run'])[:12]}")
    return lines


def _holes(one: SpecResult) -> list[str]:
    if not one.holes:
        return []
    what = f"{_count(len(one.holes), 'hole')} that no skill fills"
    if not one.compiled:
        what = f"{_count(len(one.holes), 'node')} without code"
    return [f"  {what}:", *(f"    {hole}" for hole in one.holes)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _plan(one: SpecResult) -> list[str]:
    lines = []
    for word in ("created", "modified", "removed", "stubs", "drift"):
        lines += [f"  {word}: {path}" for path in one.plan.get(word, ())]
    return lines


__all__ = ["Result", "Watch", "command", "summary"]
