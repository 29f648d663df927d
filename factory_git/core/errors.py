"""The errors of the whole program, split by who must act.

Every error carries a stable ``code`` (``ledger/ref-moved``), a message that names the thing and the place, a
``hint`` that names the way out, and the exit code of its class. Only the command line turns them into text and
exits; library code raises them and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point in a text file: ``line`` and ``column`` count from 1; 0 means "not known"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input: what, where (file and spec path) and what to do about it.

    ``code`` is stable (``spec/unknown-key``). ``path`` is a spec path such as ``workflows.pipelines.p.steps.s``,
    or empty.
    """

    code: str
    message: str
    place: Place | None = None
    path: str = ""
    hint: str = ""
    severity: str = "error"  # or "warning"

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        tail = f" [{self.path}]" if self.path else ""
        # A message may end in its own way out (`…; did you mean 'x'?`): it is not said twice.
        hint = f"\n  hint: {self.hint}" if self.hint and self.hint not in self.message else ""
        return f"{head}{self.severity}: {self.message}{tail}{hint}"

    def as_json(self) -> dict[str, Any]:
        """The problem as a JSON object; keys that hold nothing are left out."""
        out: dict[str, Any] = {"code": self.code, "severity": self.severity, "message": self.message}
        if self.place:
            out |= {"file": self.place.file, "line": self.place.line, "column": self.place.column}
        if self.path:
            out["path"] = self.path
        if self.hint:
            out["hint"] = self.hint
        return out


class FactoryError(Exception):
    """Base of all expected failures.

    ``details`` holds what a program wants to read (paths, ids); it is printed under ``--json`` only.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "internal"

    def __init__(
        self, message: str, *, code: str = "", hint: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        self.details = dict(details or {})

    def as_json(self) -> dict[str, Any]:
        """The error as the JSON object that ``--json`` prints."""
        out: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint:
            out["hint"] = self.hint
        return out | ({"details": self.details} if self.details else {})


class UsageError(FactoryError):
    """The caller asked for something that makes no sense; nothing was done."""

    exit_code = 2
    default_code = "usage"


class InvalidInput(UsageError):
    """An input (spec, record, configuration) is refused; every problem found is listed."""

    default_code = "invalid"

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, code: str = "", hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.problems = tuple(problems)

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {"problems": [p.as_json() for p in self.problems]}


class SpecError(InvalidInput):
    """A spec cannot be read, is not valid, or does not compile. ``problems`` has the places."""

    default_code = "spec/invalid"


class NotFound(FactoryError):
    """The named thing does not exist."""

    exit_code = 3
    default_code = "not-found"


class Forbidden(FactoryError):
    """Identity or safety forbids it; no approval can allow it."""

    exit_code = 4
    default_code = "forbidden"


class Conflict(FactoryError):
    """Somebody else was faster or is at work; trying again may succeed."""

    exit_code = 5
    default_code = "conflict"


class Negative(FactoryError):
    """A verdict: drift, a failed check, not converged. The program worked; the answer is no."""

    exit_code = 1
    default_code = "verdict/negative"


class AgentFailed(FactoryError):
    """An agent or a command did not do its job; ``details['reason']`` says how (exit, time-out, signal, …)."""

    exit_code = 1
    default_code = "agent/failed"


class IntegrityError(FactoryError):
    """Stored bytes are not what their id says, or a needed object is gone."""

    exit_code = 1
    default_code = "ledger/integrity"


class RepositoryError(FactoryError):
    """There is no usable Git repository, or Git itself failed."""

    exit_code = 128
    default_code = "repository"


class Cancelled(FactoryError):
    """The user interrupted."""

    exit_code = 130
    default_code = "cancelled"
