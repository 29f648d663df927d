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


def text_at(name: str) -> bytes | None:
    """The same by the file's name; None for what is no file."""
    file = Path(name)
    return text(file) if file.is_file() else None
