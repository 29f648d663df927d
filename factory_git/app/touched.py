"""Which nodes of which specs a change touches: in the specs themselves, and in the code that is theirs.

A piece of code is a node's by a ``gf:`` tag on its declaration, by ``code:`` in the spec, or by the lock, which names
the nodes of every compiled file and of every file that was left for somebody to write. Pieces are compared by their
text, so that code which only moves within its file is not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from factory_git.app import pieces
from factory_git.compiler import lock as locks
from factory_git.core.errors import FactoryError, SpecError
from factory_git.core.trailers import topmost
from factory_git.gitio import trees
from factory_git.gitio.changes import Change
from factory_git.gitio.locate import Location
from factory_git.spec import graph as graphs
from factory_git.spec.load import find, load
from factory_git.spec.model import Binding, Source, Spec

MANY = 2000  # changed files beyond which only those that a spec names are read


@dataclass(frozen=True, eq=False)
class SpecSide:
    """A spec as one side of the change has it, with its lock where that can be read."""

    spec: Spec
    lock: locks.Lock | None

    @cached_property
    def graph(self) -> graphs.Graph:
        """Its nodes."""
        return graphs.build(self.spec)

    def locked(self, path: str) -> tuple[str, Sequence[str]]:
        """Mode and nodes that the lock has for a file, named from the top of the repository."""
        entry = self.lock.files.get(_inside(self.spec.root, path), {}) if self.lock else {}
        return str(entry.get("mode", "")), [str(node) for node in entry.get("nodes", ())]

    def has(self, node: str) -> bool:
        """Whether this names a node, or a list of nodes."""
        try:
            self.graph.digest_of(node)
        except FactoryError:
            return False
        return True


@dataclass(frozen=True, eq=False)
class Side:
    """The specs of one side of a change. ``broken`` names the files of those that cannot be read."""

    specs: tuple[SpecSide, ...]
    broken: tuple[str, ...]

    def of(self, path: str) -> list[SpecSide]:
        """The specs in whose folders a file lies, the nearest first, then the others."""
        inside = [one for one in self.specs if not one.spec.root or path.startswith(f"{one.spec.root}/")]
        near = sorted(inside, key=lambda one: -len(one.spec.root))
        return [*near, *(one for one in self.specs if one not in inside)]

    def has(self, node: str) -> bool:
        """Whether any spec has the node."""
        return any(one.has(node) for one in self.specs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The nodes by spec id, each list sorted. ``unread``: files too many to be looked into."""

    nodes: Mapping[str, Sequence[str]]
    before: Side
    after: Side
    unread: int = 0


def touched(location: Location, listing: Mapping[str, str], changes: Sequence[Change]) -> Touched:
    """What ``changes`` touch. ``listing`` is the after side: path → ``mode oid stage`` of all spec files."""
    blobs = _Blobs(location)
    files = {path: oid for path, (mode, oid, _) in _split(listing).items() if mode in (trees.FILE, trees.EXECUTABLE)}
    after = _side(blobs, files)
    earlier = dict(files)
    ours = [one for one in changes if is_spec_file(one.path)]
    for one in ours:
        if one.new:
            earlier.pop(one.path, None)
        if one.old:
            earlier[one.path] = one.old
    before = _side(blobs, earlier) if ours else after
    unread = len(changes) > MANY
    looked = [one for one in changes if not unread or _named(one.path, before, after)]
    blobs.want(oid for one in looked for oid in (one.old, one.new))
    found: defaultdict[str, set[str]] = defaultdict(set)
    whole = _in_specs(before, after, found) if ours else set()
    changed = set(found)
    for one in looked:
        if not is_spec_file(one.path):
            for side, node in _in_file(one, blobs, before, after, changed):
                if not any(node.startswith(f"{top}.") for top in whole):  # what comes or goes is named by its top
                    found[side.spec.id].add(node)
    return Touched(
        nodes={spec: sorted(nodes) for spec, nodes in sorted(found.items()) if nodes},
        before=before,
        after=after,
        unread=len(changes) - len(looked),
    )


def is_spec_file(path: str) -> bool:
    """Whether a path is of the kind that a spec consists of: wider than the rule, as ``message_quick.PATTERNS`` is."""
    return path.endswith(("factory.yaml", ".factory/lock.json")) or (path.endswith(".yaml") and "spec/" in path)


def bound_files(side: Side) -> frozenset[str]:
    """The files that specs name by ``code:``."""
    return frozenset(_outside(one.spec.root, _file(binding)) for one in side.specs for binding in one.spec.bindings)


def locked_files(side: Side) -> frozenset[str]:
    """The files that the locks of specs have."""
    return frozenset(_outside(one.spec.root, path) for one in side.specs if one.lock for path in one.lock.files)


def _named(path: str, *sides: Side) -> bool:
    return is_spec_file(path) or any(path in bound_files(side) | locked_files(side) for side in sides)


