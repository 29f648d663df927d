"""The acceptance scenarios as tests: examples and properties of the application, readable, run by pytest.

Scenarios marked ``holdout`` go to a file of their own. What a machine cannot judge is a test that is skipped and says
why: it never counts as a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from factory_git.compiler.files import Proof
from factory_git.compiler.python import drawing, names, source
from factory_git.compiler.python.actions import act_class, function
from factory_git.compiler.python.expressions import emit as expression
from factory_git.compiler.python.guardrails import function as guardrail_function
from factory_git.compiler.python.layout import lay_out
from factory_git.compiler.python.pytypes import convert, python_type
from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis, rows_read
from factory_git.spec.expr.typed import run_arguments
from factory_git.spec.model import Entity, Pipeline, Scenario, Spec
from factory_git.spec.types import BOOL, DATE

FILE = "tests/test_acceptance.py"
HOLDOUT = "tests/holdout/test_holdout.py"

_DAY = "2026-01-01"
"""The day of an action that says none."""

_OUTSIDE = {
    "subprocess": "import subprocess",
    "shlex": "import shlex",
    "dt": "import datetime as dt",
    "sys": "import sys",
    "Decimal": "from decimal import Decimal",
    "Path": "from pathlib import Path",
    "Any": "from typing import Any",
    "deepcopy": "from copy import deepcopy",
}
_THIRD = {
    "pytest": "import pytest",
    "HealthCheck": "from hypothesis import HealthCheck, given, settings",
    "st": "from hypothesis import strategies as st",
}
_COMMAND = '''
def passes(*command: str) -> None:
    """Run a command in the application's folder; it must end with 0."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
