"""The claims that stand at a time: a fold over cells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from factory_git.core.ids import RecordId
from factory_git.ledger.cells import Cells
from factory_git.ledger.record import Entry

Json: TypeAlias = Mapping[str, Any]
TYPE = "claim"
CLAIMS, REPLACED, MONTHS, COUNT = "claim", "replaced", "month", "count"
"""Tables: every claim, those that another replaced, the months in which claims end, and how many records there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim that stands. ``against`` names the earlier claims on paths of this one: these count, this does not."""

    id: RecordId
    task: str
    owner: str
    paths: tuple[str, ...]
    until: datetime
    against: tuple[RecordId, ...] = ()

    def overlaps(self, paths: Iterable[str]) -> bool:
        """Whether some path is one of its own, or lies in one, or has one inside."""
        return any(meet(one, other) for one in self.paths for other in paths)

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.id,
            "task": self.task,
            "owner": self.owner,
            "paths": list(self.paths),
            "until": self.until.isoformat(),
            "against": list(self.against),
        }


def standing(cells: Cells, now: datetime) -> list[Claim]:
    """The claims that stand, the earliest in the ledger's order first; costs those that end this month or later.

    Each path counts from where its owner first claimed it for the task, as long as no renewal came too late.
    """
    months = [one for one in cells.keys(MONTHS) if one >= _month(now)]
    found = {id_: cell for month in months for id_, cell in cells.tagged(CLAIMS, _ends(month)) if _until(cell) > now}
    heads = sorted(found.items(), key=lambda pair: (min(pair[1]["early"].values(), default=0), pair[1]["place"]))
    return [_claim(RecordId(id_), cell, heads) for id_, cell in heads]


def _claim(id_: RecordId, cell: Json, heads: Sequence[tuple[str, Json]]) -> Claim:
    others = [(other, it) for other, it in heads if (it["task"], it["owner"]) != (cell["task"], cell["owner"])]
    return Claim(
        id=id_,
        task=cell["task"],
        owner=cell["owner"],
        paths=tuple(cell["paths"]),
        until=_until(cell),
        against=tuple(RecordId(other) for other, it in others if _first(it["early"], cell["early"])),
    )


def _first(others: Mapping[str, int], mine: Mapping[str, int]) -> bool:
    """Whether somebody else had one of my paths (or a part of it, or a folder around it) before me."""
    pairs = ((path, other) for path in mine for other in others if others[other] < mine[path])
    return any(meet(path, other) for path, other in pairs)


def newest(cells: Cells, task: str, owner: str) -> list[RecordId]:
    """The newest revisions of an owner's claim for a task, ended ones included."""
    found = cells.tagged(CLAIMS, _of(task, owner))
    return sorted(RecordId(id_) for id_, cell in found if (cell["task"], cell["owner"]) == (task, owner))


def take(cells: Cells, entries: Iterable[Entry]) -> None:
    """Let more records of type ``claim`` count, in the ledger's order."""
    place = int(cells.get(COUNT, "") or 0)
    for entry in entries:
        place += 1
        payload = entry.record.payload
        replaced = payload.get("replaces", [])
        kept = {name: payload[name] for name in ("task", "owner", "paths", "until", "state")}
        kept["place"], kept["early"] = place, _early(cells, entry, place)
        for one in replaced:
            _leave(cells, one)
        cells.put(CLAIMS, entry.record.id, kept, () if cells.get(REPLACED, entry.record.id) else _tags(cells, kept))
    cells.put(COUNT, "", place)


def _early(cells: Cells, entry: Entry, place: int) -> dict[str, int]:
    """The place in the order from which on each path of a claim has counted without a gap."""
    earlier = [cells.get(CLAIMS, one) for one in entry.record.payload.get("replaces", ())]
    held = [one for one in earlier if one is not None and one["state"] == "held" and _until(one) > entry.when]
    went_on = [item for one in held for item in one["early"].items()]
    return {
        path: min((at for other, at in went_on if within(path, other)), default=place)
        for path in entry.record.payload["paths"]
    }


def _leave(cells: Cells, id_: str) -> None:
    cells.put(REPLACED, id_, True)
    before = cells.get(CLAIMS, id_)
    if before is not None:
        cells.put(CLAIMS, id_, before)


def _tags(cells: Cells, claim: Json) -> list[str]:
    tags = [_of(claim["task"], claim["owner"])]
    if claim["state"] == "held":
        month = _month(_until(claim))
        if cells.get(MONTHS, month) is None:
            cells.put(MONTHS, month, True)
        tags.append(_ends(month))
    return tags


def _until(claim: Json) -> datetime:
    try:
        until = datetime.fromisoformat(claim["until"])
    except ValueError:  # the 99th of a month: no claim of ours
        return datetime.min.replace(tzinfo=UTC)
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def _month(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m}" if when.year > 1 else "0001-01"


def _ends(month: str) -> str:
    return f"ends\0{month}"


def _of(task: str, owner: str) -> str:
    return f"of\0{task}\0{owner}"


def within(path: str, folder: str) -> bool:
    """Whether a path is that one, or lies in it."""
    return folder in (".", path) or path.startswith(f"{folder}/")


def meet(one: str, other: str) -> bool:
    """Whether two paths are one, or one of them lies in the other."""
    return within(one, other) or within(other, one)
