"""``metrics``: what a deployed application counted of itself, folded into its lineage; and desires made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import deployment_records, desire, growth_spec
from factory_git.app.context import Context
from factory_git.app.deployment_target import Target
from factory_git.core.errors import NotFound
from factory_git.core.ids import RecordId
from factory_git.executors.counting import counts
from factory_git.growth.desire.desire import Desire
from factory_git.growth.metrics import Count, Metrics, Version, fold, from_payload, united
from factory_git.ledger.record import make
from factory_git.spec.graph import build

TYPE = "metrics"
MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which application and variant; ``target`` is its folder where it is not the one it was last deployed to."""

    spec: str = ""
    variant: str = MAIN
    target: Path | None = None
    record: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was counted; ``record`` is empty where nothing was new."""

    app: str
    variant: str
    metrics: Metrics
    record: str = ""

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "app": self.app,
            "variant": self.variant,
            "from": self.metrics.first,
            "to": self.metrics.last,
            "versions": [one.as_json() for one in self.metrics.versions],
            "record": self.record or None,
        }


def run(ctx: Context, options: Options) -> Result:
    """Read the counts of every release of a target and record them, unless nothing is new.

    Raises :class:`NotFound` where the application is deployed nowhere that can be read, or counts nothing.
    """
    spec = growth_spec.one(ctx.location, options.spec)
    target = Target(options.target) if options.target else deployment_records.remembered(ctx, spec.id, options.variant)
    if target is None:
        hint = "git factory deploy --to FOLDER, or name its folder: --target FOLDER"
        raise NotFound(f"{spec.id} ({options.variant}) is not deployed here", code="metrics/no-target", hint=hint)
    databases = sorted(target.releases.glob("*/app.db"))
    found = fold(united(map(_counts, databases)))
    if not found.versions:
        hint = "say where it counts: deployment: {metrics: table}"
        raise NotFound(f"{spec.id} ({options.variant}) counted nothing yet", code="metrics/none", hint=hint)
    return Result(
        app=spec.id,
        variant=options.variant,
        metrics=found,
        record=_record(ctx, spec.id, options.variant, found) if options.record else "",
    )


def _counts(database: Path) -> list[Count]:
    return [
        Count(day=day, version=version, kind=kind, what=what, outcome=outcome, count=count)
        for day, version, kind, what, outcome, count in counts(database)
    ]


def latest(ctx: Context, app: str) -> Mapping[str, Metrics]:
    """What was last recorded of each variant of an application."""
    found = [entry.record.payload for entry in ctx.ledger.valid(TYPE)]
    return {one["variant"]: from_payload(one) for one in found if one["app"] == app}


def _record(ctx: Context, app: str, variant: str, found: Metrics) -> str:
    if latest(ctx, app).get(variant) == found:
        return ""
    standing = deployment_records.of(ctx, app, variant)
    parents = [RecordId(standing[-1].id)] if standing else []
    payload = {
        "app": app,
        "title": f"{app} ({variant}): {found.first} to {found.last}",
        "variant": variant,
        "from": found.first,
        "to": found.last,
        "versions": [one.as_json() for one in found.versions],
    }
    record = make(TYPE, payload, parents)
    return ctx.ledger.append([record], stream=deployment_records.stream(app), subject=f"metrics of {app}")[0]


def wish(ctx: Context, result: Result, node: str, *, dry_run: bool = False) -> desire.Result:
    """A desire about a guardrail that broke or a panel, with what was counted as its reason.

    ``node`` is the address in the spec, or its last part. Raises :class:`NotFound` for one that nothing was counted of.
    """
    spec = growth_spec.one(ctx.location, result.app)
    graph = build(spec)
    last = result.metrics.versions[-1]
    path = next((p for p in graph.nodes if node in (p, p.rpartition(".")[2]) and _why(last, p)), None)
    if path is None:
        known = ", ".join([*last.guardrails, *last.panels]) or "none"
        raise NotFound(
            f"nothing was counted of {node!r} in {last.version}", code="metrics/no-node", hint=f"of: {known}"
        )
    name = graph.nodes[path].name
    text = f"{name}: break less often" if path in last.guardrails else f"show in {name} what its readers look for"
    wanted = Desire(text=text, why=_why(last, path))
    return desire.run(ctx, desire.Options(desire=wanted, spec=result.app, dry_run=dry_run))


def _why(last: Version, path: str) -> str:
    """What was counted of a node, in words; empty where nothing was."""
    if path in last.guardrails:
        return f"it broke {last.broken(path)} times in {last.judged} runs and actions of {last.version}"
    panel = path.rpartition(".")[2] if path.startswith("interface.panels.") else ""
    seen = last.panels.get(panel, {}).get("seen", 0)
    return f"it was looked at {seen} times in {last.version}" if seen else ""