class _Blobs:
    """Contents by blob id, read in batches."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._read: dict[str, bytes] = {}

    def want(self, oids: Iterable[str]) -> None:
        missing = sorted({oid for oid in oids if oid} - self._read.keys())
        if missing:
            self._read |= trees.read_blobs(self._location, missing)

    def __getitem__(self, oid: str) -> bytes:
        self.want([oid])
        return self._read.get(oid, b"")


def _split(listing: Mapping[str, str]) -> dict[str, list[str]]:
    return {path: what.partition("+")[0].split(" ") for path, what in listing.items()}


def _side(blobs: _Blobs, files: Mapping[str, str]) -> Side:
    blobs.want(files.values())
    try:
        found = find(files)
    except SpecError:
        return Side((), tuple(path for path in files if path.endswith(".yaml")))
    specs, broken = [], []
    for root, names in found:
        try:
            spec = load([Source(path=name, content=blobs[files[name]]) for name in names], root=root)
        except SpecError:
            broken += names
            continue
        specs.append(SpecSide(spec, _lock(blobs, files.get(_outside(root, locks.PATH), ""))))
    return Side(tuple(specs), tuple(broken))


def _lock(blobs: _Blobs, oid: str) -> locks.Lock | None:
    try:
        return locks.read(blobs[oid]) if oid else None
    except FactoryError:
        return None


def _in_specs(before: Side, after: Side, found: defaultdict[str, set[str]]) -> set[str]:
    """Add what the specs themselves say otherwise; the tops of what comes or goes as a whole."""
    tops: set[str] = set()
    for old, new in _pairs(before, after):
        a = old.graph.nodes if old else {}
        b = new.graph.nodes if new else {}
        # The spec itself (the empty path) is no node to name.
        whole = [top for only in (a.keys() - b.keys(), b.keys() - a.keys()) for top in topmost(filter(None, only))]
        both = (path for path in a.keys() & b.keys() if path)
        nodes = [*whole, *(p for p in both if a[p].own != b[p].own or a[p].ordered != b[p].ordered)]
        tops |= set(whole)
        named = new or old
        if nodes and named:
            found[named.spec.id].update(nodes)
    return tops


def _pairs(before: Side, after: Side) -> Iterator[tuple[SpecSide | None, SpecSide | None]]:
    """Each spec with its earlier self: of the same folder (its id may have changed), else of the same id."""
    left = list(before.specs)
    for new in after.specs:
        same = [one for one in left if one.spec.root == new.spec.root] or [o for o in left if o.spec.id == new.spec.id]
        if same:
            left.remove(same[0])
        yield (same[0] if same else None), new
    for old in left:
        yield old, None


def _in_file(
    change: Change, blobs: _Blobs, before: Side, after: Side, respecified: set[str]
) -> Iterator[tuple[SpecSide, str]]:
    old, new = blobs[change.old] if change.old else b"", blobs[change.new] if change.new else b""
    tagged = pieces.touched(old, new)
    for node in sorted(tagged):
        sides = [side for side in (*after.of(change.path), *before.of(change.path)) if side.has(node)]
        if sides:  # else the tag names nothing: that is for the check to say
            yield sides[0], node
    for side in dict.fromkeys((*after.specs, *(one for one in before.specs if one not in after.specs))):
        for binding in side.spec.bindings:
            if _outside(side.spec.root, _file(binding)) == change.path and _differs_at(binding, change.path, old, new):
                yield side, str(binding.path)
        mode, nodes = side.locked(change.path)
        # A compiled file that carries no tag follows its spec; alone it is named by all that it was compiled from.
        if not tagged and (mode == "bound" or (mode == "compiled" and side.spec.id not in respecified)):
            yield from ((side, node) for node in topmost(nodes) if side.has(node))


def _file(binding: Binding) -> str:
    return binding.at.partition("::")[0]


def _differs_at(binding: Binding, path: str, old: bytes, new: bytes) -> bool:
    """Whether what ``code:`` names differs; the whole file where it names no symbol, or no language reads it."""
    symbol = binding.at.partition("::")[2].replace("::", ".")
    if not symbol or max(len(old), len(new)) > pieces.LARGE:
        return old != new
    from factory_git.codemap import extract, pack  # noqa: PLC0415 (tree-sitter, only where a symbol is bound)
    from factory_git.codemap.languages.registry import CONFIGURATIONS, language_of  # noqa: PLC0415

    language = language_of(path)
    if not language or language in CONFIGURATIONS:
        return old != new

    def texts(data: bytes) -> list[bytes]:
        rows = extract.extract(data, language)[2]
        source = extract.readable(data)
        named = zip(pack.ids(rows), rows, strict=True)
        return [source[row[6] : row[7]] for id_, row in named if f".{id_}".endswith(f".{symbol}")]

    a, b = texts(old), texts(new)
    return a != b if a or b else old != new


def _inside(root: str, path: str) -> str:
    return path.removeprefix(f"{root}/") if root else path


def _outside(root: str, path: str) -> str:
    return f"{root}/{path}" if root else path
