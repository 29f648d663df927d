"""What the rules say of a run's bound code: the same judgement as ``check``, of the commit the run has made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from factory_git.app.check_sides import TreeSide
from factory_git.app.judge import judge
from factory_git.core.ids import Oid, SpecPath
from factory_git.drift import change
from factory_git.drift.finding import Finding, order
from factory_git.drift.formats.common import line
from factory_git.drift.judged import Judged
from factory_git.drift.suppress import Suppression
from factory_git.engine.making import Gate
from factory_git.gitio import trees
from factory_git.gitio.locate import Location
from factory_git.spec.model import Spec

NO_CODE = ("GF101", "GF201", "GF202", "GF301", "GF311")
"""The rules that say of a node that nobody has written it."""
UNREAD = ("GF504", "GF001")
"""What the judge says by itself: bound code that cannot be read, a migration that nobody has finished."""


def gate(location: Location, spec: Spec, commit: Oid, base: Oid | None = None) -> Gate:
    """The errors in the bound code of ``spec`` at ``commit``.

    With ``base``, suppressions that the commit adds to it do not count: who writes the code does not waive the rules
    that judge it.
    """
    tree = trees.commit(location, commit)
    judged = _judged(tree, spec)
    if judged is None:
        return Gate()
    found = [one for one in judged.findings if one.code in UNREAD]
    if judged.world is not None:
        side = TreeSide(tree, judged)
        if side.marks and base is not None and base != commit:
            old = trees.commit(location, base)
            before = _judged(old, spec)
            side = Reviewed(tree, judged, TreeSide(old, before).marks if before else ())
        found += judged.told(change.alone(side))
    errors = [one for one in sorted(found, key=order) if one.severity == "error"]
    open_ = dict.fromkeys(SpecPath(one.path) for one in errors if one.code in NO_CODE and one.path)
    return Gate(findings=tuple(dict.fromkeys(_told(one) for one in errors)), holes=tuple(open_))


class Reviewed(TreeSide):
    """A tree in which only those suppressions count that an earlier one had too."""

    def __init__(self, tree: trees.Tree, judged: Judged, before: Sequence[Suppression]) -> None:
        super().__init__(tree, judged)
        self._before = {one.key for one in before}

    @cached_property
    def marks(self) -> Sequence[Suppression]:
        """The suppressions that are no news."""
        return [one for one in TreeSide(self.tree, self.judged).marks if one.key in self._before]


def _judged(tree: trees.Tree, spec: Spec) -> Judged | None:
    """The judgement of the spec in its folder; None where the tree has none there."""
    return next((one for one in judge(tree) if one.root == spec.root), None)


def _told(finding: Finding) -> str:
    return f"{line(finding)}\n{finding.hint}" if finding.hint else line(finding)
