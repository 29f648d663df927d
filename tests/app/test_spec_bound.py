"""``spec status`` and ``spec lint`` of specs whose code somebody writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app import spec_lint, spec_status
from tests.codemap.repos import write
from tests.conftest import Git

SPEC = """\
factory: 1
app: {id: farm}
code: {language: go, paths: [internal]}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key}}
    - {name: Market, fields: {id: text key}}
    - Buyer
workflows:
  pipelines:
    - {name: Plan, steps: [Count]}
interface:
  panels:
    - {name: Items, shows: [Item]}
acceptance:
  - {name: It counts, covers: [workflows.pipelines.plan], test: go test ./...}
  - {name: It counts more, covers: [workflows.pipelines.plan], when: [{run: plan}], then: ["count(Item) == 0"]}
"""
CODE = "package farm\n\ntype Item struct {\n\tID string\n}\n\n// gf: workflows.pipelines.plan\nfunc Run() {}\n"


@pytest.fixture
def farm(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(repo, {"factory.yaml": SPEC, "internal/farm.go": CODE})
    monkeypatch.chdir(repo)
    return repo


def test_a_node_is_bound_where_its_declaration_is_found(farm: Path) -> None:
    (status,) = spec_status.run()
    rungs = {path.rpartition(".")[2]: rung.name for path, rung in status.growth.rungs.items()}
    assert rungs["item"] == rungs["plan"] == rungs["it_counts"] == "BOUND"
    assert rungs["market"] == rungs["items"] == rungs["it_counts_more"] == "TYPED"
    assert rungs["buyer"] == "NAMED"
    assert status.growth.words() == [
        "1 step unbound",
        "1 entity without code",
        "1 entity untyped",
        "1 panel without code",
        "1 scenario without a test",
    ]


def test_outside_a_repository_only_the_spec_can_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "x", {"factory.yaml": SPEC.replace("{name: Item,", "{name: Item, code: internal/farm.go::Item,")})
    monkeypatch.chdir(tmp_path / "x")
    (status,) = spec_status.run(["factory.yaml"])
    assert [path for path, rung in status.growth.rungs.items() if rung.name == "BOUND"] == [
        "data_contracts.entities.item",
        "data_contracts.entities.item.fields.id",
        "acceptance.it_counts",
    ]


def test_a_scenario_that_only_compiled_code_could_run_is_told_by_the_linter(farm: Path, git: Git) -> None:
    found = spec_lint.run().problems
    (one,) = [one for one in found if one.code == "spec/no-test"]
    assert (one.path, one.severity) == ("acceptance.it_counts_more", "warning")


def test_a_bound_spec_that_nothing_proves_is_told_what_would(farm: Path) -> None:
    text = SPEC.partition("acceptance:")[0]
    write(farm, {"factory.yaml": text})
    (one,) = [one for one in spec_lint.run().problems if one.code == "spec/no-proof"]
    assert "test:" in one.hint
