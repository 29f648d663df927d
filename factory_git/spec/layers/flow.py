"""``terms``, ``workflows`` and ``safety``: expressions with names, pipelines of steps, what must always hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from factory_git.spec import names
from factory_git.spec.layers.build import NODE_KEYS, Build
from factory_git.spec.model import Guardrail, Node, Pipeline, Step, Term, Text
from factory_git.spec.skills import SKILLS

_CRON = re.compile(r"(@\w+|\S+(\s+\S+){4})")


def terms(build: Build) -> tuple[Term, ...]:
    """The named expressions. One whose body is missing has its problem already and is left out."""
    out = []
    for item in build.items("terms"):
        if "is" in item:
            out.append(
                Term(**build.common(item, "terms"), args=build.args(item.get("args"), optional=True), body=item["is"])
            )
            name: Text = item["name"]
            if not names.IDENTIFIER.fullmatch(name.text):
                hint = f"expressions call it by its name: {item['id']}"
                build.problem("spec/name", f"a term cannot be called {name.text!r}", name.place, name.path, hint)
    return tuple(out)


def pipelines(build: Build) -> tuple[Pipeline, ...]:
    """The pipelines with their steps in order."""
    return tuple(_pipeline(build, item) for item in build.items("workflows", "pipelines"))


def _pipeline(build: Build, item: Mapping[str, Any]) -> Pipeline:
    common = build.common(item, "workflows.pipelines")
    trigger = dict(item.get("trigger") or {})
    cron: Text | None = trigger.get("cron")
    if cron is None and "on" in trigger and _CRON.fullmatch(trigger["on"].text):
        cron = trigger.pop("on") if len(trigger["on"].text.split()) == 5 else None
    elif cron is not None and not _CRON.fullmatch(cron.text):
        message = f"{cron.text!r} is no cron line: minute, hour, day, month, weekday"
        build.problem("spec/cron", message, cron.place, common["path"], 'as in "0 2 * * *"')
    steps = tuple(_step(build, s, names.join(common["path"], "steps")) for s in item.get("steps") or ())
    return Pipeline(
        **common,
        steps=steps,
        args=build.args(trigger.get("args")),
        cron=cron.text if cron else None,
        trigger={k: v for k, v in trigger.items() if k != "args"},
    )


def _step(build: Build, item: Mapping[str, Any], parent: str) -> Step:
    skill = next((tag for tag in SKILLS if tag in item), None)
    params = {k: v for k, v in item.items() if k not in NODE_KEYS and not k.startswith("x-")}
    return Step(**build.common(item, parent), skill=skill, params=params)


def guardrails(build: Build) -> tuple[Guardrail, ...]:
    """What must hold after every pipeline and action."""
    out = []
    for item in build.items("safety", "guardrails"):
        on_break = str(item.get("on_break", "abort"))
        out.append(Guardrail(**build.common(item, "safety.guardrails"), always=item.get("always"), on_break=on_break))
    return tuple(out)


def disclaimers(build: Build) -> tuple[Node, ...]:
    """What every page tells its reader."""
    return tuple(Node(**build.common(item, "safety.disclaimers")) for item in build.items("safety", "disclaimers"))
