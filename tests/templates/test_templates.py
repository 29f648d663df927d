"""The templates compile, pass their own acceptance, load their own data, and read as a person's code would."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.core.resources import folder
from factory_git.spec.check import check
from tests.web.apps import Built, read

TEMPLATES = ("minimal", "farmer", "immigration")
Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """The folder of a compiled template."""
    made: dict[str, Path] = {}

    def one(template: str) -> Path:
        if template not in made:
            made[template] = tmp_path_factory.mktemp(template)
            for file in compile_spec(read(template)).files.values():
                path = made[template] / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.content)
        return made[template]

    return one


def run(place: Path, *command: str) -> str:
    """A Python module in a folder; it must end with 0."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_spec_has_no_problem(template: str) -> None:
    assert [str(p) for p in check(read(template))] == []


def test_the_minimal_one_has_seven_holes() -> None:
    assert len(compile_spec(read("minimal")).holes) == 7


@pytest.mark.parametrize("template", ["farmer", "immigration"])
def test_nothing_is_left_to_write(template: str) -> None:
    assert compile_spec(read(template)).holes == ()


@pytest.mark.parametrize("template", ["farmer", "immigration"])
def test_its_acceptance_passes(make: Make, template: str) -> None:
    said = run(make(template), "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert "skipped" not in said
    assert "passed" in said


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_code_is_typed_clean_and_laid_out(make: Make, template: str) -> None:
    place = make(template)
    run(place, "mypy", "--strict", "--cache-dir", str(place.parent / "mypy"), template)
    run(place, "ruff", "check", "--isolated", "--no-cache", ".")
    run(place, "ruff", "format", "--isolated", "--no-cache", "--check", ".")


def test_immigration_proves_enough() -> None:
    scenarios = read("immigration").scenarios
    assert sum(1 for s in scenarios if s.kind == "example" and not s.holdout) >= 8
    assert any(s.kind == "property" for s in scenarios)
    assert any(s.holdout for s in scenarios)
    assert any(when.get("refused") for s in scenarios for when in s.when)


@pytest.mark.parametrize("template", ["farmer", "immigration"])
def test_the_data_loads_runs_and_is_awkward_enough(make: Make, template: str, tmp_path: Path) -> None:
    built = Built(spec=read(template), folder=make(template))
    data = folder("templates") / template / "data"
    texts = [cell for path in data.glob("*.csv") for row in csv.reader(path.open(encoding="utf-8")) for cell in row]
    assert len(texts) > 500
    for awkward in (lambda t: "," in t, lambda t: '"' in t, lambda t: not t.isascii(), lambda t: t == ""):
        assert any(awkward(t) for t in texts)
    database = str(tmp_path / "app.db")
    argument = {"farmer": ["contract_allocation", "--date"], "immigration": ["policy_triage", "--day"]}[template]
    run(make(template), built.spec.package, "--db", database, "load", str(data))
    for day in ("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-16"):
        run(make(template), built.spec.package, "--db", database, "run", *argument, day)
    assert run(make(template), built.spec.package, "--db", database, "check")


def test_a_shell_says_what_is_not_written_yet(make: Make, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "minimal", "--db", str(tmp_path / "x.db"), "run", "contract_allocation"],
        cwd=make("minimal"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "workflows.pipelines.contract_allocation.steps.yield_forecast is not bound to code yet" in done.stderr
