"""Which tree a check looks at, and which trees it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from factory_git.core.errors import UsageError
from factory_git.gitio import renames, trees
from factory_git.gitio.locate import Location
from factory_git.gitio.renames import Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A tree and its bases: ``bases`` are commits, each with what the tree changes of it. No base: all is looked at.

    ``told`` says in words what is compared with what. ``staged``: the tree is the index.
    """

    tree: trees.Tree
    staged: bool
    bases: tuple[tuple[str, Changed], ...] = ()
    first: bool = False  # the change is a repository's first commit: it brings everything
    told: str = ""

    @property
    def paths(self) -> frozenset[str] | None:
        """The paths that the change touches; None when all is looked at."""
        if self.first:
            return frozenset(self.tree.entries)
        return self.bases[0][1].paths if self.bases else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the user asks to look at."""

    worktree: bool = False
    revision: str | None = None
    base: str | None = None
    everything: bool = False
    typed: Mapping[str, bytes] = field(default_factory=dict)


def target(location: Location, ask: Question) -> Target:
    """The tree that is asked for. Raises :class:`UsageError` where the question makes no sense."""
    if ask.everything and ask.base is not None:
        raise UsageError("--all and --base exclude each other", hint="--base alone tells what the change brings")
    if ask.worktree and ask.revision is not None:
        raise UsageError("--worktree and --rev exclude each other", hint="choose one")
    if ask.revision is not None:
        tree: trees.Tree = trees.commit(location, ask.revision)
    else:
        tree = trees.worktree(location, ask.typed) if ask.worktree else trees.index(location)
    staged = not ask.worktree and ask.revision is None
    if ask.base is not None:
        return _since(location, ask, tree, staged=staged)
    if not staged or ask.everything:
        return Target(tree=tree, staged=staged)
    head = renames.head(location)
    if head is None:
        return Target(tree=tree, staged=True, first=True)
    bases = [(one, renames.of_index(location, one)) for one in (head, *renames.merging(location))]
    if not bases[0][1].paths:
        return Target(tree=tree, staged=True)  # nothing is staged: CI asks for all there is
    return Target(tree=tree, staged=True, bases=tuple(bases))


def _since(location: Location, ask: Question, tree: trees.Tree, *, staged: bool) -> Target:
    assert ask.base is not None
    end = ask.revision or "HEAD"
    base = renames.merge_base(location, ask.base, end)
    if ask.revision is not None:
        changed = renames.of_commit(location, base, renames.commit_id(location, ask.revision))
    elif ask.worktree:
        changed = renames.of_worktree(location, base, trees.commit(location, base).entries, tree.entries)
    else:
        changed = renames.of_index(location, base)
    told = f"compared with {base[:12]}"
    if renames.commit_id(location, ask.base) != base:
        told += f", where {ask.base} and {end} part"
    return Target(tree=tree, staged=staged, bases=((base, changed),), told=told)
