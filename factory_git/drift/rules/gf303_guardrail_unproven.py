"""GF303: a guardrail has no acceptance test.

## What it does

Looks, for each guardrail of a bound spec, for an acceptance scenario that covers it and can be run: an example, a
property, or a `test:`. A `test:` that names a test is looked up: a pytest id (`tests/test_farm.py::test_lock`), a
test of jest, vitest or PHPUnit by its file, of JUnit by its class (`FarmTest#lock`), of Go and cargo by its name. A
test that is not in the tree proves nothing. What a plain command (`make check`) runs cannot be told, and is believed.

Guardrails of compiled specs are judged by the compiled application after every run; `git factory spec lint` says
which of them no scenario covers.

## Why

The other rules see the structure of code, never its meaning: nobody can tell from the outside that `day <` became
`day <=`. What a guardrail promises holds for as long as a test runs that would fail if it did not.

## Example

```yaml
safety:
  guardrails:
    - {name: No early harvest, code: farm/rules.py::no_early_harvest}
acceptance:
  - name: A sprayed block is not harvested
    covers: [safety.guardrails.no_early_harvest]
    test: tests/test_farm.py::test_sprayed
```

```text
factory.yaml:3: GF303 nothing proves guardrail no_early_harvest: tests/test_farm.py has no test test_sprayed
```

## Fix

Write the test and name it under `test:`, name the guardrail under `covers:` of a scenario that proves it, or correct
the id of a test that was renamed or moved. A guardrail that cannot be proven is a disclaimer: write it there.
"""

from __future__ import annotations

from factory_git.drift.contract import BOUND, COMPILED
from factory_git.drift.kinds.proofs import absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Guardrail, Scenario
    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF303"
RUNS = frozenset({"example", "property", "test"})


def check(world: World) -> Iterator[Hit]:
    """Guardrails that are code and that nothing proves."""
    scenarios = {one.path: one for one in world.contract.scenarios}
    # A compiled application runs all of its guardrails in every property.
    drawn = world.contract.mode == COMPILED and any(one.kind == "property" for one in scenarios.values())
    for guardrail in world.contract.guardrails:
        if guardrail.mode != BOUND or drawn:
            continue
        proofs = [scenarios[path] for path in guardrail.proofs if path in scenarios]
        why = _why(world, guardrail, proofs)
        if why:
            yield world.missing(CODE, guardrail.path, f"nothing proves guardrail {guardrail.id}: {why[0]}", hint=why[1])


def _why(world: World, guardrail: Guardrail, proofs: list[Scenario]) -> tuple[str, str] | None:
    """Why it is unproven and the way out; None when something proves it."""
    runnable = [one for one in proofs if one.kind in RUNS]
    if not proofs:
        return "no scenario covers it", f"name it in a scenario: {_sample(guardrail)}"
    if not runnable:
        names = ", ".join(_id(one) for one in proofs)
        return f"no scenario that covers it can be run ({names})", f"give one of them a test: {_sample(guardrail)}"
    gone = []
    for one in runnable:
        what = absent(world.code, world.contract.root, world.contract.language, one.test) if one.test else ""
        if not what:
            return None
        gone.append(f"{what} (scenario {_id(one)})")
    return "; ".join(gone), "write the test, or correct its id under test:"


def _sample(guardrail: Guardrail) -> str:
    return f"{{name: …, covers: [{guardrail.path}], test: …}}"


def _id(scenario: Scenario) -> str:
    return scenario.path.rpartition(".")[2]
