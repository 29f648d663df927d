"""The gate's verdict as a comment that fits a screen: the verdict and the way out first, the mutations below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from factory_git.app.gate_verdict import App, Verdict
from factory_git.app.pull_request import MARKER, fitted
from factory_git.growth.approval import FORBIDDEN, Approver, Item, either
from factory_git.growth.report import markdown
from factory_git.growth.report.markdown import code, plain

FEW = 6  # lines of one kind; the command line has them all
SHORT = 12
_TRIED = {"passed": "rehearsed up and down", "failed": "rehearsal failed", "missing": "not rehearsed"}
_ADDRESS = re.compile(r"([^\s@]+)@[^\s@]+")


def body(verdict: Verdict) -> str:
    """The whole comment, marker first."""
    lines = [MARKER, f"**Gate: {verdict.word}** · {' · '.join(_facts(verdict))}", ""]
    lines += [f"- {one}" for one in _cut(list(_missing(verdict)))]
    lines += [f"- {one}" for one in _cut(list(_approvals(verdict)))]
    told = [app.result.told(approved=app.approved) for app in verdict.apps]
    report = markdown.render(told).removeprefix(markdown.MARKER).strip() if told else ""
    return fitted("\n".join([*lines, "", report]).rstrip() + "\n")


def is_silent(verdict: Verdict) -> bool:
    """Whether there is nothing that a person would want to read."""
    return verdict.ok and not verdict.drift.findings and all(app.result.state == "unchanged" for app in verdict.apps)


def _facts(verdict: Verdict) -> Iterator[str]:
    yield f"judged by {code(verdict.base, 60)} {verdict.commit[:SHORT]}"
    yield f"drift: {verdict.drift_words()}"
    for app in verdict.apps:
        if app.rehearsal.state != "none":
            yield f"migration: {_TRIED[app.rehearsal.state]}"
            return


def _missing(verdict: Verdict) -> Iterator[str]:
    if verdict.broken:
        yield f"the specs cannot be compared: {code(verdict.broken.message, 300)}"
    for app in verdict.apps:
        for said in (*app.forbidden, *app.problems, *(() if app.rehearsal.ok else (app.rehearsal.said,))):
            yield code(said, 300)
        for one in app.items:
            if one.state == FORBIDDEN:
                what = f"`{one.mutation.fingerprint}` {one.mutation.id}"
                yield f"**forbidden by identity**, nobody can approve it: {what}"
        yield from _open(app)
    for finding in [one for one in verdict.drift.findings if one.severity == "error"]:
        yield f"{code(str(finding.place), 120)} {finding.code} {code(finding.message, 200)}"


def _open(app: App) -> Iterator[str]:
    """What is open, in one line for each set of people who can close it."""
    sets: dict[tuple[int, tuple[str, ...], tuple[str, ...]], list[Item]] = {}
    for one in app.items:
        if one.state in ("open", "lacking"):
            sets.setdefault((one.open, tuple(_name(who) for who in one.may), one.lacks), []).append(one)
    for (count, names, lacks), items in sets.items():
        what = ", ".join(f"`{one.mutation.fingerprint}` {one.mutation.id}" for one in items[:FEW])
        what += f" and {len(items) - FEW} more" if len(items) > FEW else ""
        if count:
            who = either(names, count) or (
                "anybody: the base lists no approvers" if app.rules.anybody else "nobody left"
            )
            yield f"**needs {count} approval{'s' * (count != 1)}** of {who}: {what}"
        for word in lacks:
            yield f"its plate asks for **{plain(word)}**, which is not proven: {what}"


def _approvals(verdict: Verdict) -> Iterator[str]:
    for app in verdict.apps:
        for one in app.items:
            for each in one.counted:
                yield f"`{one.mutation.fingerprint}` approved by {plain(each.name)}: {code(each.why, 120)}"
            for refused in one.refused:
                by, why = plain(refused.given.name), _ADDRESS.sub(r"\1", refused.why)
                yield f"`{one.mutation.fingerprint}` not counted, by {by}: {code(why, 160)}"


def _name(who: Approver) -> str:
    """A person without the address, which is nobody's business in a public thread."""
    return plain(who.name.partition("@")[0])


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - FEW
    return lines if more <= 0 else [*lines[:FEW], f"… and {more} more: `git factory diff --gate`"]
