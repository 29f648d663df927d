"""What the rules need to know of one spec, as plain values: no expression, no YAML, no place but a file and a line.

A contract is made from a spec by :mod:`factory_git.drift.contracts` and kept in the gate's memory by the spec's digest,
so that the hook judges code without reading a spec. Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.core.value import content, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

COMPILED, BOUND, FREE = "compiled", "bound", "free"


@value
class Type:
    """A field's type: ``name`` is ``any text int decimal bool date datetime json ref enum list``.

    ``of`` holds the entity's id for ``ref``, the words of an ``enum``, the item's type name for a ``list``.
    """

    name: str
    of: tuple[str, ...] = ()


@value
class Field:
    """A field of an entity; ``line`` is the spec's."""

    path: str
    name: str
    type: Type
    typed: bool
    optional: bool
    key: bool
    pii: str  # class of personal data, empty for none
    line: int


@value
class Entity:
    """A kind of row, ``made`` or stored. ``guarded``: a pipeline writes it, and a gate or guardrail judges it.

    ``acted`` are the ids of the actions by which a person makes or changes one.
    """

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    made: bool
    guarded: bool
    fields: tuple[Field, ...]
    acted: tuple[str, ...] = ()


@value
class Step:
    """A step. ``kind`` is ``gate``, ``skill`` or ``hole``; ``reads``, ``writes`` are paths of entities.

    ``gates`` is the path of the entity whose rows a gate removes, empty for other steps. ``after`` are the paths of the
    earlier steps whose rows this one uses, directly or not: steps that are not among them may stand in any order.
    """

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    kind: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    gates: str
    after: tuple[str, ...]


@value
class Pipeline:
    """Steps in order."""

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    args: tuple[str, ...]
    steps: tuple[Step, ...]


@value
class Guardrail:
    """What must always hold. ``reads`` are paths of entities, terms followed; ``proofs`` paths of the scenarios that
    cover it."""

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    executable: bool
    reads: tuple[str, ...]
    proofs: tuple[str, ...]


@value
class Scenario:
    """An acceptance item. ``kind`` is ``example``, ``property``, ``test``, ``judge`` or ``prose``; ``test`` a test's
    command or id, empty for other kinds."""

    path: str
    kind: str
    test: str
    file: str
    line: int


@value
class Panel:
    """A page; ``shows`` are paths of entities, ``clear`` those of personal data that some role sees on it as it is."""

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    shows: tuple[str, ...]
    clear: tuple[str, ...] = ()


@value
class Term:
    """A named expression; ``args`` are names."""

    path: str
    id: str
    name: str
    file: str
    line: int
    mode: str
    args: tuple[str, ...]


@value
class Place:
    """Where ``code:`` or the lock says that a node's code stands: ``at`` is ``src/x.py::Block``, from the repository's
    top; ``how`` is ``lock`` or ``code``; ``line`` is that of the binding in the spec."""

    path: str
    at: str
    how: str
    mode: str
    file: str
    line: int


@value
class Contract:
    """One spec. ``folders`` (from the top of the repository) are where its code is looked for by tag and convention;
    ``compiled`` are the paths of compiled files, which the rules leave alone; ``nodes`` are all paths of the spec.

    ``mode`` is what a node is that says nothing of its own; ``digests`` has the digest of each node that has code.
    ``gone`` are paths that the spec had and removed (``reserved:``, the lock), ``renamed`` pairs of a node's path now
    and before (``was:``), ``others`` the folders below the spec's that hold specs of their own, ``package`` the
    folder that compiled code is written to.
    """

    id: str
    root: str
    language: str
    mode: str
    folders: tuple[str, ...]
    compiled: tuple[str, ...]
    entities: tuple[Entity, ...]
    pipelines: tuple[Pipeline, ...]
    guardrails: tuple[Guardrail, ...]
    panels: tuple[Panel, ...]
    terms: tuple[Term, ...]
    places: tuple[Place, ...]
    nodes: tuple[tuple[str, str, int], ...]  # path, file, line
    digests: tuple[tuple[str, str], ...]
    scenarios: tuple[Scenario, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    others: tuple[str, ...] = ()
    package: str = ""

    def steps(self) -> Iterator[tuple[Pipeline, Step]]:
        """Every step with its pipeline."""
        for pipeline in self.pipelines:
            for step in pipeline.steps:
                yield pipeline, step


_KINDS = (Type, Field, Entity, Step, Pipeline, Guardrail, Panel, Term, Place, Contract, Scenario)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}


def pack(what: Any) -> Any:
    """A contract (or a part) as tuples of plain data, for ``marshal``. A number at the front tells a kind of value."""
    number = _NUMBERS.get(type(what))
    if number is not None:
        return (number, *[pack(one) for one in content(what)])
    return tuple([pack(one) for one in what]) if isinstance(what, tuple) else what


def unpack(data: Any) -> Any:
    """What :func:`pack` was given."""
    if not isinstance(data, tuple):
        return data
    if not data or type(data[0]) is not int:
        return tuple([unpack(one) for one in data])
    kind: Any = _KINDS[data[0]]
    return kind(**dict(zip(kind.__slots__, [unpack(one) for one in data[1:]], strict=True)))
