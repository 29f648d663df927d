"""What an expression may name: entities as collections, terms, variables, and what is known not to be null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from factory_git.spec.model import Entity, Field, Spec, Term
from factory_git.spec.types import Optional, Row, Type

RUN = "run"
ACT = "act"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Names and their types.

    ``shapes`` are the fields of rows that are of no entity (``run``, ``act``, the ``key`` of a group), by the name
    of their :class:`Row`. ``bare`` is the variable whose fields need no ``it.`` in front. ``facts`` are dotted paths
    known not to be null here; ``promised`` are such paths that another expression has ruled null out for, as ``where``
    does for ``set``. ``results`` remembers the types of terms, once found.
    """

    entities: Mapping[str, Entity] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    names: Mapping[str, Type] = field(default_factory=dict)
    shapes: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    bare: str = ""
    facts: frozenset[str] = frozenset()
    promised: frozenset[str] = frozenset()
    results: dict[str, Type | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def for_spec(cls, spec: Spec) -> Scope:
        """Entities (by name, and by id where no name is the same) and terms; nothing else."""
        entities = {e.id: e for e in spec.entities} | {e.name: e for e in spec.entities}
        terms = {t.id: t for t in spec.terms} | {t.name: t for t in spec.terms}
        return cls(entities=entities, terms=terms)

    def with_(self, **names: Type) -> Scope:
        """The scope with these variables too; what was known of hidden ones is forgotten."""
        return replace(
            self,
            names={**self.names, **names},
            facts=frozenset(f for f in self.facts if f.split(".")[0] not in names),
            promised=frozenset(f for f in self.promised if f.split(".")[0] not in names),
            bare="" if self.bare in names else self.bare,
        )

    def with_shape(self, name: str, fields: Mapping[str, Type]) -> Scope:
        """The scope with a variable that has these fields, such as ``run``."""
        return replace(self.with_(**{name: Row(name)}), shapes={**self.shapes, name: dict(fields)})

    def with_bare(self, name: str) -> Scope:
        """The scope in which the fields of the variable ``name`` may stand without it."""
        return replace(self, bare=name)

    def knowing(self, facts: Iterable[str]) -> Scope:
        """The scope in which these paths are known not to be null."""
        return replace(self, facts=self.facts | frozenset(facts))

    def promising(self, facts: Iterable[str]) -> Scope:
        """The scope in which another expression has ruled out that these paths are null."""
        return replace(self, promised=self.promised | frozenset(facts))

    def only_terms(self) -> Scope:
        """The scope of a term's body: no variables."""
        return replace(self, names={}, shapes={}, bare="", facts=frozenset(), promised=frozenset())

    def fields(self, row: str) -> Mapping[str, Type]:
        """The fields of a row and their types, by the name they have in expressions."""
        if row in self.shapes:
            return self.shapes[row]
        entity = self.entities.get(row)
        return {} if entity is None else {f.name: field_type(f) for f in entity.fields}

    def known(self) -> list[str]:
        """Every name that can stand at the start of an expression, nearest first."""
        row = self.names.get(self.bare) if self.bare else None
        bare = list(self.fields(row.entity)) if isinstance(row, Row) else []
        entities = dict.fromkeys(e.name for e in self.entities.values())
        return list(dict.fromkeys([*bare, *self.names, *entities, *dict.fromkeys(t.name for t in self.terms.values())]))


def field_type(declared: Field) -> Type:
    """The type a field has in expressions."""
    return Optional(declared.type) if declared.optional else declared.type
