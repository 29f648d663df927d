"""One application on its way: the spec committed apart, proven there, the branch moved, the record written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.app import apply_tree, desire_record
from factory_git.app.context import Context
from factory_git.app.run import run as run_specs
from factory_git.app.run_result import SpecResult
from factory_git.app.run_select import APPLICATIONS, target
from factory_git.app.run_session import Options as RunOptions
from factory_git.core.errors import Conflict, Negative
from factory_git.core.files import write
from factory_git.core.ids import Oid, RecordId
from factory_git.core.points import reached
from factory_git.engine.loop import Progress, stream
from factory_git.engine.state import Verdict
from factory_git.gitio import merge
from factory_git.gitio.child import git
from factory_git.gitio.commits import Code, identity
from factory_git.growth.morph.carry import Carried
from factory_git.growth.morph.plan import Plan
from factory_git.ledger.record import Record, make
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

APPLIED, EDITED, FAILED, WOULD = "applied", "edited", "failed", "would apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which morph, and how far: ``run`` False edits the files only."""

    morph: str
    spec: str = ""
    run: bool = True
    dry_run: bool = False
    timeout: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of it."""

    app: str
    outcome: str
    plan: Plan
    files: tuple[str, ...]
    became: tuple[str, ...]
    reason: str = ""
    hint: str = ""
    commit: str = ""
    branch: str = ""
    morph: str = ""
    record: str = ""
    ran: SpecResult | None = None
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where it failed."""
        return 1 if self.outcome == FAILED else 0

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "app": self.app,
            "outcome": self.outcome,
            "reason": self.reason,
            "hint": self.hint,
            "morph": self.morph or None,
            "record": self.record or None,
            "commit": self.commit or None,
            "branch": self.branch,
            "files": list(self.files),
            "became": list(self.became),
            "risk": self.plan.diff.risk,
            "approvals": self.plan.approvals,
            "version": self.plan.carried.spec.version,
            "run": self.ran.as_json() if self.ran else None,
        }


