"""``attest``: say of a promoted commit what it was made of and how it was proven, in the form that others can check."""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.compiler import lock
from factory_git.core.errors import Conflict, NotFound
from factory_git.gitio import changes, trees
from factory_git.gitio.signature import sign
from factory_git.ledger import attest
from factory_git.ledger.attest import Evidence
from factory_git.ledger.record import Entry

_LOCK = re.compile(rf"(?:^|/){re.escape(lock.PATH)}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``commit``: any revision. ``sign``: a DSSE envelope, signed with the key that Git signs commits with."""

    commit: str
    sign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The statement, its envelope where it was signed, and the records it was made of."""

    statement: dict[str, Any]
    envelope: dict[str, Any] | None
    evidence: Evidence
    notices: tuple[str, ...]


def run(ctx: Context, options: Options) -> Result:
    """The statement about a commit. Raises :class:`NotFound` for a commit that no run promoted."""
    found = changes.commit(ctx.location, options.commit)
    if found is None:
        raise NotFound(f"no commit {options.commit!r} here", code="attest/no-commit", hint="git log --oneline")
    evidence = _evidence(ctx, found.oid)
    statement = attest.statement(evidence)
    envelope = None
    if options.sign:
        data = attest.encoded(statement)
        envelope = attest.envelope(data, sign(ctx.location, attest.authenticated(data)))
    return Result(statement=statement, envelope=envelope, evidence=evidence, notices=tuple(ctx.ledger.notices))


def _evidence(ctx: Context, commit: str) -> Evidence:
    """The newest promotion of the commit, with its run."""
    for promotion in ctx.ledger.valid(type="promotion", text=commit, newest_first=True):
        payload = promotion.record.payload
        if payload["commit"] == commit and payload["outcome"] == "promoted":
            return _of_run(ctx, promotion)
    raise NotFound(
        f"no run promoted {commit}: the ledger holds nothing to attest", code="attest/not-promoted",
        hint="git factory list --type promotion; git factory sync brings the records of other clones",
    )  # fmt: skip


def _of_run(ctx: Context, promotion: Entry) -> Evidence:
    id_ = promotion.record.payload["run"]
    entries = ctx.ledger.valid(run=id_)
    verdict = next((entry for entry in reversed(entries) if entry.record.type == "verdict"), None)
    if verdict is None:
        message = f"run {id_[:10]} promoted it and has no verdict yet"
        raise Conflict(message, code="attest/open-run", hint="git factory run --resume")
    own = ctx.ledger.entry(id_)
    steps = sorted((e for e in entries if "step" in e.record.payload), key=lambda e: int(e.record.payload["step"]))
    files = _files(ctx, promotion.record.payload["commit"], verdict.record.payload.get("spec_digest", ""))
    return Evidence(run=own, steps=steps, verdict=verdict, promotion=promotion, files=files)


def _files(ctx: Context, commit: str, spec_digest: str) -> dict[str, str]:
    """Path → sha256 of the files that the compiler wrote for this spec, as the commit has them."""
    tree = trees.commit(ctx.location, commit)
    for path in (path for path in tree.paths() if _LOCK.search(path)):
        locked = lock.read(tree.read(path))
        if locked.data.get("spec", {}).get("digest") != spec_digest:
            continue
        root = path.removesuffix(lock.PATH)
        written = [posixpath.join(root, name) for name, one in locked.files.items() if "oid" in one]
        here = [name for name in [*written, path] if name in tree.entries]
        tree.load(here)
        return {name: hashlib.sha256(tree.read(name)).hexdigest() for name in here}
    return {}
