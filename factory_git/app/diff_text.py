"""The text of a spec's file that ``git log -p`` compares; apart, since every version shown starts it."""

from __future__ import annotations

from pathlib import Path

from factory_git.core.errors import SpecError
from factory_git.spec.edit.listing import listing


def text(file: Path) -> bytes:
    """The file as lines of nodes, for ``diff.<driver>.textconv``; what is no spec as it is."""
    content = file.read_bytes()
    try:
        return listing(content, file.name).encode()
    except SpecError:
        return content
