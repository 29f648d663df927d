"""``simulate``: compile two versions, run both on the same data, and tell row by row what comes out differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from factory_git.app import deployment_records, simulate_data, simulate_morph
from factory_git.app.context import Context
from factory_git.app.deployment_build import MAIN
from factory_git.app.revisions import HEAD, Side, pairs, sides
from factory_git.app.simulate_cases import Asked, Ran, Stage
from factory_git.app.simulate_version import version
from factory_git.core import canonical
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.executors import browser
from factory_git.gitio import renames, trees
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.growth.simulation import Simulated, simulate
from factory_git.growth.simulation_words import as_data, summary
from factory_git.ledger.record import make
from factory_git.spec.graph import build
from factory_git.spec.names import suggest

FIRST = 5  # rows of each entity that the record itself lists; all of them are in a blob beside it
NO_BROWSER = "no pictures: there is no Chromium here (chromium or google-chrome on PATH)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which versions, on what, and whether panels are pictured and the result recorded.

    ``base`` and ``head`` are ``index``, ``worktree`` or revisions; ``parted``: the commit where both parted is the
    older. ``specs`` narrow: ids, files or folders from the top of the repository. ``morph`` is a planned change, by its
    file or its record: then it is set against the working tree.
    ``data`` is a database or a folder of CSV files; None: what the application has.
    """

    base: str = HEAD
    head: str = WORKTREE
    parted: bool = False
    specs: tuple[str, ...] = ()
    data: Path | None = None
    asked: Asked = field(default_factory=Asked)
    pictures: bool = True
    record: bool = True
    morph: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A panel before and after, as PNG; empty where the version has no such panel."""

    panel: str
    title: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One application simulated. ``data`` is None where there is no real data, ``worlds`` where none were asked for."""

    app: str
    title: str
    base: str  # digests of the graphs
    head: str
    versions: tuple[str, str]
    labels: tuple[str, str]
    source: str  # what the real data is
    seed: int
    data: Simulated | None
    worlds: Simulated | None
    notes: tuple[str, ...]
    panels: tuple[str, ...]  # the panels whose content differs
    pictures: tuple[Picture, ...] = ()
    record: str = ""

    @property
    def same(self) -> bool:
        """Whether nothing came out differently."""
        return all(one is None or (one.empty and not one.shape) for one in (self.data, self.worlds))

    def summary(self) -> tuple[str, ...]:
        """What comes out differently on the real data, else on the worlds, a line each."""
        found = summary(self.data) if self.data is not None else ()
        return found or (summary(self.worlds) if self.worlds is not None else ())

    def as_json(self, *, first: int | None = None) -> dict[str, Any]:
        """The result as plain data; ``first`` bounds the rows of each entity that are listed."""
        return {
            "app": self.app,
            "title": self.title,
            "base": self.base,
            "head": self.head,
            "versions": list(self.versions),
            "data": {"source": self.source, **as_data(self.data, first=first)} if self.data else None,
            "worlds": as_data(self.worlds, first=first) if self.worlds else None,
            "seed": self.seed,
            "notes": list(self.notes),
            "panels": list(self.panels),
            "record": self.record,
        }


def run(ctx: Context, options: Options) -> list[Result]:
    """Simulate every application that differs between the two sides (or that is named).

    Raises :class:`SpecError` where a version is not valid or does not compile, :class:`NotFound` and
    :class:`UsageError` for what is asked for and is not there, :class:`AgentFailed` when an application breaks down.
    """
    _refuse(options)
    if options.morph:
        old, new, record = simulate_morph.sides(ctx, options.morph)
        return [_one(ctx, options, old, new, record)]
    location, base = ctx.location, options.base
    if options.parted:
        base = renames.merge_base(location, base, HEAD if options.head in (INDEX, WORKTREE) else options.head)
    found = pairs(sides(location, base, also=options.specs), sides(location, options.head, also=options.specs))
    _known(options, [side for pair in found for side in pair if side is not None])
    return [_one(ctx, options, old, new) for old, new in found if old and new and _chosen(options, old, new)]


def _known(options: Options, there: Sequence[Side]) -> None:
    """Raise :class:`NotFound` for a word that names no spec: saying that nothing differs would be no answer to it."""
    known = {word for one in there for word in (one.name, one.root, *one.files)}
    for word in options.specs:
        if word not in known:
            hint = suggest(word, sorted({one.name for one in there}))
            raise NotFound(f"{word!r} is neither a revision nor a spec here", code="spec/none", hint=hint)


def _chosen(options: Options, old: Side, new: Side) -> bool:
    """Whether a spec is asked for: by its id, a file or a folder of it; without names, one whose meaning differs."""
    if options.specs:
        named = {old.name, new.name, old.root, new.root, *old.files, *new.files}
        return not named.isdisjoint(options.specs)
    return old.files != new.files and build(old.checked()).digest != build(new.checked()).digest


