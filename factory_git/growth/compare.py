"""The one entrance: two specs in, every classified change out."""

from __future__ import annotations

from factory_git.growth.classify.table import classify
from factory_git.growth.differ import differ, pair
from factory_git.growth.effects import Running
from factory_git.growth.modifiers import modified
from factory_git.growth.mutation import Diff
from factory_git.growth.reads import Reads
from factory_git.growth.scene import Scene
from factory_git.spec.graph import build
from factory_git.spec.model import Spec


def compare(old: Spec, new: Spec) -> Diff:
    """Every mutation from ``old`` to ``new``, worst first; ``old`` is the base whose identity and plates judge (R1).

    Both must be free of problems: :func:`factory_git.spec.check.check` tells.
    """
    both = pair(build(old), build(new))
    scene = Scene(both, Running(both), Reads(both.old), Reads(both.new))
    found = [one for change in differ(both) for one in classify(change, scene)]
    told = sorted(modified(found, scene), key=lambda one: (-one.rank, one.path, one.id, one.about))
    said = {"id": new.id, "title": new.title, "from": old.version, "to": new.version}
    return Diff(base=both.old.digest, head=both.new.digest, mutations=tuple(told), app=said)