'''


@dataclass(slots=True)
class Tests:
    """One test file: its text, its proofs and the nodes it reads."""

    text: str = ""
    proofs: list[Proof] = field(default_factory=list)
    nodes: set[SpecPath] = field(default_factory=set)


@dataclass(slots=True)
class _File:
    spec: Spec
    analysis: Analysis
    path: str
    worlds: dict[str, str] = field(default_factory=dict)  # body of a world's function → its name
    blocks: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    result: Tests = field(default_factory=Tests)
    draws: drawing.Used = field(default_factory=drawing.Used)
    args: dict[int, str] = field(default_factory=dict)  # id of a run of a scenario → its arguments


def emit(spec: Spec, analysis: Analysis, *, holdout: bool = False) -> Tests | None:
    """The test file of the scenarios that are (or are not) held out; None where there is none."""
    scenarios = [s for s in spec.scenarios if s.holdout is holdout]
    if not scenarios:
        return None
    file = _File(spec, analysis, HOLDOUT if holdout else FILE)
    for scenario in scenarios:
        file.tests.append("\n".join(_test(file, scenario)))
    blocks = [*file.draws.sources(), *file.blocks, *file.tests]
    file.result.text = _module(spec, blocks, depth=file.path.count("/"))
    return file.result


def _module(spec: Spec, blocks: list[str], depth: int) -> str:
    code = "\n\n\n".join(b.strip("\n") for b in blocks) + "\n"
    if "passes(" in code:
        code = _COMMAND.strip("\n") + "\n\n\n" + code
    used = source.names_used(code) | {"sys", "Path"}
    outside = [line for name, line in _OUTSIDE.items() if name in used]
    outside.sort(key=lambda line: (line.startswith("from"), line))
    third = [line for name, line in _THIRD.items() if name in used or (name == "HealthCheck" and "given" in used)]
    third.sort(key=lambda line: (line.startswith("from"), line))
    parts = ["\n".join(source.docstring(f"What {spec.title} must do: the acceptance scenarios of its spec"))]
    parts += ["from __future__ import annotations", "\n".join(outside)]
    if "assume" in used:
        third = [line.replace("HealthCheck, given", "HealthCheck, assume, given") for line in third]
    parts += ["\n".join(third)] if third else []
    root = "Path(__file__).resolve()" + ".parent" * (depth + 1)
    parts.append(f"ROOT = {root}\nsys.path.insert(0, str(ROOT))")
    own = {names.class_name(e): f"{spec.package}.model.{names.class_name(e)}" for e in spec.entities}
    own |= {"World": f"{spec.package}.model.World"}
    own |= {m: f"{spec.package}.{m}" for m in ("kit", "terms", "values", "acting", "actions", "guardrails")}
    own |= {names.module(p): f"{spec.package}.pipelines.{names.module(p)}" for p in spec.pipelines}
    imports = source.from_lines({n: w for n, w in own.items() if n in used})
    parts += ["\n".join(imports)] if imports else []
    declares = not code.lstrip().startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return lay_out("\n\n".join(parts) + ("\n\n\n" if declares else "\n\n") + code)


def _test(file: _File, scenario: Scenario) -> list[str]:
    name = f"test_{names.identifier(scenario.id).rstrip('_')}"
    skipped = _skipped(scenario)
    covers = tuple(SpecPath(c) for c in scenario.covers)
    proof = Proof(
        test=f"{file.path}::{name}",
        scenario=scenario.path,
        covers=covers,
        holdout=scenario.holdout,
        skipped=skipped,
    )
    file.result.proofs.append(proof)
    file.result.nodes.add(scenario.path)
    lines = [source.tag(scenario.path)]
    lines += [source.comment(f"gf: covers {path}") for path in covers]
    if skipped:
        lines += [f"@pytest.mark.skip(reason={source.quote(skipped)})", f"def {name}() -> None:"]
        return [*lines, *source.docstring(scenario.name, 4)]
    if scenario.kind == "test":
        command = ", ".join(_command(str(scenario.test)))
        return [*lines, f"def {name}() -> None:", *source.docstring(scenario.name, 4), f"    passes({command})"]
    arguments, body = _given(file, scenario)
    body += _assumed(file, scenario, arguments)
    for when in scenario.when:
        body += _when(file, scenario, when, arguments)
    body += _then(file, scenario)
    if arguments:
        lines += _decorators(scenario, arguments)
    signature = ", ".join(f"{n}: {kind}" for n, (kind, _) in arguments.items())
    return [*lines, f"def {name}({signature}) -> None:", *source.docstring(scenario.name, 4), *_indented(body)]


def _skipped(scenario: Scenario) -> str:
    if scenario.kind == "judge":
        return f"needs a judge: {source.one_line(scenario.judge or scenario.name)}"
    if scenario.kind == "prose":
        return "says in words what must hold: give it given, when and then"
    if scenario.kind in ("example", "property") and not scenario.then:
        return "runs something and expects nothing: say it with then"
    return ""


def _command(text: str) -> list[str]:
    words = text.split()
    if len(words) == 1 and (".py" in text or "::" in text):
        return ["sys.executable", '"-m"', '"pytest"', '"-q"', source.quote(text)]
    return [f"*shlex.split({source.quote(source.one_line(text))})"]


def _decorators(scenario: Scenario, arguments: Mapping[str, tuple[str, str]]) -> list[str]:
    runs = scenario.forall.get("runs", 100)
    strategies = ", ".join(f"{n}={strategy}" for n, (_, strategy) in arguments.items())
    options = f"max_examples={runs}, derandomize=True, deadline=None, database=None"
    return [f"@settings({options}, suppress_health_check=list(HealthCheck))", f"@given({strategies})"]


def _given(file: _File, scenario: Scenario) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """What a test is given: its drawn arguments (type and strategy), and the first lines of its body."""
    if scenario.kind == "property":
        text = drawing.world(file.spec, scenario, file.draws, file.result.nodes)
        name = _shared(file, text, "worlds")
        return {"world": ("World", f"{name}()")}, []
    name = _shared(file, _world(file, scenario), "rows")
    return {}, [f"world = {name}()"]


def _shared(file: _File, text: str, stem: str) -> str:
    """The name of the function with this text (its own name left out); scenarios with equal tables share one."""
    if text not in file.worlds:
        number = sum(1 for n in file.worlds.values() if n.startswith(stem)) + 1
        file.worlds[text] = f"{stem}_{number}"
        file.blocks.append(
            text.replace("def ()", f"def {stem}_{number}()", 1).replace("def (", f"def {stem}_{number}(", 1)
        )
    return file.worlds[text]


def _world(file: _File, scenario: Scenario) -> str:
    counts = [f"{len(rows)} {name}" for name, (_, rows) in scenario.given.items()]
    lines = ["def () -> World:", *source.docstring(f"Given: {', '.join(counts) or 'nothing'}", 4)]
    lines.append("    world = World()")
    for name, (header, rows) in scenario.given.items():
        entity = file.spec.entity(name)
        assert entity is not None
        file.result.nodes.add(entity.path)
        made = [_row(file, scenario, entity, dict(zip(header, row, strict=False))) for row in rows]
        if made:
            lines.append(f"    world.{names.attribute(entity)} += [{', '.join(made)}]")
    return "\n".join([*lines, "    world.check()", "    return world"])


def _row(file: _File, scenario: Scenario, entity: Entity, cells: Mapping[str, Any]) -> str:
    arguments = []
    for declared in entity.fields:
        if declared.name not in cells or (cells[declared.name] is None and (declared.has_default or declared.optional)):
            continue
        value = convert(file.spec, declared.type, cells[declared.name], scenario.path, scenario.place)
        arguments.append(f"{names.field_name(declared)}={source.literal(value)}")
    return f"{names.class_name(entity)}({', '.join(arguments)})"


def _when(file: _File, scenario: Scenario, when: Mapping[str, Any], arguments: dict[str, tuple[str, str]]) -> list[str]:
    if "act" in when:
        return _act(file, scenario, when)
    pipeline = file.spec.pipeline(str(when["run"]))
    assert pipeline is not None
    file.result.nodes.add(SpecPath(f"{pipeline.path}.trigger"))
    module, args = names.module(pipeline), _args(file, scenario, pipeline, when, arguments)
    if not when.get("refused") or "refused" in pipeline.args:
        return [f"{module}.run(world, {args})"]
    return ["with pytest.raises(kit.AppError):", f"    {module}.run(deepcopy(world), {args})"]


def _args(
    file: _File,
    scenario: Scenario,
    pipeline: Pipeline,
    when: Mapping[str, Any],
    arguments: dict[str, tuple[str, str]],
) -> str:
    """The arguments of a run; what is drawn for it is drawn once."""
    if id(when) not in file.args:
        given = [_argument(file, scenario, pipeline, n, v, arguments) for n, v in when.items() if n in pipeline.args]
        file.args[id(when)] = f"{names.module(pipeline)}.Args({', '.join(given)})"
    return file.args[id(when)]


def _assumed(file: _File, scenario: Scenario, arguments: dict[str, tuple[str, str]]) -> list[str]:
    """A world that breaks a guardrail before anything has run is not looked at: nobody could have stored it."""
    spec, terms = file.spec, file.analysis.terms
    first = spec.pipeline(str(scenario.when[0]["run"])) if scenario.when and "run" in scenario.when[0] else None
    if scenario.kind != "property" or first is None:
        return []
    made, lines = {e.name for e in spec.entities if e.made}, []
    for guardrail in spec.guardrails:
        tree = file.analysis.guardrails.get(guardrail.path)
        if tree is None or guardrail.on_break != "abort" or rows_read(spec, [tree], terms) & made:
            continue
        asked = run_arguments(tree)
        if not asked <= set(first.args):
            continue
        run = f", {_args(file, scenario, first, scenario.when[0], arguments)}" if asked else ""
        lines.append(f"assume(guardrails.{guardrail_function(guardrail)}(world{run}))")
        file.result.nodes |= {guardrail.path, *tree.reads}
    return lines


def _act(file: _File, scenario: Scenario, when: Mapping[str, Any]) -> list[str]:
    """A person's action, judged by the guardrails as in the application; or that it is refused."""
    spec = file.spec
    action = next(a for a in spec.actions if a.id == when["act"])
    file.result.nodes.add(action.path)
    values: dict[str, Any] = {"actor": when.get("actor", "Somebody"), "role": when.get("role", "")}
    day = convert(spec, DATE, when.get("day", _DAY), scenario.path, scenario.place)
    given = [f"{word}={source.quote(str(value))}" for word, value in values.items()]
    given.append(f"day={source.literal(day)}")
    for word, type_ in action.args.items():
        value = convert(spec, type_, when.get(word, False if type_ == BOOL else None), scenario.path, scenario.place)
        given.append(f"{names.argument(word)}={source.literal(value)}")
    on = spec.entity(action.on) if action.on else None
    if on is not None and "on" not in when:
        message = f"the action {action.id} is on {on.name}: say which one"
        hint = f"when: {{act: {action.id}, on: the key of a row of {on.name}, …}}"
        problem = Problem(code="compile/act", message=message, place=scenario.place, path=scenario.path, hint=hint)
        raise SpecError(f"{scenario.place}: {message}", [problem], code=problem.code, hint=hint)
    key = convert(spec, on.key.type, when["on"], scenario.path, scenario.place) if on and on.key else None
    kind = "acting.Act" if not action.args else f"actions.{act_class(action)}"
    name = "act" if len(scenario.when) == 1 else f"act_{scenario.when.index(when) + 1}"
    lines = [
        f"{name} = {kind}({', '.join(given)})",
        f"actions.{function(action)}(world, {source.literal(key)}, {name})",
        f"kit.enforce(guardrails.check(world, {name}))",
    ]
    if not when.get("refused"):
        return lines
    tried = [f"    {line.replace('(world, ', '(attempt, ', 1)}" for line in lines[1:]]
    return [lines[0], "attempt = deepcopy(world)", "with pytest.raises(kit.AppError):", *tried]


def _argument(  # noqa: PLR0917 - all of it is needed to name a drawn argument
    file: _File,
    scenario: Scenario,
    pipeline: Pipeline,
    name: str,
    value: Any,
    arguments: dict[str, tuple[str, str]],
) -> str:
    type_ = pipeline.args[name]
    if value == "any" and scenario.kind == "property":
        variable = names.free(names.variable(name), frozenset({"world", *arguments}))
        arguments[variable] = (python_type(file.spec, type_), drawing.strategy(file.spec, type_, file.draws))
        return f"{names.argument(name)}={variable}"
    converted = convert(file.spec, type_, value, scenario.path, scenario.place)
    return f"{names.argument(name)}={source.literal(converted)}"


def _then(file: _File, scenario: Scenario) -> list[str]:
    functions = {f"term {t.id}": f"terms.{names.term_name(t)}" for t in file.spec.terms}
    lines: list[str] = []
    for text, typed in zip(scenario.then, file.analysis.scenarios[scenario.path], strict=True):
        file.result.nodes |= typed.reads
        lines += [source.comment(text.text), f"assert {expression(typed, functions)}"]
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
