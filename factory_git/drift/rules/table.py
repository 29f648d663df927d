"""The rules, one literal table: code, module, what it finds in a few words. Documentation and formats read it too.

A rule is a module of this package. Its docstring is its page (what it does, why, example, fix); ``check(world)`` yields
its findings. Rules without ``check`` describe findings that are made elsewhere: by the comparison with a recompile, and
by what judges a change. Lean: modules are imported when they are run.
"""

from __future__ import annotations

import sys

from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

WORLD, BINDING, COMPILED, CHANGE = "world", "binding", "compiled", "change"


@value
class Rule:
    """A rule: the module that documents (and mostly is) it, its name in words, its severity, and what finds it.

    ``made`` is ``world`` (its own ``check``), ``binding`` (the resolving of bindings), ``compiled`` (the comparison
    with a recompile) or ``change`` (the judgement of a change).
    """

    code: str
    module: str
    title: str
    severity: str = "error"
    made: str = WORLD


_ALL = (
    Rule(code="GF001", module="gf001_unbound", title="a binding resolves to nothing", made=BINDING),
    Rule(code="GF002", module="gf002_ambiguous", title="a binding resolves to several places", made=BINDING),
    Rule(code="GF101", module="gf101_entity_missing", title="an entity has no type"),
    Rule(code="GF102", module="gf102_field_missing", title="a field is missing"),
    Rule(code="GF103", module="gf103_field_type", title="a field has another type than the spec says"),
    Rule(code="GF104", module="gf104_field_unknown", title="a field is unknown to the spec", severity="warning"),
    Rule(code="GF105", module="gf105_pii_leak", title="a PII field is printed, logged or returned raw"),
    Rule(code="GF201", module="gf201_pipeline_missing", title="a pipeline has no function"),
    Rule(code="GF202", module="gf202_step_not_called", title="a step is never called"),
    Rule(code="GF203", module="gf203_step_order", title="steps are called in another order than the spec's"),
    Rule(code="GF204", module="gf204_gate_dominates", title="a gate does not dominate the steps after it"),
    Rule(code="GF205", module="gf205_guarded_write", title="a guarded entity is written outside its pipeline"),
    Rule(code="GF301", module="gf301_guardrail_missing", title="a guardrail has no function"),
    Rule(code="GF302", module="gf302_guardrail_not_called", title="a guardrail is not called after what it guards"),
    Rule(code="GF303", module="gf303_guardrail_unproven", title="a guardrail has no acceptance test"),
    Rule(code="GF311", module="gf311_panel_missing", title="a panel has no component or route"),
    Rule(
        code="GF401",
        module="gf401_unspecified",
        title="a public symbol that the spec does not know",
        severity="warning",
    ),
    Rule(code="GF402", module="gf402_orphan", title="code that belongs to no node of the spec any more", made=BINDING),
    Rule(
        code="GF500", module="gf500_spec_invalid", title="the spec is invalid: nothing can be compared", made=COMPILED
    ),
    Rule(code="GF501", module="gf501_compiled_missing", title="a compiled file is missing", made=COMPILED),
    Rule(code="GF502", module="gf502_compiled_edited", title="a compiled file was edited by hand", made=COMPILED),
    Rule(code="GF503", module="gf503_compiled_older", title="a compiled file is another compiler's", made=COMPILED),
    Rule(code="GF504", module="gf504_unreadable", title="bound code that cannot be read", made=BINDING),
    Rule(
        code="GF601",
        module="gf601_code_behind",
        title="the spec changed and the code that is read from it did not",
        severity="warning",
        made=CHANGE,
    ),
    Rule(code="GF901", module="gf901_suppression_bare", title="a suppression without code or reason", made=CHANGE),
    Rule(code="GF902", module="gf902_suppression_unused", title="a suppression that suppresses nothing", made=CHANGE),
    Rule(code="GF903", module="gf903_baseline_stale", title="a baseline entry that matches nothing", made=CHANGE),
)
RULES: Mapping[str, Rule] = {rule.code: rule for rule in _ALL}


def module(rule: Rule) -> ModuleType:
    """The rule's module."""
    name = f"factory_git.drift.rules.{rule.module}"
    __import__(name)
    return sys.modules[name]


def findings(world: World) -> Iterator[Hit]:
    """What every rule with a ``check`` of its own finds."""
    for rule in _ALL:
        if rule.made == WORLD:
            check: Callable[[World], Iterator[Hit]] = module(rule).check
            yield from check(world)
