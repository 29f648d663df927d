"""Carry out a morph: the spec's files with its operations done, one after the other, and the spec that they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.core.errors import Conflict, NotFound, SpecError
from factory_git.growth.morph.call import Call, refused
from factory_git.growth.morph.ops import OPERATIONS, Operation
from factory_git.spec import names
from factory_git.spec.check import check
from factory_git.spec.edit import apply
from factory_git.spec.graph import build
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec
from factory_git.spec.renames import undeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What came of it: the files ``before`` and ``now``, by path, and the spec they hold now, free of errors."""

    spec: Spec
    before: Mapping[str, bytes]
    now: Mapping[str, bytes]

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files that are new or differ."""
        return {path: content for path, content in self.now.items() if self.before.get(path) != content}

    @property
    def gone(self) -> tuple[str, ...]:
        """The files that are needed no more."""
        return tuple(sorted(self.before.keys() - self.now.keys()))


def carry_out(spec: Spec, ops: Sequence[Mapping[str, Any]]) -> Carried:
    """Do ``ops`` on the sources of ``spec``, in order: each sees what the ones before it did.

    Raises :class:`SpecError` for an operation that there is not or that cannot be carried out, with its number, and
    where the spec that comes out is not valid.
    """
    before = {source.path: source.content for source in spec.sources}
    now, files = spec, dict(before)
    broken: SpecError | None = None
    for number, op in enumerate(ops, 1):
        which = f"operation {number}"
        files = _edited(now, files, op, which)
        # A rename and what refers to it are two operations: between them the spec may be in pieces.
        try:
            now, broken = load([Source(path=path, content=data) for path, data in files.items()], root=spec.root), None
        except SpecError as error:
            broken = broken or _named(error, op, which)
    if broken is not None:
        raise broken
    problems = [one for one in check(now) if one.severity == "error"] if ops else []
    problems += undeclared(build(spec), build(now)) if ops else []
    if problems:
        first = problems[0]
        raise SpecError(f"what comes out is not valid: {first.message}", problems, code=first.code, hint=first.hint)
    return Carried(spec=now, before=before, now=files)


def go_on(done: Carried, ops: Sequence[Mapping[str, Any]]) -> Carried:
    """Further operations on what came of some."""
    more = carry_out(done.spec, ops)
    return Carried(spec=more.spec, before=done.before, now=more.now)


def _edited(spec: Spec, files: Mapping[str, bytes], op: Mapping[str, Any], which: str) -> dict[str, bytes]:
    """The files with one operation done; ``spec`` is the last sound one, in which its names are looked up."""
    call, operation = read(op)
    try:
        return apply(files, spec.root, operation.edits(call, build(spec)))
    except SpecError as error:
        raise _named(error, op, which) from error
    except (NotFound, Conflict) as error:
        raise _named(refused(error.message, error.hint), op, which) from error


def _named(error: SpecError, op: Mapping[str, Any], which: str) -> SpecError:
    call, _ = read(op)
    message = f"{which} ({call.op} {call.subject}): {error.message}"
    return SpecError(message, error.problems, code=error.code, hint=error.hint)


def normal(op: Mapping[str, Any]) -> dict[str, Any]:
    """An operation with its name first; all else keeps its order: that of fields and arguments means something."""
    call, _ = read(op)
    return {call.op: call.subject, **call.args}


def read(op: Mapping[str, Any]) -> tuple[Call, Operation]:
    """An operation as written: the one key that names it, and its arguments. Raises :class:`SpecError`."""
    named = [key for key in op if key in OPERATIONS]
    if not named:
        first = next(iter(op), "")
        raise refused(f"there is no operation {first!r}", names.suggest(str(first), OPERATIONS))
    # A skill may be called as an operation is (allocate): what is about something by its name is the operation.
    named = [key for key in named if not isinstance(op[key], Mapping | list)] or named
    if len(named) > 1:
        raise refused(f"{' and '.join(sorted(named))} are two operations in one", "one mapping for each")
    args = {key: value for key, value in op.items() if key != named[0]}
    return Call(op=named[0], subject=op[named[0]], args=args), OPERATIONS[named[0]]


def level_of(ops: Sequence[Mapping[str, Any]]) -> str:
    """The highest level of these operations: goal above policy above mechanism."""
    found = {read(op)[1].level for op in ops}
    return next((level for level in ("goal", "policy") if level in found), "mechanism")
