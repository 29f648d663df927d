"""``why``: from a line of code to what made it.

The line's commit comes from Git, its run from the commit's trailers, its spec nodes from the tags in the file, the
tests from the lock, their last result and the promotion from the ledger. What is missing on the way is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.context import Context
from factory_git.app.why_sources import Files, Records
from factory_git.core.errors import NotFound, Place, UsageError
from factory_git.core.ids import SpecPath
from factory_git.drift import tags
from factory_git.drift.cover import covering
from factory_git.gitio import blame
from factory_git.ledger.record import Entry
from factory_git.spec.model import Spec

NODES = 12  # of a file's head; the whole list is in the lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A spec node of the line. ``place`` is None where the spec has none; ``by``: tag, head, lock, trailer, spec;
    of bound code also code (``code:`` in the spec) and convention (its name)."""

    path: str
    place: Place | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test that covers the node, and its last result: ``outcome`` is empty where none is recorded."""

    __test__ = False  # not a test itself, whatever pytest thinks of the name

    test: str
    via: str
    direct: bool
    outcome: str = ""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The answer for one line (``line`` 0: for the whole file). ``notes`` say in words what is missing."""

    file: str
    line: int
    text: str
    commit: blame.Commit | None
    origin: blame.Origin | None
    run: Entry | None
    run_id: str
    phase: str
    nodes: tuple[Node, ...]
    more_nodes: int
    tests: tuple[Test, ...]
    promotion: Entry | None
    verdict: Entry | None
    others: tuple[tuple[blame.Commit | None, int], ...]  # whole file: the commits of its lines, and how many each has
    notes: tuple[str, ...]
    written: Entry | None = None  # bound code: the record of the agent's work, with its prompt and transcript

    @property
    def from_factory(self) -> bool:
        """Whether a run of the factory wrote it."""
        return bool(self.run_id)


def run(ctx: Context, file: str, line: int | None = None, *, revision: str | None = None) -> Why:
    """Explain ``file`` (from the top of the repository), or one line of it.

    Raises :class:`NotFound` for a file or line that is not there.
    """
    if ctx.location.worktree is None and revision is None:
        revision = "HEAD"
    tree = Files(ctx, revision)
    content = tree.text(file)
    if line is not None and not 1 <= line <= len(content):
        raise NotFound(f"{file} has {len(content)} lines", code="why/no-line", hint="lines count from 1")
    origins = [o for o in blame.blame(ctx.location, file, revision=revision) if line is None or o.line == line]
    commits = blame.commits(ctx.location, list(dict.fromkeys(o.commit for o in origins if o.commit)))
    origin = _telling(origins, commits)
    commit = commits.get(origin.commit) if origin and origin.commit else None
    notes: list[str] = []
    spec, locked = tree.spec(file, notes)
    is_spec = spec is not None and any(source.path == file for source in spec.sources)
    bound = _bound_to(locked, spec, [file, *([origin.file] if origin else [])])
    tied = tree.tied(spec, file, line, notes) if spec and line and not (spec.compiled or is_spec) else ()
    if spec and is_spec:
        nodes, more = _spec_nodes(spec, file, line)
    elif spec and tied:
        nodes, more = tuple(Node(path=path, place=_place(path, spec.places), by=by) for path, by in tied), 0
    else:
        nodes, more = _nodes(content, line, commit, spec, bound)
    records = Records(ctx, _trailer(commit, "Factory-Run"), notes)
    return Why(
        file=file,
        line=line or 0,
        text=content[line - 1] if line and content else "",
        commit=commit,
        origin=origin,
        run=records.run,
        run_id=records.id,
        phase=_trailer(commit, "Factory-Phase"),
        nodes=nodes,
        more_nodes=more,
        tests=_tests(nodes, locked, spec, records),
        promotion=records.last("promotion"),
        verdict=records.last("verdict"),
        others=_others(origins, commits) if line is None else (),
        notes=(*_origin_notes(origin, commit, content, is_spec=is_spec), *notes),
        written=_written(records) if bound else None,
    )


def split(text: str, exists: Callable[[str], bool] | None = None) -> tuple[str, int | None]:
    """``FILE:LINE`` in its parts; a file that has such a name itself is meant as it stands."""
    there = exists or (lambda name: Path(name).exists())
    name, colon, number = text.rpartition(":")
    if not colon or not name or there(text):
        return text, None
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise UsageError(f"{number!r} is no line number", code="why/line", hint="FILE:LINE, lines count from 1")
    return name, int(number)


def _telling(origins: Sequence[blame.Origin], commits: Mapping[str, blame.Commit]) -> blame.Origin | None:
    """The origin to tell of: the line's own; for a file, that of the latest commit of the factory, or the latest."""

    def rank(origin: blame.Origin) -> tuple[bool, float]:
        commit = commits.get(origin.commit or "")
        return (bool(_trailer(commit, "Factory-Run")), commit.when.timestamp() if commit else 0.0)

    return max(origins, key=rank, default=None)


