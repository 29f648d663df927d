"""The answer of ``why`` as JSON."""

from __future__ import annotations

import json
from typing import Any

from factory_git.app.why import Why
from factory_git.gitio import blame
from factory_git.ledger.record import Entry


def as_json(why: Why) -> str:
    """The answer as a JSON object (``--json``)."""
    value: dict[str, Any] = {
        "file": why.file,
        "line": why.line or None,
        "text": why.text if why.line else None,
        "from_factory": why.from_factory,
        "commit": _commit_json(why.commit),
        "was_at": {"file": why.origin.file, "line": why.origin.first} if why.origin and why.commit else None,
        "run": ({"id": why.run_id} | _entry_json(why.run)) if why.run_id else None,
        "phase": why.phase or None,
        "agent": _agent_json(why.written),
        "nodes": [
            {"path": n.path, "by": n.by, "spec": {"file": n.place.file, "line": n.place.line} if n.place else None}
            for n in why.nodes
        ],
        "more_nodes": why.more_nodes,
        "tests": [
            {"test": t.test, "via": t.via, "direct": t.direct, "outcome": t.outcome or None} | _entry_json(t.entry)
            for t in why.tests
        ],
        "promotion": _entry_json(why.promotion) or None,
        "verdict": _entry_json(why.verdict) or None,
        "notes": list(why.notes),
    }
    if not why.line:
        value["commits"] = [{"commit": commit.oid if commit else None, "lines": count} for commit, count in why.others]
    return json.dumps(value, ensure_ascii=False, indent=2)


def _commit_json(commit: blame.Commit | None) -> dict[str, Any] | None:
    if commit is None:
        return None
    when = commit.when.isoformat()
    return {"id": commit.oid, "author": commit.author, "when": when, "subject": commit.subject}


def _agent_json(entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"name": entry.record.payload.get("agent")} | {
        key: entry.record.payload.get(key) for key in ("prompt", "transcript")
    }


def _entry_json(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {"record": entry.record.id, "actor": entry.actor, "when": entry.when.isoformat()}
