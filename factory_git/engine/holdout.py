"""What an implementing agent must not see: holdout scenarios, in the spec, in the tests, in any text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

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
    """The spec as an agent may read it.

    As written, file after file; with holdout scenarios: normalised, and without them (and without comments, which may
    speak of them).
    """
    if not any_in(spec):
        return "\n".join(source.content.decode(errors="replace") for source in spec.sources)
    raw: dict[str, Any] = dict(spec.raw)
    scenarios = raw.get("acceptance")
    if isinstance(scenarios, list):
        raw["acceptance"] = [s for s in scenarios if not (isinstance(s, Mapping) and s.get("holdout"))]
    return str(yaml.safe_dump(_plain(raw), sort_keys=False, allow_unicode=True, width=110))


def _plain(value: Any) -> Any:
    """Data that YAML can be written from: exact numbers become text that reads the same."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


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
    changes[made.spec.sources[0].path] = open_spec(made.spec).encode()
    return changes


def _texts(scenarios: Any) -> set[str]:
    out: set[str] = set()
    for scenario in scenarios:
        assert isinstance(scenario, Scenario)
        out |= {scenario.name, scenario.id, *(then.text for then in scenario.then)}
        out |= {str(scenario.test)} if scenario.test else set()
        out |= {scenario.judge} if scenario.judge else set()
    return out
