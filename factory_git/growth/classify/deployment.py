"""Where and when the application runs, how long it keeps rows, and where data may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from factory_git.core.ids import SpecPath
from factory_git.growth import cadence
from factory_git.growth.classify.common import first, named, unclassified, values
from factory_git.growth.classify.entities import personal
from factory_git.growth.classify.evidence import deploy_cadence, policy_cadence
from factory_git.growth.differ import ADDED, EDITED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import names

device = named("device-added", "device-removed", "label-changed")
_EVER = Fraction(10**18)


def any_cadence(change: Change, scene: Scene) -> Iterator[Mutation]:
    """The cadence of the evidence policy or of the deployment: nodes of one kind at two addresses."""
    own = deploy_cadence if change.path.startswith("deployment.") else policy_cadence
    yield from own(change, scene)


def schedule(change: Change, scene: Scene) -> Iterator[Mutation]:
    """When a pipeline runs by itself."""
    if first(change, "run", "cron"):
        yield mutation("schedule-changed", change)
    elif change.op != EDITED:
        yield from named("schedule-added", "schedule-removed", "label-changed")(change, scene)


def retention(change: Change, scene: Scene) -> Iterator[Mutation]:
    """How long rows of an entity are kept. What is deleted is gone; personal data kept longer is a risk of its own."""
    if not (change.node.value or change.node.children):
        return  # an empty mapping says nothing
    if change.op == RENAMED:
        return  # the entity is called otherwise: told there
    if change.op in (ADDED, REMOVED):
        yield mutation("retention-declared" if change.op == ADDED else "retention-dropped", change)
        return
    old, new = (_span(str(value)) for value in values(change, "is"))
    if old is None or new is None:
        yield unclassified(change)
    elif old == new:
        yield mutation("retention-reworded", change)
    elif new < old:
        yield mutation("retention-shortened", change)
    else:
        yield _lengthened(change, scene)


def egress(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Where data may go. A destination that is not said is any; another destination is one opened and one closed."""
    if change.op != EDITED:
        yield from named("egress-opened", "egress-closed", "label-changed")(change, scene)
    elif change.attribute != "to":
        yield unclassified(change)
    else:
        if change.old is not None:
            yield mutation("egress-opened", change)
        if change.new is not None:
            yield mutation("egress-closed", change)


def metrics(change: Change, _: Scene) -> Iterator[Mutation]:
    """Whether and where the application counts what it does; not to say it is ``off``."""
    old, new = (value or "off" for value in values(change, "is"))
    if old != new:
        yield mutation("metrics-changed", change)


def _span(text: str) -> Fraction | None:
    return _EVER if text.lower() in cadence.FOREVER else cadence.length(text)


def _lengthened(change: Change, scene: Scene) -> Mutation:
    """Major where the entity holds personal data, in either version; else there is less to say against it."""
    found = mutation("retention-lengthened", change)
    id_ = change.path.rpartition(".")[2]
    path = names.join(SpecPath("data_contracts.entities"), id_)
    if any(personal(graph, path) for graph in (scene.both.old, scene.both.new)):
        return found
    return replace(found, risk="minor", reasons=("no personal data",))
