"""What kind of node may be what kind of declaration. Lean: on the hook's path."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Contract

ENTITY, FIELD, PIPELINE, STEP, GUARDRAIL, TERM, PANEL = (
    "entity", "field", "pipeline", "step", "guardrail", "term", "panel",
)  # fmt: skip

TYPES = frozenset({"class", "interface", "struct", "enum", "trait", "record", "type", "union", "object", "impl"})
CALLABLE = frozenset({"function", "method", "constructor", "macro"})
VALUES = frozenset({"variable", "constant", "field", "property", "member"})

_MAY = {
    ENTITY: TYPES | {"variable", "constant", "module", "namespace"},
    FIELD: VALUES | CALLABLE,  # a getter is a field of its own making
    PIPELINE: CALLABLE | VALUES | {"class", "struct", "object", "record", "module", "namespace", "impl"},
    PANEL: CALLABLE | VALUES | TYPES | {"module", "namespace"},
}
_MAY[STEP] = _MAY[GUARDRAIL] = _MAY[TERM] = _MAY[PIPELINE]
_SHOULD = {
    ENTITY: TYPES - {"impl", "trait"},
    PIPELINE: CALLABLE - {"constructor"},
    PANEL: frozenset({"function", "class", "struct"}),
}
_SHOULD[STEP] = _SHOULD[GUARDRAIL] = _SHOULD[TERM] = _SHOULD[PIPELINE]
WORDS = {ENTITY: "a type", FIELD: "a field", PANEL: "a component"}


def of_nodes(contract: Contract) -> dict[str, str]:
    """Spec path → kind, of every node that code can be tied to."""
    out: dict[str, str] = {}
    for entity in contract.entities:
        out[entity.path] = ENTITY
        for field in entity.fields:
            out[field.path] = FIELD
    for pipeline in contract.pipelines:
        out[pipeline.path] = PIPELINE
        for step in pipeline.steps:
            out[step.path] = STEP
    out |= {one.path: GUARDRAIL for one in contract.guardrails}
    out |= {one.path: PANEL for one in contract.panels}
    out |= {one.path: TERM for one in contract.terms}
    return out


def modes(contract: Contract) -> Iterator[tuple[str, str]]:
    """Spec path and mode of every node that code can be tied to; a field is what its entity is."""
    for entity in contract.entities:
        yield entity.path, entity.mode
        yield from [(field.path, entity.mode) for field in entity.fields]
    for pipeline in contract.pipelines:
        yield pipeline.path, pipeline.mode
        yield from [(step.path, step.mode) for step in pipeline.steps]
    yield from [(one.path, one.mode) for one in contract.guardrails]
    yield from [(one.path, one.mode) for one in contract.panels]
    yield from [(one.path, one.mode) for one in contract.terms]


def fits(kind: str, declaration: str) -> bool:
    """Whether somebody may tie a node of that kind to such a declaration."""
    return declaration in _MAY[kind]


def looks_like(kind: str, declaration: str) -> bool:
    """Whether a declaration is one by its name alone."""
    return declaration in _SHOULD.get(kind, ())
