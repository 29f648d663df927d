"""Open the map of a tree: from the cache when it is there and nothing changed, else brought up to date first."""

from __future__ import annotations

from factory_git.codemap import digest
from factory_git.codemap.store import Store
from factory_git.codemap.tree import Tree
from factory_git.core.value import value
from factory_git.gitio.stamp import index_file, index_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Protocol

    class Place(Protocol):
        """A repository: :class:`~factory_git.gitio.locate.Location`, or :class:`~factory_git.gitio.stamp.Plain`."""

        @property
        def git_dir(self) -> str | os.PathLike[str]:
            """The worktree's own Git directory."""

        @property
        def common_dir(self) -> str | os.PathLike[str]:
            """The Git directory of all worktrees."""

        @property
        def worktree(self) -> str | os.PathLike[str] | None:
            """The top of the worktree; None for a bare repository."""

    from collections.abc import Mapping

CACHE = "codemap.sqlite"


@value
class Which:
    """The tree that is asked about: a revision, else the worktree's files, else (``staged``) the index."""

    rev: str = ""
    staged: bool = False


def open_tree(where: Place, which: Which) -> Tree:
    """The tree, every file of it extracted.

    Raises :class:`~factory_git.core.errors.NotFound` for an unknown revision, ``RepositoryError`` when Git fails or
    lacks the content of a file.
    """
    store = Store(f"{where.common_dir}/factory/{CACHE}", digest.maker())
    if not which.rev and which.staged and where.worktree is not None:
        # The one question that needs no child: the index has not changed since it was listed.
        known = store.tree(f"index {index_file(where.git_dir)}", index_stamp(where.git_dir))
        if known:
            return Tree(store, *known)
    from factory_git.codemap import fill  # noqa: PLC0415 (Git children, and parsers behind them)

    cwd = where.worktree or where.git_dir
    if which.rev or where.worktree is None:
        return Tree(store, *fill.committed(store, cwd, which.rev or "HEAD"))
    return Tree(store, *(fill.staged if which.staged else fill.worktree)(store, where, cwd))


def overlaid(tree: Tree, where: Place, typed: Mapping[str, bytes]) -> Tree:
    """The tree with other contents for some paths: what an editor holds that was not saved yet."""
    from factory_git.codemap import fill  # noqa: PLC0415 (as above)

    over = fill.typed(tree.store, where.worktree or where.git_dir, typed)
    return Tree(tree.store, tree.number, {**tree.changes, **over})
