"""The whole application: which file there is, what it is made of, and which nodes it reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from factory_git.compiler import stamp
from factory_git.compiler.files import BOUND, CompiledFile, Hole, Proof
from factory_git.compiler.python import (
    acceptance,
    bindings,
    guardrails,
    main,
    model,
    names,
    pipelines,
    source,
    store,
    terms,
    web,
)
from factory_git.compiler.version import COMPILER
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis
from factory_git.spec.model import Spec

RUNTIME = (
    "kit",
    "values",
    "rows",
    "loading",
    "retaining",
    "converting",
    "owned",
    "migrating",
    "database",
    "metering",
    "storage",
    "upkeep",
    "console",
)


@dataclass(slots=True)
class Parts:
    """What emission gives: files, holes, proofs and the read graph."""

    files: list[CompiledFile] = field(default_factory=list)
    holes: tuple[Hole, ...] = ()
    proofs: tuple[Proof, ...] = ()
    reads: dict[SpecPath, tuple[SpecPath, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writer:
    """Stamps files. ``digests`` are those of all nodes."""

    spec: Spec
    digests: Mapping[SpecPath, str]

    def file(self, path: str, text: str, nodes: Iterable[str] = (), *, of: Sequence[str] = ()) -> CompiledFile:
        """A file with its head. ``of`` are the nodes it is about, ``nodes`` what else it reads."""
        read = tuple(sorted({SpecPath(n) for n in (*of, *nodes)}))
        digest = stamp.file_digest(read, self.digests) if read else stamp.short(text.encode())
        head = "\n".join(source.head(COMPILER, of or read, digest)) + "\n"
        if path.endswith(".css"):
            head = "".join(f"/* {line.removeprefix('# ')} */\n" for line in head.splitlines())
        content = head + _REMARK.sub("", text)
        return CompiledFile(path=path, content=content.encode(), nodes=read, digest=digest)

    def stub(self, path: str, text: str, node: str) -> CompiledFile:
        """A file that is somebody's own as soon as it is written: it carries no head."""
        nodes = (SpecPath(node),)
        digest = stamp.file_digest(nodes, self.digests)
        return CompiledFile(path=path, content=text.encode(), mode=BOUND, nodes=nodes, digest=digest)


def emit(spec: Spec, analysis: Analysis, digests: Mapping[SpecPath, str]) -> Parts:
    """Every file of the application but the migrations and the lock."""
    writer = Writer(spec, digests)
    parts = Parts()
    package = spec.package
    entities = "data_contracts.entities"
    parts.files += [
        writer.file(
            f"{package}/__init__.py", f'"""{source.docstring(spec.title)[0].strip(chr(34))}"""\n', ["app.title"]
        ),
        CompiledFile(path=f"{package}/py.typed", content=b""),
        writer.file(f"{package}/model.py", model.emit(spec), ["app.title"], of=[entities]),
        writer.file(
            f"{package}/store.py",
            store.emit(spec),
            [
                "evidence_policy.sources",
                "deployment.retention",
                "app.title",
                *store.counted(spec),
            ],
            of=[entities],
        ),
    ]
    parts.files += [writer.file(f"{package}/{name}.py", runtime(name)) for name in RUNTIME]
    _rules(writer, analysis, parts)
    _pipelines(writer, analysis, parts)
    _acceptance(writer, analysis, parts)
    for file in web.files(spec, analysis):
        parts.files.append(writer.file(f"{package}/{file.path}", file.text, file.nodes, of=file.of))
    parts.files.append(writer.file(f"{package}/__main__.py", main.emit(spec), of=["app.title"]))
    return parts


def _acceptance(writer: Writer, analysis: Analysis, parts: Parts) -> None:
    for path, holdout in ((acceptance.FILE, False), (acceptance.HOLDOUT, True)):
        tests = acceptance.emit(writer.spec, analysis, holdout=holdout)
        if tests is not None:
            about = [p.scenario for p in tests.proofs]
            parts.files.append(writer.file(path, tests.text, {*tests.nodes, SpecPath("app.title")}, of=about))
            parts.proofs += tuple(tests.proofs)


def _rules(writer: Writer, analysis: Analysis, parts: Parts) -> None:
    spec = writer.spec
    nodes = ["app.title", *sorted({p for t in analysis.terms.values() for p in t.reads})]
    parts.files.append(writer.file(f"{spec.package}/terms.py", terms.emit(spec, analysis), nodes, of=["terms"]))
    nodes = ["app.title", *sorted({p for t in analysis.guardrails.values() for p in t.reads})]
    text = guardrails.emit(spec, analysis)
    parts.files.append(writer.file(f"{spec.package}/guardrails.py", text, nodes, of=["safety.guardrails"]))
    parts.reads |= {path: tuple(t.reads) for path, t in (*analysis.terms.items(), *analysis.guardrails.items())}


def _pipelines(writer: Writer, analysis: Analysis, parts: Parts) -> None:
    spec = writer.spec
    stubs: dict[str, CompiledFile] = {}
    for pipeline, module in pipelines.modules(spec, analysis):
        path = f"{spec.package}/pipelines/{names.module(pipeline)}.py"
        parts.files.append(writer.file(path, module.text, module.nodes, of=[pipeline.path]))
        parts.holes += tuple(module.holes)
        parts.reads |= {path: tuple(nodes) for path, nodes in module.reads.items()}
        for name, (text, node) in module.stubs.items():
            stubs.setdefault(name, writer.stub(f"{spec.package}/{name}", text, node))
    parts.files += stubs.values()
    for bound in bindings.files(spec):
        parts.files.append(writer.stub(bound.path, bound.text, bound.holes[0].path))
        parts.holes += bound.holes
    index = pipelines.emit_index(spec)
    triggers = [f"{p.path}.trigger" for p in spec.pipelines]
    parts.files.append(writer.file(f"{spec.package}/pipelines/__init__.py", index, ["app.title"], of=triggers))
    for folder, title in (("bound", "Steps"), ("adapters", "Adapters")):
        if any(name.startswith(f"{folder}/") for name in stubs):
            text = f'"""{title} that people or agents wrote."""\n'
            parts.files.append(writer.file(f"{spec.package}/{folder}/__init__.py", text))


@cache
def runtime(name: str) -> str:
    """The text of a module of the run-time library."""
    return (_RUNTIME / f"{name}.py").read_text(encoding="utf-8")


_REMARK = re.compile(r"  # noqa: (?!BLE001)[A-Z0-9, ]+( - .*)?$", re.MULTILINE)
"""What copied modules say to this project's linter; of its rules the linter's own defaults have only ``BLE001``."""

_RUNTIME = Path(__file__).parent / "runtime"
