"""``apply``: edit the spec as a morph says, prove it, and only then move the branch.

The edited spec becomes a commit that no branch names, on a ref of the factory's own; a run compiles and proves it there
as it proves every spec; when it converged, the branch goes from its tip to what the run made, and the checkout with it.
Whatever fails before leaves branch, index and files as they were; the failure is recorded. Approvals are not asked for
here: a local branch is its owner's, and the gate of the pull request asks for them (``git factory diff --gate``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from factory_git.app import desire_record, growth_spec, morph_file
from factory_git.app import plan as planning
from factory_git.app.apply_job import WOULD, Job, Options, Result
from factory_git.app.apply_recover import recover
from factory_git.app.apply_stale import refuse_stale
from factory_git.app.context import Context
from factory_git.core.ids import RecordId
from factory_git.engine.claim import claim
from factory_git.engine.loop import Progress
from factory_git.growth.desire.desire import Open, Part
from factory_git.growth.morph.carry import go_on
from factory_git.growth.morph.plan import Plan, plan
from factory_git.growth.morph.settle import became, settle
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

__all__ = ["Options", "Result", "run"]


def run(ctx: Context, options: Options, progress: Progress) -> Result:
    """Apply. Raises :class:`Conflict` for a stale morph, :class:`Forbidden` for what identity forbids, and
    :class:`Negative` with the files where local changes are in the way; then nothing was written."""
    found = morph_file.find(ctx, options.morph)
    app = growth_spec.one(ctx.location, options.spec or found.morph.app)
    with claim(ctx.location.common_dir, [f"{app.id}+apply"], ctx.clock):
        notices = () if options.dry_run or not options.run else recover(ctx, app.id, app.root)
        # Read again: what a killed application left half done is as it was before.
        spec = growth_spec.one(ctx.location, options.spec or found.morph.app) if notices else app
        result = _apply(ctx, options, found, spec, progress)
    return replace(result, notices=(*notices, *result.notices))


def _apply(ctx: Context, options: Options, found: morph_file.Found, spec: Spec, progress: Progress) -> Result:
    entry = found.record or morph_file.twin(ctx, found.morph)
    refuse_stale(ctx, found.morph, entry, spec)
    node, parts = _desire(ctx, found, spec)
    done = plan(spec, found.morph, parts[1])
    nodes = became(done, parts[0])
    whole = go_on(done.carried, settle(done, spec, node, nodes))
    job = Job(ctx=ctx, options=options, spec=spec, plan=done, whole=whole, nodes=nodes)
    if options.dry_run:
        job.look()
        return job.result(WOULD)
    parents = (entry.record.id,) if entry else _recorded(ctx, done, found)
    return job.edit(parents) if not options.run else job.prove(parents, progress)


def _desire(ctx: Context, found: morph_file.Found, spec: Spec) -> tuple[str, tuple[Sequence[Part], Sequence[Open]]]:
    """The entry of the morph's desire, the parts understood of it, and what was left open when it was planned."""
    parents = found.parents or planning.of_text(ctx, spec.id, found.morph.desire)
    desires = [one.record for one in map(ctx.ledger.entry, parents) if one.record.type == "desire"]
    if not desires:
        return "", ((), ())
    _, then = desire_record.of(desires[0].payload)
    left = set(found.record.record.payload.get("open", ())) if found.record else {one.words for one in then.open}
    node = str(desires[0].payload["node"])
    known = node if node in build(spec).nodes else ""
    return known, (then.parts, [one for one in then.open if one.words in left])


def _recorded(ctx: Context, done: Plan, found: morph_file.Found) -> tuple[RecordId, ...]:
    """The record of a morph that somebody wrote by hand: made now, with the desire it names."""
    record, contents = morph_file.record(done, planning.of_text(ctx, done.morph.app, found.morph.desire))
    return (morph_file.put(ctx, record, contents),)
