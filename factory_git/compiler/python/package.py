"""The whole application: which file there is, what it is made of, and which nodes it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from factory_git.compiler import stamp
from factory_git.compiler.files import BOUND, COMPILED, CompiledFile, Hole, Proof
from factory_git.compiler.python import model, source, store
from factory_git.compiler.version import COMPILER
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Spec

RUNTIME = ("kit", "values", "rows", "loading", "migrating", "storage", "console")


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

    def file(self, path: str, text: str, nodes: Iterable[str] = (), mode: str = COMPILED) -> CompiledFile:
        """A file with its head. Bound files are somebody's own: they carry no stamp."""
        read = tuple(sorted({SpecPath(n) for n in nodes}))
        digest = stamp.file_digest(read, self.digests) if read else stamp.short(text.encode())
        head = "" if mode == BOUND else "\n".join(source.head(COMPILER, read, digest)) + "\n"
        content = (head + text).encode()
        return CompiledFile(path=path, content=content, mode=mode, nodes=read, digest=digest)


def emit(spec: Spec, digests: Mapping[SpecPath, str]) -> Parts:
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
        writer.file(f"{package}/model.py", model.emit(spec), [entities, "app.title"]),
        writer.file(f"{package}/store.py", store.emit(spec), [entities, "evidence_policy.sources", "app.title"]),
    ]
    parts.files += [writer.file(f"{package}/{name}.py", runtime(name)) for name in RUNTIME if _there(name)]
    return parts


@cache
def runtime(name: str) -> str:
    """The text of a module of the run-time library."""
    return (_RUNTIME / f"{name}.py").read_text(encoding="utf-8")


_RUNTIME = Path(__file__).parent / "runtime"


def _there(name: str) -> bool:
    return (_RUNTIME / f"{name}.py").exists()
