"""``spec status``: how far each part of a spec has grown, and what is still a hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.spec_proof import results_here
from factory_git.app.specs import select
from factory_git.core.errors import FactoryError, Place
from factory_git.core.ids import SpecPath
from factory_git.gitio import trees
from factory_git.gitio.locate import locate
from factory_git.spec import graph
from factory_git.spec.ladder import Growth, growth
from factory_git.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One spec, its digest, and where its nodes stand on the ladder."""

    spec: Spec
    digest: str
    growth: Growth

    def place(self, path: SpecPath) -> Place:
        """Where a node stands."""
        return self.spec.places[path]

    def as_json(self) -> dict[str, Any]:
        """The status as a JSON object."""
        kinds, rungs = self.growth.kinds, self.growth.rungs
        holes = [
            {"path": p, "kind": kinds[p], "rung": rungs[p].name.lower(), "file": at.file, "line": at.line}
            for p, at in ((p, self.place(p)) for p in self.growth.holes())
        ]
        return {
            "id": self.spec.id,
            "title": self.spec.title,
            "version": self.spec.version,
            "stage": self.spec.stage,
            "root": self.spec.root,
            "digest": self.digest,
            "layers": self.growth.layers(),
            "summary": self.growth.words(),
            "holes": holes,
        }


def run(paths: Sequence[str | Path] = (), *, start: Path | None = None) -> list[Status]:
    """The status of each spec. What is proven is what the runs in the repository's ledger say of this very spec.

    Raises :class:`SpecError` when a spec is not valid, :class:`NotFound` when there is none.
    """
    out = []
    for files in select(paths, start):
        spec = files.load()
        whole = graph.build(spec)
        proven = results_here(spec.id, whole.digest, files.top)
        tied = None if spec.compiled else _tied(spec, files.top)
        out.append(Status(spec=spec, digest=whole.digest, growth=growth(whole, proven, tied)))
    return out


def _tied(spec: Spec, top: Path) -> set[SpecPath] | None:
    """The nodes that have a declaration in the working tree; None where there is no repository to look in."""
    from factory_git.app.judge_bound import bindings  # noqa: PLC0415 (the map and its parsers, for bound specs only)

    try:
        return {SpecPath(node) for node in bindings(trees.worktree(locate(top)), spec).bound}
    except FactoryError:
        return None
