"""``status``: where growth stands, spec by spec, and the command that goes on with each desire and morph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from factory_git.app import morph_file
from factory_git.app.apply_stale import moves
from factory_git.app.context import Context
from factory_git.app.revisions import HEAD, Side, sides
from factory_git.app.spec_proof import results
from factory_git.core.errors import NotFound
from factory_git.gitio.trees import WORKTREE
from factory_git.growth.board import BACKLOG, DONE, IN_PROGRESS, REVIEW, TYPES, Item, fold
from factory_git.growth.desire.entry import SETTLED, settled
from factory_git.ledger.record import Entry
from factory_git.spec.graph import Graph, build
from factory_git.spec.ladder import Rung, growth
from factory_git.spec.names import suggest

STATES = (BACKLOG, IN_PROGRESS, REVIEW, DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An item, whether its plan still fits the spec, and the command that goes on with it (empty: nothing is left)."""

    item: Item
    stale: bool = False
    next: str = ""

    @property
    def note(self) -> str:
        """How it stands, in a few words."""
        return "stale" if self.stale else self.item.note

    def as_json(self) -> dict[str, Any]:
        """The standing as a JSON object."""
        return self.item.as_json() | {"stale": self.stale, "next": self.next or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One application: who it is, where its nodes stand on the ladder (in words), and its items."""

    app: str
    title: str
    version: str
    ladder: str
    standings: tuple[Standing, ...]

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        states = {state: [one.as_json() for one in self.standings if one.item.state == state] for state in STATES}
        return {
            "app": self.app, "title": self.title, "version": self.version, "ladder": self.ladder, "states": states,
        }  # fmt: skip


def run(ctx: Context, spec: str = "") -> list[Status]:
    """Where each spec of the working tree stands (of HEAD, in a bare repository).

    Raises :class:`SpecError` for specs that are not valid, :class:`NotFound` when there is none of that id.
    """
    found = sides(ctx.location, WORKTREE if ctx.location.worktree is not None else HEAD)
    records = [entry.record for entry in _entries(ctx)]
    out = []
    for side in found:
        whole = build(side.checked())
        if spec in ("", whole.spec.id, side.root) or spec in side.files:
            mine = [one for one in records if one.payload.get("app") == whole.spec.id]
            items = [*fold(mine, settled(whole)), *_unrecorded(whole, {one.payload.get("node") for one in mine})]
            standings = tuple(_standing(ctx, one, whole, side) for one in items)
            out.append(Status(app=whole.spec.id, title=whole.spec.title, version=whole.spec.version,
                              ladder=_ladder(ctx, whole), standings=standings))  # fmt: skip
    if not out:
        known = [side.name for side in found]
        message = f"there is no spec {spec!r}" if known else "there is no spec here"
        raise NotFound(message, code="spec/none", hint=suggest(spec, known) or "start one: git factory init")
    return out


def _entries(ctx: Context) -> list[Entry]:
    """The records that the fold reads, in the order of the journal."""
    found = [entry for type_ in TYPES for entry in ctx.ledger.valid(type=type_)]
    return sorted(found, key=lambda entry: entry.when)


def _unrecorded(whole: Graph, known: set[str]) -> Iterator[Item]:
    """Desires that somebody wrote into the spec by hand."""
    for path, node in whole.nodes.items():
        if node.kind == "desire" and path not in known:
            state = DONE if node.value.get("status") in SETTLED else BACKLOG
            note = str(node.value.get("status") or "written in the spec")
            yield Item(
                id=path, kind="desire", app=whole.spec.id, title=str(node.value.get("goal") or node.name), state=state,
                note=note, node=path,
            )  # fmt: skip


def _standing(ctx: Context, item: Item, whole: Graph, side: Side) -> Standing:
    waits = item.state in (IN_PROGRESS, REVIEW)
    stale = waits and _stale(ctx, item.morph, whole, side)
    return Standing(item=item, stale=stale, next=_next(item, stale=stale))


def _stale(ctx: Context, morph: str, whole: Graph, side: Side) -> bool:
    """Whether anything but desires moved since a morph was planned."""
    entry = ctx.ledger.entry(morph)
    if entry.record.payload["base"] == whole.digest:
        return False
    before = morph_file.planned_on(ctx, entry, side.root)
    return before is None or bool(moves(before, whole.spec))


def _next(item: Item, *, stale: bool) -> str:
    """The command to type for an item."""
    morph = item.morph[:10]
    if stale:
        return f"git factory plan {morph}"
    match item.note:
        case "deployed" | "settled in the spec" | "done" | "declined":
            return ""
        case "applied":
            return "git factory deploy"
        case "failed":
            return f"git factory show {item.application[:10]}"
        case "edited":
            return "git commit, then: git factory run"
        case "open":
            return f"git factory plan {item.id[:10]} --partly, or say it otherwise"
    if item.state == BACKLOG:
        return f"git factory plan {item.node.rpartition('.')[2] if item.id == item.node else item.id[:10]}"
    if item.note == "planned" and "simulation" in item.requires:
        return f"git factory simulate {morph}"
    return f"git factory apply {morph}"


def _ladder(ctx: Context, whole: Graph) -> str:
    """What is not grown yet, a phrase a kind; of bound code the map is not asked here."""
    grown = growth(whole, results(ctx.ledger, whole.spec.id, whole.digest), None)
    proven = sum(rung is Rung.PROVEN for rung in grown.rungs.values())
    seen = f"{proven} of {len(grown.rungs)} nodes proven" if proven else "nothing proven yet"
    return f"{', '.join(grown.words()) or 'no holes'}; {seen}"
