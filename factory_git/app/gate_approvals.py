"""Approvals as they are found: records in the ledger and trailers of the change's commits, each with who gave it.

Who gave it is who committed: the transaction of a record, the commit of a trailer. What a text says about itself never
counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.gate_base import Base
from factory_git.app.gate_spent import Past
from factory_git.gitio import proposal, signature
from factory_git.gitio.proposal import Made
from factory_git.gitio.signature import Seal
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth.approval import SHORTEST, Given, matches, same
from factory_git.growth.mutation import Mutation
from factory_git.ledger.record import Entry

TRAILER = "Factory-Approve"
RECORD = "approval"
SHORT, FEW = 12, 40
_VALUE = re.compile(rf"(?:(?P<app>[a-z0-9_.-]+)/)?(?P<print>[0-9a-f]{{{SHORTEST},64}})(?:\s+(?P<why>\S.*))?")
Wanted = Sequence[tuple[str, Mutation]]
"""The mutations of the change, each with the id of its application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The approvals that name a mutation of the change, who made the change, and what to tell."""

    given: tuple[Given, ...]
    authors: frozenset[str]
    notes: tuple[str, ...]


def found(base: Base, wanted: Wanted, *, signed: bool) -> Found:
    """Look in the ledger and in the change's commits. ``signed``: signatures are verified."""
    made = proposal.commits(base.location, base.commit, base.end, TRAILER)
    entries, notes = _entries(base, wanted)
    commits = [*(str(e.tx) for e in entries), *(one.oid for one in made if one.values)]
    seals = signature.seals(base.location, commits, base.keys if signed else None)
    spent = {head for head in {_head(e) for e in entries} if head and _is_spent(base, head)}
    edge = base.context.repo.boundary if entries else frozenset()
    past = Past(base)
    given = [
        _ended(_of_record(e, seals.get(str(e.tx)), spent, cut=e.tx in edge), wanted, past, int(e.when.timestamp()))
        for e in entries
    ]
    for one in made:
        for value in one.values:
            each = _of_trailer(one, value, seals.get(one.oid), wanted)
            if each is None:
                notes.append(f"commit {one.oid[:SHORT]}: {TRAILER}: {value!r} names no mutation of this change")
            else:
                given.append(_ended(each, wanted, past, one.when))
    return Found(given=tuple(given), authors=_authors(base, made), notes=tuple(notes))


def _authors(base: Base, made: Sequence[Made]) -> frozenset[str]:
    """Who made the change, under every address that the base's ``.mailmap`` knows as theirs."""
    wrote = {same(email) for one in made if not one.empty for email in (one.author[1], *one.others)}
    if base.head in (INDEX, WORKTREE):
        wrote.add(same(base.context.config.author.email))
    return frozenset(wrote | {same(base.mailmap[email]) for email in wrote if email in base.mailmap})


def _entries(base: Base, wanted: Wanted) -> tuple[list[Entry], list[str]]:
    """The approval records that name a mutation of the change."""
    ctx: Context = base.context
    prints = {(app, one.fingerprint) for app, one in wanted}
    if not prints:
        return [], []
    if ctx.repo.ref(ctx.settings.text("ref")) is None:
        ref = ctx.settings.text("ref")
        return [], [f"no ledger here ({ref}): what others recorded is seen after git factory sync"]
    words = sorted({one for _, one in prints})
    several: Sequence[str | None] = words if len(words) <= FEW else [None]  # asking for each is cheaper up to here
    entries = [entry for word in several for entry in ctx.ledger.valid(type=RECORD, text=word)]
    some = [e for e in entries if (e.record.payload["app"], e.record.payload["fingerprint"]) in prints]
    return some, list(ctx.ledger.notices)


def _of_record(entry: Entry, seal: Seal | None, spent: set[str], *, cut: bool) -> Given:
    said = entry.record.payload
    who = said["approver"]
    void = ""
    if seal is None or cut:
        void = "its transaction is not whole here: fetch the whole ledger (git factory sync)"
    elif same(seal.email) != same(who["email"]):
        void = f"it says {who['email']}, and {seal.email} committed it"
    elif said["head"] in spent:
        void = "it is spent: the base holds the commit that it was given for"
    return Given(
        app=said["app"],
        fingerprint=said["fingerprint"],
        risk=said["risk"],
        name=seal.name if seal else who["name"],
        email=seal.email if seal else who["email"],
        why=said["why"],
        source=f"record {entry.record.id[:SHORT]}",
        unsigned=seal.wrong if seal else "it is not signed",
        void=void,
    )


def _of_trailer(one: Made, value: str, seal: Seal | None, wanted: Wanted) -> Given | None:
    """What a trailer says; None where it names nothing of this change."""
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    name, email = one.committer
    given = Given(
        app=match["app"] or "",
        fingerprint=match["print"],
        name=name,
        email=email,
        why=match["why"] or "",
        source=f"commit {one.oid[:SHORT]}",
        unsigned=seal.wrong if seal else "it is not signed",
        void="; ".join(_void(one, match["why"] or "")),
    )
    named = [(app, each) for app, each in wanted if matches(given, app, each)]
    if len(named) > 1:
        ways = " or ".join(f"{app}/{each.fingerprint}" for app, each in named[:3])
        return _but(given, f"{match['print']} names {len(named)} mutations: write {ways}")
    return given if named else None


def _void(one: Made, why: str) -> Iterator[str]:
    if not why:
        yield f"it does not say why: {TRAILER}: FINGERPRINT WHY"
    if same(one.author[1]) != same(one.committer[1]):
        # Who rebases or amends somebody's commit does not approve what is written in it.
        yield f"{one.author[1]} wrote that commit and {one.committer[1]} committed it: approve in a commit of one's own"


def _ended(given: Given, wanted: Wanted, past: Past, when: int) -> Given:
    """The approval; void where the base has had what it allows, and took it back."""
    named = [(app, each) for app, each in wanted if matches(given, app, each)]
    if given.void or not any(past.returned(app, each, when) for app, each in named):
        return given
    return _but(given, f"it is spent: {named[0][1].path} has been otherwise on the base since")


def _but(given: Given, void: str) -> Given:
    return Given(
        app=given.app, fingerprint=given.fingerprint, name=given.name, email=given.email, why=given.why,
        source=given.source, unsigned=given.unsigned, void=void,
    )  # fmt: skip


def _head(entry: Entry) -> str:
    return str(entry.record.payload["head"])


def _is_spent(base: Base, head: str) -> bool:
    return proposal.is_ancestor(base.location, head, base.commit)


def proven(base: Base, app: str, digest: str) -> set[str]:
    """What the ledger proves of a version of an application: ``acceptance``, ``tests``, ``simulation``."""
    ctx = base.context
    if ctx.repo.ref(ctx.settings.text("ref")) is None:
        return set()
    known: set[str] = set()
    for entry in ctx.ledger.valid(type="verdict", text=digest):
        said = entry.record.payload
        if said.get("spec") == app and said.get("spec_digest") == digest and said.get("outcome") == "converged":
            known |= {"acceptance", "tests"}
    for entry in ctx.ledger.valid(type="simulation", text=digest):
        if entry.record.payload.get("app") == app and entry.record.payload.get("head") == digest:
            known.add("simulation")
    return known
