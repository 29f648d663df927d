"""``adopt``: draft a bound spec from code that is there, and freeze what the rules say of it as it stands.

The draft is judged before it is written: types and pipelines that the rules do not accept are taken back; what is
left goes into the baseline. So the check is quiet right after, and speaks when something changes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from factory_git.app import adopt_entities, adopt_flow, adopt_panels, adopt_text
from factory_git.app.adopt_draft import Draft
from factory_git.app.adopt_merge import merged
from factory_git.app.adopt_settle import settle
from factory_git.app.adopt_spec import Existing, Where, where_to
from factory_git.app.adopt_tree import Scan, scan
from factory_git.app.map import Map
from factory_git.core import files as disk
from factory_git.core.errors import UsageError
from factory_git.core.ids import slug
from factory_git.drift import baseline
from factory_git.drift.hit import Hit
from factory_git.drift.view import Code
from factory_git.gitio.locate import locate
from factory_git.spec.format import formatted
from factory_git.spec.split import split

LARGE = 60  # entities: more of them get a file each


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to adopt: ``paths`` from the top; ``spec`` the file to write; ``language`` where the tree has several."""

    paths: tuple[str, ...] = ()
    spec: str = ""
    name: str = ""
    language: str = ""
    everything: bool = False
    limit: int = adopt_entities.LIMIT
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What was (or, in a dry run, would be) written: files by path from the top, and what is in them."""

    draft: Draft
    files: Mapping[str, bytes]
    changed: tuple[str, ...]
    frozen: tuple[Hit, ...]
    retyped: tuple[str, ...]
    dropped: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    existing: bool

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {
            "language": self.draft.language,
            "files": list(self.changed),
            "merged": self.existing,
            "entities": [{"name": one.name, "at": one.at, "fields": len(one.fields)} for one in self.draft.entities],
            "pipelines": [{"name": one.name, "at": one.at, "steps": len(one.steps)} for one in self.draft.pipelines],
            "panels": [{"name": one.name, "at": one.at} for one in self.draft.panels],
            "moved": [{"node": node, "at": at} for node, at in self.moved],
            "frozen": [
                {"code": hit.code, "node": hit.node, "file": hit.file, "about": hit.about} for hit in self.frozen
            ],
            "untyped": list(self.retyped),
            "refused": list(self.dropped),
            "left_out": [one.as_json() for one in self.draft.left],
        }


def run(options: Options, start: Path | None = None) -> Adopted:
    """Draft, judge, freeze, write. Nothing that is there is overwritten.

    Raises :class:`NotFound` when there is no code to adopt, :class:`Conflict` when a spec is in the way.
    """
    location = locate(start)
    if location.worktree is None:
        raise UsageError("a bare repository has no files to adopt", code="adopt/bare", hint="git worktree add PATH")
    where = where_to(location.worktree, options.spec)
    the, found = scan(start, _folders(options.paths, where.root), options.language or where.language)
    existing = where.existing(found.code, frozenset(found.files))
    draft = _draft(the, found, options, where.root, existing)

    def write(draft: Draft) -> dict[str, bytes]:
        return _files(_placed(draft, where.root, found, fresh=existing is None), where, existing)

    settled = settle(draft, found.code, where.root, write, others=where.others)
    frozen = _new(settled.hits, settled.draft, existing)
    written = dict(settled.files)
    path = posixpath.join(where.root, baseline.PATH) if where.root else baseline.PATH
    entries = (
        [*existing.entries, *baseline.freeze(frozen, where.root)] if existing else baseline.freeze(frozen, where.root)
    )
    if entries or existing is None:
        written[path] = baseline.render(entries)
    changed = tuple(sorted(path for path, content in written.items() if found.code.read(path) != content))
    if not options.dry_run:
        _write(location.worktree, written, changed, found.code)
    return Adopted(
        draft=_placed(settled.draft, where.root, found, fresh=existing is None),
        files=written,
        changed=changed,
        frozen=frozen,
        retyped=settled.retyped,
        dropped=settled.dropped,
        moved=existing.moved if existing else (),
        existing=existing is not None,
    )


def _folders(paths: Sequence[str], root: str) -> tuple[str, ...]:
    """The folders to look at: what is named, or the spec's own. Raises :class:`UsageError` for one outside of it."""
    plain = ["" if path in (".", "") else posixpath.normpath(path) for path in paths] or [root]
    for path in plain:
        if root and path != root and not path.startswith(f"{root}/"):
            raise UsageError(
                f"{path or 'the top of the repository'} is not below {root}, the folder of the spec",
                code="adopt/outside",
                hint="a spec speaks of the code below its folder: write it further up with --spec",
            )
    return tuple(plain) if plain != [""] else ()


