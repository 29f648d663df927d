"""The rules in a hook's time: bound code that differs in few files from a state that a whole check has judged.

What differs is read and judged by the same rules, over the same code map; the rest is known. "Yes" is said only where
the whole check would find nothing to report: anything else, and anything unusual, is left to it. This module and all
that it imports are light; parsers are loaded only where a content is new.
"""

from __future__ import annotations

import os
import sys

from factory_git.core.value import content, replace
from factory_git.drift import known, memory
from factory_git.drift.skipped import ATTRIBUTES
from factory_git.gitio import caller, index_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from factory_git.drift.baseline import Entry
    from factory_git.drift.hit import Hit
    from factory_git.drift.known import Known, Spec
    from factory_git.drift.suppress import Suppression
    from factory_git.drift.view import Code

    Differing = dict[str, tuple[str, str]]

MANY = 50  # files with new content: with more of them the whole check is no great loss
CACHE = "codemap.sqlite"
_COMPILED = b"Compiled by git-factory"
_REGULAR = ("100644 ", "100755 ")


class Unsure(Exception):
    """This is for the whole check."""


def look(common: str) -> tuple[Known, bool] | None:
    """The state that the index is in, where its whole check is known to report nothing; None where it is not.

    Besides, whether the next commit would change nothing that matters. Raises :class:`Unsure`, and whatever goes wrong.
    """
    path = known.path_in(common)
    states = known.read(path)
    if not states:
        return None
    base = states[0].base
    children = [index_read.Child(*index_read.DIFFERING, one, "--") for one in (base, "HEAD")]
    stamp = memory.stamp()
    amends = caller.amends()  # what an amended commit brings is more than what differs from HEAD
    (code, raw), (head_code, head_raw) = [one.result() for one in children]
    states = [one for one in states if one.stamp == stamp and one.base == base]
    if amends or code or head_code or not states:
        return None
    index, staged = index_read.differing(raw), index_read.differing(head_raw)
    if index is None or staged is None or len(index) > known.MOST:
        return None
    over = {path: new for path, (_, new) in index.items()}
    far = [(one.differing(over), one) for one in states]
    fit = [(changed, one) for changed, one in far if all(one.is_plain(path) for path in changed)]
    if not fit:
        return None
    changed, near = min(fit, key=lambda pair: len(pair[0]))
    if any(known.is_odd(one) or one in near.sources for one in staged):
        return None
    now = _judged(common, near, over, changed) if changed else near
    if not _nothing_new(states, now, index, staged):
        return None
    if changed:
        known.write(path, [now, *states])
    return now, any(now.matters(one) for one in staged)


def _judged(common: str, near: Known, over: dict[str, str], changed: Sequence[str]) -> Known:
    """The state that differs from ``near`` in the files ``changed``, by the rules."""
    if len(changed) > MANY or any(one not in over for one in changed):
        raise Unsure  # what is again as it was in the tree is rare, and its content is not told here
    if any(not over[one].startswith(_REGULAR) for one in changed if over[one] or one in near.stubs):
        raise Unsure
    oids = {one: over[one].partition(" ")[2] for one in changed}
    if near.site not in sys.path:
        sys.path.append(near.site)
    code = _code(common, near, over, {path: oid for path, oid in oids.items() if oid})
    from factory_git.drift import bound, suppress  # noqa: PLC0415 (the rules: only where a content is new)
    from factory_git.drift.contract import unpack  # noqa: PLC0415

    specs = []
    for one in near.specs:
        done = bound.judge(unpack(one.contract), code)
        if any(target.calls and target.file in changed for target in done.world.bound.values()):
            raise Unsure  # `gf: calls` that is new does not count, and what there was before is not known here
        marks = [content(suppress.in_code(each, code.facts(each.file))) for each in done.ignores]
        hits = tuple([packed(hit) for hit in done.hits])
        specs.append(replace(one, hits=hits, marks=(*marks, *one.spec_marks), tied=known.tied(done.world)))
    return replace(near, over=over, specs=tuple(specs))


def _code(common: str, near: Known, over: dict[str, str], fresh: Mapping[str, str]) -> Code:
    """The code of the index; ``fresh`` (path → blob) is what the map may not know yet."""
    from factory_git.codemap import digest, extract, fill  # noqa: PLC0415
    from factory_git.codemap.languages.registry import language_of  # noqa: PLC0415
    from factory_git.codemap.store import Store  # noqa: PLC0415
    from factory_git.codemap.tree import Tree  # noqa: PLC0415
    from factory_git.drift.view import Code  # noqa: PLC0415
    from factory_git.gitio.snapshot import Blobs  # noqa: PLC0415

    blobs = Blobs(os.curdir)
    store = Store(f"{common}/factory/{CACHE}", digest.maker())
    for language in {language_of(path) for path in fresh}:
        extract.ready(language)
    texts = {oid: _there(data) for oid, data in blobs.read(sorted(set(fresh.values())))}
    for path, oid in fresh.items():
        if any(path.startswith(f"{one}/") for one in near.packages) and _COMPILED in texts[oid][:1000]:
            raise Unsure  # it may be left over from a compile
    kept = store.tree(f"tree {near.base}")
    if kept is None or kept[1]:
        raise Unsure
    numbers = fill.given(store, {(oid, language_of(path)): texts[oid] for path, oid in fresh.items()})
    pairs = {
        path: (what.partition(" ")[2], language_of(path))
        for path, what in over.items()
        if language_of(path) and what.startswith(_REGULAR)
    }
    numbers |= store.known(set(pairs.values()) - numbers.keys())
    changes = {path: numbers[pairs[path]] if path in pairs else None for path in over if language_of(path)}
    tree = Tree(store, kept[0], changes)
    files = _Files(near, over, tree, blobs, texts)
    return Code(tree, files.content, files.mode)


