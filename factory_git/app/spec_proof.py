"""What runs of the factory have proven about a spec as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from factory_git.app.context import open_context
from factory_git.core.errors import FactoryError
from factory_git.core.ids import SpecPath

if TYPE_CHECKING:  # opening a ledger loads pygit2; linting need not
    from factory_git.ledger.store import Ledger


def results(ledger: Ledger, spec: str, digest: str) -> dict[SpecPath, bool]:
    """Scenario → whether it passed when it last ran on exactly this spec; what was never run is missing.

    A scenario passes when all of its tests do. Runs on another version of the spec (another digest) prove nothing here.
    """
    runs = {
        entry.record.id
        for entry in ledger.valid(type="run")
        if entry.record.payload.get("spec") == spec and entry.record.payload.get("spec_digest") == digest
    }
    found: dict[SpecPath, bool] = {}
    for entry in ledger.list(type="validate") if runs else ():
        payload = entry.record.payload
        run = payload.get("run")
        if not isinstance(run, str) or run not in runs or ledger.disobeys(entry.record):
            continue
        now: dict[SpecPath, bool] = {}
        for test in payload.get("tests", ()):
            scenario = test.get("scenario")
            if scenario:
                path = SpecPath(scenario)
                now[path] = now.get(path, True) and test.get("outcome") == "passed"
        found |= now
    return found


def results_here(spec: str, digest: str, start: Path | None = None) -> dict[SpecPath, bool]:
    """Like :func:`results`, of the repository around ``start``; nothing where there is none or no ledger."""
    try:
        return results(open_context(start).ledger, spec, digest)
    except FactoryError:
        return {}
