"""Nodes and declarations of the same name. Lean: on the hook's path."""

from __future__ import annotations

from factory_git.drift.contract import BOUND
from factory_git.drift.kinds_of import GUARDRAIL, PANEL, STEP, looks_like, of_nodes
from factory_git.drift.places import Place
from factory_git.drift.spelling import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from factory_git.codemap.model import FileFacts
    from factory_git.drift.contract import Contract
    from factory_git.drift.view import Code


def by_name(
    contract: Contract, code: Code, nodes: Collection[str], judged: Callable[[str], bool], compiled: Collection[str]
) -> Iterator[tuple[str, Place]]:
    """The one declaration that has a node's name and looks like it, for each of ``nodes`` that has just one."""
    kinds = of_nodes(contract)
    for part in _named(contract):
        if part.path not in nodes or part.mode != BOUND:
            continue
        kind = kinds[part.path]
        open_: list[Place] = []
        hidden: list[Place] = []
        for exported, place in _candidates(code, kind, {part.name, part.id}, judged, compiled):
            (open_ if exported else hidden).append(place)
        found = open_ or (hidden if kind in (STEP, GUARDRAIL) else [])  # a pipeline's own class may hide its steps
        if len(found) == 1:
            yield part.path, found[0]


def the_one(facts: FileFacts, kind: str, node: str) -> int:
    """The declaration that a file is there for: the one of the node's name, else its only exported one that can be it.

    -1 where there is none, or are several: the node is tied to the whole file.
    """
    spelled = spellings(node.rpartition(".")[2])
    fit = [i for i, one in enumerate(facts.symbols) if one.parent < 0 and looks_like(kind, one.kind)]
    called = [i for i in fit if facts.symbols[i].name in spelled]
    found = called or [i for i in fit if facts.symbols[i].exported]
    return found[0] if len(found) == 1 else -1


def _named(contract: Contract) -> Iterator[_Part]:
    yield from contract.entities
    for pipeline in contract.pipelines:
        yield pipeline
        yield from pipeline.steps
    yield from contract.guardrails
    yield from contract.panels
    yield from contract.terms


def _candidates(
    code: Code, kind: str, names: Collection[str], judged: Callable[[str], bool], compiled: Collection[str]
) -> Iterator[tuple[bool, Place]]:
    spelled = {one for name in names for one in spellings(name)}
    files = {file for one in spelled for file in code.defining(one)}
    for file in sorted(files):
        if file in compiled or not judged(file):
            continue
        rows = code.resolver.rows(file)[2]
        for index, row in enumerate(rows):
            name, what, parent, exported, line = row[:5]
            if name not in spelled or not looks_like(kind, what):
                continue
            if parent >= 0 and (rows[parent][1] in ("function", "method", "variable") or kind == PANEL):
                continue  # what is inside a function is no part of the module
            if what == "method" and rows[parent][1] == "interface":
                continue  # a promise, not the code
            yield exported or parent < 0, Place(file=file, index=index, how="convention", line=line)


if TYPE_CHECKING:
    from factory_git.drift.contract import Entity, Guardrail, Panel, Pipeline, Step, Term

    _Part = Entity | Pipeline | Step | Guardrail | Panel | Term
