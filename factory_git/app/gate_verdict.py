"""What the gate found: application by application, the drift, the rehearsal; and the verdict that follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from factory_git.app import check, diff
from factory_git.core.errors import SpecError
from factory_git.growth.approval import FORBIDDEN, Item, Rules
from factory_git.growth.table import RISKS

SHORT = 12
SHOWN = 8  # fingerprints in the command that is proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Whether the migration of a change was tried. ``state``: ``none`` needed, ``passed``, ``failed``, ``missing``."""

    state: str
    said: str

    @property
    def ok(self) -> bool:
        """Whether nothing is in the way."""
        return self.state in ("none", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One application before the gate. ``forbidden`` and ``problems`` are what no approval of a mutation cures."""

    result: diff.Result
    rules: Rules
    items: tuple[Item, ...] = ()
    rehearsal: Rehearsal = Rehearsal(state="none", said="none needed")
    forbidden: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The application's id, as the base knows it."""
        side = self.result.old or self.result.new
        assert side is not None
        return side.name

    @property
    def is_forbidden(self) -> bool:
        """Whether identity says no."""
        return bool(self.forbidden) or any(one.state == FORBIDDEN for one in self.items)

    @property
    def ok(self) -> bool:
        """Whether nothing is missing."""
        passes = all(one.passes for one in self.items)
        return passes and self.rehearsal.ok and not self.forbidden and not self.problems

    @property
    def approved(self) -> frozenset[str]:
        """The fingerprints that need nobody any more."""
        return frozenset(one.mutation.fingerprint for one in self.items if not one.open)

    def missing(self, *, among_others: bool = False) -> Iterator[str]:
        """What is missing, a line each; among other applications it is said of which."""
        head = f"{self.id}/" if among_others else ""
        yield from self.forbidden
        yield from self.problems
        for one in self.items:
            if words := one.missing():
                what = f"{one.mutation.id} {one.mutation.path} ({one.mutation.risk})"
                yield f"{head}{one.mutation.fingerprint} {what}: {words}"
        if not self.rehearsal.ok:
            yield f"{head and self.id + ': '}{self.rehearsal.said}"

    def who(self) -> str:
        """Who approves here, in words."""
        if self.rules.anybody:
            return "the base lists no approvers: anybody's approval counts, the author's own included"
        who = ", ".join(str(one) for one in self.rules.approvers)
        return f"approvers: {who}; {'only with a good signature' if self.rules.signed else 'signatures are optional'}"

    def as_json(self) -> dict[str, Any]:
        """The application as a JSON object."""
        return {
            "app": self.id,
            "state": self.result.state,
            "ok": self.ok,
            "risk": self.result.told().risk,
            "approvers": [str(one) for one in self.rules.approvers],
            "signatures": "required" if self.rules.signed else "optional",
            "mutations": [one.as_json() for one in self.items],
            "rehearsal": {"state": self.rehearsal.state, "said": self.rehearsal.said},
            "missing": list(self.missing()),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The gate's whole answer. ``broken`` says why the specs could not be compared."""

    base: str  # as it was named
    commit: str  # what judged
    head: str
    apps: tuple[App, ...]
    drift: check.Result
    notes: tuple[str, ...] = ()
    broken: SpecError | None = None

    @property
    def forbidden(self) -> bool:
        """Whether identity says no somewhere."""
        return any(one.is_forbidden for one in self.apps)

    @property
    def ok(self) -> bool:
        """Whether the change may be merged."""
        return self.broken is None and not self.drift.failed and all(one.ok for one in self.apps)

    @property
    def exit_code(self) -> int:
        """0 may be merged, 1 something is missing, 2 a spec cannot be read, 4 forbidden by identity."""
        return 4 if self.forbidden else 2 if self.broken is not None else 0 if self.ok else 1

    @property
    def open(self) -> tuple[Item, ...]:
        """The mutations that somebody must still approve."""
        return tuple(one for app in self.apps for one in app.items if one.state == "open")

    @property
    def needs(self) -> int:
        """How many approvals are missing in all, where one person may give one for each mutation."""
        return max((one.open for one in self.open), default=0)

    @property
    def word(self) -> str:
        """``passed``, ``approval needed``, ``forbidden`` or ``failed``."""
        if self.ok:
            return "passed"
        others = self.drift.failed or self.broken or any(one.problems or not one.rehearsal.ok for one in self.apps)
        return FORBIDDEN if self.forbidden else "approval needed" if self.open and not others else "failed"

    def command(self) -> str:
        """The command that approves what is open; empty where nothing is."""
        several = len({one.app for one in self.open}) > 1
        named = [f"{one.app}/{one.mutation.fingerprint}" if several else one.mutation.fingerprint for one in self.open]
        more = " …" if len(named) > SHOWN else ""
        return f"git factory approve {' '.join(named[:SHOWN])}{more} --why TEXT" if named else ""

    def missing(self) -> list[str]:
        """What is missing, a line each; empty where the change may be merged."""
        lines = [f"the specs cannot be compared: {self.broken.message}"] if self.broken else []
        several = sum(bool(app.items) for app in self.apps) > 1
        lines += [line for app in self.apps for line in app.missing(among_others=several)]
        errors = [one for one in self.drift.findings if one.severity == "error"]
        lines += [f"drift: {one.place}: {one.code} {one.message}" for one in errors[:SHOWN]]
        more = len(errors) - SHOWN
        return [*lines, f"drift: and {more} more: git factory check --base {self.base}"] if more > 0 else lines

    def drift_words(self) -> str:
        """What the check of the code found, in words."""
        errors = sum(one.severity == "error" for one in self.drift.findings)
        warnings = len(self.drift.findings) - errors
        said = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "finding"), (warnings, "warning")) if n]
        return ", ".join(said) or "none"

    def lines(self) -> list[str]:
        """The verdict for people: what each part found, then what is missing and the way out."""
        out = [f"judged by {self.base} ({self.commit[:SHORT]})"]
        for app in self.apps:
            if app.items:
                out += [f"  {app.id}: {app.who()}", *(f"    {line}" for line in _approvals(app))]
                out.append(f"    migration: {app.rehearsal.said}")
        out.append(f"  drift: {self.drift_words()}")
        out += [f"  note: {note}" for note in self.notes]
        out.append(f"gate: {self.word}")
        out += [f"  {line}" for line in self.missing()]
        return [*out, f"  {self.command()}"] if self.open else out

    def as_json(self) -> dict[str, Any]:
        """The verdict as a JSON object."""
        return {
            "ok": self.ok,
            "verdict": self.word,
            "exit": self.exit_code,
            "base": self.commit,
            "head": self.head,
            "risk": self.risk,
            "needs": self.needs,
            "apps": [one.as_json() for one in self.apps],
            "drift": json.loads(check.as_json(self.drift)),
            "missing": self.missing(),
            "notes": list(self.notes),
        }

    @property
    def risk(self) -> str:
        """The highest risk of all applications."""
        told = [one.result.told() for one in self.apps]
        return max((one.risk for one in told), key=_rank, default="none")


def _approvals(app: App) -> Iterator[str]:
    for one in app.items:
        for each in one.counted:
            yield f"{one.mutation.fingerprint} approved by {each.email}: {each.why} ({each.source})"
        for refused in one.refused:
            given = refused.given
            yield f"{one.mutation.fingerprint} not counted: {given.source} of {given.email}: {refused.why}"


def _rank(risk: str) -> int:
    return RISKS.index(risk)
