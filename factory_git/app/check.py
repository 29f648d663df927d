"""``check``: is the code what its spec compiles to?

Truth is a recompile of the spec in the tree that is looked at, compared byte for byte: the lock file is compared too
and never believed. What cannot be read is a finding, so the check fails closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import BOUND, Compilation
from factory_git.core.errors import FactoryError, Place, SpecError
from factory_git.drift import memory
from factory_git.drift.compiled import Actual, Expected, compare, left_over
from factory_git.drift.finding import Finding, order
from factory_git.drift.judged import Judged, below, brought, spec_first
from factory_git.gitio import index_read, trees
from factory_git.gitio.child import git
from factory_git.gitio.locate import Location
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

LOCK = ".factory/lock.json"
MIGRATIONS = "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at: the index (default), the working tree, or a commit; ``paths`` narrow what is reported.

    Of the index only what the change touches is reported, unless ``everything`` is set or nothing is staged.
    ``spec_first`` lets a change of the spec go ahead of its code, with a warning.
    """

    paths: tuple[str, ...] = ()  # from the top of the repository; a folder stands for all below it
    everything: bool = False
    spec_first: bool = False
    worktree: bool = False
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The findings to act on, sorted, and what else was seen."""

    findings: tuple[Finding, ...]
    older: int  # findings that the change did not touch
    specs: tuple[str, ...]  # root of each spec
    files: int  # compiled files compared


def run(location: Location, options: Options) -> Result:
    """Check the tree that ``options`` name. Changes nothing in the repository but its local, disposable memory."""
    tree = _tree(location, options)
    judged = judge(tree)
    orphans = list(_orphans(tree, {each.root for each in judged}))
    findings = [one for each in judged for one in each.findings] + orphans
    staged = not options.worktree and options.revision is None
    if staged and not orphans:
        remember(location, tree, judged)
    shown, older = findings, 0
    if staged and not options.everything and (changed := _changed(tree)):
        shown = brought(findings, judged, changed)
        older = len(findings) - len(shown)
        if options.spec_first:
            shown = spec_first(shown, judged, changed)
    if options.paths:
        shown = [one for one in shown if any(below(one.place.file, path) for path in options.paths)]
    return Result(
        findings=tuple(sorted(shown, key=order)),
        older=older,
        specs=tuple(each.root for each in judged),
        files=sum(len(each.expected or ()) for each in judged),
    )


def judge(tree: trees.Tree) -> list[Judged]:
    """Every spec of ``tree`` with its findings."""
    try:
        specs = find(tree.paths())
    except SpecError as error:
        return [Judged(root="", sources=(), expected=None, findings=tuple(_invalid(error, "", "factory.yaml")))]
    return [_judge_one(tree, root, tuple(files)) for root, files in specs]


def remember(location: Location, tree: trees.Tree, judged: Sequence[Judged]) -> None:
    """Keep what the staged specs compile to, for the hook; a spec that does not compile is not remembered."""
    expected: dict[str, str] = {}
    extra: list[str] = []
    for each in judged:
        if each.expected is None:
            return
        for path, want in each.expected.items():
            known = memory.ANY
            if want.content is not None:
                known = f"{trees.FILE} {trees.blob_id(want.content, location.object_format)} 0"
            expected[path] = known
        expected |= dict.fromkeys(each.left, memory.ABSENT)
        extra.append(f":(top,literal){_join(each.root, MIGRATIONS)}")
    inputs = {path for each in judged for path in each.inputs}
    state = memory.State(memory.stamp(), extra, {}, expected)
    found = index_read.entries(state.pathspecs())
    if found is None or any(not _same(tree, path, what) for path, what in found.items()):
        return  # the index moved on while we looked
    state.inputs = {path: what for path, what in found.items() if path not in expected or path in inputs}
    where = memory.path_in(str(location.common_dir))
    memory.write(where, [state, *memory.read(where)])


def _tree(location: Location, options: Options) -> trees.Tree:
    if options.revision is not None:
        return trees.commit(options.revision)
    return trees.worktree(location) if options.worktree else trees.index(location)


def _judge_one(tree: trees.Tree, root: str, files: tuple[str, ...]) -> Judged:
    open_conflicts = [path for path in files if not tree.entries[path].merged]
    if open_conflicts:
        problems = tuple(_broken(path, "has an open merge conflict", root) for path in open_conflicts)
        return Judged(root=root, sources=files, expected=None, findings=problems)
    odd = [path for path in files if tree.entries[path].mode not in (trees.FILE, trees.EXECUTABLE)]
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
    return _compare(tree, spec, files, inputs, compilation)


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
        expected[_join(root, path)] = Expected(content=content, nodes=file.nodes)
    tree.load(expected)
    locked = _locked(tree, root)
    by_oid = {entry.oid: path for path, entry in tree.entries.items() if path not in expected}

    def actual(path: str) -> Actual | None:
        entry = tree.entries.get(path)
        if entry is None:
            return None
        regular = entry.mode in (trees.FILE, trees.EXECUTABLE)
        return Actual(
            mode=entry.mode,
            content=tree.read(path) if regular else b"",
            untouched=locked.get(path) == entry.oid,
            merged=entry.merged,
        )

    def moved(content: bytes) -> str | None:
        return by_oid.get(trees.blob_id(content, "sha1")) or by_oid.get(trees.blob_id(content, "sha256"))

    findings = compare(expected, actual, moved, compiler=compilation.compiler, places=spec.places, root=root)
    findings += _left_over(tree, spec, expected)
    left = tuple(one.place.file for one in findings if one.code == "GF402")
    return Judged(
        root=root,
        sources=files,
        expected=expected,
        findings=tuple(findings),
        inputs=frozenset((*files, *inputs)),
        left=left,
    )


def _locked(tree: trees.Tree, root: str) -> dict[str, str]:
    """Path → blob id as the lock has it. It decides nothing but words."""
    try:
        files = json.loads(tree.read(_join(root, LOCK))).get("files", {})
        return {_join(root, path): str(entry.get("oid", "")) for path, entry in files.items()}
    except (KeyError, ValueError, AttributeError, FactoryError):
        return {}


def _left_over(tree: trees.Tree, spec: Spec, expected: Mapping[str, Expected]) -> list[Finding]:
    package = _join(spec.root, spec.package)
    others = [
        path
        for path, entry in tree.entries.items()
        if below(path, package) and path not in expected and entry.mode in (trees.FILE, trees.EXECUTABLE)
    ]
    tree.load(others)
    return left_over(others, tree.read, spec.root)


def _orphans(tree: trees.Tree, roots: set[str]) -> Iterable[Finding]:
    """A lock whose spec is gone: everything it names is code without a spec."""
    for path in tree.paths():
        if path == LOCK or path.endswith(f"/{LOCK}"):
            root = path[: -len(LOCK)].rstrip("/")
            if root not in roots:
                words = "belongs to no spec: none is found beside it"
                hint = "bring the spec back, or remove the compiled files with this lock"
                yield Finding(code="GF402", message=words, place=Place(file=path), hint=hint, root=root)


def _inputs(tree: trees.Tree, root: str) -> list[str]:
    """What the compiler reads beside the spec: the lock and the migrations that are there."""
    lock, migrations = _join(root, LOCK), _join(root, MIGRATIONS)
    regular = (trees.FILE, trees.EXECUTABLE)
    return [
        path
        for path, entry in sorted(tree.entries.items())
        if (path == lock or below(path, migrations)) and entry.mode in regular and entry.merged
    ]


def _changed(tree: trees.Tree) -> set[str]:
    """The paths that the index changes of ``HEAD``: all of them before the first commit."""
    commit = index_read.head()
    if commit is None:
        return set(tree.entries)
    out = git("diff-index", "--cached", "--name-only", "-z", "--no-renames", commit, "--", inherit=True)
    return {path for path in out.decode(errors="surrogateescape").split("\0") if path}


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


def _same(tree: trees.Tree, path: str, what: str) -> bool:
    entry = tree.entries.get(path)
    return entry is not None and entry.merged and what == f"{entry.mode} {entry.oid} 0"


def _join(root: str, path: str) -> str:
    return str(PurePosixPath(root) / path)


def as_json(result: Result) -> str:
    """The whole result as a JSON object (``--json``)."""
    value = {
        "ok": not result.findings,
        "findings": [one.as_json() for one in result.findings],
        "older": result.older,
        "specs": list(result.specs),
        "files": result.files,
    }
    return json.dumps(value, ensure_ascii=False, indent=2)
