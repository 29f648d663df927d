"""``terms.py`` and ``guardrails.py`` of the application."""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.compiler.python import names, source
from factory_git.compiler.python.expressions import emit
from factory_git.compiler.python.pytypes import python_type
from factory_git.spec.check import Analysis
from factory_git.spec.expr.typed import run_arguments
from factory_git.spec.model import Guardrail, Spec


def _own(spec: Spec) -> dict[str, str]:
    own = {"kit": "kit", "values": "values", "terms": "terms", "World": "model.World"}
    return own | {names.class_name(e): f"model.{names.class_name(e)}" for e in spec.entities}


def terms(spec: Spec, analysis: Analysis) -> str:
    """The source of ``terms.py``."""
    body = []
    for term in spec.terms:
        typed = analysis.terms[term.path]
        arguments = "".join(f", {names.variable(n)}: {python_type(spec, t)}" for n, t in term.args.items())
        result = python_type(spec, typed.type)
        lines = [source.tag(term.path), f"def {names.term_name(term)}(world: World{arguments}) -> {result}:"]
        lines += [*source.docstring(f"{term.name}: {term.body}", 4), f"    return {emit(typed)}"]
        body.append("\n".join(lines))
    return source.module(f"The terms of {spec.title}", body, {k: v for k, v in _own(spec).items() if k != "terms"})


def guardrails(spec: Spec, analysis: Analysis) -> str:
    """The source of ``guardrails.py``."""
    own = _own(spec)
    calls = {f"term {t.id}": f"terms.{names.term_name(t)}" for t in spec.terms}
    body, checks = [], []
    for rail in spec.guardrails:
        typed = analysis.guardrails.get(rail.path)
        if typed is None:
            continue
        wanted = sorted(run_arguments(typed))
        lines = [source.tag(rail.path), f"def {names.function(rail)}(world: World, run: Any) -> bool:"]
        lines += [*source.docstring(rail.name, 4), f"    return {emit(typed, calls)}"]
        body.append("\n".join(lines))
        checks.append(_check(rail, wanted))
    check = ["def check(world: World, run: Any) -> list[kit.Broken]:"]
    check += [*source.docstring("The guardrails that do not hold", 4), "    broken: list[kit.Broken] = []"]
    check += [line for lines in checks for line in lines] + ["    return broken"]
    enforce = """
def enforce(world: World, run: Any) -> list[kit.Broken]:
    \"\"\"The guardrails that do not hold and only alert; raises where one aborts.\"\"\"
    broken = check(world, run)
    if any(b.on_break == "abort" for b in broken):
        raise kit.GuardrailBroken(broken)
    return broken
"""
    return source.module(f"The guardrails of {spec.title}", [*body, "\n".join(check), enforce], own)


def _check(rail: Guardrail, wanted: list[str]) -> list[str]:
    test = f"not {names.function(rail)}(world, run)"
    has = "".join(f'hasattr(run, "{names.argument(n)}") and ' for n in wanted)
    made: Mapping[str, str] = {"name": rail.name, "path": rail.path, "on_break": rail.on_break}
    arguments = ", ".join(f"{k}={source.quote(v)}" for k, v in made.items())
    return [f"    if {has}{test}:", f"        broken.append(kit.Broken({arguments}))"]
