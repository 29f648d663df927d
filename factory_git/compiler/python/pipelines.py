"""``pipelines/<pipeline>.py``: a function per step, and ``run`` which calls them in order and then the guardrails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from factory_git.compiler.files import Hole
from factory_git.compiler.python import bindings, names, source
from factory_git.compiler.python.pytypes import python_type
from factory_git.compiler.python.steps import StepWriter, adapter_arguments, adapter_module
from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.skills.table import SKILLS
from factory_git.spec.check import Analysis
from factory_git.spec.model import Binding, Pipeline, Spec, Step
from factory_git.spec.skills import value
from factory_git.spec.step_types import StepTypes
from factory_git.spec.types import Ref

_HIDDEN = "init=False, repr=False, compare=False"
_OWN = frozenset({"run", "args", "world", "guardrails", "terms", "values", "kit", "dt", "replace"})


@dataclass(slots=True)
class Module:
    """One file of a pipeline: its text, the nodes it reads, its holes, its stubs by path below the package."""

    text: str = ""
    nodes: set[SpecPath] = field(default_factory=set)
    holes: list[Hole] = field(default_factory=list)
    stubs: dict[str, tuple[str, SpecPath]] = field(default_factory=dict)
    reads: dict[SpecPath, set[SpecPath]] = field(default_factory=dict)


def emit(spec: Spec, pipeline: Pipeline, analysis: Analysis) -> Module:
    """The module of ``pipeline`` and the stubs of its holes."""
    module = Module(nodes={pipeline.path, SpecPath("safety.guardrails")})
    own = {"kit": "kit", "values": "values", "terms": "terms", "guardrails": "guardrails", "World": "model.World"}
    own |= {names.class_name(e): f"model.{names.class_name(e)}" for e in spec.entities}
    functions: list[str] = []
    calls: list[str] = []
    for step in pipeline.steps:
        name = names.free(names.step_name(step), _OWN)
        binding = next((b for b in spec.bindings if b.path == step.path), None)
        if binding is not None and binding.mode != "compiled":
            own[name] = _bound_elsewhere(spec, binding, module)
        elif step.skill is None:
            own[name] = _hole(spec, pipeline, step, module)
        else:
            if step.skill == "call":
                own[adapter_module(step)] = f"adapters.{adapter_module(step)}"
            functions.append(_step(StepWriter(spec, step, analysis.steps[step.path]), name, module))
        calls.append(f"    {name}(world, run)")
    body = [_args(spec, pipeline), *functions, _run(pipeline, calls)]
    module.text = source.module(f"{pipeline.name}: its steps in order, then the guardrails", body, own, level=1)
    return module


def takes(pipeline: Pipeline) -> bool:
    """Whether the pipeline allocates, so that a run must remember what it has given away."""
    return any(s.skill == "allocate" for s in pipeline.steps)


def args_class(spec: Spec, pipeline: Pipeline) -> list[str]:
    """The class of a pipeline's arguments."""
    lines = [source.tag(pipeline.path), "@dataclass(frozen=True, slots=True, kw_only=True)", "class Args:"]
    lines += source.docstring("What a run is given: ``run.…`` in the spec", 4)
    declared = [f"    {names.argument(n)}: {python_type(spec, t)}" for n, t in pipeline.args.items()]
    if takes(pipeline):
        declared.append(
            "    taken: kit.Taken = field(default_factory=kit.Taken, init=False, repr=False, compare=False)"
        )
    return [*lines, *([""] if declared else []), *declared]


def _args(spec: Spec, pipeline: Pipeline) -> str:
    return "\n".join(args_class(spec, pipeline))


def _run(pipeline: Pipeline, calls: list[str]) -> str:
    lines = [source.tag(pipeline.path), "def run(world: World, args: Args) -> list[kit.Broken]:"]
    lines += source.docstring(
        "Run every step on ``world``; the guardrails that do not hold and only alert",
        4,
        ["Raises ``kit.GuardrailBroken`` where one does not hold that aborts"],
    )
    lines.append("    run = replace(args)" + ("  # what earlier runs took does not count" if takes(pipeline) else ""))
    return "\n".join([*lines, *calls, "    return kit.enforce(guardrails.check(world, run))"])


def _step(writer: StepWriter, name: str, module: Module) -> str:
    step = writer.step
    body = SKILLS[step.skill or ""](writer)
    if step.skill == "call":
        _adapter(writer.spec, step, writer.types, module)
    module.nodes |= writer.reads
    module.reads[step.path] = set(writer.types.reads)
    lines = [source.tag(step.path), f"def {name}(world: World, run: Args) -> None:"]
    lines += source.docstring(describe(step), 4)
    return "\n".join([*lines, *(f"    {line}" for line in body)])


def describe(step: Step) -> str:
    """A step in words: its name, its skill and what it works on."""
    subject = value(step, step.skill or "")
    what = str(subject) if isinstance(subject, str) or hasattr(subject, "text") else ""
    made = value(step, "make")
    return f"{step.name}: {step.skill}{f' {what}' if what else ''}{f', make {made}' if made else ''}"


def _hole(spec: Spec, pipeline: Pipeline, step: Step, module: Module) -> str:
    stub = f"{names.module(pipeline)}_{names.step_name(step)}"
    path = f"bound/{stub}.py"
    module.holes.append(Hole(path=step.path, file=f"{spec.package}/{path}", function="run"))
    text = _stub(f"{step.name}: yours to write", step.path, pipeline)
    module.stubs[path] = (text, step.path)
    return f"bound.{stub}.run"


