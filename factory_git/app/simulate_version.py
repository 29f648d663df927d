"""One version of an application, compiled and laid out in a folder, so that it can be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from factory_git.app.judge import join
from factory_git.app.revisions import Side
from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import BOUND, Compilation
from factory_git.compiler.lock import PATH as LOCK
from factory_git.core.errors import SpecError, UsageError
from factory_git.executors.application import Application
from factory_git.gitio import trees
from factory_git.spec.model import Spec

MIGRATIONS = "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A spec and every file its application is run from, relative to the spec's root."""

    spec: Spec
    label: str
    files: Mapping[str, bytes]

    @property
    def migrations(self) -> tuple[str, ...]:
        """The names of its migrations, in order."""
        return tuple(sorted({path.split("/")[1] for path in self.files if path.startswith(f"{MIGRATIONS}/")}))

    def lay_out(self, folder: Path) -> Application:
        """Write the application into ``folder``, which is there and empty."""
        for path, content in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return Application(root=folder, package=self.spec.package, label=f"{self.spec.id} {self.label}")


def version(side: Side, tree: trees.Tree, after: Version | None = None) -> Version:
    """Compile one side of a change. ``after`` is the older version, whose migrations this one's go on from.

    A tree whose own migrations do not begin with those of ``after`` (its code was not compiled yet, or on another
    line) is compiled as if it followed ``after``. Raises :class:`SpecError` where it does not compile.
    """
    spec = side.checked()
    if not spec.compiled:
        raise UsageError(
            f"the code of {spec.id} is bound: only a compiled application can be run here",
            code="simulate/bound",
            hint="its own tests are run by git factory run",
        )
    previous = _previous(tree, spec.root)
    compilation = _compile(spec, previous)
    if after is not None and not _continues(compilation, after):
        compilation = _compile(spec, {p: c for p, c in after.files.items() if _stored(p)})
    return Version(spec=spec, label=side.label, files=_files(spec, tree, compilation))


def _compile(spec: Spec, previous: Mapping[str, bytes]) -> Compilation:
    try:
        return compile_spec(spec, previous)
    except SpecError as error:
        # A lock or a migration that is damaged is the check's business; both versions start from what compiles.
        if not error.code.startswith(("lock/", "migrate/edited")):
            raise
        return compile_spec(spec, {})


def _stored(path: str) -> bool:
    return path == LOCK or path.startswith(f"{MIGRATIONS}/")


def _previous(tree: trees.Tree, root: str) -> dict[str, bytes]:
    """What the compiler reads of a tree, relative to the spec's root."""
    prefix = f"{root}/" if root else ""
    wanted = [p for p in tree.entries if p.startswith(prefix) and _stored(p[len(prefix) :])]
    tree.load(wanted)
    return {path[len(prefix) :]: tree.read(path) for path in wanted}


def _continues(compilation: Compilation, after: Version) -> bool:
    """Whether every migration of the older version is there, the same to the byte."""
    return all(
        path in compilation.files and compilation.files[path].content == content
        for path, content in after.files.items()
        if path.startswith(f"{MIGRATIONS}/")
    )


def _files(spec: Spec, tree: trees.Tree, compilation: Compilation) -> dict[str, bytes]:
    """What the compiler writes, over what people wrote in the package and where ``code:`` binds to."""
    files = {path: file.content for path, file in compilation.files.items()}
    bound = {path for path, file in compilation.files.items() if file.mode == BOUND}
    folders = {spec.package, *(PurePosixPath(b.at.partition("::")[0]).parts[0] for b in spec.bindings)}
    own = {}
    for path, entry in tree.entries.items():
        inside = path[len(spec.root) + 1 :] if spec.root and path.startswith(f"{spec.root}/") else path
        if entry.mode in (trees.FILE, trees.EXECUTABLE) and path == join(spec.root, inside):
            written = inside in bound or inside not in files
            if written and PurePosixPath(inside).parts[0] in folders:
                own[inside] = path
    tree.load(own.values())
    return files | {inside: tree.read(path) for inside, path in own.items()}
