"""Join the judgement of bound code in: the code map of the very tree that is judged, the contract, the rules.

The map is opened when the first spec with bound nodes is met, and once for all specs of a tree: a repository in which
everything is compiled does not pay for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from factory_git.codemap.build import Which, open_tree, overlaid
from factory_git.codemap.languages.registry import language_of
from factory_git.compiler import lock, migrate
from factory_git.compiler.files import Compilation
from factory_git.core.errors import FactoryError, Place
from factory_git.drift import baseline, bound
from factory_git.drift.bind import Bindings, Ignore, bind
from factory_git.drift.contract import BOUND, Contract
from factory_git.drift.contracts import contract_of, joined
from factory_git.drift.finding import Finding
from factory_git.drift.hit import Hit
from factory_git.drift.judged import below
from factory_git.drift.places import CONFLICT
from factory_git.drift.view import Code
from factory_git.drift.world import World
from factory_git.gitio import trees
from factory_git.spec.load import find
from factory_git.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What was found in the bound code of one spec. ``world`` is None where nothing is bound, or nothing was read."""

    hits: tuple[Hit, ...] = ()
    world: World | None = None
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    quiet: bool = True


class Codes:
    """The code of one tree, opened when it is asked for. ``roots`` are those of all its specs.

    ``before`` is the tree whose attributes count, where a change brings attributes of its own.
    """

    def __init__(self, tree: trees.Tree, roots: Iterable[str], before: trees.Tree | None = None) -> None:
        self.tree = tree
        self.roots = tuple(roots)
        self._before = before

    @cached_property
    def code(self) -> Code:
        """The code map of the tree, with the contents of its files."""
        if self.tree.origin == trees.INDEX:
            which = Which(staged=True)
        else:
            which = Which(rev="" if self.tree.origin == trees.WORKTREE else self.tree.origin)
        held = open_tree(self.tree.location, which)
        if isinstance(self.tree, trees.WorkTree) and self.tree.typed:
            held = overlaid(held, self.tree.location, self.tree.typed)
        code = Code(held, self._content, self._mode)
        if (before := self._before) is not None:
            code.before = lambda path: before.read(path) if path in before.entries else None
        return code

    def _content(self, path: str) -> bytes:
        entry = self.tree.entries[path]
        if entry.mode == trees.SUBMODULE:
            raise KeyError(path)
        return self.tree.read(path)

    def _mode(self, path: str) -> str:
        entry = self.tree.entries.get(path)
        return "" if entry is None else entry.mode if entry.merged else CONFLICT


def judge(codes: Codes, spec: Spec, compilation: Compilation) -> Bound:
    """The rules' findings in the bound code of ``spec``. What cannot be read is a finding, so this fails closed."""
    contract = contract_for(codes.tree, spec, compilation, codes.roots)
    if not binds(contract):
        return Bound()
    if conflicts := tuple(_conflicts(codes.tree, contract)):
        return Bound(findings=conflicts, quiet=False)
    try:
        judged = bound.judge(contract, codes.code)
    except (FactoryError, OSError) as error:
        place = spec.sources[0].path if spec.sources else "factory.yaml"
        words = f"the code that the spec binds cannot be read: {error}"
        hint = getattr(error, "hint", "") or "git fsck tells what is gone"
        finding = Finding(code="GF504", message=words, place=Place(file=place), hint=hint, root=spec.root)
        return Bound(findings=(finding,), quiet=False)
    waived = any(b"gf:" in source.content for source in spec.sources) or (
        joined(spec.root, baseline.PATH) in codes.tree.entries
    )
    quiet = not (judged.hits or judged.ignores or waived)
    return Bound(hits=judged.hits, world=judged.world, ignores=judged.ignores, quiet=quiet)


def _conflicts(tree: trees.Tree, contract: Contract) -> Iterable[Finding]:
    """A finding for each file of code with an open conflict: what will stand there is not known."""
    open_ = [path for path, entry in tree.entries.items() if not entry.merged and path not in contract.compiled]
    for path in open_:
        if language_of(path) and any(below(path, folder) for folder in contract.folders):
            words = "has an open merge conflict: its code cannot be judged"
            hint = f"resolve it, then: git add {path}"
            yield Finding(code="GF504", message=words, place=Place(file=path), hint=hint, root=contract.root)


def bindings(tree: trees.Tree, spec: Spec) -> Bindings:
    """Which nodes of a bound spec have a declaration in a tree. Raises :class:`FactoryError` when it cannot be read."""
    codes, contract = _opened(tree, spec)
    return bind(contract, codes.code)


def nodes_at(tree: trees.Tree, spec: Spec, file: str, line: int) -> tuple[tuple[str, str], ...]:
    """Node and how it is tied (:class:`Target`), of the innermost declaration around a line that a node is tied to."""
    codes, contract = _opened(tree, spec)
    spans: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for node, target in bind(contract, codes.code).bound.items():
        if target.file != file:
            continue
        symbol = codes.code.symbol(file, target.index) if target.index >= 0 else None
        if symbol is None or symbol.line <= line <= symbol.end_line:
            span = (-symbol.end_line + symbol.line, symbol.line) if symbol else (-(1 << 30), 0)
            spans.setdefault(span, []).append((node, target.how))
    return tuple(sorted(spans[max(spans)])) if spans else ()


def _opened(tree: trees.Tree, spec: Spec) -> tuple[Codes, Contract]:
    roots = [root for root, _ in find(tree.paths())]
    return Codes(tree, roots), contract_of(spec, others=roots)


def binds(contract: Contract) -> bool:
    """Whether there is anything that the rules look at: a node that somebody's own code stands for."""
    compiled = frozenset(contract.compiled)
    return contract.mode == BOUND or any(
        one.mode == BOUND and one.at.partition("::")[0] not in compiled for one in contract.places
    )


def contract_for(tree: trees.Tree, spec: Spec, compilation: Compilation, roots: Iterable[str]) -> Contract:
    """The contract of a spec in its tree: with what it compiles to, and what its lock remembers."""
    return contract_of(
        spec,
        compiled=[joined(spec.root, path) for path, file in compilation.files.items() if file.mode != BOUND],
        holes={
            str(one.path): f"{joined(spec.root, one.file)}::{one.function}"
            for one in compilation.holes
            if not migrate.holds(one)  # SQL, which no rule reads; the judge tells of it
        },
        gone=_locked_nodes(tree, spec.root),
        others=roots,
    )


def _locked_nodes(tree: trees.Tree, root: str) -> set[str]:
    """The nodes that the lock of the tree names; it decides only how a tag that names nothing is told."""
    path = joined(root, lock.PATH)
    try:
        data: Mapping[str, Any] = json.loads(tree.read(path)) if path in tree.entries else {}
        return {str(node) for key in ("nodes", "holes", "bindings") for node in data.get(key, {})}
    except (ValueError, AttributeError, TypeError, FactoryError, OSError):
        return set()