def _stub(title: str, path: SpecPath, pipeline: Pipeline) -> str:
    body = bindings.unwritten(pipeline, path, "run", "Args")
    text = source.module(title, [body], {"kit": "kit"}, level=1)
    checking = (
        "from typing import TYPE_CHECKING\n\nfrom .. import kit\n\nif TYPE_CHECKING:\n    from ..model import World\n"
        f"    from ..pipelines.{names.module(pipeline)} import Args\n"
    )
    return text.replace("from .. import kit\n", checking, 1)


def _bound_elsewhere(spec: Spec, binding: Binding, module: Module) -> str:
    """Where the pipeline imports a step's function from that ``code:`` binds to a place of its own."""
    path, _, function = binding.at.partition("::")
    parts = PurePosixPath(path).with_suffix("").parts
    function = function or "run"
    if PurePosixPath(path).suffix != ".py" or not all(p.isidentifier() for p in (*parts, function)):
        message = f"{binding.at!r} is not a Python function: a path of identifiers ending in .py, then ::name"
        hint = f"code: {{{binding.path}: {{at: src/steps.py::run, mode: {binding.mode}}}}}"
        problem = Problem(code="compile/binding", message=message, place=binding.place, path=binding.path, hint=hint)
        raise SpecError(f"{binding.place}: {message}", [problem], code=problem.code, hint=hint)
    module.nodes.add(SpecPath(f"code.{binding.path}"))
    if parts[0] == spec.package:
        return ".".join((*parts[1:], function))
    return "/" + ".".join((*parts, function))


def _adapter(spec: Spec, step: Step, types: StepTypes, module: Module) -> None:
    path = f"adapters/{adapter_module(step)}.py"
    made = spec.entity(str(value(step, "make"))) if value(step, "make") is not None else None
    result = f"list[{names.class_name(made)}]" if made else "None"
    parameters = [f"{n}: {python_type(spec, t.type)}" for n, t in adapter_arguments(types).items()]
    signature = ", ".join(["world: World", *(["*"] if parameters else []), *parameters])
    body = "\n".join(
        [
            source.tag(step.path),
            f"def call({signature}) -> {result}:",
            *source.docstring(f"{'The rows of ' + made.name + ' that come' if made else 'What comes'} of it", 4),
            f"    raise kit.NotBound({source.quote(step.path)})",
        ]
    )
    classes = {names.class_name(e): f"model.{names.class_name(e)}" for e in spec.entities}
    imports = {"kit": "kit", "World": "model.World", **classes}
    text = source.module(f"The adapter {value(step, 'call.skill')}: yours to write", [body], imports, level=1)
    module.stubs[path] = (text, step.path)
    module.holes.append(Hole(path=step.path, file=f"{spec.package}/{path}", function="call"))


def modules(spec: Spec, analysis: Analysis) -> Iterator[tuple[Pipeline, Module]]:
    """The module of every pipeline; SpecError where two calls of one adapter do not agree on how it is called."""
    seen: dict[str, tuple[str, SpecPath]] = {}
    for pipeline in spec.pipelines:
        module = emit(spec, pipeline, analysis)
        for path, (text, node) in module.stubs.items():
            signature = next(line for line in text.split("\n") if line.startswith("def "))
            other = seen.setdefault(path, (signature, node))
            if other[0] != signature:
                place = spec.places.get(node)
                message = f"the adapter {path} is called in two ways: here and by {other[1]}"
                hint = "give both the same `with` names and types, or name another skill"
                problem = Problem(code="compile/adapter", message=message, place=place, path=node, hint=hint)
                raise SpecError(message, [problem], code=problem.code, hint=hint)
        yield pipeline, module


def emit_index(spec: Spec) -> str:
    """The source of ``pipelines/__init__.py``: a function that runs a pipeline by its id."""
    lines = ["def run(pipeline: str, world: World, given: Mapping[str, Any]) -> list[kit.Broken]:"]
    lines += source.docstring(
        "Run the pipeline of that id with its arguments by their names in the spec; rows they refer to must be there", 4
    )
    for pipeline in spec.pipelines:
        module = names.module(pipeline)
        arguments = ", ".join(f"{names.argument(n)}=given[{source.quote(n)}]" for n in pipeline.args)
        lines.append(f"    if pipeline == {source.quote(module)}:")
        for name, kind in pipeline.args.items():
            target = spec.entity(kind.entity) if isinstance(kind, Ref) else None
            if target is not None and target.key is not None:
                lines.append(f"        world.{names.getter(target)}(given[{source.quote(name)}])")
        lines.append(f"        return {module}.run(world, {module}.Args({arguments}))")
    lines.append('    raise kit.Missing(f"there is no pipeline {pipeline!r}")')
    own = {"kit": "kit", "World": "model.World"}
    text = source.module(f"The pipelines of {spec.title}", ["\n".join(lines)], own, level=1)
    here = "\n".join(source.from_lines({m: f".{m}" for m in (names.module(p) for p in spec.pipelines)}, "."))
    end = "from ..model import World\n"
    return text.replace(end, f"{end}{here}\n", 1) if here else text
