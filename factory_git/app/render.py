"""``render``: a spec, or what it wants to become, as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from factory_git.app import revisions, specs
from factory_git.app.context import open_context
from factory_git.core.errors import NotFound, UsageError
from factory_git.gitio.locate import locate
from factory_git.growth.board import cards
from factory_git.render import board
from factory_git.render.picture import Picture
from factory_git.render.table import FORMATS, MODES
from factory_git.spec import graph
from factory_git.spec.model import Spec

BOARD = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``mode`` is one of :data:`MODES` or ``board``, ``form`` of :data:`FORMATS`.

    ``revision`` empty means the working tree.
    """

    mode: str = "flowchart"
    form: str = "mermaid"
    spec: str = ""
    revision: str = ""


def run(options: Options, *, start: Path | None = None) -> str:
    """The picture as text in the format asked for. Raises :class:`NotFound` for a spec that is not there."""
    return FORMATS[options.form](picture(options, start=start))


def picture(options: Options, *, start: Path | None = None) -> Picture:
    """The picture itself."""
    if options.mode == BOARD:
        return _board(options, start)
    return MODES[options.mode](graph.build(_spec(options, start)))


def _board(options: Options, start: Path | None) -> Picture:
    """The desires and morphs of one application, as ``status`` tells them."""
    from factory_git.app import status  # noqa: PLC0415 (the ledger, for this mode only)

    if options.revision:
        raise UsageError("a board shows what stands now", hint="leave out --rev")
    found = status.run(open_context(start), options.spec)
    if len(found) > 1:
        names = ", ".join(one.app for one in found)
        raise UsageError(f"there are {len(found)} specs: {names}", hint="name one of them")
    standing = found[0]
    return board.draw(standing.title, cards(one.item for one in standing.standings))


def _spec(options: Options, start: Path | None) -> Spec:
    if not options.revision:
        return specs.one(options.spec or None, start).load()
    found = revisions.sides(locate(start), options.revision)
    chosen = _named(options.spec)
    matching = [side for side in found if chosen(side)]
    if not matching:
        names = ", ".join(side.name for side in found) or "none"
        raise NotFound(f"{options.revision} has no spec {options.spec!r}", code="spec/none", hint=f"it has: {names}")
    if len(matching) > 1:
        names = ", ".join(side.name for side in matching)
        raise UsageError(f"{options.revision} has {len(matching)} specs: {names}", hint="name one of them")
    return matching[0].checked()


def _named(name: str) -> Callable[[revisions.Side], bool]:
    """Whether a side is called so: by its id, its folder or one of its files; any side for an empty name."""
    return lambda side: name in ("", side.name, side.root, *side.files)
