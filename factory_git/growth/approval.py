"""Who must approve which mutation, and whose approval counts. Pure: rules, mutations and approvals in, judgement out.

The rules are those of the base branch. None and minor need nobody; major needs one approver, breaking two different
ones; forbidden is nobody's to allow. Where the base lists no approver, anybody's approval counts, the author's own
included. Where it lists more than one, whoever made the change does not approve it; a single one may approve their
own work, because nobody else can.

An approval is bound to the application, the fingerprint and the risk it was given for: another value, another place,
another application or a higher risk needs a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.growth.globs import covers
from factory_git.growth.mutation import Mutation
from factory_git.growth.table import RISKS
from factory_git.growth.table import matches as matches_row

NEEDS = {"none": 0, "minor": 0, "major": 1, "breaking": 2, "forbidden": 0}
FORBIDDEN = "forbidden"
SHORTEST = 6  # characters of a fingerprint that are taken as one
# What a plate may ask for besides what can be looked up: one more pair of eyes, or two.
PEOPLE = {"approval": 1, "human_approval": 1, "review": 1, "human_review": 1, "two_approvals": 2}
# What is proven by a record or by trying it, and how.
CHECKED = {
    "acceptance": "git factory run",
    "tests": "git factory run",
    "simulation": "git factory simulate",
    "migration": "write what is missing in it",
}

LOOKED_AT = ("guardrails",)  # what comparing the specs does by itself: both versions of each guardrail are run
# Who approves and what is asked for. To lose a second approver lets the first approve their own work, and to lose a
# plate drops what it asks for, so neither goes by itself, whatever its risk.
KEEPERS = (
    "approver-added", "approver-removed", "approver-widened", "approver-narrowed", "approver-replaced", "plate-removed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who may approve: what lies at the globs ``at`` (empty: all of it), up to ``max_risk``."""

    name: str
    email: str
    at: tuple[str, ...] = ()
    max_risk: str = "breaking"

    def __str__(self) -> str:
        if not self.email:
            return f"{self.name} (listed without an email)"
        return self.email if self.name in ("", self.email) else f"{self.name} <{self.email}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """Where the application may grow and what that asks for. ``allow`` names mutations; empty: any."""

    at: str
    allow: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the base branch says about approvals. ``signed``: an approval counts only with a good signature."""

    approvers: tuple[Approver, ...] = ()
    plates: tuple[Plate, ...] = ()
    signed: bool = False

    @property
    def anybody(self) -> bool:
        """Whether nobody is listed, so that everybody may approve."""
        return not self.approvers

    @property
    def several(self) -> bool:
        """Whether more than one person is listed, so that nobody needs to approve their own work."""
        return len({same(one.email) for one in self.approvers if one.email}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One approval as it was found. ``source`` says where: ``record 1f…`` or ``commit 1f…``.

    ``app`` and ``risk`` are empty where the approval does not say them (a commit's trailer). ``unsigned`` says why its
    signature is not a good one (empty: it is), ``void`` why it counts for nothing whoever gave it.
    """

    fingerprint: str
    name: str
    email: str
    why: str
    source: str
    app: str = ""
    risk: str = ""
    unsigned: str = "it is not signed"
    void: str = ""

    def as_json(self) -> dict[str, Any]:
        """The approval as a JSON object."""
        return {"name": self.name, "email": self.email, "why": self.why, "source": self.source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An approval that does not count, and why."""

    given: Given
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One mutation before the gate.

    ``needs`` approvals of different people; ``counted`` are those it has, ``refused`` those that do not count, ``may``
    who of the listed can still give one, ``lacks`` what its plate asks for and is not proven.
    """

    app: str
    mutation: Mutation
    needs: int
    counted: tuple[Given, ...] = ()
    refused: tuple[Refused, ...] = ()
    may: tuple[Approver, ...] = ()
    lacks: tuple[str, ...] = ()
    anybody: bool = False

    @property
    def open(self) -> int:
        """How many approvals are missing."""
        return max(0, self.needs - len(self.counted))

    @property
    def state(self) -> str:
        """``forbidden``, ``open`` (people are missing), ``lacking`` (a proof is), ``approved`` or ``automatic``."""
        if self.mutation.risk == FORBIDDEN:
            return FORBIDDEN
        if self.open:
            return "open"
        if self.lacks:
            return "lacking"
        return "approved" if self.needs else "automatic"

    @property
    def passes(self) -> bool:
        """Whether nothing is missing."""
        return self.state in ("approved", "automatic")

    def missing(self) -> str:
        """What is missing, in words; empty where nothing is."""
        if self.state == FORBIDDEN:
            return "forbidden by identity: nobody can approve it"
        parts = [self._people()] if self.open else []
        parts += [f"its plate asks for {one}, which is not proven yet ({CHECKED[one]})" for one in self.lacks]
        return "; ".join(parts)

    def _people(self) -> str:
        many = f"{self.open} approval{'s' * (self.open != 1)}"
        head = f"needs {many}" if not self.counted else f"needs {many} more"
        if self.anybody:
            return f"{head}, anybody's"
        if not self.may:
            return f"{head}, and nobody else whom the base lists (with an email) may give one"
        short = f", but the base lists only {len(self.may)} who may" if len(self.may) < self.open else ""
        return f"{head} of {either([str(one) for one in self.may], self.open)}{short}"

    def as_json(self) -> dict[str, Any]:
        """The item as a JSON object."""
        one = self.mutation
        return {
            "app": self.app,
            "fingerprint": one.fingerprint,
            "mutation": one.id,
            "path": one.path,
            "risk": one.risk,
            "state": self.state,
            "needs": self.needs,
            "approved_by": [each.as_json() for each in self.counted],
            "refused": [each.given.as_json() | {"because": each.why} for each in self.refused],
            "may": [str(each) for each in self.may],
            "lacks": list(self.lacks),
            "missing": self.missing(),
        }


def rules(raw: Mapping[str, Any]) -> Rules:
    """The rules that a spec's plain data (``Spec.raw``) holds."""
    growth = raw.get("growth") or {}
    approvers = tuple(
        Approver(
            name=str(one.get("name") or one.get("email") or ""),
            email=str(one.get("email") or _address(one.get("name"))),
            at=tuple(str(at) for at in one.get("at") or ()),
            max_risk=str(one.get("max_risk") or "breaking"),
        )
        for one in growth.get("approvers") or ()
    )
    plates = tuple(
        Plate(at=str(one["at"]), allow=_words(one.get("allow")), require=_words(one.get("require")))
        for one in growth.get("plates") or ()
        if one.get("at")
    )
    return Rules(approvers=approvers, plates=plates, signed=growth.get("signatures") == "required")


def _address(name: Any) -> str:
    """An approver may be listed by nothing but an email."""
    return str(name) if name and "@" in str(name) else ""


def judge(
    app: str,
    mutations: Iterable[Mutation],
    by: Rules,
    given: Sequence[Given],
    *,
    authors: Collection[str] = (),
    proven: Collection[str] = (),
) -> tuple[Item, ...]:
    """What each mutation of one application needs and has. ``authors`` are the emails of who made the change.

    ``proven`` names what plates can ask for and is proven for this change (``acceptance``, ``simulation``).
    """
    court = _Court(by=by, given=given, made=frozenset(same(email) for email in authors), proven=frozenset(proven))
    return tuple(_item(app, one, court) for one in mutations)


def either(names: Sequence[str], count: int) -> str:
    """``count`` of these people, in words."""
    return (" and " if len(names) <= count else " or ").join(names)


def same(email: str) -> str:
    """An email in the form that is compared."""
    return email.strip().casefold()


def matches(given: Given, app: str, mutation: Mutation) -> bool:
    """Whether an approval names this mutation of this application."""
    if given.app and given.app != app:
        return False
    short = given.fingerprint
    return len(short) >= SHORTEST and mutation.fingerprint.startswith(short)


def may_approve(who: Approver, mutation: Mutation) -> str:
    """Why a listed approver may not approve a mutation; empty where they may."""
    if who.at and not any(covers(at, mutation.path) for at in who.at):
        return f"{who.email} may approve {', '.join(who.at)} only"
    if mutation.rank > RISKS.index(who.max_risk):
        return f"{who.email} may approve up to {who.max_risk}, and this is {mutation.risk}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Court:
    by: Rules
    given: Sequence[Given]
    made: frozenset[str]
    proven: frozenset[str]


def _item(app: str, one: Mutation, court: _Court) -> Item:
    by, made = court.by, court.made
    asked = _asked(one, by)
    needs = max([NEEDS[one.risk], *(PEOPLE[word] for word in asked if word in PEOPLE)])
    # A word that no program can check is a person's to check. And who may approve what is never changed unseen, also
    # where an application is young enough that nothing else of this risk needs anybody.
    unseen = one.id in KEEPERS and not by.anybody
    if unseen or any(word not in PEOPLE and word not in CHECKED and word not in LOOKED_AT for word in asked):
        needs = max(needs, 1)
    counted: dict[str, Given] = {}
    refused: list[Refused] = []
    for each in court.given:
        if not matches(each, app, one):
            continue
        why = _refusal(each, one, by, made)
        if why:
            refused.append(Refused(given=each, why=why))
        else:
            counted.setdefault(same(each.email), each)
    may = tuple(
        who
        for who in _distinct(by.approvers)
        if who.email
        and same(who.email) not in counted
        and not (by.several and same(who.email) in made)
        and any(same(w.email) == same(who.email) and not may_approve(w, one) for w in by.approvers)
    )
    lacks = tuple(word for word in asked if word in CHECKED and word not in court.proven)
    return Item(
        app=app,
        mutation=one,
        needs=needs if one.risk != FORBIDDEN else 0,
        counted=tuple(counted.values()),
        refused=tuple(refused),
        may=may if one.risk != FORBIDDEN else (),
        lacks=lacks if one.risk != FORBIDDEN else (),
        anybody=by.anybody,
    )


def _refusal(given: Given, one: Mutation, by: Rules, made: Collection[str]) -> str:
    """Why an approval that names this mutation does not count."""
    if given.void:
        return given.void
    if not same(given.email):
        return "it has no email: nobody gave it"
    if one.risk == FORBIDDEN:
        return "forbidden is nobody's to allow"
    if given.risk and RISKS.index(given.risk) < one.rank:
        return f"it was given for {given.risk}, and this is {one.risk} now"
    listed = [who for who in by.approvers if same(who.email) == same(given.email)]
    if by.approvers and not listed:
        return f"the base does not list {given.email} as an approver"
    limits = [may_approve(who, one) for who in listed]
    if limits and all(limits):
        return limits[0]
    if by.several and same(given.email) in made:
        return f"{given.email} made the change, and the base lists others"
    return f"the base asks for signatures, and {given.unsigned}" if by.signed and given.unsigned else ""


def _asked(one: Mutation, by: Rules) -> tuple[str, ...]:
    """What the plates that this mutation grows on ask for."""
    asked = (
        plate.require
        for plate in by.plates
        if covers(plate.at, one.path) and (not plate.allow or any(matches_row(one.id, word) for word in plate.allow))
        if one.rank > 0
    )
    return tuple(dict.fromkeys(word for words in asked for word in words))


def _distinct(approvers: Iterable[Approver]) -> list[Approver]:
    return list({same(one.email): one for one in approvers}.values())


def _words(given: Any) -> tuple[str, ...]:
    return tuple(str(word).strip().replace("-", "_").replace(" ", "_") for word in given or ())
