"""What is remembered, and about what. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from factory_git.core.errors import UsageError
from factory_git.core.ids import RecordId

REPOSITORY = "repository"
KINDS = ("agent", "spec", "objective", "task")
MAX_TEXT = 60_000  # characters
_NAME = re.compile(r"[^\s:]\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One thing remembered, as it stands now. ``kind`` is ``entry`` or ``summary``; ``of`` is what a summary sums up.

    ``rivals`` are other revisions of the same thing, made elsewhere and not yet reconciled. A summary is ``outdated``
    when something that it sums up stands no more: revised, forgotten or taken out of history.
    """

    id: RecordId
    scope: str
    kind: str
    text: str
    tags: tuple[str, ...]
    when: datetime
    actor: str
    of: tuple[RecordId, ...] = ()
    by: str = ""
    rivals: tuple[RecordId, ...] = ()
    outdated: bool = False

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.id,
            "scope": self.scope,
            "kind": self.kind,
            "text": self.text,
            "tags": list(self.tags),
            "when": self.when.isoformat(),
            "actor": self.actor,
            "of": list(self.of),
            "by": self.by,
            "rivals": list(self.rivals),
            "outdated": self.outdated,
        }


def check_scope(text: str) -> str:
    """The scope, well-formed. Raises :class:`UsageError`."""
    kind, colon, name = text.partition(":")
    if text == REPOSITORY or (colon and kind in KINDS and _NAME.fullmatch(name)):
        return text
    hint = f"{REPOSITORY}, or one of {', '.join(f'{one}:NAME' for one in KINDS)}"
    raise UsageError(f"{text!r} is no scope", code="memory/scope", hint=hint)


def check_text(text: str) -> str:
    """The text without blanks around it. Raises :class:`UsageError` for an empty or an overlong one."""
    clean = text.strip()
    if not clean:
        raise UsageError(
            "there is nothing to remember", code="memory/empty", hint="give a text, or - for standard input"
        )
    if len(clean) > MAX_TEXT:
        message = f"{len(clean):,} characters are over the limit of {MAX_TEXT:,} for one memory"
        raise UsageError(message, code="memory/too-long", hint="remember its parts, or a summary")
    return clean


def title(text: str) -> str:
    """The first line of a text, cut to what a list has room for."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 72 else f"{line[:71]}…"
