"""Which classifier reads which kind of node. What no classifier knows is told as ``unclassified``, never left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory_git.growth.differ import Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Classifier, Scene, mutation

CLASSIFIERS: Mapping[str, Classifier] = {}


def classify(change: Change, scene: Scene) -> Iterable[Mutation]:
    """What one raw change means."""
    classifier = CLASSIFIERS.get(change.node.kind)
    return classifier(change, scene) if classifier else (mutation("unclassified", change, about=change.attribute),)