def _bound_to(locked: Mapping[str, Any], spec: Spec | None, names: Iterable[str]) -> tuple[str, ...]:
    """The nodes that the lock has for bound code of one of these names; its writer need not have kept the tags."""
    files = locked.get("files", {})
    root = f"{spec.root}/" if spec and spec.root else ""
    for name in names:
        entry = files.get(name.removeprefix(root), {}) if isinstance(files, dict) else {}
        if isinstance(entry, dict) and entry.get("mode") == "bound":
            return tuple(str(node) for node in entry.get("nodes", ()))
    return ()


def _nodes(
    content: Sequence[str],
    line: int | None,
    commit: blame.Commit | None,
    spec: Spec | None,
    locked: Sequence[str],
) -> tuple[tuple[Node, ...], int]:
    """The nodes of the line's tag, else of the file's head, the lock or the commit; bounded, with what was cut."""
    places = spec.places if spec else {}
    by, paths = "tag", []
    if line is not None and (tag := tags.enclosing(content, line)):
        paths = [tag[0]]
    elif head := tags.head(content):
        by, paths = "head", list(head[1])
    elif locked:
        by, paths = "lock", list(locked)
    elif commit is not None:
        # The last one may say in words how many more there are.
        by, paths = "trailer", [path for path in commit.trailers.get("Factory-Node", ()) if " " not in path]
    nodes = tuple(Node(path=path, place=_place(path, places), by=by) for path in paths)
    return nodes[:NODES], max(0, len(nodes) - NODES)


def _spec_nodes(spec: Spec, file: str, line: int | None) -> tuple[tuple[Node, ...], int]:
    """The node that a line of the spec itself says something of: the last one that begins there or above."""
    above = [(at.line, at.column, path) for path, at in spec.places.items() if at.file == file and line]
    best = max((one for one in above if 0 < one[0] <= (line or 0)), default=None)
    if best is None:
        return (), 0
    return (Node(path=best[2], place=spec.places[best[2]], by="spec"),), 0


def _place(path: str, places: Mapping[SpecPath, Place]) -> Place | None:
    return places.get(SpecPath(path))


def _tests(nodes: Iterable[Node], locked: Mapping[str, Any], spec: Spec | None, records: Records) -> tuple[Test, ...]:
    runs = _runs(spec)
    proofs = {test: {**proof, "runs": runs.get(str(proof.get("scenario")), ())} for test, proof in _proofs(locked)}
    compiled = {proof.get("scenario") for proof in proofs.values()}
    for scenario in spec.scenarios if spec else ():
        if scenario.test is not None and scenario.path not in compiled:  # a command that no file of tests holds
            proofs[scenario.test.text] = {
                "scenario": scenario.path,
                "covers": scenario.covers,
                "runs": runs.get(scenario.path, ()),
            }
    covers = covering([node.path for node in nodes], proofs, locked.get("reads", {}))
    if not covers:
        return ()
    results = records.results(spec.id if spec else "")
    tests = []
    for cover in covers:
        outcome, entry = results.get(cover.test, ("", None))
        tests.append(Test(test=cover.test, via=cover.via, direct=cover.direct, outcome=outcome, entry=entry))
    return tuple(tests)


def _proofs(locked: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The lock's proofs; nothing where the file is not what the compiler writes."""
    proofs = locked.get("proofs", {})
    return [(test, proof) for test, proof in proofs.items() if isinstance(proof, dict)]


def _runs(spec: Spec | None) -> dict[str, tuple[str, ...]]:
    """Scenario → the pipelines it runs."""
    if spec is None:
        return {}
    pipelines = {pipeline.id: str(pipeline.path) for pipeline in spec.pipelines}
    return {
        str(scenario.path): tuple(pipelines[step["run"]] for step in scenario.when if step.get("run") in pipelines)
        for scenario in spec.scenarios
    }


def _others(
    origins: Sequence[blame.Origin], commits: Mapping[str, blame.Commit]
) -> tuple[tuple[blame.Commit | None, int], ...]:
    counts: dict[str, int] = {}
    for origin in origins:
        counts[origin.commit or ""] = counts.get(origin.commit or "", 0) + 1
    rows = [(commits.get(oid), count) for oid, count in counts.items()]
    return tuple(sorted(rows, key=lambda row: -row[1]))


def _origin_notes(
    origin: blame.Origin | None, commit: blame.Commit | None, content: Sequence[str], *, is_spec: bool
) -> tuple[str, ...]:
    if origin is None:
        return ("the file is empty",)
    if commit is None:
        return ("not committed yet: nobody but the working tree knows this line",)
    if _trailer(commit, "Factory-Run"):
        return ()
    if is_spec:
        return ("this is the spec itself: people write it, and code comes from it",)
    if tags.head(content):
        return ("no run of the factory made this commit, though the file says it is compiled: `git factory check`",)
    return ("this did not come from the factory: its commit names no run",)


def _written(records: Records) -> Entry | None:
    """The run's last work of an agent; None where only the compiler worked."""
    found = records.last("implement")
    return found if found is not None and found.record.payload.get("prompt") else None


def _trailer(commit: blame.Commit | None, key: str) -> str:
    values = commit.trailers.get(key, ()) if commit else ()
    return values[-1] if values else ""
