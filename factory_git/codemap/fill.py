"""Bring the map of a tree up to date: list it, extract what was never seen, note where each blob is."""

from __future__ import annotations

import os
from array import array

from factory_git.codemap.languages.registry import ENDINGS, language_of
from factory_git.gitio import snapshot
from factory_git.gitio.stamp import index_file, index_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factory_git.codemap.build import Place
    from factory_git.codemap.store import Kept, Store
    from factory_git.codemap.workers import Portion

    Folder = str | os.PathLike[str]

Pair = tuple[str, str]
"""Blob id and language."""
LIKE = 500
"""A tree that differs from the kept one in more files than these is kept whole itself."""
BATCH = 2000
"""Blobs a transaction: few enough to lose, many enough that a name's row is not rewritten for each."""


def committed(store: Store, cwd: Folder, rev: str) -> Kept:
    """The tree of a revision."""
    tree = snapshot.tree_of(cwd, rev)
    return store.tree(f"tree {tree}") or _like(store, cwd, f"tree {tree}", "", tree) or _whole(store, cwd, tree)


def staged(store: Store, where: Place, cwd: Folder) -> Kept:
    """The tree of the index."""
    # The stamp is read first: what is listed may be newer than it, never older.
    key, stamp = f"index {index_file(where.git_dir)}", index_stamp(where.git_dir)
    known = store.tree(key, stamp) or _like(store, cwd, key, stamp, "")
    if known:
        return known
    head = snapshot.head_tree(cwd)
    if head and head != store.base()[1]:  # the base of this index, and of the next ones
        _whole(store, cwd, head)
        known = _like(store, cwd, key, stamp, "")
    return known or _fill(store, cwd, key, stamp, snapshot.staged(cwd, ENDINGS))


def _like(store: Store, cwd: Folder, key: str, stamp: str, tree: str) -> Kept | None:
    """A tree (empty: the index) by what differs from the one that is kept whole; None when that is too much."""
    base, oid = store.base()
    listing = snapshot.differing(cwd, oid, tree, ENDINGS) if base else None
    if listing is None or len(listing) > LIKE:
        return None
    wanted = _languages((path, oid, mode) for path, oid, mode in listing if oid)
    numbers = _numbers(store, cwd, wanted)
    files = {path: numbers[wanted[path]] if path in wanted else None for path, _, _ in listing}
    store.db.execute("BEGIN IMMEDIATE")
    store.set_tree(key, stamp, files, base)
    store.db.execute("COMMIT")
    return base, files


def _whole(store: Store, cwd: Folder, tree: str) -> Kept:
    return _fill(store, cwd, f"tree {tree}", "", snapshot.committed(cwd, tree, ENDINGS))


def worktree(store: Store, where: Place, cwd: Folder) -> Kept:
    """The tree of the worktree: the index, and what its files are where they differ."""
    changes = snapshot.Changes(cwd)  # Git looks at the files while the index is brought up to date
    try:
        number, inside = staged(store, where, cwd)
    finally:
        changed, gone = changes.result()
    return number, inside | _changes(store, cwd, changed, gone)


def _changes(store: Store, cwd: Folder, changed: list[str], gone: list[str]) -> dict[str, int | None]:
    """Path → blob number, None for gone."""
    top = os.fspath(cwd)
    pairs: dict[str, Pair] = {}
    wanted: dict[Pair, str] = {}
    out: dict[str, int | None] = dict.fromkeys(gone)
    for path in changed:
        language, file = language_of(path), f"{top}/{path}"
        if not language:
            continue
        out[path] = None
        oid = snapshot.id_of_file(file)
        if oid:
            pair = pairs[path] = (oid, language)
            wanted[pair] = file
    numbers = _bring(store, cwd, wanted)
    return out | {path: numbers.get(pair) for path, pair in pairs.items()}


def typed(store: Store, cwd: Folder, contents: Mapping[str, bytes]) -> dict[str, int | None]:
    """Path → blob number of contents that lie nowhere yet; they are read through files that do not stay."""
    import tempfile  # noqa: PLC0415 (for an editor only)

    from factory_git.core.ids import blob_oid  # noqa: PLC0415

    pairs = {path: (str(blob_oid(data)), language_of(path)) for path, data in contents.items() if language_of(path)}
    with tempfile.TemporaryDirectory(prefix="git-factory-") as folder:
        wanted: dict[Pair, str] = {}
        for number, (path, pair) in enumerate(pairs.items()):
            wanted[pair] = f"{folder}/{number}"
            with open(wanted[pair], "wb") as file:  # noqa: PTH123
                file.write(contents[path])
        numbers = _bring(store, cwd, wanted)
    return {path: numbers.get(pair) for path, pair in pairs.items()}


