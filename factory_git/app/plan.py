"""``plan``: from a desire to a morph: operations tried on the spec as it stands, with their level, mutations and risk.

What stays open of a desire is not left out in silence: without ``partly`` a desire is planned as a whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import desire_record, growth_spec, morph_file
from factory_git.app.context import Context
from factory_git.app.revisions import HEAD, sides
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.files import write
from factory_git.core.ids import RecordId
from factory_git.growth.desire.desire import RULES, Desire, Open, Understanding
from factory_git.growth.desire.entry import settled
from factory_git.growth.desire.read import understand
from factory_git.growth.morph import morph as morphs
from factory_git.growth.morph.derive import derive
from factory_git.growth.morph.morph import Morph
from factory_git.growth.morph.plan import Plan, left_open, plan
from factory_git.ledger.record import Entry
from factory_git.spec.graph import Graph, build


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to plan: a desire's record or entry, or a morph's file or record; empty: the newest desire without one.

    ``edits``: what the working tree's spec has since HEAD, as a morph on HEAD's.
    """

    what: str = ""
    spec: str = ""
    write: str = ""
    edits: bool = False
    partly: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A plan, or (``plan`` is None) what keeps the desire from being planned."""

    app: str
    text: str
    plan: Plan | None
    open: tuple[Open, ...] = ()
    desire: str = ""
    record: str = ""
    file: str = ""
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 planned, 1 open."""
        return 0 if self.plan is not None else 1

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        out: dict[str, Any] = {"app": self.app, "desire": self.text, "record": self.record or None}
        out |= {"open": [one.as_json() for one in self.open], "planned": self.plan is not None}
        if self.plan is not None:
            whole, diff = self.plan.morph, self.plan.diff
            out |= {"level": whole.level, "why": whole.why, "base": diff.base, "head": diff.head}
            out |= {"ops": [dict(op) for op in whole.ops], "risk": diff.risk, "requires": list(self.plan.requires)}
            out |= {"approvals": self.plan.approvals, "migration": self.plan.migration, "tests": list(whole.tests)}
            out |= {"version": self.plan.carried.spec.version}
            out["mutations"] = [
                {"id": one.id, "path": one.path, "risk": one.risk, "fingerprint": one.fingerprint}
                for one in diff.mutations
            ]
        return out


def run(ctx: Context, options: Options) -> Result:
    """Plan. Raises :class:`Forbidden` where identity forbids it, :class:`SpecError` where it cannot be carried out."""
    if options.edits:
        return _of_edits(ctx, options)
    path = Path(options.what)
    if options.what and (path.is_file() or desire_record.maybe(ctx, options.what, "morph") is not None):
        return _of_morph(ctx, options)
    wanted, entry, graph = _desire(ctx, options)
    found = understood(entry, wanted, graph)
    open_ = left_open(found)
    if open_ and not (options.partly and (found.ops or any(part.holds for part in found.parts))):
        return Result(
            app=graph.spec.id, text=wanted.text, plan=None, open=open_, desire=entry.record.id if entry else ""
        )
    morph = Morph(desire=wanted.text, why=wanted.why or _why(found), ops=found.ops, tests=_tests(wanted))
    done = plan(graph.spec, morph, open_)
    return _written(ctx, options, done, (entry.record.id,) if entry else ())


def understood(entry: Entry | None, wanted: Desire, graph: Graph) -> Understanding:
    """What a desire means for the spec as it is now: by the rules anew, with what an agent had said of it."""
    fresh = understand(wanted, graph)
    if entry is None:
        return fresh
    _, then = desire_record.of(entry.record.payload)
    told = [part for part in then.parts if part.by != RULES]
    known = {one.words for one in then.open}
    open_ = tuple(one for one in fresh.open if one.words in known) if told else fresh.open
    return Understanding(goal=fresh.goal, parts=(*fresh.parts, *told), open=open_)


def _of_morph(ctx: Context, options: Options) -> Result:
    """A morph planned (again) on the spec as it stands."""
    found = morph_file.find(ctx, options.what)
    spec = growth_spec.one(ctx.location, options.spec or found.morph.app)
    ops = tuple(op for op in found.morph.ops if "set_version" not in op)
    again = Morph(
        desire=found.morph.desire, why=found.morph.why, level=found.morph.level, ops=ops, tests=found.morph.tests
    )
    parents = found.parents or of_text(ctx, spec.id, found.morph.desire)
    return _written(ctx, options, plan(spec, again), parents)


