"""``approve``: a record in the ledger that somebody allows a mutation of the change at hand.

Nothing is written that would not count: who is not listed by the base, made the change, or may not approve this risk or
place is told so. The approver is who commits the ledger's transaction, which is signed where the base asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from factory_git.app import gate
from factory_git.app.context import Context
from factory_git.app.gate_approvals import RECORD, Found
from factory_git.app.gate_base import KEYS, SIGNERS, Base, base_of
from factory_git.app.gate_verdict import App
from factory_git.core.errors import Forbidden, Negative, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.gitio import signature
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth import approval
from factory_git.growth.approval import FORBIDDEN, SHORTEST, Given, Item
from factory_git.growth.mutation import Mutation
from factory_git.ledger.record import Record, make
from factory_git.ledger.types import version_of

SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to approve: fingerprints or beginnings of them, ``app/fingerprint`` where two applications have the same.

    ``base`` empty: the branch that changes are usually for. ``sign`` None: where the base asks for it, or
    ``commit.gpgSign`` is set.
    """

    fingerprints: tuple[str, ...] = ()
    why: str = ""
    base: str = ""
    head: str = "HEAD"
    sign: bool | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One mutation that was asked for. ``record`` is its record (empty in a dry run, or where none is needed).

    ``before`` is the mutation as the gate saw it, ``after`` with this approval.
    """

    before: Item
    after: Item
    record: str = ""
    state: str = "approved"  # or already, automatic

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {"state": self.state, "record": self.record or None} | self.after.as_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of each fingerprint, and what is still open."""

    done: tuple[Approved, ...]
    open: tuple[Item, ...]
    base: str
    by: str
    signed: bool
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {
            "base": self.base,
            "approver": self.by,
            "signed": self.signed,
            "approved": [one.as_json() for one in self.done],
            "open": [one.as_json() for one in self.open],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The change, and who is about to approve some of it."""

    base: Base
    apps: tuple[App, ...]
    looked: Found
    name: str
    email: str

    @property
    def items(self) -> list[tuple[App, Item]]:
        return [(app, one) for app in self.apps for one in app.items]

    def given(self, app: App, one: Mutation, why: str) -> Given:
        """The approval that is about to be written."""
        return Given(
            app=app.id, fingerprint=one.fingerprint, risk=one.risk, name=self.name, email=self.email,
            why=why, source="now", unsigned="",
        )  # fmt: skip


def listing(location: Location, options: Options) -> Result:
    """What the change needs and has; writes nothing."""
    scene = _scene(location, options)
    items = tuple(one for _, one in scene.items if one.needs or one.state == FORBIDDEN)
    return Result(
        done=(), open=items, base=scene.base.name, by=scene.email, signed=False, notes=scene.looked.notes
    )  # fmt: skip


def run(location: Location, options: Options) -> Result:
    """Approve. All of it is written in one transaction, or nothing.

    Raises :class:`UsageError` without a reason or for an ambiguous beginning, :class:`NotFound` with the open ones,
    :class:`Forbidden` for what nobody may allow, :class:`Negative` for what would not count.
    """
    if not options.why.strip():
        raise UsageError(
            "an approval says why", code="approve/why", hint='--why "what you looked at, and why it is fine"'
        )
    scene = _scene(location, options)
    chosen = [_choose(scene, word) for word in dict.fromkeys(options.fingerprints)]
    sign = _signs(scene, [app for app, _ in chosen], options)
    done = [_weigh(scene, app, one, options) for app, one in chosen]
    written = [one for one in done if one.state == "approved"]
    if written and not options.dry_run:
        ids = _write(scene, [(one.before, one.after) for one in written], options, sign=sign)
        named = dict(zip((id(one) for one in written), ids, strict=True))
        done = [replace(one, record=named.get(id(one), one.record)) for one in done]
        done = _seen(_scene(location, options), done)
    return Result(
        done=tuple(done),
        open=tuple(_left(scene, done)),
        base=scene.base.name,
        by=scene.email,
        signed=sign,
        notes=scene.looked.notes,
    )


def _seen(scene: _Scene, done: Sequence[Approved]) -> list[Approved]:
    """What was written, as the gate sees it now. Raises :class:`Negative` where it does not count, as by its key."""
    now = {(item.app, item.mutation.fingerprint): item for _, item in scene.items}
    seen = [replace(one, after=now[one.after.app, one.after.mutation.fingerprint]) for one in done]
    for one in seen:
        why = next((r.why for r in one.after.refused if one.record[:SHORT] in r.given.source and one.record), "")
        if why and one.state == "approved":
            message = f"it is recorded ({one.record[:SHORT]}), and does not count: {why}"
            hint = f"the base must know your key for {scene.email}, in {SIGNERS} or {KEYS}{scene.email}.asc"
            raise Negative(message, code="approve/not-counted", hint=hint)
    return seen


def _scene(location: Location, options: Options) -> _Scene:
    if options.head in (INDEX, WORKTREE):
        raise UsageError("only what is committed can be approved", code="approve/head", hint="commit it first")
    base = base_of(location, options.base or gate.usual(location), options.head)
    apps, looked, broken = gate.judged(base, gate.Options(migrate=False))
    if broken is not None:
        raise broken
    who = base.context.config.committer
    return _Scene(base=base, apps=tuple(apps), looked=looked, name=who.name, email=who.email)


def _choose(scene: _Scene, word: str) -> tuple[App, Item]:
    """The one mutation that a word names."""
    app, slash, short = word.rpartition("/")
    if len(short) < SHORTEST or not set(short) <= set("0123456789abcdef"):
        message = f"{word!r} is no fingerprint"
        raise UsageError(
            message, code="approve/fingerprint", hint=f"{SHORTEST} or more of its digits; --list shows them"
        )
    found = [
        (each, one)
        for each, one in scene.items
        if one.mutation.fingerprint.startswith(short) and (not slash or each.id == app)
    ]
    if not found:
        raise _unknown(scene, word)
    if len(found) > 1:
        ways = ", ".join(f"{each.id}/{one.mutation.fingerprint}" for each, one in found[:8])
        raise UsageError(f"{word} names {len(found)} mutations", code="approve/ambiguous", hint=f"write one of: {ways}")
    return found[0]


def _unknown(scene: _Scene, word: str) -> NotFound:
    items = [one for _, one in scene.items if one.open]
    lines = "".join(f"\n  {_line(one)}" for one in items[:20])
    more = f"\n  … and {len(items) - 20} more" if len(items) > 20 else ""
    where = f"this change of {scene.base.name} has no mutation {word}"
    said = f"{where}; open are:{lines}{more}" if items else f"{where}, and nothing is open"
    hint = "an approval dies when its mutation changes: look again with git factory approve --list"
    raise NotFound(said, code="approve/unknown", hint=hint, details={"open": [one.as_json() for one in items]})


def _line(one: Item) -> str:
    return f"{one.mutation.fingerprint} {one.mutation.id} {one.mutation.path} ({one.mutation.risk})"


def _signs(scene: _Scene, apps: Sequence[App], options: Options) -> bool:
    asked = any(app.rules.signed for app in apps)
    if options.sign is False and asked:
        message = f"{scene.base.name} counts signed approvals only"
        raise UsageError(message, code="approve/unsigned", hint="leave out --no-sign")
    if options.sign is not None:
        return options.sign
    said = next((v for k, v, _ in scene.base.context.config.section("commit") if k == "gpgsign"), "false")
    return asked or said is None or said.lower() in ("true", "yes", "on", "1")


def _weigh(scene: _Scene, app: App, one: Item, options: Options) -> Approved:
    """What an approval by this person makes of a mutation; raises where it would make nothing of it."""
    mutation = one.mutation
    if mutation.risk == FORBIDDEN:
        hint = "what must not hold any more needs an application of another id"
        raise Forbidden(f"{_line(one)}: no approval can allow it", code="approve/forbidden", hint=hint)
    if not one.needs:
        return Approved(before=one, after=one, state="automatic")
    mine = next((g for g in one.counted if approval.same(g.email) == approval.same(scene.email)), None)
    if mine is not None:
        kind, _, id_ = mine.source.partition(" ")
        return Approved(before=one, after=one, record=id_ if kind == "record" else "", state="already")
    after = _with(scene, app, one, options.why)
    refused = next((r.why for r in after.refused if r.given.source == "now"), "")
    if refused:
        who = " or ".join(str(w) for w in one.may)
        hint = (
            f"ask {who}" if who else "nobody else whom the base lists may give one: growth.approvers is to grow first"
        )
        raise Negative(f"{_line(one)}: your approval would not count: {refused}", code="approve/not-counted", hint=hint)
    return Approved(before=one, after=after)


def _with(scene: _Scene, app: App, one: Item, why: str) -> Item:
    given = [*scene.looked.given, scene.given(app, one.mutation, why)]
    return approval.judge(app.id, [one.mutation], app.rules, given, authors=scene.looked.authors)[0]


def _write(scene: _Scene, pairs: Sequence[tuple[Item, Item]], options: Options, *, sign: bool) -> tuple[RecordId, ...]:
    ctx, location = scene.base.context, scene.base.location
    records = [_record(scene, ctx, after, options.why.strip()) for _, after in pairs]
    first = pairs[0][1].mutation
    more = f" and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    return ctx.ledger.append(
        records,
        stream=f"approvals/{pairs[0][1].app}",
        subject=f"approve {first.id} {first.path}{more}: {options.why.strip()}",
        sign=partial(signature.sign, location) if sign else None,
    )


def _record(scene: _Scene, ctx: Context, item: Item, why: str) -> Record:
    one = item.mutation
    app = next(app for app in scene.apps if app.id == item.app)
    payload = {
        "title": f"{one.id} {one.path}: {why}",
        "app": item.app,
        "fingerprint": one.fingerprint,
        "mutation": one.id,
        "path": one.path,
        "risk": one.risk,
        "why": why,
        "approver": {"name": scene.name, "email": scene.email},
        "spec_digest": app.result.diff.base,
        "head": scene.base.end,
    }
    # The very same text may be there and not count, unsigned or by somebody else's hand: this one then follows it.
    same = [e.record.id for e in ctx.ledger.list(type=RECORD) if e.record.payload == payload]
    return make(RECORD, payload, same[-1:], v=version_of(RECORD))


def _left(scene: _Scene, done: Sequence[Approved]) -> Iterator[Item]:
    """What is still open after this."""
    after = {(one.after.app, one.after.mutation.fingerprint): one.after for one in done}
    for _, one in scene.items:
        now = after.get((one.app, one.mutation.fingerprint), one)
        if now.open or now.state == FORBIDDEN:
            yield now
