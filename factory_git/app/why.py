"""``why``: from a line of code to what made it.

The line's commit comes from Git, its run from the commit's trailers, its spec nodes from the tags in the file, the
tests from the lock, their last result and the promotion from the ledger. What is missing on the way is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.context import Context
from factory_git.compiler import lock
from factory_git.core.errors import FactoryError, NotFound, Place, UsageError
from factory_git.core.ids import SpecPath
from factory_git.drift import tags
from factory_git.drift.cover import covering
from factory_git.drift.judged import below
from factory_git.gitio import blame, trees
from factory_git.ledger.record import Entry
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

FETCH = "git fetch REMOTE refs/factory/ledger:refs/factory/ledger"
NODES = 12  # of a file's head; the whole list is in the lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A spec node of the line. ``place`` is None where the spec has it no more; ``by``: tag, head or trailer."""

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
    tree = _Files(ctx, revision)
    content = tree.text(file)
    if line is not None and not 1 <= line <= len(content):
        raise NotFound(f"{file} has {len(content)} lines", code="why/no-line", hint="lines count from 1")
    origins = [o for o in blame.blame(ctx.location, file, revision=revision) if line is None or o.line == line]
    commits = blame.commits(ctx.location, list(dict.fromkeys(o.commit for o in origins if o.commit)))
    origin = _telling(origins, commits)
    commit = commits.get(origin.commit) if origin and origin.commit else None
    notes: list[str] = []
    spec, locked = tree.spec(file, notes)
    nodes, more = _nodes(content, line, commit, spec)
    records = _Records(ctx, _trailer(commit, "Factory-Run"), notes)
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
        notes=(*_origin_notes(origin, commit, content), *notes),
    )


def split(text: str, exists: Any = None) -> tuple[str, int | None]:
    """``FILE:LINE`` in its parts; a file that has such a name itself is meant as it stands."""
    there = exists or (lambda name: Path(name).exists())
    name, colon, number = text.rpartition(":")
    if not colon or not name or there(text):
        return text, None
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise UsageError(f"{number!r} is no line number", code="why/line", hint="FILE:LINE, lines count from 1")
    return name, int(number)


class _Files:
    """The files that belong to the answer: on disk, or of a commit."""

    def __init__(self, ctx: Context, revision: str | None) -> None:
        self._top = ctx.location.worktree if revision is None else None
        self._tree = trees.index(ctx.location) if self._top else trees.commit(ctx.location, revision or "HEAD")

    def read(self, path: str) -> bytes:
        if self._top is not None:
            return (self._top / path).read_bytes()
        if path not in self._tree.entries:
            raise FileNotFoundError(path)
        return self._tree.read(path)

    def text(self, path: str) -> list[str]:
        """The lines of the file that is asked for."""
        try:
            lines = self.read(path).decode(errors="replace").split("\n")
            return lines[:-1] if lines[-1] == "" else lines
        except IsADirectoryError as error:
            raise UsageError(f"{path} is a folder", code="why/folder", hint="name a file in it") from error
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(f"there is no file {path}", code="why/no-file", hint=self._moved(path)) from error

    def spec(self, path: str, notes: list[str]) -> tuple[Spec | None, Mapping[str, Any]]:
        """The spec that ``path`` lies under, nearest first, and its lock's content."""
        try:
            found = [(root, files) for root, files in find(self._tree.paths()) if below(path, root)]
            if not found:
                return None, {}
            root, files = max(found, key=lambda one: len(one[0]))
            locked = self._lock(root)
            return load([Source(path=one, content=self.read(one)) for one in files], root=root), locked
        except (FactoryError, OSError) as error:
            notes.append(f"the spec cannot be read, so its places are not told: {error}")
            return None, {}

    def _lock(self, root: str) -> Mapping[str, Any]:
        try:
            return lock.read(self.read(f"{root}/{lock.PATH}" if root else lock.PATH)).data
        except (FactoryError, OSError):
            return {}

    def _moved(self, path: str) -> str:
        name = path.rpartition("/")[2]
        same = [one for one in self._tree.paths() if one.rpartition("/")[2] == name]
        return f"there is {same[0]}" if same else ""


