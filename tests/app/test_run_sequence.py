"""Several specs: dependencies first, one budget, and a failure that stops no more than it must."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from factory_git.core.errors import SpecError, UsageError
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from tests.engine.fakes import GOOD, Git, Shop, make_shop
from tests.engine.test_kill import Killed, kill_at


@pytest.fixture
def make(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shop]:
    def build(specs: dict[str, Sequence[str]], broken: Sequence[str] = ()) -> Shop:
        shop = make_shop(tmp_path / "many", git, monkeypatch, text("alone"))
        (shop.path / "factory.yaml").unlink()
        for name, needs in specs.items():
            value = GOOD.replace("42", "41") if name in broken else GOOD
            shop.commit({f"{name}/factory.yaml": text(name, needs), f"{name}/{name}/bound/main_fill.py": value})
        return shop

    monkeypatch.setattr(validate, "prove", proves_in)
    return build


def proves_in(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
    good = (place / package / "bound" / "main_fill.py").read_text() == GOOD
    results = tuple(TestResult(test=t, outcome="passed" if good else "failed", assertions=1, seconds=0) for t in tests)
    return Proven(results=results, problem="", completed=None, seconds=0.0)


def text(name: str, needs: Sequence[str] = ()) -> str:
    depends = f"depends_on: [{', '.join(needs)}]\n" if needs else ""
    return (
        f"factory: 1\napp: {{id: {name}, title: {name}}}\n{depends}"
        "workflows: {pipelines: [{name: Main, steps: [Fill]}]}\n"
        "acceptance:\n  - {name: Value is right, then: ['value == 42']}\n"
    )


def outcomes(shop: Shop, **options: object) -> dict[str, str]:
    result = shop.run(everything=True, **options)  # type: ignore[arg-type]
    return {one.spec: one.outcome for one in result.specs}


def test_dependencies_come_first_and_ties_are_alphabetical(make: Callable[..., Shop]) -> None:
    shop = make({"a": ["c"], "b": [], "c": [], "d": ["a", "b"]})
    assert list(outcomes(shop).items()) == [(name, "converged") for name in "bcad"]
    assert shop.git("log", "--format=%s", "--reverse", "main").splitlines()[-4:] == [
        f"{name}: compile the spec" for name in "bcad"
    ]


def test_a_cycle_is_printed_as_a_path_and_a_missing_dependency_named(make: Callable[..., Shop]) -> None:
    shop = make({"a": ["b"], "b": ["a"]})
    with pytest.raises(SpecError, match=r"a → b → a|b → a → b"):
        outcomes(shop)
    shop.commit({"a/factory.yaml": text("a", ["nobody"])})
    with pytest.raises(SpecError, match="nobody"):
        outcomes(shop)


def test_a_failure_ends_the_sequence_or_blocks_its_dependents_only(make: Callable[..., Shop]) -> None:
    shop = make({"a": [], "b": ["a"], "c": [], "d": ["b"]}, broken=["a"])
    assert outcomes(shop) == {"a": "not converged", "b": "not run", "c": "not run", "d": "not run"}
    result = shop.run(everything=True, continue_on_fail=True)
    assert {one.spec: one.outcome for one in result.specs} == {
        "a": "not converged", "b": "not run", "c": "converged", "d": "not run",
    }  # fmt: skip
    assert {one.spec: one.reason for one in result.specs}["d"].startswith("b did not converge")
    assert result.exit_code == 1


def test_what_is_converged_and_unchanged_is_skipped(make: Callable[..., Shop]) -> None:
    shop = make({"a": [], "b": []})
    outcomes(shop)
    shop.commit({"b/factory.yaml": text("b") + "x-note: more\n", "b/b/bound/main_fill.py": GOOD + "\n"})
    shop.commit({"b/b/bound/main_fill.py": GOOD})
    assert outcomes(shop) == {"a": "nothing to do", "b": "converged"}


def test_one_of_several_is_named_by_id_file_or_folder(make: Callable[..., Shop]) -> None:
    shop = make({"a": [], "b": []})
    with pytest.raises(UsageError, match="there are 2 specs here: a, b"):
        shop.run()
    assert [one.spec for one in shop.run(specs=("b",)).specs] == ["b"]
    assert [one.spec for one in shop.run(specs=("a/factory.yaml",)).specs] == ["a"]
    assert [one.spec for one in shop.run(specs=("b/", "a")).specs] == ["a", "b"]


def test_the_budget_of_iterations_is_for_all(make: Callable[..., Shop]) -> None:
    shop = make({"a": [], "b": []}, broken=["a"])
    result = shop.run(
        everything=True, continue_on_fail=True, budget=2, max_iterations=5, agent=shop.agent("print('no')\n")
    )
    assert {one.spec: (one.outcome, one.iterations) for one in result.specs} == {
        "a": ("not converged", 2), "b": ("not converged", 0),
    }  # fmt: skip
    assert "budget" in result.specs[1].reason


def test_a_sequence_that_was_killed_goes_on_with_the_specs_it_had_not_reached(make: Callable[..., Shop]) -> None:
    shop = make({"a": [], "b": [], "c": []})
    with pytest.raises(Killed):
        shop.run(kill_at(40), everything=True)
    ended = [r.payload["spec"] for r in shop.records("verdict")]
    assert ended == ["a"]
    result = shop.run(resume=True)
    assert {one.spec: one.outcome for one in result.specs} == dict.fromkeys("abc", "converged")
    assert sorted(r.payload["spec"] for r in shop.records("run")) == ["a", "b", "c"]
