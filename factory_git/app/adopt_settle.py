"""A draft held against the rules: what they refuse of it is taken back, until only what must be frozen is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from factory_git.app.adopt_draft import Draft, Entity, Field
from factory_git.core.errors import SpecError
from factory_git.core.ids import slug
from factory_git.drift import bound
from factory_git.drift.contracts import contract_of
from factory_git.drift.hit import Hit
from factory_git.drift.view import Code
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

ROUNDS = 6
_ENTITIES, _PIPELINES, _PANELS = "data_contracts.entities.", "workflows.pipelines.", "interface.panels."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What can be written: the files of the spec, and the findings that are left and must be frozen.

    ``retyped`` are fields whose type was taken back, ``dropped`` nodes that the rules do not accept as they stand.
    """

    draft: Draft
    files: Mapping[str, bytes]
    hits: tuple[Hit, ...]
    retyped: tuple[str, ...]
    dropped: tuple[str, ...]


def settle(
    draft: Draft, code: Code, root: str, write: Callable[[Draft], dict[str, bytes]], others: Sequence[str] = ()
) -> Settled:
    """The draft that the rules are content with. ``write`` makes the files of the spec from it."""
    retyped: list[str] = []
    dropped: list[str] = []
    for _ in range(ROUNDS):
        files = write(draft)
        try:
            spec = _loaded(files, root)
        except SpecError as error:
            smaller, lost = _without(draft, {problem.path: problem.code for problem in error.problems})
            if smaller == draft:
                raise
            draft, dropped = smaller, [*dropped, *lost]
            continue
        hits = bound.judge(contract_of(spec, others=others), code).hits
        smaller, types, lost = accepted(draft, hits)
        if smaller == draft:
            return Settled(
                draft=draft, files=files, hits=hits, retyped=tuple(dict.fromkeys(retyped)), dropped=tuple(dropped)
            )
        draft, retyped, dropped = smaller, [*retyped, *types], [*dropped, *lost]
    files = write(draft)
    hits = bound.judge(contract_of(_loaded(files, root), others=others), code).hits
    return Settled(draft=draft, files=files, hits=hits, retyped=tuple(retyped), dropped=tuple(dropped))


def _loaded(files: Mapping[str, bytes], root: str) -> Spec:
    spec = load([Source(path=path, content=content) for path, content in files.items()], root=root)
    errors = [one for one in check(spec) if one.severity == "error"]
    if errors:
        raise SpecError(errors[0].message, errors, code=errors[0].code)
    return spec


def accepted(draft: Draft, hits: Sequence[Hit]) -> tuple[Draft, list[str], list[str]]:
    """The draft without what these findings are about, the fields that lost their type, and the nodes that are gone."""
    wrong = {hit.node for hit in hits if hit.code == "GF103" and ".fields." in hit.node}
    missing = {hit.node for hit in hits if hit.code == "GF102" and ".fields." in hit.node}
    refused = {
        hit.node: hit.code
        for hit in reversed(hits)
        if hit.code in ("GF001", "GF002", "GF101", "GF504") or hit.code.startswith("GF2")
    }
    entities = tuple(_entity(one, wrong, missing) for one in draft.entities)
    smaller, lost = _without(replace(draft, entities=entities), refused)
    return smaller, sorted(_short(node) for node in wrong), lost


def _entity(one: Entity, wrong: set[str], missing: set[str]) -> Entity:
    fields = []
    for field in one.fields:
        path = f"{_ENTITIES}{slug(one.name)}.fields.{field.name}"
        if path in missing:
            continue
        fields.append(
            Field(name=field.name, type="any key" if field.type.endswith(" key") else "") if path in wrong else field
        )
    return replace(one, fields=tuple(fields)) if tuple(fields) != one.fields else one


def _without(draft: Draft, nodes: Mapping[str, str]) -> tuple[Draft, list[str]]:
    gone = {_owner(node): code for node, code in nodes.items() if _owner(node)}
    entities = tuple(one for one in draft.entities if f"{_ENTITIES}{slug(one.name)}" not in gone)
    names = {one.name for one in draft.entities} - {one.name for one in entities}
    entities = tuple(_unreferred(one, names) for one in entities)
    return replace(
        draft,
        entities=entities,
        pipelines=tuple(one for one in draft.pipelines if f"{_PIPELINES}{slug(one.name)}" not in gone),
        panels=tuple(
            replace(one, shows=tuple(name for name in one.shows if name not in names))
            for one in draft.panels
            if f"{_PANELS}{slug(one.name)}" not in gone
        ),
    ), sorted(f"{_short(node)} ({code})" for node, code in gone.items())


def _unreferred(one: Entity, names: set[str]) -> Entity:
    fields = tuple(
        replace(field, type="") if field.type.startswith("ref ") and field.type[4:].rstrip("?") in names else field
        for field in one.fields
    )
    return replace(one, fields=fields) if fields != one.fields else one


def _owner(node: str) -> str:
    """The path of the entity, pipeline or panel that a spec path is in."""
    for prefix in (_ENTITIES, _PIPELINES, _PANELS):
        if node.startswith(prefix):
            return prefix + node[len(prefix) :].partition(".")[0]
    return ""


def _short(node: str) -> str:
    return node.removeprefix(_ENTITIES).removeprefix(_PIPELINES).removeprefix(_PANELS).replace(".fields.", ".")
