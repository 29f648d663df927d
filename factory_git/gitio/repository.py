"""The repository as the ledger needs it: objects by id, trees, commits, refs. No pygit2 type leaves this package."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pygit2

from factory_git.core.errors import IntegrityError, RepositoryError
from factory_git.core.ids import Oid
from factory_git.gitio import objects, pack, refs
from factory_git.gitio.locate import Location

_KINDS: dict[int, objects.Kind] = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_NO_PROMISE = "fetch it: git fetch --refetch (this is a partial clone)"


class MissingObject(IntegrityError):
    """An object that should be there is not, or its bytes do not hash to its id."""

    default_code = "git/missing-object"


# libgit2 keeps up to 8 GB of packs mapped: a reader of a million records would count as 400 MB for no gain in time.
pygit2.settings.mwindow_size = 4 << 20
pygit2.settings.mwindow_mapped_limit = 64 << 20


class Repository:
    """One repository, opened at its common folder, so that linked worktrees share refs and state."""

    def __init__(self, location: Location) -> None:
        """Open it. Raises :class:`RepositoryError` for what libgit2 cannot read (SHA-256, reftable)."""
        self.location = location
        supported(location)
        try:
            self._repo = pygit2.Repository(str(location.common_dir))
        except (pygit2.GitError, KeyError) as error:
            hint = "git config --global --add safe.directory PATH" if "not owned" in str(error) else "see: git status"
            raise RepositoryError(f"{location.common_dir}: {error}", code="repository/unusable", hint=hint) from error
        # Objects never change; walking history asks for each commit and tree twice.
        self.tree: Callable[[Oid], objects.Entries] = functools.lru_cache(maxsize=256)(self._tree)
        self.commit: Callable[[Oid], objects.Commit] = functools.lru_cache(maxsize=256)(self._commit)
        self._lines = functools.lru_cache(maxsize=64)(lambda oid: objects.tree_lines(self._expect(oid, "tree")))

    @property
    def pack_dir(self) -> Path:
        """Where packs lie."""
        return self.location.common_dir / "objects" / "pack"

    @functools.cached_property
    def boundary(self) -> frozenset[Oid]:
        """The commits of a shallow clone whose parents are absent."""
        try:
            text = (self.location.common_dir / "shallow").read_text()
        except OSError:
            return frozenset()
        return frozenset(Oid(line) for line in text.split())

    def read(self, oid: Oid) -> tuple[objects.Kind, bytes]:
        """Kind and bytes of an object. Raises :class:`MissingObject` when it is absent or damaged."""
        try:
            number, data = self._repo.odb.read(oid)
        except KeyError as error:
            raise MissingObject(f"object {oid} is not in the repository", hint=_hint(self)) from error
        except (pygit2.GitError, OSError, ValueError) as error:
            raise MissingObject(f"object {oid} cannot be read: {error}", code="git/damaged-object") from error
        return _KINDS[int(number)], data

    def blob(self, oid: Oid) -> bytes:
        """The bytes of a blob."""
        return self._expect(oid, "blob")

    def has(self, oid: Oid) -> bool:
        """Whether the object is in the repository."""
        return bool(oid in self._repo.odb)

    def lookup(self, tree: Oid, path: Iterable[str]) -> objects.TreeEntry | None:
        """The entry at ``path`` below ``tree``, or None."""
        entry: objects.TreeEntry | None = None
        for name in path:
            if entry is not None:
                if not entry.is_tree:
                    return None
                tree = entry.oid
            entry = next((e for e in self.tree(tree) if e.name == name), None)
            if entry is None:
                return None
        return entry

    def differing(self, old: Oid | None, new: Oid | None) -> tuple[objects.Entries, objects.Entries]:
        """The entries that only the tree ``old`` has, and those that only ``new`` has; None is an empty tree."""
        ours, theirs = (self._lines(oid) if oid else frozenset() for oid in (old, new))
        return objects.differing(ours, theirs)

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Whether ``old`` is ``new`` or one of its ancestors; False when either is absent."""
        if old == new:
            return self.has(old)
        try:
            return bool(self._repo.descendant_of(new, old))
        except (KeyError, pygit2.GitError, ValueError):
            return False

    def meet(self, one: Oid, other: Oid) -> bool:
        """Whether two commits have history in common."""
        return self._repo.merge_base(one, other) is not None

    def reached(self, tip: Oid, without: Oid | None) -> list[Oid]:
        """The commits that ``tip`` reaches and ``without`` does not."""
        walker = self._repo.walk(pygit2.Oid(hex=tip))
        if without is not None:
            walker.hide(pygit2.Oid(hex=without))
        return [Oid(str(commit.id)) for commit in walker]

    def ref(self, name: str) -> Oid | None:
        """Where a ref points, or None."""
        return refs.read(self._repo, name)

    def refs_below(self, folder: str) -> list[str]:
        """The names of the refs that begin so, sorted."""
        return sorted(name for name in self._repo.references if name.startswith(folder))

    def move_ref(self, name: str, old: Oid | None, new: Oid, *, fsync: bool) -> None:
        """Compare-and-swap; see :func:`factory_git.gitio.refs.compare_and_swap`."""
        if fsync:
            pygit2.settings.enable_fsync_gitdir(True)
        refs.compare_and_swap(self._repo, name, old, new)
        if fsync:
            pack.flush(Path(self._repo.path, name).parent)

    def lock_path(self, name: str) -> Path:
        """The lock file of a ref."""
        return refs.lock_path(self._repo, name)

    def write_pack(self, items: Sequence[objects.Object], *, fsync: bool) -> str:
        """Write objects as one kept pack; see :func:`factory_git.gitio.pack.write`."""
        return pack.write(self.pack_dir, items, fsync=fsync)

    def _commit(self, oid: Oid) -> objects.Commit:
        return objects.parse_commit(oid, self._expect(oid, "commit"))

    def _tree(self, oid: Oid) -> tuple[objects.TreeEntry, ...]:
        return objects.parse_tree(self._expect(oid, "tree"))

    def _expect(self, oid: Oid, kind: objects.Kind) -> bytes:
        found, data = self.read(oid)
        if found != kind:
            raise MissingObject(f"object {oid} is a {found}, not a {kind}", code="git/wrong-kind")
        return data


def supported(location: Location) -> None:
    """Raise :class:`RepositoryError` for a kind of repository that libgit2 cannot read: SHA-256, reftable."""
    if location.object_format != "sha1":
        raise RepositoryError(
            f"{location.common_dir} stores objects as {location.object_format}, which git-factory cannot write yet",
            code="repository/object-format",
            hint="use a repository made with `git init --object-format=sha1`",
        )
    if (location.common_dir / "reftable").is_dir():
        raise RepositoryError(
            f"{location.common_dir} keeps its refs in a reftable, which git-factory cannot write yet",
            code="repository/ref-format",
            hint="convert it: git refs migrate --ref-format=files",
        )


def _hint(repo: Repository) -> str:
    return _NO_PROMISE if any(repo.pack_dir.glob("*.promisor")) else "look with: git factory verify; git fsck"
