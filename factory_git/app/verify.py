"""``verify``: check the ledger, what is new since it was found sound, or all of it; signatures where asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from factory_git._version import __version__
from factory_git.app.context import Context
from factory_git.core import files
from factory_git.core.errors import NotFound
from factory_git.core.ids import Oid, RecordId, is_oid
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed

if TYPE_CHECKING:
    from factory_git.ledger.redaction import Redaction
    from factory_git.ledger.verify import Report, Seals

UNREAD = "its signature cannot be read"
NAME = "verified"  # local and disposable: without it the next verification is a complete one


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``full``: all of it, whatever was verified before. ``signers``: a file in the form of ``allowed_signers``.

    Without ``signers`` a signature is good when Git's own configuration says so.
    """

    full: bool = False
    require_signed: bool = False
    signers: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was looked at; ``since`` is the transaction up to which an earlier verification found all sound, if any."""

    report: Report
    since: Oid | None = None

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return self.report.as_json() | {"since": self.since}


def run(ctx: Context, options: Options | None = None) -> Result:
    """Read and hash; the report names what is wrong. What was found sound is remembered, in this clone only."""
    options = options or Options()
    keys = keys_of(options.signers)
    whose = _whose(_configured(ctx) if keys is None else keys) if options.require_signed else ""
    tip = ctx.ledger.tip
    since = None if options.full else _verified(ctx, tip, whose)
    report = ctx.ledger.verify(since=since, seals=seals(ctx, keys) if options.require_signed else None)
    if report.ok and tip is not None and not ctx.repo.boundary:  # what a shallow clone lacks was not looked at
        _remember(ctx, tip, whose)
    return Result(report=report, since=since)


def keys_of(signers: Path | None) -> bytes | None:
    """The keys in a file; None where none is given. Raises :class:`NotFound`."""
    if signers is None:
        return None
    try:
        return signers.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:  # an empty word is the folder, too
        hint = "one line a key: `email ssh-ed25519 …`, see ssh-keygen(1), ALLOWED SIGNERS"
        raise NotFound(f"there is no file {signers}", code="verify/no-signers", hint=hint) from error


def _configured(ctx: Context) -> bytes:
    """Whose keys Git's own configuration takes for good, as far as a file says it; a key ring has none."""
    try:
        found = ask(ctx.location, "config", "--type=path", "--get", "gpg.ssh.allowedSignersFile")
        return Path(ctx.location.worktree or ctx.location.git_dir, os.fsdecode(found.rstrip(b"\n"))).read_bytes()
    except (GitFailed, OSError):
        return b""


def _whose(keys: bytes) -> str:
    return f"signed {hashlib.sha256(keys).hexdigest()}"


def seals(ctx: Context, keys: bytes | None) -> Seals:
    """What Git says of signatures of transactions and of notes; ``keys`` None: by its own configuration."""
    from factory_git.gitio.signature import Keys, seals  # noqa: PLC0415 (children, for signatures only)
    from factory_git.ledger import redaction  # noqa: PLC0415
    from factory_git.ledger.verify import Seals  # noqa: PLC0415

    def commits(asked: Iterable[Oid]) -> Mapping[Oid, str]:
        wanted = list(asked)
        found = seals(ctx.location, wanted, Keys(ssh=keys))
        return {oid: found[oid].wrong if oid in found else UNREAD for oid in wanted}

    def notes(asked: Sequence[Redaction]) -> Mapping[RecordId, str]:
        made = {note.id: item for note in asked if (item := redaction.sealed(note)) is not None}
        oids = [item.oid for item in made.values()]
        found = seals(ctx.location, oids, Keys(ssh=keys), beside=list(made.values()))
        wrong = {id_: found[item.oid].wrong if item.oid in found else UNREAD for id_, item in made.items()}
        return {note.id: wrong.get(note.id, "it has no seal") for note in asked}

    return Seals(commits=commits, notes=notes)


def _verified(ctx: Context, tip: Oid | None, whose: str) -> Oid | None:
    """The transaction up to which this clone found all sound in the same sense; None: begin anew."""
    try:
        mark = json.loads((ctx.location.factory_dir / NAME).read_bytes())
        found = Oid(mark["tip"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if mark.get("by") != __version__:  # another version of this program may look at more
        return None
    if tip is None or not is_oid(found) or whose not in ("", mark.get("whose")) or not ctx.repo.has(found):
        return None
    return found if found == tip or ctx.repo.is_ancestor(found, tip) else None


def _remember(ctx: Context, tip: Oid, whose: str) -> None:
    with contextlib.suppress(OSError):  # a repository that cannot be written is verified all the same
        files.write(
            ctx.location.factory_dir / NAME, json.dumps({"tip": tip, "whose": whose, "by": __version__}).encode()
        )
