"""``desire``: what somebody wants, understood as far as its words go, recorded, and entered into the spec.

The spec's file in the working tree is edited as an editor would, and nothing is committed: an entry under ``desires:``
changes nothing that the application does, and ``apply`` takes it along with what it became.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.app import desire_agent, desire_record, growth_spec, question
from factory_git.app.context import Context
from factory_git.core.errors import UsageError
from factory_git.core.files import write
from factory_git.growth.desire import entry
from factory_git.growth.desire.desire import Desire, Understanding
from factory_git.growth.desire.read import understand
from factory_git.growth.desire.words import MOST
from factory_git.growth.morph.carry import carry_out
from factory_git.ledger.record import Entry
from factory_git.spec.graph import Graph, build

RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is wanted of which spec, who helps to understand it, and what is written."""

    desire: Desire
    spec: str = ""
    agent: str = RULES
    edit: bool = True
    dry_run: bool = False
    timeout: float = question.TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it. ``files`` are those that were (or would be) edited, ``record`` is empty after a dry run."""

    app: str
    desire: Desire
    understood: Understanding
    node: str
    files: Mapping[str, bytes]
    record: str = ""
    notices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "app": self.app,
            "text": self.desire.text,
            "goal": self.understood.goal,
            "node": self.node,
            "understood": [part.as_json() for part in self.understood.parts],
            "open": [one.as_json() for one in self.understood.open],
            "by": self.understood.by,
            "files": sorted(self.files),
            "record": self.record or None,
        }


def run(ctx: Context, options: Options) -> Result:
    """Understand, enter and record a desire. Nothing is written where anything about it is refused."""
    desire = options.desire
    _check(desire)
    graph = build(growth_spec.one(ctx.location, options.spec))
    found, talk, masked = understand(desire, graph), None, 0
    if options.agent != RULES and found.open:
        found, said = desire_agent.ask(ctx, options.agent, desire, found, graph, timeout=options.timeout)
        talk, counts = zip(*(ctx.scanner.mask(text) for text in said), strict=True)
        masked = sum(counts)
    node, files = _entered(desire, found, graph) if options.edit else (entry.known(desire, found, graph) or "", {})
    record = desire_record.record(desire, found, graph, node=node, talk=talk or (), masked=masked)
    if not options.dry_run:
        _edit(ctx, files)
        desire_record.put(ctx, record, talk or ())
    return Result(
        app=graph.spec.id, desire=desire, understood=found, node=node, files=files,
        record="" if options.dry_run else record.id, notices=() if options.dry_run else ctx.ledger.notices,
    )  # fmt: skip


def listing(ctx: Context, spec: str = "") -> list[Entry]:
    """The desires of a spec, newest first."""
    return desire_record.listed(ctx, growth_spec.one(ctx.location, spec).id)


def _check(desire: Desire) -> None:
    if not desire.text.strip():
        raise UsageError("a desire says what is wanted", hint='git factory desire "reserve tuesday contracts first"')
    if len(desire.text) > MOST:
        message = f"{len(desire.text):,} characters are over the limit of {MOST:,} for one desire"
        raise UsageError(message, hint="one desire, one wish: say the others apart")
    said = (desire.text, desire.why, desire.cadence, *desire.constraints, *desire.outputs, *desire.trusted_sources,
            *desire.preferences)  # fmt: skip
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for text in said for sign in text):
        raise UsageError("a desire is text, and this has control characters", hint="leave them out")


def _entered(desire: Desire, found: Understanding, graph: Graph) -> tuple[str, Mapping[str, bytes]]:
    """The address of the desire's entry, and the files in which it stands then."""
    known = entry.known(desire, found, graph)
    if known is not None:
        return known, {}
    item = entry.entry(desire, found, graph)
    carried = carry_out(graph.spec, [{"add_desire": item.pop("goal"), **item}])
    return f"desires.{item['id']}", carried.files


def _edit(ctx: Context, files: Mapping[str, bytes]) -> None:
    """Write the files; before the record, which would else tell of an edit that was never made."""
    assert ctx.location.worktree is not None
    for path, content in files.items():
        write(ctx.location.worktree / path, content)
