"""What ``git factory diff --gate`` prints: the mutations, and the gate's verdict behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from factory_git.app import gate_comment
from factory_git.app.gate import Verdict
from factory_git.app.gate_verdict import App
from factory_git.core import canonical
from factory_git.core.errors import Problem
from factory_git.growth.report.table import FORMATS
from factory_git.growth.report.told import Told

CODE = "growth/gate"


def told(verdict: Verdict, least: str) -> list[Told]:
    """Every application as the formats tell it; what is approved needs nobody, what the gate misses is a problem."""
    return [_told(app, least) for app in verdict.apps]


def render(verdict: Verdict, found: Sequence[Told], form: str) -> str:
    """The text of a format, with the verdict where it has a place for it; Markdown is the comment, as it is kept."""
    if form == "json":
        whole = canonical.loads(FORMATS["json"](found))
        return canonical.dumps(whole | {"gate": verdict.as_json()}).decode()
    if form == "markdown":
        return gate_comment.body(verdict).rstrip("\n")
    return FORMATS[form](found)


def _told(app: App, least: str) -> Told:
    one = app.result.told(least, app.approved)
    said = [*app.forbidden, *(() if app.rehearsal.ok else (app.rehearsal.said,))]
    known = {f"{p.place}: {p.message}" if p.place else p.message for p in one.problems}
    said += [line for line in app.problems if line not in known]
    problems = tuple(Problem(code=CODE, message=line, place=one.place) for line in said)
    return replace(one, problems=(*one.problems, *problems))
