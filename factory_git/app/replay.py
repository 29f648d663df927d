"""``replay``: a run folded again from its records, beside what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.core import canonical
from factory_git.core.errors import UsageError
from factory_git.core.ids import sha256
from factory_git.engine.replay import Replayed
from factory_git.engine.replay import replay as again


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it; ``digest`` names the state to the byte: two replays of a finished run give the same one."""

    replayed: Replayed
    digest: str
    notices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        found = self.replayed
        return {
            "run": found.state.run,
            "same": not found.wrong,
            "steps": found.steps,
            "at": found.at or None,
            "wrong": found.wrong or None,
            "outcome": found.state.verdict_payload.get("outcome"),
            "digest": self.digest,
            "state": found.state.as_json(),
        }


def run(ctx: Context, id_or_prefix: str) -> Result:
    """Replay the run whose id begins so. Raises :class:`UsageError` for a record that is no run."""
    record = ctx.ledger.get(id_or_prefix)
    if record.type != "run":
        hint = "runs are listed by: git factory list --type run"
        raise UsageError(f"{record.id[:10]} is a {record.type}, no run", code="replay/no-run", hint=hint)
    found = again(entry.record for entry in ctx.ledger.valid(run=record.id))
    digest = sha256(canonical.dumps(found.state.as_json()))
    return Result(replayed=found, digest=digest, notices=ctx.ledger.notices)
