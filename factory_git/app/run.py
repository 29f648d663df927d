"""``run``: from the specs on a branch to proven, promoted code, one run after the other."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from factory_git.agents.table import agent
from factory_git.app.context import Context
from factory_git.app.memory import near
from factory_git.app.run_gate import gate
from factory_git.app.run_identity import judge
from factory_git.app.run_idle import idle, nothing_to_do, preview
from factory_git.app.run_outcome import result
from factory_git.app.run_result import NOT_RUN, Result, SpecResult
from factory_git.app.run_select import Chosen, choose, refuse_uncommitted, target
from factory_git.app.run_session import Options, Session, check, drift
from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.core.points import reached
from factory_git.engine import holdout
from factory_git.engine.claim import claim
from factory_git.engine.fold import fold
from factory_git.engine.loop import Ended, Progress, drive, stream
from factory_git.engine.state import State, Verdict
from factory_git.engine.workshop import Limits, Workshop
from factory_git.gitio import worktrees
from factory_git.gitio.commits import Code, identity
from factory_git.ledger.record import Entry, Record, make
from factory_git.memory.context import scopes
from factory_git.spec.graph import build

__all__ = ["Options", "Result", "run"]


def run(ctx: Context, options: Options, progress: Progress) -> Result:
    """Run the specs that ``options`` name. Raises for what is wrong before any write; the rest are verdicts."""
    check(options)
    agent(options.agent)
    code = Code(ctx.location.common_dir)
    branch, tip = target(ctx.location, code, options.onto)
    session = Session(
        ctx=ctx, code=code, options=options, branch=branch, identity=identity(ctx.location.common_dir),
        progress=progress,
    )  # fmt: skip
    if options.resume and (found := ctx.ledger.valid(type="sequence", newest_first=True, limit=1)):
        return _resume(session, found[0].record)
    # Killed before its first record, a run left nothing to go on with: it is begun.
    chosen = choose(ctx.location, code, tip, options.specs, everything=options.everything)
    refuse_uncommitted(ctx.location, code, tip, [one.spec for one in chosen], branch)
    if options.dry_run:
        return Result(specs=tuple(preview(session, chosen, tip)), notices=_notices(session))
    with claim(ctx.location.common_dir, [one.spec.id for one in chosen], ctx.clock):
        return _sequence(session, chosen, tip)


# -- a new sequence ------------------------------------------------------------------------------------------------


def _sequence(session: Session, chosen: Sequence[Chosen], tip: Oid) -> Result:
    waiting = [one for one in chosen if not nothing_to_do(session, one, tip)]
    done = {one.spec.id: idle(session, one, tip) for one in chosen if one not in waiting}
    if not waiting:
        return Result(specs=tuple(done[one.spec.id] for one in chosen), notices=_notices(session))
    for one in waiting:
        session.made(one, tip)  # a spec that does not compile is refused here, before anything is written,
        judge(session, one, tip)  # and one that its own identity forbids
    for one in waiting:
        _abandon(session, one.spec.id)
    record = _sequence_record(session, chosen, waiting)
    names = ", ".join(one.spec.id for one in waiting)
    session.ctx.ledger.append([record], stream="sequences", subject=f"sequence: {names}", key=f"{record.id}")
    reached("sequence:end")
    return _go_on(session, record, chosen, done)


def _go_on(session: Session, sequence: Record, chosen: Sequence[Chosen], done: dict[str, SpecResult]) -> Result:
    """Run every spec of a sequence that has no result yet, in order."""
    budget = _Budget(session, sequence)
    stopped = False
    for one in chosen:
        if one.spec.id in done:
            continue
        blockers = [name for name in one.spec.depends_on if name in done and not done[name].good]
        if blockers:
            done[one.spec.id] = _not_run(one, session, f"{', '.join(blockers)} did not converge")
        elif stopped:
            done[one.spec.id] = _not_run(one, session, "an earlier spec did not converge (--continue-on-fail goes on)")
        else:
            done[one.spec.id] = _one(session, sequence, one, budget)
        stopped = stopped or not (done[one.spec.id].good or sequence.payload["continue_on_fail"])
    return Result(specs=tuple(done[one.spec.id] for one in chosen), sequence=sequence.id, notices=_notices(session))


def _one(session: Session, sequence: Record, one: Chosen, budget: Callable[[], bool]) -> SpecResult:
    """Start the run of one spec, or go on with it, until it ends or is blocked."""
    ledger = session.ctx.ledger
    entry = _run_of(session, sequence, one.spec.id)
    if entry is None:
        record = _run_record(session, sequence, one)
        ledger.append([record], stream=stream(one.spec.id), subject=f"run {one.spec.id}: started", key=f"{record.id}")
        reached("run:end")
    else:
        record = entry.record
    shop = _workshop(session, one, record)
    worktrees.repair(session.ctx.location.common_dir, f"{one.spec.id}+")
    return result(drive(shop, ledger, record.id, session.progress, budget), session.branch)


def _sequence_record(session: Session, chosen: Sequence[Chosen], waiting: Sequence[Chosen]) -> Record:
    options = session.options
    return make(
        "sequence",
        {
            "title": ", ".join(one.spec.id for one in waiting),
            "specs": [one.spec.id for one in chosen],
            "roots": {one.spec.id: [source.path for source in one.spec.sources][:1] for one in chosen},
            "waiting": [one.spec.id for one in waiting],
            "branch": session.branch,
            "agent": options.agent,
            "iterations": options.max_iterations,
            "budget": options.budget or options.max_iterations * len(waiting),
            "promote": options.promote,
            "continue_on_fail": options.continue_on_fail,
            "timeout": str(options.timeout),
            **({"about": list(options.about)} if options.about else {}),
            "drift": drift(session),
            "started": session.ctx.clock.now().isoformat("T", "microseconds"),
            "nonce": secrets.token_hex(8),
        },
    )


def _run_record(session: Session, sequence: Record, one: Chosen) -> Record:
    """The run's record. What it was asked to do stands here, so that a resumed run does the same."""
    asked = sequence.payload
    tip = session.code.commit_of(session.branch)
    return make(
        "run",
        {
            "title": f"{one.spec.id} {one.spec.version} onto {session.branch.removeprefix('refs/heads/')}",
            "spec": one.spec.id,
            "sources": {source.path: blob_oid(source.content) for source in one.spec.sources},
            "spec_digest": build(one.spec).digest,
            "branch": session.branch,
            "base": tip,
            "agent": asked["agent"],
            "iterations": asked["iterations"],
            "promote": asked["promote"],
            "timeout": asked["timeout"],
            **({"about": asked["about"]} if "about" in asked else {}),
            "drift": asked["drift"],
            "holdout": holdout.any_in(one.spec),
            "started": session.ctx.clock.now().isoformat("T", "microseconds"),
        },
        [sequence.id],
    )


