"""The spec language as one literal table: every layer, every key, what may stand there.

To grow the language, add the key here; loader, messages, JSON Schema and documentation test follow. What the typed
model makes of a key is written in :mod:`factory_git.spec.layers`.
"""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.spec.shapes import (
    ACTION,
    BOOL,
    CELL,
    ENTITY,
    EXPRESSION,
    INT,
    PATH,
    PIPELINE,
    ROLE,
    TEXT,
    TIER,
    TYPE,
    Items,
    Many,
    MapOf,
    Record,
    Shape,
    Table,
    Words,
)
from factory_git.spec.steps import ASSIGN, choice

FORMAT = 1

TEXTS = Many(TEXT)
STABILITY = Words(("draft", "stable"))
CODE_LANGUAGES = ("python", "typescript", "javascript", "java", "php", "go", "rust")
CODE = Record({"at": TEXT, "mode": Words(("compiled", "bound", "free"))}, required=("at",), short="at")

# What every node may say. `note` is prose for people; `stability: draft` marks what may still change freely.
NODE: Mapping[str, Shape] = {
    "name": TEXT,
    "id": TEXT,
    "was": TEXT,
    "note": TEXT,
    "stability": STABILITY,
    "code": CODE,
}


def node(required: tuple[str, ...] = (), short: str = "", **keys: Shape) -> Record:
    """A node's record: its own keys beside those that every node has."""
    return Record({**NODE, **{k.rstrip("_"): v for k, v in keys.items()}}, required=required, short=short)


ARGS = MapOf(TYPE, keys="name")
RISK = Words(("none", "minor", "major", "breaking"))


STEP = choice(NODE)

FIELD = node(
    type=TYPE,
    min=TEXT,
    max=TEXT,
    unit=TEXT,
    pii=TEXT,
    default=CELL,
    unique=BOOL,
    values=TEXTS,
)

ENTITIES = Items(
    node(made=BOOL, fields=Items(FIELD, kind="field", keyed=True, short="type")), kind="entity", name_from=()
)

TRIGGER = Record({"cron": TEXT, "every": TEXT, "on": TEXT, "args": ARGS}, short="on")

PIPELINES = Items(node(trigger=TRIGGER, steps=Items(STEP, kind="step")), kind="pipeline")

SCENARIO = node(
    covers=Many(PATH),
    given=MapOf(Table(), keys="entity"),
    when=Many(Record({"run": PIPELINE, "act": ACTION}, rest=CELL)),
    then=Many(EXPRESSION),
    forall=MapOf(INT, keys="bound"),
    test=TEXT,
    judge=TEXT,
    holdout=BOOL,
)

LAYERS: Mapping[str, Shape] = {
    "factory": INT,
    "app": Record(
        {
            "id": TEXT,
            "name": TEXT,
            "title": TEXT,
            "version": TEXT,
            "stage": Words(("seed", "juvenile", "mature")),
            "variants": Items(node(), kind="variant"),
            "note": TEXT,
        },
        short="name",
    ),
    "depends_on": TEXTS,
    "desires": Items(
        node(
            goal=TEXT,
            constraints=TEXTS,
            trusted_sources=TEXTS,
            outputs=TEXTS,
            cadence=TEXT,
            preferences=TEXTS,
            became=Many(PATH),
            status=Words(("open", "planned", "done", "declined")),
        ),
        kind="desire",
        name_from=("goal",),
    ),
    "identity": Record(
        {
            "purpose": TEXT,
            "beneficiaries": Items(node(), kind="beneficiary"),
            "safety_envelope": Items(node(holds=Many(PATH)), kind="envelope item"),
            "prohibited_changes": Items(node(forbid=TEXTS, at=TEXT), kind="prohibited change"),
        },
        short="purpose",
    ),
    "growth": Record(
        {
            "plates": Items(node(at=TEXT, allow=TEXTS, max_risk=RISK, require=TEXTS), kind="plate", name_from=("at",)),
            "organs": Items(node(at=TEXTS, purpose=TEXT), kind="organ"),
            "morph_rules": Items(node(when=TEXT, allow=TEXTS, require=TEXTS), kind="morph rule"),
            # Who may approve a change (`email` as Git has it), of what (`at`), up to which risk; none listed: anybody.
            "approvers": Items(node(email=TEXT, at=TEXTS, max_risk=RISK), kind="approver", name_from=("email",)),
            "signatures": Words(("optional", "required")),
        },
        short_list="plates",
    ),
    "evidence_policy": Record(
        {
            "sources": Items(
                node(tier=TIER, kind=TEXT, path=TEXT, url=TEXT, feeds=ENTITY, cadence=TEXT), kind="source"
            ),
            "trust_tiers": Items(node(), kind="tier"),
            "minimum_tier": TIER,
            "cadence": TEXT,
        },
        short_list="sources",
    ),
    "terms": Items(
        Record({**NODE, "args": ARGS, "is": EXPRESSION}, required=("is",)), kind="term", keyed=True, short="is"
    ),
    "data_contracts": Record({"entities": ENTITIES}, short_list="entities"),
    "workflows": Record({"pipelines": PIPELINES}, short_list="pipelines"),
    "interface": Record(
        {
            "panels": Items(
                node(
                    shows=Many(ENTITY),
                    first=BOOL,
                    roles=Many(ROLE),
                    order=Many(EXPRESSION),
                    where=EXPRESSION,
                    columns=TEXTS,
                ),
                kind="panel",
            ),
            "actions": Items(
                node(on=ENTITY, when=EXPRESSION, make=ENTITY, set=ASSIGN, args=ARGS, roles=Many(ROLE)), kind="action"
            ),
            "roles": Items(node(sees=TEXTS), kind="role"),
        },
        short_list="panels",
    ),
    "safety": Record(
        {
            "guardrails": Items(node(always=EXPRESSION, on_break=Words(("abort", "alert"))), kind="guardrail"),
            "disclaimers": Items(node(), kind="disclaimer"),
        },
        short_list="guardrails",
    ),
    "personalization": Record(
        {
            "preferences": Items(node(), kind="preference"),
            "heuristics": Items(node(), kind="heuristic"),
        },
        short_list="preferences",
    ),
    "deployment": Record(
        {
            "cadence": TEXT,
            "devices": Items(node(), kind="device"),
            "schedules": Items(node(run=PIPELINE, cron=TEXT), kind="schedule", name_from=("run",)),
            "retention": MapOf(TEXT, keys="entity"),
            "egress": Items(node(to=TEXT), kind="egress", name_from=("to",)),
            # Where the deployed application counts its runs and guardrails: a table of its database, or a file.
            "metrics": Words(("off", "table", "file")),
        },
        short="cadence",
        short_list="devices",
    ),
    "acceptance": Items(SCENARIO, kind="scenario"),
    "done": Items(node(run=TEXT), kind="done command", short="run", also=True, name_from=("run",)),
    # What is written, by whom, and where. `default` is the mode of nodes that say nothing of their own: in a spec whose
    # default is bound nothing is compiled, and `paths` are the folders and files that its code is looked for in.
    "code": Record(
        {"language": Words(CODE_LANGUAGES), "package": TEXT, "paths": TEXTS, "default": Words(("compiled", "bound"))},
        rest=CODE,
    ),
    "reserved": TEXTS,
}

SPEC = Record(LAYERS, required=("app",))
