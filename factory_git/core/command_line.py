"""Command lines that users write into options and settings."""

from __future__ import annotations

import shlex

from factory_git.core.errors import UsageError


def split(text: str, *, what: str, who: str, hint: str) -> list[str]:
    """The words of a command line, as a shell reads them.

    Raises :class:`UsageError` where its quotes are wrong (``what`` names it) or it is empty (``who`` has none).
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{what} {text!r}: {error}", hint="check its quotes") from error
    if not words:
        raise UsageError(f"{who} has no command", hint=hint)
    return words
