"""``allocate``: demand is served in order from what supply has left."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Serve demand rows in ``order`` from matching supply rows, in ``supply_order``, until ``need`` is met.

    What is unmet makes ``short``. What a supply row has given away in this run is kept in ``run.taken``, for the
    allocations that come after.
    """
    demand = {"it": "demand"}
    lines = [
        f"demands = {step.rows('allocate.demand', keep='allocate.where', order='allocate.order')}",
        f"supplies = {step.rows('allocate.supply', order='allocate.supply_order')}",
    ]
    have = step.expr("allocate.have", {"it": "supply"})
    serve = [f"qty = run.taken.take(supply, {have}, need)", *block("if qty > 0:", ["need -= qty", *step.make()])]
    if step.has("allocate.match"):
        unlike = step.expr("allocate.match", negated=True)
        serve = [*block(f"if {unlike}:", ["continue"]), *serve]
    body = [f"need = {step.expr('allocate.need', demand)}", *block("for supply in supplies:", serve)]
    if step.has("short"):
        body += block("if need > 0:", step.make("short", {**demand, "qty": "need"}))
    return lines + block("for demand in demands:", body)
