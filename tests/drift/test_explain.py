"""`git factory explain`: the page of every rule and every kind of mutation, from what each is made of; docs/rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from factory_git.app import explain
from factory_git.core.errors import NotFound
from factory_git.drift import pages
from factory_git.drift.rules.table import RULES, WORLD, module
from factory_git.growth.table import ROWS
from tests.drift.test_command import factory

DOCS = Path(__file__).parents[2] / "docs" / "rules"


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_whole_page(code: str) -> None:
    page = pages.page(code)
    assert page is not None, f"{RULES[code].module} is not written"
    assert tuple(name for name, _ in page.sections) == pages.SECTIONS
    assert all(text for _, text in page.sections)
    assert "```" in dict(page.sections)["Example"]
    assert len(re.findall(r"^```", page.markdown(), re.MULTILINE)) % 2 == 0
    assert page.lead


@pytest.mark.parametrize("code", RULES)
def test_every_rule_of_code_can_be_run(code: str) -> None:
    assert hasattr(module(RULES[code]), "check") == (RULES[code].made == WORLD)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_its_page_in_the_documentation(code: str) -> None:
    page = pages.page(code)
    assert page is not None
    assert (DOCS / f"{code}.md").read_text().startswith(page.markdown().splitlines()[0])
    assert f"[{code}]({code}.md)" in (DOCS / "README.md").read_text()


def test_the_command(repo: Path) -> None:
    done = factory(repo, "explain", "gf502")
    assert done.returncode == 0
    assert done.stdout.startswith("# GF502: ")
    assert "## Why" in done.stdout
    value = json.loads(factory(repo, "explain", "502", "--json").stdout)
    assert value["code"] == "GF502"
    assert {"what_it_does", "why", "example", "fix"} <= value.keys()
    listed = factory(repo, "explain").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [*sorted(RULES), *ROWS]
    assert [one["code"] for one in json.loads(factory(repo, "explain", "--json").stdout)] == [*sorted(RULES), *ROWS]


def test_a_mutation_has_its_page(repo: Path) -> None:
    done = factory(repo, "explain", "Gate_Removed")
    assert done.returncode == 0
    assert done.stdout.startswith("# gate-removed\n")
    assert "- risk: breaking: needs two approvals" in done.stdout
    assert "```diff" in done.stdout
    value = json.loads(factory(repo, "explain", "gate-removed", "--json").stdout)
    assert value["mirror"] == "gate-inserted"
    assert value["facts"]["migration"] == "none"


def test_a_shell_completes_codes(repo: Path) -> None:
    done = factory(repo, COMP_WORDS="git-factory explain GF20", COMP_CWORD="2", _GIT_FACTORY_COMPLETE="bash_complete")
    assert [line.partition(",")[2] for line in done.stdout.split()] == ["GF201", "GF202", "GF203", "GF204", "GF205"]


def test_it_needs_no_repository(tmp_path: Path) -> None:
    assert factory(tmp_path, "explain", "GF102").returncode == 0


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("GF206", "GF205"), ("gf505", "GF504"), ("999", "GF903"), ("gate", "GF204"), ("", ""),
        ("gate_removd", "gate-removed"), ("retention", "retention-declared"),
    ],
)  # fmt: skip
def test_an_unknown_code_names_the_nearest(code: str, near: str) -> None:
    with pytest.raises(NotFound) as caught:
        explain.explain(code)
    assert near in caught.value.hint
    assert caught.value.exit_code == 3
