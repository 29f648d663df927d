"""Mending by machine: the edits that move a call to where the spec has it. Lean: it is on the hook's path."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.hit import Fix
    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.kinds.states import Event
    from factory_git.drift.world import World


def hoist(_world: World, _flowed: Flowed, _gate: int, _event: Event) -> tuple[Fix, ...]:
    """Call the gate right before the outermost statement that leads to the open step; unsafe: the program changes."""
    return ()