def _refuse(options: Options) -> None:
    if options.asked.worlds < 0 or options.asked.seed < 0:
        raise UsageError("--worlds and --seed take numbers from 0 on", code="simulate/number")


def _one(ctx: Context, options: Options, before: Side, after: Side, morph: RecordId | None = None) -> Result:
    base = WORKTREE if options.morph else options.base
    old = version(before, _tree(ctx.location, before, base))
    new = version(after, _tree(ctx.location, after, options.head), old)
    data = simulate_data.real(ctx.location.worktree, old.spec, options.data, _deployed(ctx, old.spec.id))
    with Stage(old, new, options.asked) as stage:
        ran = stage.run(data)
    notes = list(ran.notes)
    if data is None:
        notes.append("no real data: nothing deployed, no database, no data/*.csv; name it with --data")
    result = Result(
        app=new.spec.id,
        title=new.spec.title,
        base=build(old.spec).digest,
        head=build(new.spec).digest,
        versions=(old.spec.version, new.spec.version),
        labels=(before.label, after.label),
        source=data.name if data else "",
        seed=options.asked.seed,
        data=simulate(old.spec, new.spec, ran.data) if data else None,
        worlds=simulate(old.spec, new.spec, ran.worlds) if options.asked.worlds else None,
        notes=tuple(notes),
        panels=tuple(ran.pages),
    )
    return _recorded(ctx, options, _pictured(result, ran) if options.pictures else result, morph)


def _deployed(ctx: Context, app: str) -> Path | None:
    """The database of what is deployed from here, if it is here."""
    target = deployment_records.remembered(ctx, app, MAIN)
    current = target.current() if target is not None else None
    return current.database if current is not None else None


def _tree(location: Location, side: Side, revision: str) -> trees.Tree:
    if side.commit is not None:
        return trees.commit(location, side.commit)
    return trees.index(location) if revision == INDEX else trees.worktree(location)


def _pictured(result: Result, ran: Ran) -> Result:
    """The result with a picture of each panel that differs, where there is a browser."""
    if not ran.pages:
        return result
    program = browser.find()
    if not program:
        return replace(result, notes=(*result.notes, NO_BROWSER))
    pages: dict[str, str] = {}
    for panel, (_, before, after) in ran.pages.items():
        pages |= {f"{panel}/before": before["html"]} if before["html"] else {}
        pages |= {f"{panel}/after": after["html"]} if after["html"] else {}
    made = browser.shoot(program, pages)
    pictures = tuple(
        Picture(
            panel=panel,
            title=title,
            before=made.get(f"{panel}/before", b""),
            after=made.get(f"{panel}/after", b""),
        )
        for panel, (title, _, _) in ran.pages.items()
    )
    failed = [name for name in pages if name not in made]
    notes = (*result.notes, f"{program} made no picture of {', '.join(failed)}") if failed else result.notes
    return replace(result, pictures=pictures, notes=notes)


def _recorded(ctx: Context, options: Options, result: Result, morph: RecordId | None) -> Result:
    if not options.record:
        return result
    blobs: dict[str, bytes] = {}

    def kept(content: bytes) -> str:
        if not content:
            return ""
        oid = blob_oid(content)
        blobs[oid] = content
        return oid

    whole = result.as_json()
    bounded = result.as_json(first=FIRST)
    payload: dict[str, Any] = {
        "app": result.app,
        "title": _title(result),
        "base": result.base,
        "head": result.head,
        "versions": list(result.versions),
        "source": result.source,
        "worlds": result.worlds.cases if result.worlds else 0,
        "seed": result.seed,
        "differences": {"data": bounded["data"], "worlds": bounded["worlds"]},
        "notes": list(result.notes),
        "panels": list(result.panels),
        "pictures": {one.panel: [kept(one.before), kept(one.after)] for one in result.pictures},
    }
    if whole != bounded:
        payload["all"] = kept(canonical.dumps({"data": whole["data"], "worlds": whole["worlds"]}))
    record = make("simulation", payload, [morph] if morph else [])
    ctx.ledger.append([record], stream=f"growth/{result.app}", subject=payload["title"], blobs=list(blobs.values()))
    return replace(result, record=record.id)


def _title(result: Result) -> str:
    said = result.summary()
    return f"simulation of {result.app} {' → '.join(result.versions)}: {said[0] if said else 'nothing differs'}"


def exit_code(results: Sequence[Result]) -> int:
    """0: it ran; 1: the newer version cannot take the data, or a run of it fails that did not."""
    broken = [one for each in results for one in (each.data, each.worlds) if one is not None]
    return 1 if any(one.refused or one.failures for one in broken) else 0