class _Files:
    """Mode and bytes of the index's files."""

    def __init__(
        self, near: Known, over: Mapping[str, str], tree: object, blobs: object, texts: dict[str, bytes]
    ) -> None:
        self.near, self.over, self.tree, self.blobs, self.texts = near, over, tree, blobs, texts
        self._entries: dict[str, str] = {}

    def content(self, path: str) -> bytes:
        if path.endswith(ATTRIBUTES):
            return self.near.attributes[path]
        oid = self._oid(path)
        if oid not in self.texts:
            ((_, data),) = self.blobs.read([oid])  # type: ignore[attr-defined]
            self.texts[oid] = _there(data)
        return self.texts[oid]

    def mode(self, path: str) -> str:
        if self.tree.has(path):  # type: ignore[attr-defined]
            return self.over.get(path, "100644 ").partition(" ")[0]
        return self._entry(path).partition(" ")[0]

    def _oid(self, path: str) -> str:
        tree = self.tree
        if path not in self.over and (number := tree.blob(path)) is not None:  # type: ignore[attr-defined]
            row = tree.store.db.execute("SELECT oid FROM blob WHERE id = ?", (number,)).fetchone()  # type: ignore[attr-defined]
            return str(row[0].hex())
        entry = self._entry(path)
        if not entry or entry.startswith("160000"):
            raise KeyError(path)
        return entry.split(" ")[1]

    def _entry(self, path: str) -> str:
        """``mode oid`` of any file; empty: there is none."""
        if path in self.over:
            return self.over[path]
        if path not in self._entries:
            found = index_read.entries([f":(top,literal){path}"]) if path else {}
            if found is None or "+" in found.get(path, ""):
                raise Unsure
            self._entries[path] = found.get(path, "").rpartition(" ")[0]
        return self._entries[path]


def _there(data: bytes | None) -> bytes:
    if data is None:
        raise Unsure
    return data


def _nothing_new(states: Sequence[Known], now: Known, index: Differing, staged: Differing) -> bool:
    """Whether all that is found in ``now`` is what ``HEAD`` has, too, whose state must be known, and nodes are tied as
    they are there."""
    head = {path: new for path, (_, new) in index.items() if path not in staged}
    head |= {path: old for path, (old, _) in staged.items() if path not in index or index[path][0] != old}
    before = next((one for one in (*states, now) if not one.differing(head)), None)
    if before is None or len(before.specs) != len(now.specs):
        return False
    pairs = list(zip(now.specs, before.specs, strict=True))
    if any(new.contract != old.contract or new.tied != old.tied for new, old in pairs):
        return False
    if now.quiet:
        return True
    if os.path.exists(f"{os.environ.get('GIT_DIR') or '.git'}/MERGE_HEAD"):  # noqa: PTH110
        return False
    if any(now.matters(path) and not all(sides) for path, sides in staged.items()):
        return False  # a file that comes or goes may have been renamed
    if any(new.entries != old.entries or new.gone != old.gone for new, old in pairs):
        return False
    from factory_git.drift import change  # noqa: PLC0415 (only where something was found before)

    return not any(change.brought(_Side(new), [(_Side(old), _Unmoved())])[0] for new, old in pairs)


class _Side:
    """One spec of a state, as one side of a change."""

    root = ""
    problem = ""

    def __init__(self, spec: Spec) -> None:
        from factory_git.drift.baseline import Entry  # noqa: PLC0415
        from factory_git.drift.suppress import Suppression  # noqa: PLC0415

        self._gone = spec.gone
        self.path = spec.baseline
        self.hits: Sequence[Hit] = [unpacked(row) for row in spec.hits]
        self.marks: Sequence[Suppression] = [_of(Suppression, row) for row in spec.marks]
        self.entries: Sequence[Entry] = [_of(Entry, row) for row in spec.entries]

    def exists(self, path: str) -> bool:
        """Whether the tree has a file that the baseline names."""
        return path not in self._gone

    def read(self, path: str) -> bytes:
        """No content: nothing is mended here."""
        return b""


class _Unmoved:
    """No declaration has another place than before: whatever did move is for the whole check."""

    def node(self, path: str) -> str:
        return path

    def place(self, file: str, symbol: str) -> tuple[str, str]:
        return file, symbol


def packed(hit: Hit) -> tuple[object, ...]:
    """What is kept of a finding: all that decides whether it is an older one."""
    return (hit.code, hit.node, hit.file, hit.line, hit.symbol, hit.about, hit.severity, hit.confidence)


def unpacked(row: tuple[object, ...]) -> Hit:
    """A finding that says what :func:`packed` kept of it."""
    from factory_git.drift.hit import Hit  # noqa: PLC0415

    names = ("code", "node", "file", "line", "symbol", "about", "severity", "confidence")
    return Hit(message="", **dict(zip(names, row, strict=True)))  # type: ignore[arg-type]


def _of(kind: Any, row: tuple[object, ...]) -> Any:
    names: tuple[str, ...] = kind.__slots__
    return kind(**dict(zip(names, row, strict=True)))
