"""What an application that was killed left: its commit on a ref of its own, and files half on their way.

Killed before the branch moved, it comes to nothing: the spec's files are put back as they were. Killed after, it went
through: all that is missing is its record, which is written now.
"""

from __future__ import annotations

from factory_git.app import desire_record, morph_file
from factory_git.app.apply_job import Job, Options
from factory_git.app.context import Context
from factory_git.app.run_result import SpecResult
from factory_git.app.run_select import APPLICATIONS, target
from factory_git.core.files import write
from factory_git.core.ids import Oid
from factory_git.engine.loop import stream
from factory_git.gitio.child import git
from factory_git.gitio.commits import Code
from factory_git.growth.morph.carry import go_on
from factory_git.growth.morph.plan import plan
from factory_git.growth.morph.settle import became, settle


def recover(ctx: Context, app: str, root: str) -> tuple[str, ...]:
    """Settle what killed applications of a spec left, and say what was done. The caller holds the spec's claim."""
    common = ctx.location.common_dir
    out = git("for-each-ref", "--format=%(refname)", f"{APPLICATIONS}{app}-*", cwd=common).decode()
    if not out.strip():
        return ()
    code, said = Code(common), []
    branch, tip = target(ctx.location, code, None)
    for ref in out.split():
        commit = code.commit_of(ref)
        if commit is not None and code.is_ancestor(commit, tip):
            said += _finish(ctx, ref.rpartition("-")[2], root, branch, tip)
        elif commit is not None:
            said += _put_back(ctx, code, commit)
        git("update-ref", "-d", ref, cwd=common)
    return tuple(said)


def _put_back(ctx: Context, code: Code, commit: Oid) -> list[str]:
    """The files that stand as the commit has them, as its parent has them: what was on disk before."""
    before = code.parents(commit)[0]
    assert ctx.location.worktree is not None
    done = []
    for change in code.changes(before, commit):
        place, old = ctx.location.worktree / change.path, code.file(before, change.path)
        new = code.file(commit, change.path)
        if new is not None and place.is_file() and place.read_bytes() == new and old is not None:
            write(place, old)
            done.append(change.path)
    if done:  # the index may have been taken along; compiled files that were are found to be what they shall be
        git("reset", "-q", "--", *done, cwd=ctx.location.worktree)
    return [f"{path} is as it was before an application that was killed" for path in done]


def _finish(ctx: Context, morph: str, root: str, branch: str, tip: Oid) -> list[str]:
    """Record the application that moved the branch and could not say so any more."""
    entry = desire_record.maybe(ctx, morph, "morph")
    spec = morph_file.planned_on(ctx, entry, root)
    proven = [
        one.record
        for one in ctx.ledger.valid(type="verdict", stream=stream(spec.id if spec else ""), newest_first=True, limit=1)
    ]
    if entry is None or spec is None or not proven or ctx.ledger.valid(type="application", parent=entry.record.id):
        return []
    done = plan(spec, morph_file.of(entry.record.payload))
    nodes = became(done)
    whole = go_on(done.carried, settle(done, spec, "", nodes))
    job = Job(ctx=ctx, options=Options(morph=morph), spec=spec, plan=done, whole=whole, nodes=nodes)
    payload = proven[0].payload
    job.branch, job.commit = branch, str(payload["commit"] or tip)
    job.ran = SpecResult(
        spec=spec.id, outcome=payload["outcome"], iterations=payload["iterations"], tests=payload.get("tests", 0),
        passed=payload.get("passed", 0), ids={"run": payload["run"], "verdict": proven[0].id},
    )  # fmt: skip
    job.went_through((entry.record.id,), Oid(ctx.ledger.get(payload["run"]).payload["base"]), [])
    return [f"morph {morph} had been applied when its application was killed: recorded now"]
