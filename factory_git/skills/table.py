"""Every skill by its name. To add one: its shape in ``spec/skills.py``, its file here, its line in this table."""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.skills import (
    allocate,
    brief,
    call,
    checklist,
    classify,
    compare,
    each,
    gate,
    group,
    join,
    match,
    notify,
    rank,
    route,
)
from factory_git.skills.base import Skill

SKILLS: Mapping[str, Skill] = {
    "each": each.emit,
    "gate": gate.emit,
    "allocate": allocate.emit,
    "group": group.emit,
    "route": route.emit,
    "join": join.emit,
    "rank": rank.emit,
    "classify": classify.emit,
    "match": match.emit,
    "notify": notify.emit,
    "brief": brief.emit,
    "checklist": checklist.emit,
    "compare": compare.emit,
    "call": call.emit,
}
