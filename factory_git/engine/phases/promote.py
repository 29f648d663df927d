"""promote: move the branch to the commit that every gate let through, and say so only after reading it back."""

from __future__ import annotations

from contextlib import suppress

from factory_git.core.errors import Conflict, IntegrityError, Negative
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.engine.decide import Promote
from factory_git.engine.phases.integrate import short
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Report, Workshop
from factory_git.gitio.merge import promote as move_branch
from factory_git.gitio.merge import settle


def promote(shop: Workshop, state: State, action: Promote) -> Report:
    """Outcome ``promoted``, ``moved`` (decide again), or ``blocked`` by local changes, with their paths."""
    step = state.last("integrate")
    assert step is not None
    old, new = Oid(step.payload["onto"]), action.commit
    now = shop.code.commit_of(shop.branch)
    payload = {"branch": shop.branch, "from": old, "commit": new}
    if now is not None and shop.code.is_ancestor(new, now):
        with suppress(Conflict):  # somebody is at work in the checkout: that is done again next time
            settle(shop.common_dir, shop.branch)
        return Report(
            outcome=Outcome.PROMOTED, title=f"{short(shop)} is at {now[:12]}", payload={**payload, "checkouts": []}
        )
    try:
        places = move_branch(shop.common_dir, shop.branch, old, new, reason=f"factory: {shop.spec}")
    except (Negative, Conflict) as error:
        if error.code == "git/ref-moved":
            title = f"{short(shop)} moved meanwhile"
            return Report(outcome=Outcome.MOVED, title=title, payload={**payload, "reason": error.message})
        paths = error.details.get("paths", [])
        return Report(
            outcome=Outcome.BLOCKED,
            title="local changes are in the way" if paths else "the checkout is busy",
            payload={**payload, "reason": error.message, "hint": error.hint, "paths": paths},
        )
    reached("promote:moved")
    found = shop.code.commit_of(shop.branch)
    if found is None or not shop.code.is_ancestor(new, found):
        raise IntegrityError(f"{shop.branch} was moved to {new} and reads back as {found}")
    return Report(
        outcome=Outcome.PROMOTED,
        title=f"{short(shop)} {old[:7]} → {new[:7]}",
        payload={**payload, "checkouts": [place.name for place in places]},
    )
