"""What deployed versions of an application counted of themselves: runs, acts, broken guardrails, panels. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {"run": "runs", "act": "acts", "guardrail": "guardrails", "panel": "panels"}
_JUDGED = ("done", "aborted")  # how a run or an act ends that guardrails were asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often something happened on a day in a version: ``guardrail safety.guardrails.x abort``."""

    day: str
    version: str
    kind: str
    what: str
    outcome: str
    count: int

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What it counts."""
        return self.day, self.version, self.kind, self.what, self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The counts of one version: what → outcome → how often."""

    version: str
    runs: Mapping[str, Mapping[str, int]]
    acts: Mapping[str, Mapping[str, int]]
    guardrails: Mapping[str, Mapping[str, int]]
    panels: Mapping[str, Mapping[str, int]]

    @property
    def judged(self) -> int:
        """Runs and acts that guardrails were asked about."""
        ended = (*self.runs.values(), *self.acts.values())
        return sum(outcomes.get(one, 0) for outcomes in ended for one in _JUDGED)

    def broken(self, guardrail: str) -> int:
        """How often a guardrail broke, whether that aborted or only alerted."""
        return sum(self.guardrails.get(guardrail, {}).values())

    def as_json(self) -> dict[str, Any]:
        """The version as a JSON object."""
        return {
            "version": self.version,
            **{name: {what: dict(o) for what, o in getattr(self, name).items()} for name in KINDS.values()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All versions, in the order in which they were first counted, and the days that they were."""

    first: str
    last: str
    versions: tuple[Version, ...]


def united(sources: Iterable[Iterable[Count]]) -> list[Count]:
    """The counts of several databases, where a later one began as a copy of an earlier one: the highest of each."""
    best: dict[tuple[str, ...], Count] = {}
    for counts in sources:
        for one in counts:
            if one.key not in best or best[one.key].count < one.count:
                best[one.key] = one
    return [best[key] for key in sorted(best)]


def fold(counts: Iterable[Count]) -> Metrics:
    """The counts by version; unknown kinds, which a newer program wrote, are left out."""
    known = sorted((one for one in counts if one.kind in KINDS), key=lambda one: one.key)
    order = dict.fromkeys(one.version for one in known)
    return Metrics(
        first=min((one.day for one in known), default=""),
        last=max((one.day for one in known), default=""),
        versions=tuple(_version(name, [one for one in known if one.version == name]) for name in order),
    )


def _version(name: str, counts: list[Count]) -> Version:
    found: dict[str, dict[str, dict[str, int]]] = {one: {} for one in KINDS.values()}
    for one in counts:
        outcomes = found[KINDS[one.kind]].setdefault(one.what, {})
        outcomes[one.outcome] = outcomes.get(one.outcome, 0) + one.count
    return Version(version=name, **found)


def from_payload(payload: Mapping[str, Any]) -> Metrics:
    """The metrics of a record."""
    return Metrics(
        first=payload["from"], last=payload["to"], versions=tuple(Version(**one) for one in payload["versions"])
    )