def _draft(the: Map, found: Scan, options: Options, root: str, existing: Existing | None) -> Draft:
    known = existing.known if existing else ()
    taken = existing.taken if existing else {}
    some, left = adopt_entities.entities(
        found, known, taken.get("entity", ()), everything=options.everything, limit=options.limit
    )
    some = adopt_entities.with_fields(found, some, existing.bound if existing else {})
    shown = {one.at.partition("::")[2].rpartition(".")[2]: one.name for one in some}
    pages, more = adopt_panels.panels(found, known, taken.get("panel", ()), shown)
    drawn = (*known, *(one.at for one in pages))  # what draws a page is the page, and no pipeline
    flows, further = adopt_flow.pipelines(found, drawn, taken.get("pipeline", ()))
    name = options.name or (existing.name if existing else _named(the, root))
    left = (*left, *further, *more, *found.left)
    return Draft(name=name, language=found.language, entities=some, pipelines=flows, panels=pages, left=left)


def _named(the: Map, root: str) -> str:
    """The application's name: that of its folder."""
    folder = root.rpartition("/")[2] or (the.location.worktree.name if the.location.worktree else "")
    return folder if slug(folder) else "app"


def _placed(draft: Draft, root: str, found: Scan, *, fresh: bool) -> Draft:
    """The draft with its places as the spec's folder sees them, and where its code is looked for."""

    def inside(at: str) -> str:
        return at[len(root) + 1 :] if root else at

    paths = _paths(draft, found, fresh=fresh)
    return replace(
        draft,
        paths=tuple(inside(path) for path in paths),
        entities=tuple(replace(one, at=inside(one.at)) for one in draft.entities),
        pipelines=tuple(
            replace(one, at=inside(one.at), steps=tuple(replace(step, at=inside(step.at)) for step in one.steps))
            for one in draft.pipelines
        ),
        panels=tuple(replace(one, at=inside(one.at)) for one in draft.panels),
    )


def _paths(draft: Draft, found: Scan, *, fresh: bool) -> tuple[str, ...]:
    """The folders whose files mostly hold adopted entities, else these files themselves.

    What is new in them is told by GF401, so they are drawn tightly: pipelines and panels are bound where they are.
    """
    holding = {one.path for one in draft.entities}
    acting = {one.at.partition("::")[0] for one in draft.pipelines} | {
        one.at.partition("::")[0] for one in draft.panels
    }
    out: list[str] = []
    for folder in sorted({posixpath.dirname(path) for path in holding}):
        if any(folder.startswith(f"{one}/") for one in out):
            continue
        inside = [path for path in found.files if posixpath.dirname(path) == folder]
        own = [path for path in inside if path in holding]
        if folder and len(own) > 1 and 2 * len(own) > len(inside) and not acting.intersection(inside):
            out.append(folder)
        else:
            out += own
    return tuple(out or ((sorted(acting) or found.files[:1]) if fresh else ()))


def _files(draft: Draft, where: Where, existing: Existing | None) -> dict[str, bytes]:
    if existing is not None:
        return merged(existing.files, draft, where.root)
    content = formatted(adopt_text.spec(draft).encode(), where.file)
    if len(draft.entities) <= LARGE or not where.may_split:
        return {where.file: content}
    parts = split(content, where.file, entities=True)
    return {posixpath.join(where.root, path): part for path, part in parts.items()}


def _new(hits: Sequence[Hit], draft: Draft, existing: Existing | None) -> tuple[Hit, ...]:
    """The findings that the draft brings. Those about nodes that were there stay what they are, and open."""
    held = [hit for hit in hits if baseline.holds(hit.code)]
    if existing is None:
        return tuple(held)
    before = {hit.key for hit in existing.hits}
    drafted = tuple(
        f"{prefix}{slug(one.name)}"
        for prefix, nodes in (
            ("data_contracts.entities.", draft.entities),
            ("workflows.pipelines.", draft.pipelines),
            ("interface.panels.", draft.panels),
        )
        for one in nodes
    )
    return tuple(
        hit for hit in held if hit.key not in before and (not hit.node or f"{hit.node}.".startswith(_dotted(drafted)))
    )


def _dotted(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{path}." for path in paths)


def _write(top: Path, files: Mapping[str, bytes], changed: Sequence[str], code: Code) -> None:
    fresh = {path: files[path] for path in changed if code.read(path) is None}
    disk.create(top, fresh)
    for path in changed:
        if path not in fresh:
            disk.write(top / path, files[path])
