"""Python names for the things of a spec: always identifiers, never a keyword, never a name the emitted code needs.

Everything that emits Python asks here, so that a field called ``class`` or an entity called ``World`` is the same
name in every file. A name that is a plain ASCII identifier stays as written; any other is made from the node's id.
Where the outcome is taken, ``_`` is appended.
"""

from __future__ import annotations

import builtins
import keyword
import re

from factory_git.spec.model import Entity, Field, Node, Pipeline, Step, Term

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Za-z0-9]+")

MODULES = frozenset({"kit", "values", "model", "terms", "guardrails", "store", "storage", "console", "dt", "pipelines"})
"""Modules of the application that emitted code refers to by these names (``dt`` is ``datetime``)."""

TYPES = frozenset({"Any", "Decimal", "Literal", "Path", "Iterable", "Iterator", "Mapping", "Sequence", "TYPE_CHECKING"})

CLASSES = TYPES | {"World", "Args", "Run", "Broken", "Invalid", "Missing", "NotBound", "AppError", "Connection"}
"""Classes the emitted code uses itself; an entity of that name gets a ``_``."""

FIELDS = frozenset({"self", "field", "dataclass", "dt", "kit", "str", "int", "bool", "tuple", "list", "object"}) | TYPES

VARIABLES = frozenset(dir(builtins)) | MODULES | CLASSES | {"world", "run", "args", "self", "dataclass", "field"}

WORLD = frozenset({"check", "self", "field", "list", "dict", "kit", "dt"}) | TYPES


def free(name: str, taken: frozenset[str] | set[str]) -> str:
    """``name``, with as many ``_`` as it needs to be neither a keyword nor taken."""
    while keyword.iskeyword(name) or name in taken:
        name += "_"
    return name


def identifier(text: str) -> str:
    """An id (slug) as an identifier: ``3d`` → ``n3d``, ``class`` → ``class_``."""
    name = text if text.isascii() and text.isidentifier() else re.sub(r"[^a-z0-9_]", "_", text.lower())
    if not name or not name[0].isalpha():
        name = f"n{name}"
    return free(name, set())


def class_name(entity: Entity) -> str:
    """The class of an entity: ``SprayEvent``, ``spray event`` → ``SprayEvent``, ``World`` → ``World_``."""
    source = entity.name if entity.name.isascii() else entity.id
    words = _WORD.findall(source)
    name = "".join(w[0].upper() + w[1:] for w in words)
    if not name or not name[0].isalpha():
        name = f"N{name}"
    return free(name, CLASSES | frozenset(dir(builtins)))


def attribute(entity: Entity) -> str:
    """The list of an entity's rows in ``World``: ``world.spray_event``."""
    name = identifier(entity.id)
    return free(f"{name}_" if name.startswith("get_") else name, WORLD)


def getter(entity: Entity) -> str:
    """The method of ``World`` that finds a row by its key: ``get_buyer``."""
    return f"get_{attribute(entity)}"


def field_name(field: Field) -> str:
    """The attribute of a field."""
    return plain(field.name, field.id, FIELDS)


def variable(name: str, id_: str = "") -> str:
    """A local name (argument of a term, macro variable) that hides nothing the emitted code needs."""
    return plain(name, id_ or spelled(name), VARIABLES)


def argument(name: str) -> str:
    """An attribute of ``Args``: a trigger's argument."""
    return plain(name, spelled(name), FIELDS | {"taken"})


def plain(name: str, id_: str, taken: frozenset[str]) -> str:
    """``name`` where it is a plain ASCII identifier, else ``id_`` made into one; never one of ``taken``."""
    return free(name if _PLAIN.fullmatch(name) else identifier(id_), taken)


def function(node: Node, taken: frozenset[str] = frozenset()) -> str:
    """The function of a term, a guardrail or an action."""
    return free(identifier(node.id), VARIABLES | taken)


def term_name(term: Term) -> str:
    """The function of a term in ``terms.py``."""
    return function(term)


def step_name(step: Step) -> str:
    """The function of a step in its pipeline's module."""
    return function(step)


def module(pipeline: Pipeline) -> str:
    """The module of a pipeline, which is also the name it has on the command line."""
    return free(identifier(pipeline.id), VARIABLES)


def table(entity: Entity) -> str:
    """The SQL table of an entity. Ids are ``[a-z0-9_]``; SQLite keeps ``sqlite_…`` for itself."""
    return f"x_{entity.id}" if entity.id.startswith("sqlite_") else entity.id


def column(field: Field) -> str:
    """The SQL column of a field; the id, so that two spellings cannot clash."""
    return field.id


def spelled(name: str) -> str:
    """A name of any characters in those of an identifier; others are spelled by code point."""
    return "".join(c if c.isascii() and c.isalnum() else "_" if c.isascii() else f"u{ord(c):x}" for c in name).lower()
