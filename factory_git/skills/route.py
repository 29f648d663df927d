"""``route``: an order in which to visit."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Order the stops, each time the nearest to the last one, from ``start``; ties in the order of the rows."""
    start = ", ".join(step.items("route.start")) or "Decimal(0), Decimal(0)"
    place: Lines = []
    via = {"via": "it"}
    if step.has("route.via"):
        place, via = [f"via = {step.row('route.via')}"], {}
    place.append(f"stops.append(kit.Stop(it, {step.expr('route.x', via)}, {step.expr('route.y', via)}))")
    return [
        f"stops: list[kit.Stop[{step.class_name('route.stops')}]] = []",
        *block(f"for it in {step.rows('route.stops', keep='route.where')}:", place),
        *block(
            f"for seq, stop in kit.nearest(stops, start=({start})):",
            step.make("", {"it": "stop.row", "x": "stop.x", "y": "stop.y"}),
        ),
    ]
