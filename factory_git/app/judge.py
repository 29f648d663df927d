"""Judge each spec of a tree: what it compiles to, set against what lies there.

Truth is a recompile, compared byte for byte: the lock is compared too and never believed. What cannot be read is a
finding, so the judgement fails closed. Code that somebody wrote is judged by rules: :mod:`factory_git.app.judge_bound`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from factory_git.app import judge_bound
from factory_git.app.judge_bound import Codes
from factory_git.compiler import lock, migrate
from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import BOUND, Compilation, Hole
from factory_git.core.errors import FactoryError, Place, SpecError
from factory_git.drift.compiled import Actual, Expected, compare, left_over
from factory_git.drift.finding import Finding
from factory_git.drift.judged import Judged, below
from factory_git.gitio import trees
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

LOCK = lock.PATH
MIGRATIONS = "migrations"
REGULAR = (trees.FILE, trees.EXECUTABLE)


def judge(tree: trees.Tree, before: trees.Tree | None = None) -> list[Judged]:
    """Every spec of ``tree`` with its findings; ``before`` as in :class:`Codes`."""
    try:
        specs = find(tree.paths())
    except SpecError as error:
        return [Judged(root="", sources=(), expected=None, findings=tuple(_invalid(error, "", "factory.yaml")))]
    codes = Codes(tree, [root for root, _ in specs], before)
    judged = [_judge_one(codes, root, tuple(files)) for root, files in specs]
    return judged + list(_unfound(codes))


def _judge_one(codes: Codes, root: str, files: tuple[str, ...]) -> Judged:
    tree = codes.tree
    open_conflicts = [path for path in files if not tree.entries[path].merged]
    if open_conflicts:
        problems = tuple(_broken(path, "has an open merge conflict", root) for path in open_conflicts)
        return Judged(root=root, sources=files, expected=None, findings=problems)
    odd = [path for path in files if tree.entries[path].mode not in REGULAR]
    if odd:
        problems = tuple(_broken(path, "is not a regular file", root) for path in odd)
        return Judged(root=root, sources=files, expected=None, findings=problems)
    inputs = _inputs(tree, root)
    try:
        tree.load([*files, *inputs])
        spec = load([Source(path=path, content=tree.read(path)) for path in files], root=root)
        previous = {path[len(root) :].lstrip("/") if root else path: tree.read(path) for path in inputs}
        compilation = _compile(spec, previous)
    except SpecError as error:
        return Judged(root=root, sources=files, expected=None, findings=tuple(_invalid(error, root, files[0])))
    except (FactoryError, OSError) as error:
        return Judged(root=root, sources=files, expected=None, findings=(_broken(files[0], str(error), root),))
    judged = _compare(tree, spec, files, inputs, compilation)
    own = judge_bound.judge(codes, spec, compilation)
    findings = (*judged.findings, *own.findings)
    return replace(
        judged, findings=findings, hits=own.hits, world=own.world, ignores=own.ignores, quiet=own.quiet, spec=spec
    )


def _compile(spec: Spec, previous: Mapping[str, bytes]) -> Compilation:
    """Compile; a lock that cannot be read is no reason to look at nothing: it is compared like every file."""
    try:
        return compile_spec(spec, previous)
    except SpecError as error:
        if not error.code.startswith("lock/"):
            raise
        return compile_spec(spec, {path: data for path, data in previous.items() if path != LOCK})


def _compare(
    tree: trees.Tree, spec: Spec, files: tuple[str, ...], inputs: Sequence[str], compilation: Compilation
) -> Judged:
    root = spec.root
    expected = {}
    for path, file in compilation.files.items():
        content = None if file.mode == BOUND else file.content
        expected[join(root, path)] = Expected(content=content, nodes=file.nodes)
    tree.load(expected)
    locked = _locked(tree, root)
    by_oid = {entry.oid: path for path, entry in tree.entries.items() if path not in expected}

    def actual(path: str) -> Actual | None:
        entry = tree.entries.get(path)
        if entry is None:
            return None
        return Actual(
            mode=entry.mode,
            content=tree.read(path) if entry.mode in REGULAR else b"",
            untouched=locked.get(path) == entry.oid,
            merged=entry.merged,
        )

    def moved(content: bytes) -> str | None:
        return by_oid.get(trees.blob_id(content, "sha1")) or by_oid.get(trees.blob_id(content, "sha256"))

    findings = compare(expected, actual, moved, compiler=compilation.compiler, places=spec.places, root=root)
    findings += _left_over(tree, spec, expected)
    findings += [_unsaid(hole, compilation, root) for hole in compilation.holes if migrate.holds(hole)]
    if not spec.compiled and any(path == join(root, LOCK) for path in inputs):
        words = "is the lock of compiled code; nothing is compiled from this spec"
        hint = f"remove it: git rm {join(root, LOCK)}"
        findings.append(Finding(code="GF402", message=words, place=Place(file=join(root, LOCK)), hint=hint, root=root))
    left = tuple(one.place.file for one in findings if one.code == "GF402")
    return Judged(
        root=root,
        sources=files,
        expected=expected,
        findings=tuple(findings),
        inputs=frozenset((*files, *inputs)),
        left=left,
    )


def _unsaid(hole: Hole, compilation: Compilation, root: str) -> Finding:
    """A migration that only a person can finish: the application refuses to apply it."""
    lines = compilation.files[hole.file].content.decode(errors="replace").split("\n")
    line = next((n for n, text in enumerate(lines, 1) if hole.function in text), 0)
    words, hint = f"nobody has said yet {hole.function}", "write it in place of gf_hole(…), and drop the line with HOLE"
    place = Place(file=join(root, hole.file), line=line)
    return Finding(code="GF001", message=words, place=place, path=str(hole.path), hint=hint, root=root)


def _locked(tree: trees.Tree, root: str) -> dict[str, str]:
    """Path → blob id as the lock has it. It decides nothing but words."""
    try:
        files = json.loads(tree.read(join(root, LOCK))).get("files", {})
        return {join(root, path): str(entry.get("oid", "")) for path, entry in files.items()}
    except (KeyError, ValueError, AttributeError, FactoryError):
        return {}


def _left_over(tree: trees.Tree, spec: Spec, expected: Mapping[str, Expected]) -> list[Finding]:
    package = join(spec.root, spec.package)
    others = [
        path
        for path, entry in tree.entries.items()
        if below(path, package) and path not in expected and entry.mode in REGULAR
    ]
    tree.load(others)
    return left_over(others, tree.read, spec.root)


def _unfound(codes: Codes) -> Iterable[Judged]:
    """The specs of locks that lie where no spec is found: one under a name of its own, or none any more."""
    tree, roots = codes.tree, set(codes.roots)
    for path in tree.paths():
        if path != LOCK and not path.endswith(f"/{LOCK}"):
            continue
        root = path[: -len(LOCK)].rstrip("/")
        if root in roots:
            continue
        named = _by_id(tree, root, _lock_id(tree, path))
        if named is not None:
            yield _judge_one(codes, root, (named,))
            continue
        words = "belongs to no spec: none is found beside it"
        hint = "bring the spec back, or remove the compiled files with this lock"
        finding = Finding(code="GF402", message=words, place=Place(file=path), hint=hint, root=root)
        yield Judged(root=root, sources=(), expected=None, findings=(finding,))


def _by_id(tree: trees.Tree, root: str, id_: str) -> str | None:
    """The YAML file in ``root`` that is the spec ``id_``: a spec may have any name when the run is told it."""
    for path in tree.paths():
        if id_ and path.endswith(".yaml") and path.rpartition("/")[0] == root and tree.entries[path].mode in REGULAR:
            try:
                if load([Source(path=path, content=tree.read(path))], root=root).id == id_:
                    return path
            except FactoryError:
                continue
    return None


def _lock_id(tree: trees.Tree, path: str) -> str:
    try:
        return str(json.loads(tree.read(path)).get("spec", {}).get("id", ""))
    except (ValueError, AttributeError, FactoryError):
        return ""


def _inputs(tree: trees.Tree, root: str) -> list[str]:
    """What the compiler reads beside the spec: the lock and the migrations that are there."""
    lock, migrations = join(root, LOCK), join(root, MIGRATIONS)
    return [
        path
        for path, entry in sorted(tree.entries.items())
        if (path == lock or below(path, migrations)) and entry.mode in REGULAR and entry.merged
    ]


def _invalid(error: SpecError, root: str, file: str) -> Iterable[Finding]:
    for problem in error.problems:
        yield Finding(
            code="GF500",
            message=problem.message,
            place=problem.place or Place(file=file),
            severity=problem.severity,
            path=problem.path,
            hint=problem.hint,
            root=root,
        )
    if not any(problem.severity == "error" for problem in error.problems):
        yield replace(_broken(file, error.message, root), hint=error.hint)


def _broken(path: str, words: str, root: str) -> Finding:
    return Finding(code="GF500", message=words, place=Place(file=path), root=root)


def join(root: str, path: str) -> str:
    return str(PurePosixPath(root) / path)
