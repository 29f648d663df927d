"""Desires in the ledger: written, listed, found again, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git.app.context import Context
from factory_git.core import yaml
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId, SpecPath, blob_oid
from factory_git.growth.desire.desire import Desire, Open, Part, Understanding
from factory_git.growth.morph.morph import flow
from factory_git.ledger.record import Entry, Record, make
from factory_git.spec.graph import Graph

TITLE = 120  # characters
WRONG_TYPE = "growth/type"


def stream(app: str) -> str:
    """The stream of an application's growth."""
    return f"growth/{app}"


def record(
    desire: Desire, found: Understanding, graph: Graph, *, node: str, talk: Sequence[bytes] = (), masked: int = 0
) -> Record:
    """The record of a desire; ``talk`` is what an agent was asked and what it answered, less ``masked`` secrets."""
    payload: dict[str, Any] = {
        "app": graph.spec.id,
        "title": shortened(desire.text),
        "text": desire.text,
        "why": desire.why,
        "constraints": list(desire.constraints),
        "trusted_sources": list(desire.trusted_sources),
        "outputs": list(desire.outputs),
        "cadence": desire.cadence,
        "preferences": list(desire.preferences),
        "node": node,
        "goal": found.goal,
        "understood": [part.as_json() | {"ops": [flow(op) for op in part.ops]} for part in found.parts],
        "open": [one.words for one in found.open],
        "gaps": [one.as_json() for one in found.open],
        "by": found.by,
        "spec_digest": graph.digest,
    }
    if talk:
        payload |= {"prompt": blob_oid(talk[0]), "answer": blob_oid(talk[1])} | ({"masked": masked} if masked else {})
    return make("desire", payload)


def put(ctx: Context, one: Record, talk: Sequence[bytes] = ()) -> RecordId:
    """Store the record of a desire."""
    subject = f"desire {one.payload['app']}: {one.payload['title']}"
    return ctx.ledger.append([one], stream=stream(one.payload["app"]), subject=subject, blobs=list(talk))[0]


def of(payload: Mapping[str, Any]) -> tuple[Desire, Understanding]:
    """The desire that a record holds, and what was understood then."""
    lists = ("constraints", "trusted_sources", "outputs", "preferences")
    desire = Desire(
        text=payload["text"],
        why=payload.get("why", ""),
        cadence=payload.get("cadence", ""),
        **{key: tuple(payload.get(key, ())) for key in lists},
    )
    parts = tuple(
        Part(
            words=one["words"],
            means=one["means"],
            nodes=tuple(SpecPath(path) for path in one["nodes"]),
            ops=tuple(_operation(text) for text in one["ops"]),
            unproven=one["unproven"],
            role=one["role"],
            by=one["by"],
        )
        for one in payload["understood"]
    )
    gaps = tuple(Open(words=one["words"], why=one["why"], close=one["close"]) for one in payload["gaps"])
    return desire, Understanding(goal=payload.get("goal", ""), parts=parts, open=gaps)


def _operation(text: str) -> dict[str, Any]:
    """An operation from its line: a record's own mappings lose the order of their keys, which may mean something."""
    found: dict[str, Any] = yaml.plain(yaml.parse(text.encode(), "the record"))
    return found


def listed(ctx: Context, app: str) -> list[Entry]:
    """The desires of an application, newest first."""
    return [one for one in ctx.ledger.valid(type="desire", newest_first=True) if one.record.payload["app"] == app]


def entry(ctx: Context, said: str, *types: str) -> Entry:
    """The record with that id or prefix, of one of these types."""
    found = ctx.ledger.entry(said)
    if found.record.type not in types:
        raise UsageError(
            f"{found.record.id[:12]} is a {found.record.type}, not a {' or a '.join(types)}",
            code=WRONG_TYPE,
            hint="git factory status lists desires and morphs",
        )
    return found


def maybe(ctx: Context, said: str, *types: str) -> Entry | None:
    """The same, None where no record of these types has such an id, or where the word can be none."""
    try:
        return entry(ctx, said, *types)
    except NotFound:
        return None
    except UsageError as error:
        if error.code in (WRONG_TYPE, "record/id"):
            return None
        raise


def shortened(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE else line[: TITLE - 1] + "…"
