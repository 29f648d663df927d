"""What an implementing agent must not see: holdout scenarios, in the spec, in the tests, in any text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from factory_git.compiler.lock import PATH as LOCK
from factory_git.engine.making import Made, join
from factory_git.spec.model import Scenario, Spec

SHORTEST = 6  # a text shorter than this is not withheld from outputs: it would black out innocent words


def any_in(spec: Spec) -> bool:
    """Whether the spec has holdout scenarios."""
    return any(scenario.holdout for scenario in spec.scenarios)


def texts(spec: Spec) -> tuple[str, ...]:
    """Names, ids and expressions of the holdout scenarios that no open scenario has too."""
    hidden, open_ = _texts(s for s in spec.scenarios if s.holdout), _texts(s for s in spec.scenarios if not s.holdout)
    return tuple(sorted(text for text in hidden - open_ if len(text) >= SHORTEST))


def open_spec(spec: Spec) -> str:
    """The spec as an agent may read it: normalised, without the holdout scenarios, as JSON (which is YAML)."""
    raw: dict[str, Any] = dict(spec.raw)
    scenarios = raw.get("acceptance")
    if isinstance(scenarios, list):
        raw["acceptance"] = [s for s in scenarios if not (isinstance(s, Mapping) and s.get("holdout"))]
    return json.dumps(raw, ensure_ascii=False, indent=1, default=str)


def hidden_paths(made: Made) -> tuple[str, ...]:
    """Compiled paths that tell of holdout scenarios: their tests, and the lock, which lists them."""
    if not any_in(made.spec):
        return ()
    tests = {join(made.spec.root, proof.test.split("::")[0]) for proof in made.compilation.proofs if proof.holdout}
    return tuple(sorted({*tests, join(made.spec.root, LOCK)}))


def disguise(made: Made) -> dict[str, bytes | None]:
    """What must be laid over the tree before an agent sees it; empty for a spec without holdout scenarios.

    The spec's first file holds :func:`open_spec`, its other files are gone, and so is what :func:`hidden_paths` lists.
    """
    if not any_in(made.spec):
        return {}
    changes: dict[str, bytes | None] = dict.fromkeys((source.path for source in made.spec.sources), None)
    changes |= dict.fromkeys(hidden_paths(made), None)
    changes[made.spec.sources[0].path] = open_spec(made.spec).encode() + b"\n"
    return changes


def _texts(scenarios: Any) -> set[str]:
    out: set[str] = set()
    for scenario in scenarios:
        assert isinstance(scenario, Scenario)
        out |= {scenario.name, scenario.id, *(then.text for then in scenario.then)}
        out |= {str(scenario.test)} if scenario.test else set()
        out |= {scenario.judge} if scenario.judge else set()
    return out
