"""Forks: refs beside the ledger that go on from one of its transactions; a fork is a ledger of its own.

What a clone keeps for itself (index, journal, snapshots) it keeps for each fork apart: what was promised of the ledger
is not promised of its forks. The lock is one for all, because packs are.
"""

from __future__ import annotations

import re
from pathlib import Path

from factory_git.core.errors import UsageError
from factory_git.gitio.locate import Location

FORKS = "refs/factory/forks/"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9])){0,59}")


def ref(name: str) -> str:
    """The ref of a fork. Raises :class:`UsageError` for what cannot name one."""
    if _NAME.fullmatch(name) is None or name.endswith(".lock"):
        hint = "letters, digits, . _ -, at most 60, and not .lock at the end"
        raise UsageError(f"{name!r} cannot name a fork", code="fork/name", hint=hint)
    return FORKS + name


def is_one(ref: str) -> bool:
    """Whether this program could have made it: others (a name with a slash) have no state of their own here."""
    name = ref.removeprefix(FORKS)
    return name != ref and _NAME.fullmatch(name) is not None and not name.endswith(".lock")


def folder(location: Location, ref: str) -> Path:
    """Where this clone keeps its own state of the ledger on ``ref``."""
    return location.factory_dir / "forks" / ref.removeprefix(FORKS) if is_one(ref) else location.factory_dir
