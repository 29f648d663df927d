"""Record types: the ones that ship (``schemas/records``) and the ones users registered (records of type ``type``).

A shipped schema may carry ``"x-version": N`` (default 1): what this program writes and the newest it understands.
``jsonschema`` costs 50 ms to import, so it is loaded at the first validation; reading never needs it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from factory_git.core import canonical
from factory_git.core.errors import Conflict, InvalidInput, Problem, UsageError
from factory_git.core.resources import folder
from factory_git.ledger.record import Record

UPGRADE = "upgrade git-factory: pip install --upgrade git-factory"


class Validator(Protocol):
    """The part of a compiled JSON Schema that is used."""

    def iter_errors(self, instance: Any) -> Any:
        """Every issue of ``instance``."""


class UnknownType(UsageError):
    """A record of a type that nobody registered."""

    default_code = "record/unknown-type"


class NewerVersion(UsageError):
    """A record or a ledger written by a newer git-factory; it is never read as if it were older."""

    default_code = "record/newer-version"


class Registry:
    """Looks schemas up and validates payloads. ``registered`` gives the user's types: name → its ``type`` records."""

    def __init__(self, registered: Callable[[str], list[Record]]) -> None:
        self._registered = registered
        self._validators: dict[str, Validator] = {}
        self._schemas: dict[str, Mapping[str, Any] | bool] = {}

    def check(self, record: Record) -> None:
        """Raise unless the record may be written: a known type, its version, a payload that its schema takes."""
        issues = self.issues(record)
        if issues:
            raise InvalidInput(
                f"the payload of this {record.type} is refused by its schema ({len(issues)} issues)",
                issues,
                code="record/schema",
            )
        if record.v < (newest := version_of(record.type)):
            raise UsageError(
                f"{record.type} records are written as version {newest}, not {record.v}", code="record/old"
            )

    def issues(self, record: Record) -> list[Problem]:
        """Everything the schema of its type has against a record, by place. Raises when the type is unknown."""
        refuse_newer(record)
        found = self._validator(record.type).iter_errors(record.payload)
        problems = [
            Problem(
                code="record/schema",
                message=f"{_place(error.absolute_path)}: {error.message}",
                path=".".join(str(step) for step in error.absolute_path),
            )
            for error in found
        ]
        return sorted(problems, key=lambda problem: (problem.path, problem.message))

    def schema(self, name: str) -> Mapping[str, Any] | bool:
        """The schema of a type. Raises :class:`UnknownType`, or :class:`Conflict` when two clones disagree on it."""
        if name not in self._schemas:
            self._schemas[name] = shipped(name) if name in shipped_types() else self._users(name)
        return self._schemas[name]

    def knows(self, name: str) -> bool:
        """Whether there is such a type, shipped or registered."""
        return name in shipped_types() or name in self._schemas or bool(self._registered(name))

    def _users(self, name: str) -> Mapping[str, Any] | bool:
        records = self._registered(name)
        if not records:
            known = ", ".join(sorted(shipped_types()))
            raise UnknownType(f"no record type {name!r} is registered", hint=f"register it first; shipped: {known}")
        schemas = {canonical.dumps(record.payload["schema"]): record for record in records}
        if len(schemas) > 1:
            ids = " and ".join(sorted(record.id[:12] for record in schemas.values()))
            raise Conflict(f"type {name!r} has two schemas: {ids}", code="record/type-conflict")
        schema: Mapping[str, Any] | bool = records[0].payload["schema"]
        return schema

    def _validator(self, name: str) -> Validator:
        if name not in self._validators:
            self._validators[name] = compile_schema(self.schema(name), checked=name in shipped_types())
        return self._validators[name]


def compile_schema(schema: Mapping[str, Any] | bool, *, checked: bool = False) -> Validator:
    """A validator for ``schema`` (draft 2020-12). Raises :class:`InvalidInput` when it is no valid schema.

    ``checked`` ones (those that ship, by a test) are taken as they are: the check costs 10 ms a schema.
    """
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 (50 ms that reading does not need)

    plain = json.loads(canonical.dumps(schema))  # the meta-schema wants floats, not Decimals
    try:
        if not checked:
            Draft202012Validator.check_schema(plain)
    except SchemaError as error:
        raise InvalidInput(f"not a valid JSON Schema: {error.message}", code="record/bad-schema") from error
    validator: Validator = Draft202012Validator(plain)
    return validator


def refuse_newer(record: Record) -> Record:
    """The record itself, unless it was written as a version that this program does not know."""
    newest = version_of(record.type)
    if record.v > newest:
        raise NewerVersion(
            f"record {record.id[:12]} is a {record.type} of version {record.v}; this program knows {newest}",
            hint=UPGRADE,
            details={"id": record.id, "type": record.type, "v": record.v},
        )
    return record


@functools.cache
def version_of(name: str) -> int:
    """The newest version of a type this program knows; 1 for types of users."""
    if name not in shipped_types():
        return 1
    return int(shipped(name).get("x-version", 1))


@functools.cache
def shipped(name: str) -> Mapping[str, Any]:
    """The schema of a type that ships with the program."""
    value: Mapping[str, Any] = json.loads((folder("schemas") / "records" / f"{name}.json").read_bytes())
    return value


@functools.cache
def shipped_types() -> frozenset[str]:
    """Names of the types that ship with the program."""
    return frozenset(path.stem for path in (folder("schemas") / "records").glob("*.json"))


def _place(path: Any) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "payload" + "".join(steps)
