"""implement: the compiled part first, then the agent's; what comes out is one candidate commit, pinned."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from factory_git.core.ids import Oid, blob_oid
from factory_git.core.points import reached
from factory_git.core.trailers import NODE, PHASE, RUN, SPEC, node_values, topmost
from factory_git.engine import holdout
from factory_git.engine.decide import Implement
from factory_git.engine.making import Made
from factory_git.engine.phases.agent import Work, ask, attempt
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Report, Workshop
from factory_git.gitio.commits import Entry

LISTED = 500


def implement(shop: Workshop, state: State, action: Implement) -> Report:
    """Outcome ``candidate``, or ``failed`` when the agent did not do its job."""
    try:
        return _implement(shop, state, action)
    finally:
        if shop.agent.name != "compiler":
            shop.code.unpin(attempt(state, action.iteration))


def _implement(shop: Workshop, state: State, action: Implement) -> Report:
    assert state.base is not None
    made = shop.make(state.base)
    kept = _kept(state)
    laid: dict[str, Entry | bytes | None] = {**made.changes, **kept}
    payload: dict[str, Any] = {"agent": "compiler", "changes": [], "refused": []}
    blobs: tuple[bytes, ...] = ()
    open_holes = [hole for hole in made.holes if hole.file not in kept]
    if shop.agent.name != "compiler" and made.judged and (open_holes or action.iteration > 1):
        lay = functools.partial(shop.code.overlay, made.base, laid)
        work = ask(shop, state, made, lay=lay, holes=tuple(open_holes), iteration=action.iteration)
        payload, blobs = _agent_payload(shop, work), work.blobs
        if work.failure:
            words = f"{work.failure}: {work.reason}" if work.reason else work.failure
            return Report(
                outcome=Outcome.FAILED,
                title=f"the agent failed: {words}",
                payload={**payload, "reason": words, "failure": work.failure},
                blobs=blobs,
            )
        taken = {c.path: None if c.status == "deleted" else Entry(mode=c.mode, oid=c.oid) for c in work.taken}
        kept = {**kept, **taken}
        laid = {**laid, **taken}
    commit = _candidate(shop, state, made, laid, iteration=action.iteration, by_agent=bool(kept))
    files = [change.path for change in shop.code.changes(made.base, commit)]
    title = _title(payload, len(files), compiled=made.spec.compiled)
    return Report(
        outcome=Outcome.CANDIDATE,
        title=title,
        payload={
            **payload,
            "commit": commit,
            "files": len(files),
            "identity": _who(shop),
            "kept": {path: None if e is None else {"mode": e.mode, "oid": e.oid} for path, e in sorted(kept.items())},
        },
        blobs=blobs,
        candidate={
            "title": f"{shop.spec}: {len(files)} files changed",
            "commit": commit,
            "tree": shop.code.tree_of(commit),
            "base": made.base,
            "ref": _ref(state, action.iteration),
            "files": files[:LISTED],
        },
    )


def _kept(state: State) -> dict[str, Entry | None]:
    """What earlier iterations' agents wrote: an iteration builds on the one before it."""
    last = next((s for s in reversed(state.steps) if s.phase == "implement" and "kept" in s.payload), None)
    found: Mapping[str, Any] = last.payload["kept"] if last else {}
    return {p: None if e is None else Entry(mode=int(e["mode"]), oid=Oid(str(e["oid"]))) for p, e in found.items()}


def _candidate(
    shop: Workshop,
    state: State,
    made: Made,
    laid: Mapping[str, Entry | bytes | None],
    *,
    iteration: int,
    by_agent: bool,
) -> Oid:
    """The candidate commit, pinned; the base itself when nothing changes."""
    message = _message(shop, state, made, by_agent=by_agent)

    def write() -> Oid:
        tree = shop.code.overlay(made.base, laid)
        same = tree == shop.code.tree_of(made.base)
        commit = made.base if same else shop.code.commit(tree, [made.base], message, shop.identity)
        reached("implement:commit")
        return commit

    commit = shop.code.hold(_ref(state, iteration), write, made.base)
    reached("implement:pinned")
    return commit


def _ref(state: State, iteration: int) -> str:
    return f"refs/factory/candidates/{state.run}/{iteration}"


def _message(shop: Workshop, state: State, made: Made, *, by_agent: bool) -> str:
    """The commit's message with the trailers that lead back to the ledger."""
    spec = made.spec
    nodes = topmost(str(node) for path in _written(made) for node in _nodes(made, path))
    lines = [f"{NODE}: {value}" for value in node_values(nodes)]
    title = spec.title or spec.id
    return "\n".join(
        [
            f"{spec.id}: {_subject(made)}",
            "",
            f"{title} {spec.version}, {'compiled from' if spec.compiled else 'as said in'} {spec.sources[0].path}.",
            *([f"Bound code by {shop.agent.name}."] if by_agent else []),
            "",
            f"{RUN}: {state.run}",
            f"{SPEC}: {shop.spec}",
            *lines,
            f"{PHASE}: implement",
            "",
        ]
    )


def _subject(made: Made) -> str:
    count = len(made.created) + len(made.modified)
    if not count:
        return "bound code" if not made.removed else "remove what the spec no longer has"
    return "compile the spec" if made.created and not made.modified else f"recompile {count} files"


def _written(made: Made) -> tuple[str, ...]:
    return (*made.created, *made.modified, *made.stubs)


def _nodes(made: Made, path: str) -> tuple[str, ...]:
    root = made.spec.root
    file = made.compilation.files.get(path[len(root) :].lstrip("/") if root else path)
    return tuple(file.nodes) if file else ()


def _agent_payload(shop: Workshop, work: Work) -> dict[str, Any]:
    """What was measured of the agent. Large texts are blobs of the same transaction, named by their ids."""
    return {
        "agent": shop.agent.name,
        "argv": list(work.argv),
        "prompt": blob_oid(work.prompt),
        "transcript": blob_oid(work.transcript),
        "exit": work.exit,
        "agent_seconds": round(work.seconds, 3),
        "changes": [
            {"status": c.status, "path": c.path} | ({"source": c.source} if c.source else {}) for c in work.changes
        ],
        "refused": [{"path": r.path, "why": r.why} for r in work.refused],
        "tampered": list(work.tampered),
        "moved_refs": list(work.moved),
        "sealed": holdout.any_in(work.made.spec),
        "usage": dict(work.usage),
        "memory": list(work.memory),
        **({"masked": work.masked} if work.masked else {}),
    }


def _who(shop: Workshop) -> str:
    who = f"{shop.identity.author.name} <{shop.identity.author.email}>"
    return f"{who} (Git knows no user.name and user.email here)" if shop.identity.fallback else who


def _title(payload: Mapping[str, Any], files: int, *, compiled: bool) -> str:
    if payload["agent"] == "compiler" and not compiled:
        return f"compiler: {files} files removed" if files else "nothing is compiled: the code is somebody's own"
    if payload["agent"] == "compiler":
        return f"compiler: {files} files changed" if files else "compiler: the code is what the spec says"
    refused = f", {len(payload['refused'])} refused" if payload["refused"] else ""
    who = "compiler and agent" if compiled else "agent"
    return f"{who}: {files} files changed ({len(payload['changes'])} by the agent{refused})"