@dataclass(slots=True, kw_only=True)
class Job:
    """One application on its way."""

    ctx: Context
    options: Options
    spec: Spec
    plan: Plan
    whole: Carried
    nodes: tuple[str, ...]
    branch: str = ""
    commit: str = ""
    ran: SpecResult | None = None

    @property
    def edits(self) -> dict[str, bytes | None]:
        """The files of the spec that are new or differ; None for those that are needed no more."""
        return {**self.whole.files, **dict.fromkeys(self.whole.gone)}

    def look(self) -> apply_tree.Local | None:
        """Refuse what would be refused."""
        if not self.options.run:
            return None
        self.branch, tip = target(self.ctx.location, Code(self.ctx.location.common_dir), None)
        return apply_tree.local(self.ctx, self.spec, tip)

    def result(self, outcome: str, **more: Any) -> Result:
        """The result as far as it has come."""
        return Result(
            app=self.spec.id, outcome=outcome, plan=self.plan, files=tuple(sorted(self.edits)), became=self.nodes,
            commit=self.commit, branch=self.branch, ran=self.ran, **more,
        )  # fmt: skip

    def edit(self, parents: tuple[RecordId, ...]) -> Result:
        """Edit the files in the working tree, and nothing else."""
        _lay(self.ctx, self.edits)
        return self._record(EDITED, parents)

    def prove(self, parents: tuple[RecordId, ...], progress: Progress) -> Result:
        """Commit apart, run there, and move the branch when the run converged."""
        location = self.ctx.location
        code = Code(location.common_dir)
        self.branch, tip = target(location, code, None)
        own = apply_tree.local(self.ctx, self.spec, tip)
        title = self.plan.morph.desire or "apply a morph"
        text = apply_tree.message(self.spec, title, self.plan.morph.why, self.nodes)
        who = identity(location.common_dir)
        # What was wished for and not committed is a commit of its own: a killed application finds it there again.
        wishes = apply_tree.message(self.spec, "what is wanted", "", ())
        base = apply_tree.commit(code, tip, own.files, wishes, who) if own.files else tip
        edited = apply_tree.commit(code, base, self.edits, text, who)
        ref = f"{APPLICATIONS}{self.spec.id}-{parents[0][:10]}"
        code.pin(ref, edited)
        try:
            options = RunOptions(specs=(self.spec.id,), onto=ref, timeout=self.options.timeout, promote=False)
            self.ran = run_specs(self.ctx, options, progress).specs[0]
            self.commit = self.ran.commit or edited
            if self.ran.outcome != Verdict.CONVERGED:
                return self._record(FAILED, parents, reason=self.ran.reason or self.ran.outcome, hint=self.ran.hint)
            return self._promote(tip, own, parents)
        finally:
            git("update-ref", "-d", ref, cwd=location.common_dir)

    def _promote(self, tip: Oid, own: apply_tree.Local, parents: tuple[RecordId, ...]) -> Result:
        code, new = Code(self.ctx.location.common_dir), Oid(self.commit)
        _lay(self.ctx, {path: code.file(new, path) for path in own.files})
        reached("apply:laid")
        try:
            reason = f"factory: apply {self.spec.id}"
            places = merge.promote(code.common_dir, self.branch, tip, new, reason=reason)
        except BaseException as error:
            _lay(self.ctx, own.files)
            if isinstance(error, Negative | Conflict):
                self._record(FAILED, parents, reason=error.message, hint=error.hint)
            raise
        reached("apply:promoted")
        return self.went_through(parents, tip, [place.name for place in places])

    def went_through(self, parents: tuple[RecordId, ...], tip: Oid, places: list[str]) -> Result:
        """Record that the branch was moved from ``tip``."""
        return self._record(APPLIED, parents, promotion=self._promotion(tip, places))

    def _promotion(self, tip: Oid, places: list[str]) -> Record:
        """The record of the branch's move, as a run writes it: versions and their lineage are read from these."""
        assert self.ran is not None
        run = self.ran.ids["run"]
        steps = [int(one.record.payload.get("step", 0)) for one in self.ctx.ledger.valid(run=run)]
        payload = {
            "run": run, "spec": self.spec.id, "step": max(steps, default=0) + 1, "phase": "promote",
            "iteration": self.ran.iterations, "outcome": "promoted", "seconds": 0, "branch": self.branch, "from": tip,
            "title": f"{self.branch.removeprefix('refs/heads/')} {tip[:7]} → {self.commit[:7]}",
            "commit": self.commit, "checkouts": places,
        }  # fmt: skip
        return make("promotion", payload, [RecordId(self.ran.ids["verdict"])])

    def _record(
        self, outcome: str, parents: tuple[RecordId, ...], *, reason: str = "", hint: str = "",
        promotion: Record | None = None,
    ) -> Result:  # fmt: skip
        tests = {"passed": self.ran.passed, "failed": self.ran.tests - self.ran.passed} if self.ran else {}
        payload = {
            "app": self.spec.id,
            "title": desire_record.shortened(self.plan.morph.desire or "a morph"),
            "outcome": outcome,
            "reason": reason,
            "base": self.plan.diff.base,
            "head": build(self.whole.spec).digest,
            "commit": self.commit or None,
            "branch": self.branch,
            "run": self.ran.ids.get("run", "") if self.ran else "",
            "version": self.whole.spec.version,
            "became": list(self.nodes),
            "tests": tests or {"passed": 0, "failed": 0},
            "files": sorted(self.edits),
        }
        verdict = [RecordId(self.ran.ids["verdict"])] if self.ran and "verdict" in self.ran.ids else []
        proof = [promotion.id] if promotion else verdict
        record = make("application", payload, [*parents, *proof, *self._evidence(parents)])
        subject = f"application {self.spec.id}: {payload['title']}: {outcome}"
        # A promotion is looked for among the spec's runs, and what is written together is read together.
        where = stream(self.spec.id) if promotion else desire_record.stream(self.spec.id)
        self.ctx.ledger.append([*([promotion] if promotion else []), record], stream=where, subject=subject)
        notices = tuple(self.ctx.ledger.notices)
        return self.result(outcome, morph=parents[0], record=record.id, reason=reason, hint=hint, notices=notices)

    def _evidence(self, parents: tuple[RecordId, ...]) -> list[RecordId]:
        """Simulations of this morph, and approvals of its mutations."""
        ledger, prints = self.ctx.ledger, {one.fingerprint for one in self.plan.diff.mutations}
        simulated = [one.record.id for one in ledger.valid(type="simulation", parent=parents[0])]
        approved = [
            one.record.id
            for one in ledger.valid(type="approval")
            if one.record.payload["app"] == self.spec.id and one.record.payload["fingerprint"] in prints
        ]
        return [*simulated, *approved]


def _lay(ctx: Context, files: Mapping[str, bytes | None]) -> None:
    """Write files into the working tree; None removes."""
    assert ctx.location.worktree is not None
    for path, content in files.items():
        if content is None:
            (ctx.location.worktree / path).unlink(missing_ok=True)
        else:
            write(ctx.location.worktree / path, content)
