"""Bindings that follow their code: the spec names a place, the code stands in another file now, and only there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from factory_git.app.adopt_panels import pages
from factory_git.drift.bind import bind
from factory_git.drift.contract import Place
from factory_git.drift.contracts import contract_of
from factory_git.drift.kinds import holders
from factory_git.drift.kinds.surface import CALLABLE
from factory_git.drift.view import Code
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

UNBOUND = "GF001"


def followed(
    spec: Spec, code: Code, files: Collection[str], others: Sequence[str]
) -> tuple[Spec, tuple[tuple[str, str], ...]]:
    """The spec with the places of code that was moved within ``files``, and (node, new place) of each."""
    contract = contract_of(spec, others=others)
    tied = bind(contract, code)
    lost = {hit.node for hit in tied.hits if hit.code == UNBOUND}
    held = {(one.file, one.index) for one in tied.bound.values()}
    moved: list[tuple[str, str]] = []
    texts = {source.path: source.content.decode().split("\n") for source in spec.sources}
    for place in contract.places:
        if place.path not in lost or place.how != "code":
            continue
        to = _elsewhere(code, files, place, held)
        if to and _rewritten(texts[place.file], place, to, spec.root):
            moved.append((place.path, to))
    if not moved:
        return spec, ()
    sources = [replace(one, content="\n".join(texts[one.path]).encode()) for one in spec.sources]
    return load([Source(path=one.path, content=one.content) for one in sources], root=spec.root), tuple(moved)


def _elsewhere(code: Code, files: Collection[str], place: Place, held: Collection[tuple[str, int]]) -> str:
    """The one place among ``files`` where a declaration of that qualified name is, tied to nothing yet."""
    file, _, name = place.at.partition("::")
    found = [
        path
        for path in code.defining(name.rpartition(".")[2])
        if name
        and path in files
        and path != file
        and (index := code.named(path, name)) >= 0
        and (path, index) not in held
        and _alike(code, place.path, path, index)
    ]
    return f"{found[0]}::{name}" if len(found) == 1 else ""


def _alike(code: Code, node: str, path: str, index: int) -> bool:
    """Whether a declaration could have been adopted as what the node is: one of its name may be anything."""
    facts = code.facts(path)
    if facts is None:
        return False
    if node.startswith("data_contracts."):
        return holders.degree(code, path, index) > holders.NONE
    if node.startswith("interface."):
        return any(index == page for _, page in pages(path, facts))
    return facts.symbols[index].kind in CALLABLE


def _rewritten(lines: list[str], place: Place, to: str, root: str) -> bool:
    """Put the new place on the binding's line; False where the old one does not stand there as it is."""
    cut = len(root) + 1 if root else 0
    number = place.line - 1
    before, after = place.at[cut:], to[cut:]
    if not 0 <= number < len(lines) or lines[number].count(before) != 1:
        return False
    lines[number] = lines[number].replace(before, after)
    return True
