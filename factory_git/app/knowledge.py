"""The knowledge store of a repository, and what brings it from one to another: snapshots and bundles."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import verify
from factory_git.app.context import Context
from factory_git.app.knowledge_storage import GitStorage
from factory_git.core import files
from factory_git.core.errors import IntegrityError, NotFound, UsageError
from factory_git.core.ids import Oid, sha256
from factory_git.gitio import fetch, push
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.knowledge.repository import Knowledge

BUNDLE, ZIP = b"# v", b"PK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an export wrote or an import brought; ``form`` is ``snapshot`` or ``bundle``, whose digest is not stable."""

    form: str
    file: str
    bytes: int
    sha256: str
    transactions: int = 0
    changes: int = 0
    contents: int = 0
    known: int = 0

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {name: getattr(self, name) for name in self.__slots__}


def knowledge(ctx: Context, *, dry: bool = False) -> Knowledge:
    """The knowledge store of a repository; ``dry``: everything is checked, nothing is kept."""
    return Knowledge(GitStorage(ctx), dry=dry)


def export(ctx: Context, target: Path, *, bundle: bool, at: str = "", force: bool = False, dry: bool = False) -> Moved:
    """Write a snapshot of the knowledge store, or a Git bundle of the whole ledger.

    Raises :class:`UsageError` when there is another file, unless by ``force``.
    """
    if target.exists() and not force:
        raise UsageError(f"{target} is there", code="export/exists", hint="another name, or --force")
    if bundle:
        return _bundle(ctx, target, dry=dry)
    store = knowledge(ctx)
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() if dry else files.writing(target) as out:
        count = store.export_to(out, spool, at=at)
        size, digest = out.seek(0, os.SEEK_END), hashlib.sha256()
        out.seek(0)
        for part in iter(lambda: out.read(1 << 20), b""):
            digest.update(part)
    return Moved(form="snapshot", file=str(target), bytes=size, sha256=digest.hexdigest(), changes=count)


def import_(ctx: Context, source: Path, *, dry: bool = False) -> Moved:
    """Bring in a snapshot or a bundle. Raises what reading it raises; then nothing was written."""
    try:
        data = source.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"no file {source}", code="import/no-file") from error
    if data.startswith(BUNDLE):
        return _unite(ctx, source, data, dry=dry)
    if not data.startswith(ZIP):
        hint = "both are written by: git factory export"
        raise UsageError(f"{source} is neither a snapshot nor a bundle", code="import/unknown", hint=hint)
    found = knowledge(ctx, dry=dry).import_(data)
    return Moved(
        form="snapshot", file=str(source), bytes=len(data), sha256=sha256(data),
        changes=found.changes, contents=found.contents, known=found.known,
    )  # fmt: skip


def _bundle(ctx: Context, target: Path, *, dry: bool) -> Moved:
    ref = ctx.settings.text("ref")
    tip = ctx.ledger.tip
    if tip is None:
        raise NotFound("there is no ledger to export", code="export/empty", hint="it begins with the first record")
    data = ask(ctx.location, "bundle", "create", "--quiet", "-", ref)
    if not dry:
        files.write(target, data)
    count = fetch.transactions(ctx.location, tip, "")
    return Moved(form="bundle", file=str(target), bytes=len(data), sha256=sha256(data), transactions=count)


def _unite(ctx: Context, source: Path, data: bytes, *, dry: bool) -> Moved:
    path, ours = str(source.resolve()), ctx.settings.text("ref")
    try:
        lines = ask(ctx.location, "bundle", "list-heads", path).decode().splitlines()
        ref = _ledger_of([line.partition(" ")[2] for line in lines], ours, source)
        with fetch.fetched(ctx.location, path, ref) as found:
            count = fetch.transactions(ctx.location, found.new, push.ref_at(ctx.location, ours))
            if not dry:
                ctx.ledger.unite(Oid(found.new), judge=verify.seals(ctx, None).notes)
    except GitFailed as error:
        words = error.stderr.strip().removeprefix("error: ") or str(error)
        raise IntegrityError(f"{source}: {words}", code="import/bundle", hint="export it again") from error
    return Moved(form="bundle", file=str(source), bytes=len(data), sha256=sha256(data), transactions=count)


def _ledger_of(heads: list[str], ref: str, source: Path) -> str:
    if ref in heads:
        return ref
    if len(heads) != 1:
        raise NotFound(
            f"{source} has no {ref}", code="import/no-ledger", hint="git bundle list-heads shows what it has"
        )
    return heads[0]
