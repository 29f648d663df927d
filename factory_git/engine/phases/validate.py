"""validate: the acceptance tests, as the compiler wrote them, on a clean checkout of the commit."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from factory_git.compiler.files import Proof
from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.engine import holdout
from factory_git.engine.decide import Validate
from factory_git.engine.making import Made, join, still_there
from factory_git.engine.phases import asked
from factory_git.engine.state import HOLDOUT, Outcome, State
from factory_git.engine.workshop import Report, Workshop
from factory_git.executors.acceptance import Proven, prove, require
from factory_git.gitio import worktrees

SHOWN = 4000  # characters of a failure kept in the record
BOUND_HINT = "give scenarios under `acceptance:` a `test:`, a command or a pytest id"
NEEDED = ("pytest", "hypothesis")


def validate(shop: Workshop, state: State, action: Validate) -> Report:
    """Outcome ``passed``, ``failed``, or ``unproven`` when there is nothing that could be run."""
    assert state.base is not None
    made = shop.make(state.base)
    wrong = still_there(shop.code, made, action.commit)
    if wrong:
        raise IntegrityError(f"the commit's compiled files are not the compiler's: {', '.join(wrong[:10])}")
    hidden = action.suite == HOLDOUT
    asked_for = {str(s.path): s for s in made.spec.scenarios if s.test is not None and s.holdout is hidden}
    proofs = [p for p in made.compilation.proofs if p.holdout is hidden]
    # A scenario's `test:` has a compiled test too, for who runs pytest by hand; here it is run by itself, and once.
    names = {str(proof.scenario): proof.test for proof in proofs}
    runnable = [proof for proof in proofs if not proof.skipped and str(proof.scenario) not in asked_for]
    payload: dict[str, Any] = {"commit": action.commit, "suite": action.suite}
    skipped = [
        {"test": proof.test, "scenario": proof.scenario, "why": proof.skipped} for proof in proofs if proof.skipped
    ]
    ruled = [] if hidden else _ruled(shop, state, made, action.commit)
    if not runnable and not asked_for and not ruled:
        outcome = Outcome.PASSED if hidden else Outcome.UNPROVEN
        hint = "" if hidden or made.spec.compiled else BOUND_HINT
        return Report(
            outcome=outcome,
            title="no holdout scenario can be run" if hidden else "nothing proves this",
            payload={**payload, "tests": [], "skipped": skipped, **({"hint": hint} if hint else {})},
        )
    place = checkout(shop, state, made, action.commit, hide=not hidden)
    if runnable or any(asked.is_id(str(scenario.test)) for scenario in asked_for.values()):
        require(_needed(made, runnable))
    proven = _prove(shop, place, made, runnable)
    own = [
        asked.judge(shop, place, made.spec.package, scenario, names.get(path, str(scenario.test)))
        for path, scenario in asked_for.items()
    ]
    tests = _tests(proven, runnable) + own
    good = not ruled and (proven is None or proven.passed) and all(test["outcome"] == "passed" for test in own)
    assertions = (proven.assertions if proven else 0) + sum(test["assertions"] for test in own)
    return Report(
        outcome=Outcome.PASSED if good else Outcome.FAILED,
        title=_title(tests, assertions, action.suite, len(ruled)),
        payload={
            **payload,
            "tests": tests,
            "passed": sum(test["outcome"] == "passed" for test in tests),
            "assertions": assertions,
            "skipped": skipped,
            **({"findings": ruled} if ruled else {}),
            **({"reason": proven.problem} if proven and proven.problem else {}),
            **({"output": _output(proven)} if proven and not proven.passed else {}),
        },
    )


def _ruled(shop: Workshop, state: State, made: Made, commit: Oid) -> list[str]:
    """What the rules have against the bound code: the same as `git factory check` would say."""
    return [one[:SHOWN] for one in shop.gate(commit, state.base).findings] if made.judged else []


def checkout(shop: Workshop, state: State, made: Made, commit: str, *, hide: bool) -> Path:
    """The run's worktree, exactly at ``commit``, compiled files to the byte; with ``hide`` without the holdout tests.

    The folder that is returned is the spec's root in it.
    """
    name = shop.folder_name(state.run)
    place = worktrees.folder(shop.common_dir, name)
    if (place / ".git").is_file():
        worktrees.reset(place, commit)
    else:
        place = worktrees.add(shop.common_dir, name, commit)
    reached("validate:checkout")
    secret = set(holdout.hidden_paths(made)) - {join(made.spec.root, ".factory/lock.json")} if hide else set()
    worktrees.put(place, {path: content for path, content in made.compiled.items() if path not in secret})
    for path in secret:
        (place / path).unlink(missing_ok=True)
    return place / made.spec.root if made.spec.root else place


def _needed(made: Made, proofs: Iterable[Proof]) -> list[str]:
    """The modules that the tests to be run import."""
    found = {"pytest"}
    for path in {proof.test.split("::")[0] for proof in proofs}:
        for node in ast.walk(ast.parse(made.compilation.files[path].content)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {name.split(".")[0] for name in names} & set(NEEDED)
    return sorted(found)


def _prove(shop: Workshop, place: Path, made: Made, proofs: list[Proof]) -> Proven | None:
    if not proofs:
        return None
    tests = [proof.test for proof in proofs]
    return prove(place, made.spec.package, tests, timeout=shop.limits.timeout)


def _tests(proven: Proven | None, proofs: list[Proof]) -> list[dict[str, Any]]:
    by_test = {proof.test: proof for proof in proofs}
    out = []
    for result in proven.results if proven else ():
        proof = by_test.get(result.test) or by_test.get(result.test.split("[")[0])
        out.append(
            {
                "test": result.test,
                "outcome": result.outcome,
                "assertions": result.assertions,
                "seconds": result.seconds,
                **({"scenario": proof.scenario, "covers": list(proof.covers)} if proof else {}),
                **({"message": result.message[:SHOWN]} if result.message else {}),
            }
        )
    return out


def _output(proven: Proven) -> str:
    """The end of what pytest printed."""
    if proven.completed is None:
        return ""
    return (proven.completed.stdout + proven.completed.stderr).decode(errors="replace")[-SHOWN:]


def _title(tests: list[dict[str, Any]], assertions: int, suite: str, findings: int) -> str:
    passed = sum(test["outcome"] == "passed" for test in tests)
    what = "holdout tests" if suite == HOLDOUT else "tests"
    rules = f", {findings} finding{'s' if findings > 1 else ''} of the rules" if findings else ""
    return f"{passed} of {len(tests)} {what}, {assertions} assertions{rules}"
