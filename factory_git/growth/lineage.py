"""What an application was and became: its versions, what each came from, the branches they grew on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from factory_git.core.ids import slug
from factory_git.growth.metrics import Version as Counted
from factory_git.growth.mutation import Diff
from factory_git.render.picture import Arrow, Group, Item, Picture

HEADS = "refs/heads/"
_TOLD = 3  # mutations named in a picture's box


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where a version was brought: ``state`` is deployed, rolled_back or failed."""

    record: str
    variant: str
    state: str
    target: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One promoted version of the spec.

    ``commit`` is what was promoted on ``branch`` (a short name), ``onto`` the commit that the branch had before.
    ``before`` is the record of the version it came from, empty for a root; ``diff`` is what changed since then, None
    where that cannot be told (``why`` says why).
    """

    record: str
    branch: str
    commit: str
    onto: str
    digest: str
    number: str
    stage: str
    when: datetime
    actor: str
    before: str = ""
    diff: Diff | None = None
    why: str = ""
    deployments: tuple[Deployment, ...] = ()
    counted: tuple[tuple[str, Counted], ...] = ()  # by variant, what it counted of itself when that was last read

    @property
    def risk(self) -> str:
        """The highest risk of what changed; empty where nothing is known."""
        return self.diff.risk if self.diff is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The versions of one application, oldest first. ``variants`` are those that its spec names: id and name."""

    app: str
    title: str
    versions: tuple[Version, ...]
    variants: tuple[tuple[str, str], ...] = ()

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches with a version of their own, in the order in which they got one."""
        return tuple(dict.fromkeys(version.branch for version in self.versions))

    def called(self, branch: str) -> str:
        """How a branch is called: as the variant whose id ends its name, else by its name."""
        name = next((name for id_, name in self.variants if _ends(branch, id_)), "")
        return f"{name} (variant, {branch})" if name else branch

    @property
    def ungrown(self) -> tuple[str, ...]:
        """The names of the variants that have no version of their own yet."""
        return tuple(name for id_, name in self.variants if not any(_ends(one, id_) for one in self.branches))

    def of(self, branch: str) -> tuple[Version, ...]:
        """The versions of a branch."""
        return tuple(version for version in self.versions if version.branch == branch)


def _ends(branch: str, variant: str) -> bool:
    return slug(branch.rpartition("/")[2]) == variant


def follow(versions: Iterable[Version], is_ancestor: Callable[[str, str], bool]) -> tuple[Version, ...]:
    """The versions with the one that each came from; what changed nothing on its branch is left out.

    A version came from the newest earlier one that its branch contained. ``versions`` are in the order of the ledger.
    """
    out: list[Version] = []
    for version in versions:
        before = next((one for one in reversed(out) if _came_from(version, one, is_ancestor)), None)
        if before is not None and before.digest == version.digest and before.branch == version.branch:
            continue
        out.append(replace(version, before=before.record if before else ""))
    return tuple(out)


def _came_from(version: Version, older: Version, is_ancestor: Callable[[str, str], bool]) -> bool:
    return version.onto == older.commit or is_ancestor(older.commit, version.onto)


def draw(lineage: Lineage) -> Picture:
    """The lineage as a picture: a box for each version, a frame for each branch, risks on the arrows."""
    items = tuple(
        Item(id=one.record, label=_label(one), kind="step", note=_note(one), group=one.branch)
        for one in lineage.versions
    )
    known = {one.record for one in lineage.versions}
    arrows = tuple(
        Arrow(source=one.before, target=one.record, label=one.risk) for one in lineage.versions if one.before in known
    )
    groups = tuple(Group(id=branch, label=lineage.called(branch)) for branch in lineage.branches)
    return Picture(mode="lineage", title=lineage.title, layout="layers", items=items, arrows=arrows, groups=groups)


def _label(version: Version) -> str:
    return f"{version.number or version.commit[:7]} ({version.stage})" if version.stage else version.number


def _note(version: Version) -> str:
    if version.diff is None:
        return f"{version.commit[:7]} {version.why}".rstrip()
    return f"{version.commit[:7]} {_told([one.id for one in version.diff.mutations])}".rstrip()


def _told(ids: Sequence[str]) -> str:
    """The first mutations of a change by name, and how many more there are."""
    more = f" and {len(ids) - _TOLD} more" if len(ids) > _TOLD else ""
    return ", ".join(ids[:_TOLD]) + more
