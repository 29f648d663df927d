"""The typed form of a loaded spec: frozen values with their place in the source.

The loader makes it, everything else reads it. Lists keep the order of the source. ``path`` is the node's address;
``name`` is as written; ``id`` is its slug or the explicit ``id:``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factory_git.core.errors import Place
from factory_git.core.ids import SpecPath
from factory_git.spec.types import Ref, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of source text (an expression, mostly) and where its first character stands.

    ``breaks`` are (offset, line, column) wherever the text stops following the file character by character: folded
    lines, escapes, block scalars.
    """

    text: str
    place: Place
    path: SpecPath
    breaks: tuple[tuple[int, int, int], ...] = ()

    def __str__(self) -> str:
        return self.text

    def at(self, offset: int) -> Place:
        """The place of the character at ``offset`` of ``text``; for messages about a part of it."""
        base, line, column = 0, self.place.line, self.place.column
        for start, start_line, start_column in self.breaks:
            if start > offset:
                break
            base, line, column = start, start_line, start_column
        return Place(file=self.place.file, line=line, column=column + offset - base if column else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every named thing of a spec has. ``extra`` keeps the ``x-…`` keys."""

    path: SpecPath
    id: str
    name: str
    place: Place
    was: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A field of an entity. ``type`` is never ``Optional``: ``optional`` says that (``text?``)."""

    type: Type
    typed: bool  # False: no type was written and ``type`` is ``any``
    key: bool = False
    optional: bool = False
    unique: bool = False
    minimum: str | None = None  # as written, a decimal or an ISO date
    maximum: str | None = None
    unit: str | None = None
    pii: str | None = None  # class of personal data: contact, identity, health, …
    default: Any = None
    has_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Node):
    """A kind of row. ``made`` ones are produced by pipelines, others are stored input."""

    fields: tuple[Field, ...]
    made: bool = False

    @property
    def key(self) -> Field | None:
        """The key field, if the entity has one."""
        return next((f for f in self.fields if f.key), None)

    def field(self, name: str) -> Field | None:
        """The field of that name as written in expressions, or None."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Node):
    """A named expression with typed arguments."""

    args: Mapping[str, Type]
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """A step of a pipeline. ``skill`` is None for a hole.

    ``params`` are the step's own keys (``each``, ``make``, ``set`` …) as plain data whose leaves of text are
    :class:`Text`, so that every message about an expression has its place.
    """

    skill: str | None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Node):
    """Steps in order. ``args`` are the trigger's arguments, in scope as ``run.<name>``."""

    steps: tuple[Step, ...]
    args: Mapping[str, Type] = field(default_factory=dict)
    cron: str | None = None
    trigger: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail(Node):
    """What must hold after every pipeline and action. ``always`` is None for prose that nothing executes yet.

    ``on_break`` is ``abort`` or ``alert``.
    """

    always: Text | None
    on_break: str = "abort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Node):
    """Who uses the application. ``sees`` lists the PII classes the role may see."""

    sees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Node):
    """A page. ``shows`` names entities; ``order`` are sort fields (``-x`` descending); ``roles`` empty means all."""

    shows: tuple[str, ...]
    first: bool = False
    roles: tuple[str, ...] = ()
    order: tuple[Text, ...] = ()
    where: Text | None = None
    columns: tuple[str, ...] = ()  # empty: every field


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Node):
    """Something a person does on a row: ``on`` an entity, allowed ``when``, making a ``make`` row with ``set``.

    ``args`` are asked of the person and in scope as ``act.<name>``; ``act.actor``, ``act.role`` and ``act.day`` are
    always there.
    """

    on: str | None = None
    when: Text | None = None
    make: str | None = None
    set: Mapping[str, Text] = field(default_factory=dict)
    args: Mapping[str, Type] = field(default_factory=dict)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Node):
    """An acceptance item: an example (``given``/``when``/``then``), a property (``forall``), a ``test`` or a ``judge``.

    ``given`` maps entity name → (header, rows), cells as written in YAML. ``forall`` maps entity name → most rows,
    plus ``runs``. ``when`` maps ``run`` to a pipeline id and the rest to arguments (``any`` draws one).
    """

    kind: str  # example, property, test, judge, prose
    covers: tuple[str, ...] = ()
    given: Mapping[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]] = field(default_factory=dict)
    forall: Mapping[str, int] = field(default_factory=dict)
    when: tuple[Mapping[str, Any], ...] = ()
    then: tuple[Text, ...] = ()
    test: Text | None = None
    judge: str | None = None
    holdout: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One entry of ``code:``: where a node's code stands and who owns it."""

    path: SpecPath
    at: str  # src/x.py::Block
    mode: str  # compiled, bound, free
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that the spec was read from."""

    path: str  # relative to the repository (or as given), with forward slashes
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A whole spec. ``root`` is the folder that holds it, relative to the repository (``""`` for the top).

    ``raw`` is the spec as plain data after rule 1 and the expansion of short forms: every list item a mapping with
    ``name`` and ``id``. Layers with no typed attribute here (identity, growth, evidence_policy …) are read from it.
    ``places`` has the place of every node. The digest of a spec is that of its graph (:mod:`factory_git.spec.graph`).
    """

    id: str
    title: str
    version: str
    stage: str
    root: str
    sources: tuple[Source, ...]
    entities: tuple[Entity, ...]
    terms: tuple[Term, ...]
    pipelines: tuple[Pipeline, ...]
    guardrails: tuple[Guardrail, ...]
    disclaimers: tuple[Node, ...]
    roles: tuple[Role, ...]
    panels: tuple[Panel, ...]
    actions: tuple[Action, ...]
    scenarios: tuple[Scenario, ...]
    done: tuple[Text, ...]
    bindings: tuple[Binding, ...]
    package: str
    language: str
    compiled: bool  # False: every node is bound unless it says otherwise, and nothing is compiled
    paths: tuple[str, ...]  # where bound code is looked for, relative to ``root``
    depends_on: tuple[str, ...]
    reserved: tuple[SpecPath, ...]  # addresses that were removed and may not come back
    raw: Mapping[str, Any]
    places: Mapping[SpecPath, Place]
    _called: dict[str, Entity] = field(default_factory=dict, init=False, compare=False, repr=False)

    def entity(self, name: str) -> Entity | None:
        """The entity of that name or id; the first, where an id is another one's name."""
        if not self._called:
            for entity in reversed(self.entities):
                self._called.update({entity.name: entity, entity.id: entity})
        return self._called.get(name)

    def path_of(self, entity: Entity, path: str) -> tuple[Field, ...]:
        """The fields along ``path`` (``contract.buyer.name``), as in :func:`fields_along`."""
        return fields_along(self.entity, entity, path)

    def pipeline(self, id_: str) -> Pipeline | None:
        """The pipeline of that id."""
        return next((p for p in self.pipelines if p.id == id_), None)


def fields_along(find: Callable[[str], Entity | None], entity: Entity, path: str) -> tuple[Field, ...]:
    """The fields along a path from ``entity``: all but the last are references. Empty where it leads nowhere."""
    found: list[Field] = []
    here: Entity | None = entity
    for name in path.split("."):
        field_ = here.field(name) if here else None
        if field_ is None:
            return ()
        found.append(field_)
        here = find(field_.type.entity) if isinstance(field_.type, Ref) else None
    return tuple(found)