def given(store: Store, contents: Mapping[Pair, bytes]) -> dict[Pair, int]:
    """The number of each of some blobs, whose contents are at hand."""
    from factory_git.codemap.workers import Given, Wanted, portion  # noqa: PLC0415 (parsers: not for a warm query)

    expected = store.next_number()
    known = store.known(contents)
    missing = [Wanted(oid=oid, language=language) for oid, language in contents if (oid, language) not in known]
    if missing:
        told = {oid: data for (oid, _), data in contents.items()}
        _keep(store, [portion(missing, Given(told))], known, expected)
    return known


def _fill(store: Store, cwd: Folder, key: str, stamp: str, listing: list[tuple[str, str, int]]) -> Kept:
    files = _languages(listing)
    numbers = _numbers(store, cwd, files)
    store.db.execute("BEGIN IMMEDIATE")
    number = store.set_tree(key, stamp, {path: numbers[pair] for path, pair in files.items()})
    store.db.execute("COMMIT")
    return number, {}


def _languages(listing: Iterable[tuple[str, str, int]]) -> dict[str, Pair]:
    """Blob and language of the files that the map reads."""
    files: dict[str, Pair] = {}
    for path, oid, mode in listing:
        language = language_of(path)
        if language and mode not in (snapshot.LINK, snapshot.MODULE):
            files[path] = (oid, language)
    return files


def _numbers(store: Store, cwd: Folder, files: dict[str, Pair]) -> dict[Pair, int]:
    """The number of each file's blob. Raises ``RepositoryError`` when Git lacks the content of one."""
    numbers = _bring(store, cwd, dict.fromkeys(files.values(), ""))
    missing = [path for path, pair in files.items() if pair not in numbers]
    if missing:
        from factory_git.core.errors import RepositoryError  # noqa: PLC0415 (only where the answer is no)

        raise RepositoryError(
            f"Git does not have the content of {len(missing)} files, {missing[0]} among them",
            code="map/no-content",
            hint="git fsck tells what is gone; in a partial clone, git fetch brings it",
        )
    return numbers


def _bring(store: Store, cwd: Folder, wanted: dict[Pair, str]) -> dict[Pair, int]:
    """The number of each wanted blob, after extracting those that the cache does not have."""
    expected = store.next_number()  # asked first: what another process adds from now on is not among the known
    known = store.known(wanted) if len(wanted) < 100 else store.all_known()
    missing = [(o, language, f) for (o, language), f in wanted.items() if (o, language) not in known]
    return known | _extract(store, cwd, missing, expected) if missing else known


def _extract(store: Store, cwd: Folder, missing: list[tuple[str, str, str]], expected: int) -> dict[Pair, int]:
    from factory_git.codemap.workers import Wanted, extract_all  # noqa: PLC0415 (parsers: not for a warm query)

    wanted = [Wanted(oid=oid, language=language, file=file) for oid, language, file in missing]
    where: dict[Pair, int] = {}
    held: list[Portion] = []
    for portion in extract_all(cwd, wanted):
        held.append(portion)
        if sum(len(one.done) for one in held) >= BATCH:
            expected = _keep(store, held, where, expected)
            held = []
    _keep(store, held, where, expected)
    return where


def _keep(store: Store, portions: list[Portion], where: dict[Pair, int], expected: int) -> int:
    """Write what was extracted, blobs and words in one transaction: a build that is broken off keeps what it had.

    Numbers are given under the lock, from ``expected`` on, if no other process was at work; returns the next one.
    """
    store.db.execute("BEGIN IMMEDIATE")
    first = number = store.next_number()
    words: dict[Pair, list[int]] = {}
    rows: list[tuple[int, str, str, bytes]] = []
    for portion in portions:
        for word, places in portion.words.items():
            words.setdefault(word, []).extend([number + place for place in places])
        for one, facts in portion.done:
            rows.append((number, one.oid, one.language, facts))
            number += 1
    where.update(((oid, language), at) for at, oid, language, _ in rows)
    if first != expected:  # another process may have been faster with some
        late = store.known((oid, language) for _, oid, language, _ in rows)
        rows = [row for row in rows if (row[1], row[2]) not in late]
        where.update(late)
    store.add_blobs(rows)
    store.add_words({word: array("I", places) for word, places in words.items()})
    store.db.execute("COMMIT")
    return number