def _of_edits(ctx: Context, options: Options) -> Result:
    """What somebody did to the spec by hand, as the morph that does it to the committed one."""
    if options.what:
        raise UsageError("--edits names no desire and no morph", hint="leave one of the two out")
    now = growth_spec.one(ctx.location, options.spec)
    before = [side for side in sides(ctx.location, HEAD) if side.root == now.root]
    ops = derive(before[0].checked(), now) if before else []
    if not ops:
        message = "the spec in the working tree says what HEAD's says" if before else "HEAD has no such spec"
        raise UsageError(message, hint="edit it first, or say what is wanted: git factory desire")
    return _written(ctx, options, plan(before[0].checked(), Morph(ops=tuple(ops))), ())


def of_text(ctx: Context, app: str, text: str) -> tuple[RecordId, ...]:
    """The newest desire that says this."""
    same = [one for one in desire_record.listed(ctx, app) if text and one.record.payload["text"] == text]
    return (same[0].record.id,) if same else ()


def _desire(ctx: Context, options: Options) -> tuple[Desire, Entry | None, Graph]:
    entry = desire_record.maybe(ctx, options.what, "desire") if options.what else None
    graph = build(growth_spec.one(ctx.location, options.spec or (entry.record.payload["app"] if entry else "")))
    if entry is None:
        entry = _entry_of(ctx, graph, options.what)
    if entry is not None:
        return desire_record.of(entry.record.payload)[0], entry, graph
    node = _node(graph, options.what)
    return Desire(text=str(node.value.get("goal") or node.name)), None, graph


def _entry_of(ctx: Context, graph: Graph, what: str) -> Entry | None:
    """The record that a word names by the entry of the spec; without a word the newest that nothing came of."""
    listed = desire_record.listed(ctx, graph.spec.id)
    if what:
        node = _node(graph, what)
        return next((one for one in listed if one.record.payload["node"] == node.path), None)
    planned = {parent for one in ctx.ledger.list(type="morph") for parent in one.record.parents}
    waiting = [
        one for one in listed if one.record.id not in planned and one.record.payload["node"] not in settled(graph)
    ]
    if not waiting:
        hint = 'say one: git factory desire "…"; or name one: git factory desire --list'
        raise NotFound("there is no desire that waits for a plan", code="desire/none", hint=hint)
    return waiting[0]


def _node(graph: Graph, what: str) -> Any:
    for path, node in graph.nodes.items():
        if node.kind == "desire" and what in (path, path.rpartition(".")[2], node.name):
            return node
    hint = "git factory desire --list; or a file that holds a morph"
    raise NotFound(f"there is no desire or morph {what!r}", code="desire/none", hint=hint)


def _why(found: Understanding) -> str:
    return "; ".join(part.means for part in found.parts if part.ops)


def _tests(wanted: Desire) -> tuple[str, ...]:
    return wanted.constraints


def _written(ctx: Context, options: Options, done: Plan, parents: tuple[RecordId, ...]) -> Result:
    record, contents = morph_file.record(done, parents)
    if options.write:
        _write(Path(options.write), morphs.write(done.morph, remarks(done)))
    if not options.dry_run:
        morph_file.put(ctx, record, contents)
    return Result(
        app=done.morph.app, text=done.morph.desire, plan=done, open=done.open, file=options.write,
        desire=parents[0] if parents else "", record="" if options.dry_run else record.id,
        notices=() if options.dry_run else ctx.ledger.notices,
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_bytes() != text.encode():
        raise UsageError(f"{path} is there already", code="morph/exists", hint="another name, or remove it first")
    write(path, text.encode())


def remarks(done: Plan) -> tuple[str, ...]:
    """What a person should know of a plan, as lines."""
    diff = done.diff
    out = [f"risk {diff.risk}, version {diff.app.get('from')} → {done.carried.spec.version}"]
    out += [f"{one.risk:<9} {one.id} {one.path}" for one in diff.mutations]
    out += [f"migration: {done.migration}"] if done.migration else []
    out += [f"proof: {', '.join(done.requires)}"] if done.requires else []
    out += [f"approvals: {done.approvals}, on the way to a shared branch"] if done.approvals else []
    return (*out, *(f"left open: {one.words}: {one.why}" for one in done.open))
