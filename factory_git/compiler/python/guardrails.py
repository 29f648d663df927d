"""``guardrails.py`` of the application: a function for each guardrail, and ``check``, which asks them all."""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.compiler.python import names, source
from factory_git.compiler.python.expressions import emit as expression
from factory_git.compiler.python.pytypes import python_type
from factory_git.compiler.python.terms import calls, own
from factory_git.spec.check import Analysis, analyse, guardrail_scope
from factory_git.spec.expr.parse import unparse
from factory_git.spec.expr.scope import RUN
from factory_git.spec.expr.typed import Typed, run_arguments
from factory_git.spec.model import Guardrail, Spec


def emit(spec: Spec, analysis: Analysis | None = None) -> str:
    """The source of ``guardrails.py``. ``analysis`` is that of ``spec``, where the caller has it already."""
    found = (analysis or analyse(spec)).guardrails
    executable = [(g, found[g.path]) for g in spec.guardrails if g.path in found]
    asked = {g.path: run_arguments(tree) for g, tree in executable}
    runs = {args: _class_name(args) for args in sorted({a for a in asked.values() if a}, key=sorted)}
    body = ["\n".join(_protocol(spec, args, name)) for args, name in runs.items()]
    words = calls(spec)
    body += ["\n".join(_function(g, tree, runs.get(asked[g.path]), words)) for g, tree in executable]
    body.append("\n".join(_check(executable, [runs.get(asked[g.path]) for g, _ in executable])))
    prose = [f"Nothing executes yet: {g.name}" for g in spec.guardrails if g.always is None]
    return source.module(f"What must always hold in {spec.title}", body, {**own(spec), "terms": "terms"}, more=prose)


def function(guardrail: Guardrail) -> str:
    """The name of a guardrail's function."""
    return names.function(guardrail, frozenset({"check", "broken", "Protocol", "runtime_checkable"}))


def _class_name(args: frozenset[str]) -> str:
    words = "And".join(names.argument(a)[:1].upper() + names.argument(a)[1:] for a in sorted(args))
    return f"RunWith{words}"


def _protocol(spec: Spec, args: frozenset[str], name: str) -> list[str]:
    """A class that says which arguments of a run are read; runs without them are not judged."""
    shape = guardrail_scope(spec).fields(RUN)
    lines = ["@runtime_checkable", f"class {name}(Protocol):"]
    lines += source.docstring(f"A run that has {' and '.join(sorted(args))}", 4)
    for arg in sorted(args):
        lines += ["", "    @property", f"    def {names.argument(arg)}(self) -> {python_type(spec, shape[arg])}: ..."]
    return lines


def _function(guardrail: Guardrail, tree: Typed, run: str | None, words: Mapping[str, str]) -> list[str]:
    asks = f", run: {run}" if run else ""
    return [
        source.tag(guardrail.path),
        f"def {function(guardrail)}(world: World{asks}) -> bool:",
        *source.docstring(f"{guardrail.name}: ``{unparse(tree.node)}``", 4),
        f"    return {expression(tree, words)}",
    ]


def _check(executable: list[tuple[Guardrail, Typed]], runs: list[str | None]) -> list[str]:
    lines = ["def check(world: World, run: object) -> list[kit.Broken]:"]
    lines += source.docstring(
        "The guardrails that do not hold after ``run``, in the order of the spec; one that asks for an argument which "
        "this run does not have is not asked",
        4,
    )
    lines.append("    broken: list[kit.Broken] = []")
    for (guardrail, _), run in zip(executable, runs, strict=True):
        asked = f"isinstance(run, {run}) and " if run else ""
        given = "world, run" if run else "world"
        lines.append(f"    if {asked}not {function(guardrail)}({given}):")
        told = f"name={source.quote(guardrail.name)}, path={source.quote(guardrail.path)}"
        if guardrail.on_break != "abort":
            told += f", on_break={source.quote(guardrail.on_break)}"
        lines.append(f"        broken.append(kit.Broken({told}))")
    return [*lines, "    return broken"]
