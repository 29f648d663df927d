"""``gate``: rows that fail a condition go, and are told of."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Keep the rows for which ``keep`` holds; all are judged before any goes, those that go are told of after."""
    rows, kind = step.attribute("gate"), step.class_name("gate")
    if not step.has("else"):
        return [f"{rows}[:] = {step.rows('gate', keep='keep')}"]
    test = block(f"if {step.expr('keep')}:", ["kept.append(it)"]) + block("else:", ["stopped.append(it)"])
    return [
        f"kept: list[{kind}] = []",
        f"stopped: list[{kind}] = []",
        *block(f"for it in {step.rows('gate')}:", test),
        f"{rows}[:] = kept",
        *block("for it in stopped:", step.make("else")),
    ]
