"""Stubs of the files that ``code:`` binds steps to, for those that are not written yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from factory_git.compiler.files import Hole
from factory_git.compiler.python import names, source
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Pipeline, Spec, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFile:
    """A file of somebody's own: its stub, and the holes that stand in it. ``path`` is relative to the spec's root."""

    path: str
    text: str
    holes: tuple[Hole, ...]


def files(spec: Spec) -> Iterator[BoundFile]:
    """The files that ``code:`` binds steps to in mode ``bound``, each with all its steps."""
    bound: dict[str, list[tuple[Pipeline, Step, str]]] = {}
    by_path = {b.path: b for b in spec.bindings if b.mode == "bound"}
    for pipeline in spec.pipelines:
        for step in pipeline.steps:
            if step.path in by_path:
                path, _, function = by_path[step.path].at.partition("::")
                bound.setdefault(str(PurePosixPath(path)), []).append((pipeline, step, function or "run"))
    for path, steps in sorted(bound.items()):
        holes = tuple(Hole(path=step.path, file=path, function=function) for _, step, function in steps)
        yield BoundFile(path=path, text=_stub(spec, steps), holes=holes)


def _stub(spec: Spec, steps: list[tuple[Pipeline, Step, str]]) -> str:
    pipelines = {pipeline.id: pipeline for pipeline, _, _ in steps}
    alone = len(pipelines) == 1
    args = {id_: "Args" if alone else f"{names.module(p).title().replace('_', '')}Args" for id_, p in pipelines.items()}
    body = {fn: unwritten(pipeline, step.path, fn, args[pipeline.id]) for pipeline, step, fn in steps}
    title = ", ".join(step.name for _, step, _ in steps)
    text = source.module(f"{title}: yours to write", list(body.values()), {"kit": f"/{spec.package}.kit"})
    kit = f"from {spec.package} import kit\n"
    imports = "".join(
        f"    from {spec.package}.pipelines.{names.module(p)} import Args{'' if alone else f' as {args[p.id]}'}\n"
        for p in sorted(pipelines.values(), key=names.module)
    )
    checking = f"\nif TYPE_CHECKING:\n    from {spec.package}.model import World\n{imports}"
    return text.replace(kit, f"from typing import TYPE_CHECKING\n\n{kit}{checking}", 1)


def unwritten(pipeline: Pipeline, path: SpecPath, function: str, args: str) -> str:
    """The function of a step that nobody has written yet; ``args`` names the class of the pipeline's arguments."""
    lines = [
        source.tag(path),
        f"def {function}(world: World, run: {args}) -> None:",
        *source.docstring(f"Read and add rows of ``world``; ``run`` has the arguments of {pipeline.name}", 4),
        f"    raise kit.NotBound({source.quote(path)})",
    ]
    return "\n".join(lines)
