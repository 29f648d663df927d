"""From a spec to every file of its application: a pure function, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.compiler import lock, migrate, schema, stamp
from factory_git.compiler.files import Compilation, CompiledFile, Proof
from factory_git.compiler.python import package
from factory_git.compiler.version import COMPILER
from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis, analyse
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

__all__ = ["COMPILER", "compile_spec"]


def compile_spec(spec: Spec, previous: Mapping[str, bytes] | None = None) -> Compilation:
    """Compile ``spec``. One whose code is bound compiles to nothing: no files, no lock.

    ``previous`` holds the files that stand in the tree now and that the compiler reads, relative to ``spec.root``:
    ``.factory/lock.json`` and ``migrations/**``; without them migrations start anew. Raises SpecError, with all
    problems and their places, where the spec cannot be compiled or a stored schema cannot be changed safely.
    """
    if not spec.compiled:
        _analysed(spec)
        return Compilation(files={}, holes=(), proofs=tuple(_unrunnable(spec)), compiler=COMPILER)
    before = previous or {}
    old = lock.read(before[lock.PATH]) if lock.PATH in before else None
    graph = build(spec)
    digests = stamp.node_digests(spec)
    stored = schema.schema_of(spec)
    parts = package.emit(spec, _analysed(spec), digests)
    files = {f.path: f for f in parts.files}
    migrations = migrate.write(spec, stored, before, old)
    files |= migrations.files
    files = dict(sorted(files.items()))
    read = {node for f in files.values() for node in f.nodes}
    content = lock.write(
        compiler=COMPILER,
        spec={
            "id": spec.id,
            "digest": graph.digest,
            "package": spec.package,
            "version": spec.version,
        },
        files=files.values(),
        digests={path: digests[path] for path in read if path in digests},
        holes=parts.holes,
        proofs=parts.proofs,
        reads=parts.reads,
        bindings={b.path: {"at": b.at, "mode": b.mode} for b in spec.bindings},
        schema=stored,
    )
    files[lock.PATH] = CompiledFile(path=lock.PATH, content=content)
    # The lock says nothing of holes in migrations: it must not change when somebody fills one.
    holes = (*parts.holes, *migrations.holes)
    return Compilation(files=files, holes=holes, proofs=parts.proofs, compiler=COMPILER)


def _unrunnable(spec: Spec) -> Iterator[Proof]:
    """The scenarios that only compiled code could be run through; what says its own ``test:`` is run by itself."""
    for one in spec.scenarios:
        if one.kind in ("example", "property"):
            covers = tuple(SpecPath(path) for path in one.covers)
            why = "its code is bound, and only compiled code is run by examples: give it a test: of its own"
            yield Proof(test=str(one.path), scenario=one.path, covers=covers, holdout=one.holdout, skipped=why)


def _analysed(spec: Spec) -> Analysis:
    analysis = analyse(spec)
    errors = [p for p in analysis.problems if p.severity == "error"]
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise SpecError(f"{first.place}: {first.message}{more}", analysis.problems, code=first.code, hint=first.hint)
    return analysis


def readers(compilation: Compilation, node: SpecPath) -> tuple[str, ...]:
    """The files whose bytes depend on a node: those that read it, something below it, or something it is part of."""
    return tuple(
        path
        for path, file in compilation.files.items()
        if any(n == node or n.startswith(f"{node}.") or node.startswith(f"{n}.") for n in file.nodes)
    )