def _workshop(session: Session, one: Chosen, run_record: Record) -> Workshop:
    asked = run_record.payload
    told = _told(one, asked)
    return Workshop(
        common_dir=session.ctx.location.common_dir,
        code=session.code,
        identity=session.identity,
        make=lambda commit: session.made(one, commit),
        spec=one.spec.id,
        branch=asked["branch"],
        agent=agent(asked["agent"]),
        agent_env=session.ctx.settings.words("agentEnv"),
        reconverge=asked["drift"] == "reconverge",
        limits=Limits(
            timeout=float(asked["timeout"]),
            agent_output=session.ctx.settings.number("agentOutput"),
        ),
        clock=session.ctx.clock,
        scanner=session.ctx.scanner,
        memories=near(session.ctx, told),
        told=told,
        gate=lambda commit, base: gate(session.ctx.location, one.spec, commit, base),
    )


def _told(one: Chosen, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes that an agent is told of, the nearest first; the built-in compiler reads no prompt."""
    if asked["agent"] == "compiler":
        return ()
    return scopes(one.spec.id, agent(asked["agent"]).name, asked.get("about", ()))


class _Budget:
    """Iterations that all specs of a sequence may take together; what was used before a kill counts."""

    def __init__(self, session: Session, sequence: Record) -> None:
        runs = [e.record.id for e in session.ctx.ledger.valid(type="run", parent=sequence.id)]
        plans = (e.record for id_ in runs for e in session.ctx.ledger.valid(run=id_, type="plan"))
        self.left = int(sequence.payload["budget"]) - sum(1 for _ in plans)

    def __call__(self) -> bool:
        self.left -= 1
        return self.left >= 0


# -- going on after a kill -----------------------------------------------------------------------------------------


def _resume(session: Session, sequence: Record) -> Result:
    session = replace(session, branch=sequence.payload["branch"])
    tip = session.code.commit_of(session.branch)
    if tip is None:
        raise UsageError(f"{session.branch} is gone", code="run/no-branch")
    files = [path for paths in sequence.payload["roots"].values() for path in paths]
    top = replace(session.ctx.location, prefix="")
    chosen = choose(top, session.code, tip, files, everything=False)
    with claim(session.ctx.location.common_dir, [one.spec.id for one in chosen], session.ctx.clock):
        done: dict[str, SpecResult] = {}
        for one in chosen:
            entry = _run_of(session, sequence, one.spec.id)
            state = _state(session, entry.record.id) if entry else None
            if one.spec.id not in sequence.payload["waiting"]:
                done[one.spec.id] = idle(session, one, tip)
            elif state is not None and state.verdict is not None:
                done[one.spec.id] = result(Ended(state=state), session.branch)
        if len(done) == len(chosen):
            results = tuple(done[one.spec.id] for one in chosen)
            return Result(
                specs=results, sequence=sequence.id, notices=("there is no run to resume: the last one ended",)
            )
        return _go_on(session, sequence, chosen, done)


def _run_of(session: Session, sequence: Record, spec: str) -> Entry | None:
    for entry in session.ctx.ledger.valid(type="run", parent=sequence.id):
        if entry.record.payload["spec"] == spec:
            return entry
    return None


def _state(session: Session, run_id: RecordId) -> State:
    return fold(entry.record for entry in session.ctx.ledger.valid(run=run_id))


def _abandon(session: Session, spec: str) -> None:
    """Close a run that was left open: a new one starts afresh."""
    found = session.ctx.ledger.valid(type="run", stream=stream(spec), newest_first=True, limit=1)
    if not found:
        return
    state = _state(session, found[0].record.id)
    if state.verdict is not None:
        return
    payload: dict[str, Any] = {
        "run": state.run, "spec": spec, "title": f"{spec}: left open, and a new run was started",
        "outcome": Verdict.ABANDONED.value, "reason": "a new run was started", "iterations": state.iteration,
        "promoted": False, "commit": None,
    }  # fmt: skip
    record = make("verdict", payload, [state.head])
    session.ctx.ledger.append(
        [record], stream=stream(spec), subject=f"run {spec}: abandoned", key=f"{state.run}/verdict"
    )


def _not_run(one: Chosen, session: Session, reason: str) -> SpecResult:
    return SpecResult(spec=one.spec.id, outcome=NOT_RUN, reason=reason, branch=session.branch)


def _notices(session: Session) -> tuple[str, ...]:
    found = list(session.ctx.ledger.notices)
    if session.identity.fallback:
        found.append("Git knows no user.name and user.email here: commits are by git-factory")
    return tuple(found)
