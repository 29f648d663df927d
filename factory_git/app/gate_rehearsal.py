"""Whether the migration that a breaking change brings was tried, up and down, on data."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.app import diff
from factory_git.app.gate_base import Base
from factory_git.app.gate_verdict import Rehearsal
from factory_git.growth.mutation import Mutation


def of(_judge: Base, _result: diff.Result, mutations: Sequence[Mutation]) -> Rehearsal:
    """What is known of the migration of a change; ``none`` where no breaking mutation brings one."""
    classes = sorted({one.migration for one in mutations if one.risk == "breaking" and one.migration})
    if not classes:
        return Rehearsal(state="none", said="none needed")
    return Rehearsal(state="missing", said=f"the migration ({'+'.join(classes)}) was not rehearsed")
