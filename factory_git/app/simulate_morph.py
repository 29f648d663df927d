"""The two sides of a planned change: the spec it was planned on, and the same with its operations carried out."""

from __future__ import annotations

from pathlib import Path

from factory_git.app import desire_record, growth_spec, morph_file
from factory_git.app.apply_stale import refuse_stale
from factory_git.app.context import Context
from factory_git.app.revisions import Side
from factory_git.core.errors import FactoryError
from factory_git.core.ids import RecordId
from factory_git.growth.morph.morph import read
from factory_git.growth.morph.plan import plan


def is_morph(ctx: Context, word: str) -> bool:
    """Whether a word names a morph: a file that holds one, or a record of one."""
    path = Path(word)
    if path.is_file():
        try:
            return bool(read(path.read_bytes(), word).ops)
        except FactoryError:
            return False
    return desire_record.maybe(ctx, word, "morph") is not None


def sides(ctx: Context, word: str) -> tuple[Side, Side, RecordId | None]:
    """Both sides of a morph, and its record where there is one.

    Raises :class:`Conflict` where the spec has moved since it was planned, with the list of what moved.
    """
    found = morph_file.find(ctx, word)
    spec = growth_spec.one(ctx.location, found.morph.app)
    entry = found.record or morph_file.twin(ctx, found.morph)
    refuse_stale(ctx, found.morph, entry, spec)
    carried = plan(spec, found.morph).carried
    called = entry.record.id[:12] if entry else word
    old = Side(root=spec.root, files=carried.before, label="the working tree")
    new = Side(root=spec.root, files=carried.now, label=f"morph {called}")
    return old, new, entry.record.id if entry else None
