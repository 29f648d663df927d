"""What a spec compiles to, set against what a commit holds: what to write, what to remove, what was changed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import BOUND, COMPILED, Compilation, CompiledFile
from factory_git.compiler.lock import PATH as LOCK
from factory_git.compiler.lock import read
from factory_git.core.errors import SpecError
from factory_git.core.ids import Oid, SpecPath, blob_oid
from factory_git.gitio.commits import Code, Entry
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

MIGRATIONS = "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHole:
    """What somebody has to write: where, and why (``empty`` stub, or ``stale``: its spec changed since).

    ``unwritten`` are nodes of a bound spec: where their code goes is for its author to say.
    """

    path: SpecPath
    file: str  # from the top of the repository
    function: str
    why: str
    stub: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the rules say of a commit's bound code: its errors, a text each, and the nodes that have no code at all."""

    findings: tuple[str, ...] = ()
    holes: tuple[SpecPath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A compilation beside the commit it is for. All paths are from the top of the repository.

    Of a spec whose code is bound nothing is compiled: no paths, and the open nodes are what the rules miss.
    """

    spec: Spec
    digest: str  # of the spec's graph
    compilation: Compilation
    base: Oid
    compiled: Mapping[str, bytes]
    bound: Mapping[str, bytes]  # every bound path with its stub
    stubs: Mapping[str, bytes]  # the ones that the commit lacks
    removed: tuple[str, ...]  # compiled once, and no more
    created: tuple[str, ...]
    modified: tuple[str, ...]
    drift: tuple[str, ...]  # compiled paths that somebody changed: "PATH: how"
    holes: tuple[OpenHole, ...]

    @property
    def judged(self) -> bool:
        """Whether there is code that somebody writes, and that rules judge."""
        return not self.spec.compiled or bool(self.bound)

    @property
    def changes(self) -> dict[str, bytes | None]:
        """What must be laid over the commit so that it is what the spec says."""
        out: dict[str, bytes | None] = dict.fromkeys(self.removed, None)
        out |= {path: self.compiled[path] for path in (*self.created, *self.modified)}
        return out | dict(self.stubs)


def join(root: str, path: str) -> str:
    """A path of a spec from the top of the repository."""
    return f"{root}/{path}" if root else path


def make(code: Code, spec: Spec, base: Oid, unwritten: Iterable[SpecPath] = ()) -> Made:
    """Compile ``spec`` for ``base``. Raises :class:`SpecError` when it does not compile.

    ``unwritten`` are the nodes of a bound spec that have no code.
    """
    there = code.files(base, spec.root)
    previous = _previous(code, spec.root, there)
    compilation = compile_spec(spec, previous)
    compiled = {join(spec.root, f.path): f.content for f in compilation.files.values() if f.mode == COMPILED}
    bound = {join(spec.root, f.path): f.content for f in compilation.files.values() if f.mode == BOUND}
    old = _old_lock(previous.get(LOCK))
    lock = join(spec.root, LOCK)
    removed, drift = [], []
    for path, entry in old.items():
        place = join(spec.root, path)
        if entry.get("mode") == COMPILED and place not in compiled and place in there and place not in bound:
            removed.append(place)
            if there[place].oid != entry.get("oid"):
                drift.append(f"{place}: edited by hand, and no longer compiled")
    if LOCK not in compilation.files and lock in there:
        removed.append(lock)
    created = [path for path in compiled if path not in there]
    modified = [path for path, content in compiled.items() if path in there and there[path].oid != blob_oid(content)]
    for path in (*created, *modified):
        words = "" if path == lock else _drift(there.get(path), old.get(path[len(spec.root) :].lstrip("/")))
        if words:
            drift.append(f"{path}: {words}")
    return Made(
        spec=spec,
        digest=build(spec).digest,
        compilation=compilation,
        base=base,
        compiled=compiled,
        bound=bound,
        stubs={path: content for path, content in bound.items() if path not in there},
        removed=tuple(sorted(removed)),
        created=tuple(sorted(created)),
        modified=tuple(sorted(modified)),
        drift=tuple(sorted(drift)),
        holes=(
            *_holes(compilation, spec.root, there, old),
            *(OpenHole(path=path, file="", function="", why="unwritten", stub=b"") for path in unwritten),
        ),
    )


def still_there(code: Code, made: Made, commit: str) -> list[str]:
    """The compiled paths whose bytes in ``commit`` are not the compiler's, or that should be gone and are not."""
    there = code.files(commit, made.spec.root)
    wrong = [p for p, content in made.compiled.items() if p not in there or there[p].oid != blob_oid(content)]
    return sorted([*wrong, *(path for path in made.removed if path in there)])


def open_holes(code: Code, made: Made, commit: str) -> list[SpecPath]:
    """The steps that nobody has written in ``commit``: their file is missing, or still the stub."""
    there = code.files(commit, made.spec.root)
    out = []
    for hole in made.compilation.holes:
        place = join(made.spec.root, hole.file)
        stub = made.bound.get(place)
        if stub is not None and (place not in there or there[place].oid == blob_oid(stub)):
            out.append(hole.path)
    return out


def _previous(code: Code, root: str, there: Mapping[str, Entry]) -> dict[str, bytes]:
    """The files now in the tree that the compiler may read, relative to the spec's root."""
    lock, migrations = join(root, LOCK), join(root, MIGRATIONS) + "/"
    wanted = [path for path in there if path == lock or path.startswith(migrations)]
    return {path[len(root) :].lstrip("/") if root else path: code.read(there[path].oid) for path in wanted}


def _old_lock(data: bytes | None) -> Mapping[str, Mapping[str, Any]]:
    """Path → what the lock says of it; nothing for a lock that cannot be read (then every difference is drift)."""
    if data is None:
        return {}
    try:
        return read(data).files
    except SpecError:
        return {}


def _drift(now: Entry | None, locked: Mapping[str, Any] | None) -> str:
    """How a compiled path was changed by somebody else; empty when it was not."""
    if locked is None or locked.get("mode") != COMPILED:
        return "stands there and was not written by the factory" if now is not None else ""
    if now is None:
        return "removed by hand"
    return "edited by hand" if now.oid != locked.get("oid") else ""


def _holes(
    compilation: Compilation, root: str, there: Mapping[str, Entry], old: Mapping[str, Mapping[str, Any]]
) -> list[OpenHole]:
    out = []
    for hole in compilation.holes:
        file = compilation.files.get(hole.file)
        if file is None:
            continue
        place = join(root, hole.file)
        why = _why_open(file, there.get(place), old.get(hole.file))
        if why:
            out.append(OpenHole(path=hole.path, file=place, function=hole.function, why=why, stub=file.content))
    return out


def _why_open(file: CompiledFile, now: Entry | None, locked: Mapping[str, Any] | None) -> str:
    if now is None or now.oid == blob_oid(file.content):
        return "empty"
    if locked is not None and file.digest and locked.get("digest") not in (None, file.digest):
        return "stale"
    return ""
