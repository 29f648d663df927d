"""``comment``: judge a pull request in its CI job, and tell those who read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import gate, gate_comment, pull_request
from factory_git.app.gate_verdict import Verdict
from factory_git.app.pull_request import Posted, Request
from factory_git.core.errors import UsageError
from factory_git.drift.formats import FORMATS as FINDINGS
from factory_git.gitio import lock, proposal, renames
from factory_git.gitio.locate import Location
from factory_git.growth.report.table import FORMATS as MUTATIONS

SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``base`` empty: the branch that the request is for, as the remote has it. ``sarif`` is a folder to write to."""

    base: str = ""
    head: str = "HEAD"
    platform: str = "auto"
    sarif: Path | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The verdict, the comment and what became of it; ``said`` is what to tell."""

    verdict: Verdict
    body: str
    posted: Posted
    said: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return self.verdict.as_json() | {"comment": {"state": self.posted.state, "said": self.posted.said}}


def run(location: Location, options: Options, environ: Mapping[str, str], *, wait: lock.Wait = lock.sleep) -> Result:
    """Judge, and write the comment, the outputs of the job and the SARIF files that were asked for.

    Raises :class:`UsageError` outside of a pull request's job, unless it is a dry run with a base of its own.
    """
    asked = _request(options, environ, wait)
    _refuse_another(location, options, asked)
    verdict = gate.run(location, options.base or _base(location, asked), options.head)
    body = gate_comment.body(verdict)
    said: list[str] = []
    if options.sarif is not None:
        said += [f"wrote {path}" for path in _sarif(verdict, options.sarif)]
    if options.dry_run or asked is None:
        return Result(verdict=verdict, body=body, posted=Posted(state="none", said="dry run"), said=tuple(said))
    posted = _post(asked, verdict, body)
    said += [f"comment: {posted.state}{f' ({posted.said})' if posted.said else ''}"]
    said += _summary(asked, posted, body)
    _outputs(asked, verdict, posted)
    return Result(verdict=verdict, body=body, posted=posted, said=tuple(said))


def _request(options: Options, environ: Mapping[str, str], wait: lock.Wait) -> Request | None:
    try:
        return pull_request.request(environ, options.platform, wait)
    except UsageError:
        if options.dry_run and options.platform == "auto":
            return None
        raise


def _refuse_another(location: Location, options: Options, asked: Request | None) -> None:
    """A job that checked out something else, as one on ``pull_request_target`` does, would find nothing wrong."""
    if asked is None or not asked.head or proposal.is_ancestor(location, asked.head, options.head):
        return
    raise UsageError(
        f"{options.head} does not hold {asked.head[:SHORT]}, the proposed commit: something else would be judged",
        code="comment/head", hint="on: pull_request (not pull_request_target), after actions/checkout as it is",
    )  # fmt: skip


def _base(location: Location, asked: Request | None) -> str:
    """The branch of the request as the remote has it, which the job fetched."""
    if asked is None or not asked.base:
        return gate.usual(location)
    for name in (f"refs/remotes/origin/{asked.base}", f"refs/heads/{asked.base}"):
        try:
            renames.commit_id(location, name)
        except UsageError:
            continue
        return name.partition("/")[2].partition("/")[2]
    hint = f"git fetch origin {asked.base}:refs/remotes/origin/{asked.base}"
    raise UsageError(f"the branch {asked.base} is not here", code="comment/base", hint=hint)


def _post(asked: Request, verdict: Verdict, body: str) -> Posted:
    if asked.thread is None:
        return Posted(state="refused", said=asked.why)
    return pull_request.publish(asked.thread, body, quiet=gate_comment.is_silent(verdict))


def _summary(asked: Request, posted: Posted, body: str) -> Iterator[str]:
    """Where the comment could not go, the job's own summary takes it."""
    if posted.state != "refused":
        return
    if asked.summary is None:
        yield "the comment is shown by: git factory comment --dry-run"
        return
    try:
        with asked.summary.open("a", encoding="utf-8") as file:
            file.write(body)
    except OSError as error:
        yield f"the job's summary cannot be written: {error}"
        return
    yield "the comment is in the job's summary instead"


def _outputs(asked: Request, verdict: Verdict, posted: Posted) -> None:
    """What later steps of the job may read."""
    if asked.outputs is None:
        return
    values = {"verdict": verdict.word, "risk": verdict.risk, "exit-code": verdict.exit_code, "comment": posted.state}
    values["needs"] = verdict.needs
    with asked.outputs.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _sarif(verdict: Verdict, folder: Path) -> Iterator[Path]:
    """One file for mutations and one for drift, each a category of its own to those who collect them."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [app.result.told(approved=app.approved) for app in verdict.apps]
    texts = {
        "mutations": MUTATIONS["sarif"](told),
        "drift": FINDINGS["sarif"](verdict.drift.findings, verdict.drift.tree.read),
    }
    for name, text in texts.items():
        if not text:
            continue
        value = json.loads(text)
        for run in value["runs"]:
            run["automationDetails"] = {"id": f"git-factory/{name}/"}
        path = folder / f"{name}.sarif"
        path.write_text(json.dumps(value), encoding="utf-8")
        yield path
