"""plan: read the branch and the spec on it, compile in memory, and see what would change."""

from __future__ import annotations

from factory_git.core.errors import RepositoryError
from factory_git.core.ids import blob_oid
from factory_git.engine.decide import Plan
from factory_git.engine.making import Made
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Report, Workshop

LISTED = 200


def plan(shop: Workshop, state: State, action: Plan) -> Report:
    """Outcome ``ready``, or ``refused`` when compiled code was changed by hand and the setting does not allow it."""
    del state, action
    base = shop.code.commit_of(shop.branch)
    if base is None:
        raise RepositoryError(f"{shop.branch} is gone", code="run/no-branch")
    made = shop.make(base)
    payload = described(made)
    payload["agent_can_help"] = _can_help(shop, made)
    if made.drift and not shop.reconverge:
        return Report(
            outcome=Outcome.REFUSED,
            title=f"{len(made.drift)} compiled files were changed by hand",
            payload={**payload, "reason": "compiled code was changed by hand: " + "; ".join(made.drift[:5])},
        )
    return Report(outcome=Outcome.READY, title=_title(made), payload=payload)


def described(made: Made) -> dict[str, object]:
    """A compilation as the plan's record tells it."""
    return {
        "base": made.base,
        "spec_digest": made.digest,
        "sources": {source.path: blob_oid(source.content) for source in made.spec.sources},
        "compiler": made.compilation.compiler,
        "files": len(made.compiled),
        "created": list(made.created[:LISTED]),
        "modified": list(made.modified[:LISTED]),
        "removed": list(made.removed[:LISTED]),
        "stubs": sorted(made.stubs),
        "drift": list(made.drift[:LISTED]),
        "holes": [{"path": hole.path, "file": hole.file, "why": hole.why} for hole in made.holes],
    }


def _can_help(shop: Workshop, made: Made) -> bool:
    """Whether an agent other than the compiler has anything it may write."""
    return shop.agent.name != "compiler" and made.judged


def _title(made: Made) -> str:
    parts = [
        f"{len(files)} to {word}"
        for word, files in (("write", made.created), ("rewrite", made.modified), ("remove", made.removed))
        if files
    ]
    if not made.spec.compiled:
        count = len(made.holes)
        parts.append(f"{count} nodes without code" if count != 1 else "1 node without code") if count else None
        return f"nothing to compile: the code is bound{', ' if parts else ''}{', '.join(parts)}"
    holes = f", {len(made.holes)} open holes" if made.holes else ""
    return f"{len(made.compiled)} compiled files: {', '.join(parts) or 'all as they should be'}{holes}"
