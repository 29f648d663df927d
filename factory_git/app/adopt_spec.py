"""Where an adopted spec goes: a new file, or a bound spec that is there and gets what it lacks."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.app.adopt_moved import followed
from factory_git.core.errors import Conflict, UsageError
from factory_git.drift import baseline, bound
from factory_git.drift.baseline import Entry
from factory_git.drift.contracts import contract_of
from factory_git.drift.hit import Hit
from factory_git.drift.view import Code
from factory_git.drift.world import Target
from factory_git.gitio import trees
from factory_git.gitio.locate import locate
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

NAME = "factory.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A bound spec that is there: its files, its findings before, and what it speaks of already.

    ``known`` are places (``file::Name``) that its nodes are tied to, ``taken`` its ids by kind, ``bound`` its entities'
    declarations. ``moved`` are (node, new place) of bindings that followed their code; ``files`` have them.
    """

    name: str
    files: Mapping[str, bytes]
    hits: tuple[Hit, ...]
    entries: tuple[Entry, ...]
    known: tuple[str, ...]
    taken: Mapping[str, tuple[str, ...]]
    bound: Mapping[str, Target]
    moved: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The file to write, and the spec that is there, if one is. ``others`` are roots of all specs of the tree."""

    root: str
    file: str
    spec: Spec | None
    others: tuple[str, ...]
    may_split: bool

    @property
    def language(self) -> str:
        """The language of the spec that is there."""
        return self.spec.language if self.spec else ""

    def existing(self, code: Code, files: Collection[str]) -> Existing | None:
        """What is there, judged as it stands; bindings whose code is now elsewhere among ``files`` follow it."""
        if self.spec is None:
            return None
        spec, moved = followed(self.spec, code, files, self.others)
        return _existing(spec, self.spec, code, self.others, moved)


def where_to(top: Path, named: str) -> Where:
    """Where to write: ``named`` (a file or a folder, from the top), else ``factory.yaml`` at the top.

    Raises :class:`Conflict` where a compiled spec is, :class:`UsageError` for a name under which no spec is found.
    """
    tree = trees.worktree(locate(top))
    specs = dict(find(tree.paths()))
    file = posixpath.normpath(named) if named else NAME
    if named and not file.endswith(".yaml"):
        file = posixpath.join(file, NAME)
    name = posixpath.basename(file)
    root = posixpath.dirname(file)
    if root.rpartition("/")[2] == "spec" and name == "app.yaml":
        root = posixpath.dirname(root)
    elif name != NAME and not name.endswith(f".{NAME}"):
        raise UsageError(
            f"{file}: no spec is found under that name", code="adopt/name", hint=f"call it {NAME} or NAME.{NAME}"
        )
    spec = None
    if root in specs:
        spec = load([Source(path=path, content=tree.read(path)) for path in specs[root]], root=root)
        if spec.compiled:
            raise Conflict(
                f"{specs[root][0]} is a compiled spec; what is adopted is bound to code that is there",
                code="adopt/compiled",
                hint="write it elsewhere: --spec FOLDER/factory.yaml; or adopt nodes one by one with code: {at: …}",
            )
    folder = f"{root}/spec/" if root else "spec/"
    may_split = not named and not any(path.startswith(folder) for path in tree.paths())
    return Where(root=root, file=file, spec=spec, others=tuple(specs), may_split=may_split)


def _existing(
    spec: Spec, before: Spec, code: Code, others: Sequence[str], moved: tuple[tuple[str, str], ...]
) -> Existing:
    contract = contract_of(spec, others=others)
    judged = bound.judge(contract, code)
    tied = judged.world.bound
    known = [f"{one.file}::{code.symbol(one.file, one.index).id}" for one in tied.values() if one.index >= 0]
    content = code.read(posixpath.join(spec.root, baseline.PATH) if spec.root else baseline.PATH)
    entries = baseline.parse(content, "")[0] if content else []
    return Existing(
        name=spec.title or spec.id,
        files={one.path: one.content for one in spec.sources},
        hits=bound.judge(contract_of(before, others=others), code).hits if moved else judged.hits,
        entries=tuple(entries),
        known=(*known, *(place.at for place in contract.places)),  # what is free is known, too
        taken={
            "entity": tuple(one.id for one in spec.entities),
            "pipeline": tuple(one.id for one in spec.pipelines),
            "panel": tuple(one.id for one in spec.panels),
        },
        bound={
            path: one
            for path, one in tied.items()
            if path.startswith("data_contracts.entities.") and ".fields." not in path
        },
        moved=moved,
    )
