"""What a change is judged by: the tip of the branch it is for, never the change itself.

Its spec says who approves, its ``.factory/config.yaml`` where the ledger is, its ``.factory/allowed_signers`` (SSH) and
``.factory/allowed_keys/EMAIL.asc`` (OpenPGP) whose signature is good. Mutations and drift are what the change makes of
the commit where both parted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from factory_git.app.context import Context
from factory_git.app.revisions import HEAD, Side, pairs, sides
from factory_git.app.settings import COMMITTED
from factory_git.core.errors import UsageError
from factory_git.gitio import renames, trees
from factory_git.gitio.config import Config
from factory_git.gitio.locate import Location
from factory_git.gitio.signature import Keys
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth.approval import Rules, rules
from factory_git.growth.mutation import Mutation
from factory_git.spec.graph import build

SIGNERS, KEYS = ".factory/allowed_signers", ".factory/allowed_keys/"
_ASC = ".asc"
_EMAIL = re.compile(r"<([^<>\s]+)>")
USUAL = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True)
class Base:
    """The branch that a change is for: ``commit`` is its tip, ``parted`` the commit where the change left it."""

    location: Location
    name: str
    commit: str
    parted: str
    head: str  # index, worktree or a revision
    end: str  # the commit of the change's last commit

    @cached_property
    def tree(self) -> trees.Tree:
        return trees.commit(self.location, self.commit)

    @cached_property
    def sides(self) -> list[Side]:
        """The specs of the tip."""
        return sides(self.location, self.commit, label=self.name)

    @cached_property
    def keys(self) -> Keys:
        """Whose signatures are good; where the branch says nothing, Git's own configuration does."""
        listed = [path for path in self.tree.entries if path.startswith(KEYS) and path.endswith(_ASC)]
        openpgp = {path[len(KEYS) : -len(_ASC)]: self.tree.read(path) for path in listed}
        return Keys(ssh=self._file(SIGNERS), openpgp=openpgp or None)

    @cached_property
    def context(self) -> Context:
        """The repository with the settings of the branch: the change does not choose its ledger."""
        return Context(self.location, Config(self.location), committed=self._file(COMMITTED) or b"")

    @cached_property
    def mailmap(self) -> Mapping[str, str]:
        """Address in a commit → the address that stands for the person, as the branch's ``.mailmap`` says."""
        text = (self._file(".mailmap") or b"").decode(errors="replace")
        rows = [_EMAIL.findall(line.partition("#")[0]) for line in text.splitlines()]
        return {row[1].casefold(): row[0] for row in rows if len(row) == 2}

    def rules(self, old: Side) -> Rules:
        """What the tip says about who approves changes of a spec; ``old`` is that spec where the change left it."""
        spec = self._now(old)
        return rules(spec.spec.raw) if spec is not None and spec.spec is not None else Rules()

    def moved(self, old: Side) -> bool:
        """Whether the branch changed the spec since the change left it, so that what is proposed is not what comes."""
        if self.commit == self.parted:
            return False
        now = self._now(old)
        if now is None or now.spec is None or old.spec is None:
            return True
        return now.files != old.files and build(now.spec).digest != build(old.spec).digest

    def keys_changed(self) -> Iterator[Mutation]:
        """A mutation for each list of keys that the change writes: whose signature counts is who may approve."""
        after = self.head_tree
        before = trees.commit(self.location, self.parted)
        theirs = {path for one in (before, after) for path in one.entries if path.startswith(KEYS)}
        for path in (SIGNERS, *sorted(theirs)):
            old, new = (one.entries[path].oid if path in one.entries else None for one in (before, after))
            if old != new:
                yield Mutation(
                    id="approver-replaced", path=path, kind="file", risk="major", before=old, after=new, tests=("d",)
                )

    @cached_property
    def head_tree(self) -> trees.Tree:
        if self.head == INDEX:
            return trees.index(self.location)
        return trees.worktree(self.location) if self.head == WORKTREE else trees.commit(self.location, self.head)

    def _now(self, old: Side) -> Side | None:
        found: Sequence[tuple[Side | None, Side | None]] = pairs([old], self.sides)
        return next((new for before, new in found if before is old), None)

    def _file(self, path: str) -> bytes | None:
        return self.tree.read(path) if path in self.tree.entries else None


def base_of(location: Location, base: str, head: str) -> Base:
    """The base of a change. Raises :class:`UsageError` for revisions that are not there or have nothing in common."""
    end = HEAD if head in (INDEX, WORKTREE) else head
    return Base(
        location=location,
        name=base,
        commit=renames.commit_id(location, base),
        parted=renames.merge_base(location, base, end),
        head=head,
        end=renames.commit_id(location, end),
    )


def usual(location: Location) -> str:
    """The branch that changes are for where nobody names one: the remote's head, else ``main`` or ``master``."""
    for name in USUAL:
        try:
            renames.commit_id(location, name)
        except UsageError:
            continue
        return name
    hint = "name the branch that the change is for: git factory diff --gate BRANCH; for others: --base BRANCH"
    raise UsageError(f"none of {', '.join(USUAL)} is here", code="usage/base", hint=hint)
