"""An in-toto statement (v1) with SLSA provenance (v1) of a promoted commit, made of what the ledger recorded. Pure.

The forms are those of https://github.com/in-toto/attestation/tree/main/spec/v1 and https://slsa.dev/spec/v1.0/provenance.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.core import canonical
from factory_git.ledger.record import Entry

STATEMENT, PROVENANCE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
BUILD, BUILDER = "urn:git-factory:run:v1", "urn:git-factory"  # what the parameters mean is in docs/trust.md
MEDIA = "application/vnd.in-toto+json"
MOST = 1000  # files that a statement lists; the commit's own digest covers them all
_PROOFS = ("implement", "validate", "done", "promotion", "verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the ledger says of a promotion: its run, the run's steps in order, the verdict, and the files it made.

    ``files`` is path → sha256 of what was compiled, as the promoted commit has it.
    """

    run: Entry
    steps: Sequence[Entry]
    verdict: Entry
    promotion: Entry
    files: Mapping[str, str]


def statement(evidence: Evidence) -> dict[str, Any]:
    """The statement: subject is the commit, then its compiled files, at most :data:`MOST` of them."""
    promoted, run = evidence.promotion.record.payload, evidence.run.record.payload
    plan: Mapping[str, Any] = next((e.record.payload for e in reversed(evidence.steps) if e.record.type == "plan"), {})
    files = sorted(evidence.files.items())
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": f"{run['spec']} {promoted['branch']}", "digest": {"gitCommit": promoted["commit"]}},
            *({"name": path, "digest": {"sha256": digest}} for path, digest in files[:MOST]),
        ],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": _definition(evidence, plan, unlisted=max(0, len(files) - MOST)),
            "runDetails": {
                "builder": {"id": BUILDER, "version": {"compiler": str(plan.get("compiler", ""))}},
                "metadata": {
                    "invocationId": evidence.run.record.id,
                    "startedOn": run["started"],
                    "finishedOn": max(evidence.verdict.when, evidence.promotion.when).isoformat(),
                },
                "byproducts": [*_byproducts(evidence)],
            },
        },
    }


def _definition(evidence: Evidence, plan: Mapping[str, Any], *, unlisted: int) -> dict[str, Any]:
    run, promoted = evidence.run.record.payload, evidence.promotion.record.payload
    sources = plan.get("sources") or run["sources"]
    return {
        "buildType": BUILD,
        "externalParameters": {
            "spec": run["spec"], "sources": dict(sources), "specDigest": plan.get("spec_digest", run["spec_digest"]),
            "branch": promoted["branch"], "agent": run["agent"], "iterations": run["iterations"],
        },
        "internalParameters": {
            "compiler": str(plan.get("compiler", "")), "holdout": run["holdout"], "timeout": run["timeout"],
            "agents": [*_agents(evidence.steps)], "unlistedFiles": unlisted,
        },
        "resolvedDependencies": [
            {"name": "base", "digest": {"gitCommit": promoted["from"]}},
            *({"name": path, "digest": {"gitBlob": oid}} for path, oid in sorted(sources.items())),
        ],
    }  # fmt: skip


def _agents(steps: Iterable[Entry]) -> list[dict[str, str]]:
    """Who wrote what the compiler did not: each agent once, with the model that its command line names."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for step in steps:
        if step.record.type == "implement" and "argv" in step.record.payload:
            name, model = step.record.payload["agent"], _model(step.record.payload["argv"])
            found[name, model] = {"name": name, **({"model": model} if model else {})}
    return [*found.values()]


def _model(argv: Sequence[str]) -> str:
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        if word in ("--model", "-m"):
            return following
        if word.startswith("--model="):
            return word.removeprefix("--model=")
    return ""


def _byproducts(evidence: Evidence) -> Iterable[dict[str, Any]]:
    """The records that prove it, by their ids (which are blob ids), with what each says in short."""
    entries = {e.record.id: e for e in (*evidence.steps, evidence.promotion, evidence.verdict)}
    for entry in entries.values():
        record = entry.record
        if record.type in _PROOFS:
            keys = ("outcome", "suite", "tests", "passed", "assertions", "title", "masked")
            said = {key: record.payload[key] for key in keys if isinstance(record.payload.get(key), str | int)}
            yield {"name": record.type, "digest": {"gitBlob": record.id}, "annotations": said}


def envelope(data: bytes, signature: bytes) -> dict[str, Any]:
    """The DSSE envelope of a statement's bytes; ``signature`` was made over :func:`authenticated`."""
    signatures = [{"sig": base64.b64encode(signature).decode()}]
    return {"payloadType": MEDIA, "payload": base64.b64encode(data).decode(), "signatures": signatures}


def authenticated(data: bytes) -> bytes:
    """What a DSSE signature is made over: type and payload with their lengths, so that neither passes as the other."""
    return b"DSSEv1 %d %s %d %s" % (len(MEDIA), MEDIA.encode(), len(data), data)


def encoded(made: Mapping[str, Any]) -> bytes:
    """The bytes of a statement: canonical, so that the same records give the same bytes in every clone."""
    return canonical.dumps(made)