class _Records:
    """What the ledger has of one run."""

    def __init__(self, ctx: Context, run_id: str, notes: list[str]) -> None:
        self.id = run_id
        self.run: Entry | None = None
        self._entries: Sequence[Entry] = ()
        self._ledger = ctx.ledger
        if not run_id:
            return
        try:
            self.run = ctx.ledger.entry(run_id)
            self._entries = ctx.ledger.list(run=run_id)
        except NotFound:
            notes.append(f"the run's records are not in this repository; get them: {FETCH}")
        except FactoryError as error:
            notes.append(f"the run's records cannot be read: {error}")

    def last(self, type_: str) -> Entry | None:
        """The run's last record of a type; ``list`` is in graph order, so the last one is the latest."""
        return next((one for one in reversed(self._entries) if one.record.type == type_), None)

    def results(self, spec: str) -> dict[str, tuple[str, Entry]]:
        """Test → its last recorded outcome, over all runs of the same spec: a later run tests older lines, too."""
        found: dict[str, tuple[str, Entry]] = {}
        try:
            entries = self._ledger.list(type="validate")
        except FactoryError:
            return found
        for entry in sorted(entries, key=lambda one: one.when):
            if entry.record.payload.get("spec", spec) != spec:
                continue
            for result in entry.record.payload.get("tests", ()):
                name = str(result.get("test", ""))
                found[name] = (str(result.get("outcome", "")), entry)
        return found


def _telling(origins: Sequence[blame.Origin], commits: Mapping[str, blame.Commit]) -> blame.Origin | None:
    """The origin to tell of: the line's own; for a file, that of the latest commit of the factory, or the latest."""

    def rank(origin: blame.Origin) -> tuple[bool, float]:
        commit = commits.get(origin.commit or "")
        return (bool(_trailer(commit, "Factory-Run")), commit.when.timestamp() if commit else 0.0)

    return max(origins, key=rank, default=None)


def _nodes(
    content: Sequence[str], line: int | None, commit: blame.Commit | None, spec: Spec | None
) -> tuple[tuple[Node, ...], int]:
    """The nodes of the line's tag, else of the file's head, else of the commit; bounded, with what was cut."""
    places = spec.places if spec else {}
    by, paths = "tag", []
    if line is not None and (tag := tags.enclosing(content, line)):
        paths = [tag[0]]
    elif head := tags.head(content):
        by, paths = "head", list(head[1])
    elif commit is not None:
        # The last one may say in words how many more there are.
        by, paths = "trailer", [path for path in commit.trailers.get("Factory-Node", ()) if " " not in path]
    nodes = tuple(Node(path=path, place=_place(path, places), by=by) for path in paths)
    return nodes[:NODES], max(0, len(nodes) - NODES)


def _place(path: str, places: Mapping[SpecPath, Place]) -> Place | None:
    return places.get(SpecPath(path))


def _tests(nodes: Iterable[Node], locked: Mapping[str, Any], spec: Spec | None, records: _Records) -> tuple[Test, ...]:
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


def _origin_notes(origin: blame.Origin | None, commit: blame.Commit | None, content: Sequence[str]) -> tuple[str, ...]:
    if origin is None:
        return ("the file is empty",)
    if commit is None:
        return ("not committed yet: nobody but the working tree knows this line",)
    if _trailer(commit, "Factory-Run"):
        return ()
    if tags.head(content):
        return ("no run of the factory made this commit, though the file says it is compiled: `git factory check`",)
    return ("this did not come from the factory: its commit names no run",)


def _trailer(commit: blame.Commit | None, key: str) -> str:
    values = commit.trailers.get(key, ()) if commit else ()
    return values[-1] if values else ""


def as_json(why: Why) -> str:
    """The answer as a JSON object (``--json``)."""
    value: dict[str, Any] = {
        "file": why.file,
        "line": why.line or None,
        "text": why.text if why.line else None,
        "from_factory": why.from_factory,
        "commit": _commit_json(why.commit),
        "was_at": {"file": why.origin.file, "line": why.origin.first} if why.origin and why.commit else None,
        "run": ({"id": why.run_id} | _entry_json(why.run)) if why.run_id else None,
        "phase": why.phase or None,
        "nodes": [
            {"path": n.path, "by": n.by, "spec": {"file": n.place.file, "line": n.place.line} if n.place else None}
            for n in why.nodes
        ],
        "more_nodes": why.more_nodes,
        "tests": [
            {"test": t.test, "via": t.via, "direct": t.direct, "outcome": t.outcome or None} | _entry_json(t.entry)
            for t in why.tests
        ],
        "promotion": _entry_json(why.promotion) or None,
        "verdict": _entry_json(why.verdict) or None,
        "notes": list(why.notes),
    }
    if not why.line:
        value["commits"] = [{"commit": commit.oid if commit else None, "lines": count} for commit, count in why.others]
    return json.dumps(value, ensure_ascii=False, indent=2)


def _commit_json(commit: blame.Commit | None) -> dict[str, Any] | None:
    if commit is None:
        return None
    when = commit.when.isoformat()
    return {"id": commit.oid, "author": commit.author, "when": when, "subject": commit.subject}


def _entry_json(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {"record": entry.record.id, "actor": entry.actor, "when": entry.when.isoformat()}
