"""Bring the map of a tree up to date: list it, extract what was never seen, note where each blob is."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

from factory_git.codemap import digest
from factory_git.codemap.languages.registry import language_of
from factory_git.codemap.store import Store
from factory_git.codemap.tree import Tree
from factory_git.core.ids import blob_oid
from factory_git.gitio import snapshot
from factory_git.gitio.locate import Location

CACHE = "codemap.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The tree that is asked about: a revision, else the worktree's files, else (``staged``) the index."""

    rev: str = ""
    staged: bool = False


def open_tree(where: Location, which: Which) -> Tree:
    """The tree, every file of it extracted.

    Raises :class:`~factory_git.core.errors.NotFound` for an unknown revision, ``RepositoryError`` when Git fails.
    """
    store = Store(where.factory_dir / CACHE, digest.maker())
    cwd = where.worktree or where.git_dir
    if which.rev or where.worktree is None:
        tree = snapshot.tree_of(cwd, which.rev or "HEAD")
        return Tree(store, _committed(store, cwd, tree))
    number = _index(store, where, cwd)
    return Tree(store, number, {} if which.staged else _changes(store, cwd))


def _committed(store: Store, cwd: Path, tree: str) -> int:
    known = store.tree(f"tree {tree}")
    return known[0] if known else _fill(store, cwd, f"tree {tree}", tree, snapshot.committed(cwd, tree))


def _index(store: Store, where: Location, cwd: Path) -> int:
    # The stamp is read first: what is listed may be newer than it, never older.
    key, stamp = f"index {snapshot.index_file(where.git_dir)}", snapshot.index_stamp(where.git_dir)
    known = store.tree(key)
    return known[0] if known and known[1] == stamp else _fill(store, cwd, key, stamp, snapshot.staged(cwd))


def _fill(store: Store, cwd: Path, key: str, stamp: str, listing: list[tuple[str, str, int]]) -> int:
    files: dict[str, tuple[str, str]] = {}
    for path, oid, mode in listing:
        language = language_of(path)
        if language and mode not in (snapshot.LINK, snapshot.MODULE):
            files[path] = (oid, language)
    numbers = _bring(store, cwd, {(oid, language): "" for oid, language in files.values()})
    store.db.execute("BEGIN IMMEDIATE")
    number = store.set_tree(key, stamp, {p: numbers[pair] for p, pair in files.items() if pair in numbers})
    store.db.execute("COMMIT")
    return number


def _changes(store: Store, cwd: Path) -> dict[str, int | None]:
    """What the worktree's files are where they differ from the index: path → blob number, None for gone."""
    changed, gone = snapshot.worktree_changes(cwd)
    pairs: dict[str, tuple[str, str]] = {}
    wanted: dict[tuple[str, str], str] = {}
    out: dict[str, int | None] = dict.fromkeys(gone)
    for path in changed:
        language, file = language_of(path), cwd / path
        if not language:
            continue
        out[path] = None
        if file.is_symlink() or not file.is_file():
            continue
        try:
            pair = (str(blob_oid(file.read_bytes())), language)
        except OSError:
            continue
        pairs[path], wanted[pair] = pair, str(file)
    numbers = _bring(store, cwd, wanted)
    return out | {path: numbers.get(pair) for path, pair in pairs.items()}


def _bring(store: Store, cwd: Path, wanted: dict[tuple[str, str], str]) -> dict[tuple[str, str], int]:
    """The number of each (blob id, language), after extracting those that the cache does not have."""
    known = store.known(wanted) if len(wanted) < 100 else store.all_known()
    missing = [(o, language, f) for (o, language), f in wanted.items() if (o, language) not in known]
    if not missing:
        return known
    return known | _extract(store, cwd, missing)


def _extract(store: Store, cwd: Path, missing: list[tuple[str, str, str]]) -> dict[tuple[str, str], int]:
    from factory_git.codemap.workers import Wanted, extract_all  # noqa: PLC0415 (parsers: not for a warm query)

    wanted = [Wanted(oid=oid, language=language, file=file) for oid, language, file in missing]
    portions = list(extract_all(cwd, wanted))
    # Written at once, under the lock: numbers are given here, and another process may have been faster.
    store.db.execute("BEGIN IMMEDIATE")
    number, where = store.next_number(), {}
    words: dict[tuple[str, str], array[int]] = {}
    for portion in portions:
        first = number
        rows = []
        for one, facts in portion.done:
            rows.append((number, one.oid, one.language, facts))
            where[one.oid, one.language] = number
            number += 1
        late = store.known((oid, language) for _, oid, language, _ in rows)
        store.add_blobs(row for row in rows if (row[1], row[2]) not in late)
        where |= late
        for word, places in portion.words.items():
            words.setdefault(word, array("I")).extend(first + place for place in places)
    store.add_words(words)
    store.db.execute("COMMIT")
    return where
