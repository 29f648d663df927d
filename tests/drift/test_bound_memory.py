"""What the hook may take for granted where rules judge code: nothing but the very content they judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git import hook
from factory_git.app import check
from factory_git.gitio.locate import locate
from tests.codemap.repos import write
from tests.conftest import Git

SPEC = """\
factory: 1
app: {id: farm}
code:
  default: bound
  paths: [src]
  data_contracts.entities.item: src/items.py::Item
data_contracts:
  entities:
    - {name: Item, fields: {id: text key}}
"""
FILES = {
    "factory.yaml": SPEC,
    "src/items.py": "class Item:\n    id: str\n",
    "lib/more.py": "x = 1\n",
    "README": "farm\n",
}


@pytest.fixture
def farm(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(repo, FILES)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "a farm", cwd=repo)
    monkeypatch.chdir(repo)
    assert not hook.quick()
    assert not check.run(locate(), check.Options()).findings
    assert hook.quick()
    return repo


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/items.py", "class Item:\n    id: str\n    more: int\n"),
        ("src/new.py", ""),
        ("lib/more.py", "x = 2\n"),
        (".gitattributes", "src/items.py linguist-generated\n"),
        ("src/notes.txt", "in the spec's folder"),
        ("factory.yaml", SPEC.replace("Item,", "Items, id: item,")),
    ],
)
def test_what_rules_could_have_seen_is_looked_at_again(farm: Path, git: Git, path: str, text: str) -> None:
    write(farm, {path: text})
    git("add", ".", cwd=farm)
    assert not hook.quick()


def test_what_no_rule_sees_costs_no_second_look(farm: Path, git: Git) -> None:
    write(farm, {"README": "a farm\n", "docs/x.md": "words"})
    git("add", ".", cwd=farm)
    assert hook.quick()


def test_a_removed_file_is_looked_at_again(farm: Path, git: Git) -> None:
    git("rm", "-q", "lib/more.py", cwd=farm)
    assert not hook.quick()


@pytest.mark.parametrize(
    "files",
    [
        {"src/items.py": "# gf: nothing.at_all\nclass Item:\n    id: str\n"},
        {"src/items.py": "# gf: ignore[GF401] because\nclass Item:\n    id: str\n"},
        {".factory/baseline.json": "[]\n"},
        {"factory.yaml": f"# gf: ignore[GF301] because\n{SPEC}"},
    ],
)
def test_where_findings_suppressions_or_a_baseline_are_nothing_is_remembered(
    farm: Path, git: Git, files: dict[str, str]
) -> None:
    write(farm, files)
    git("add", "-f", ".", cwd=farm)
    check.run(locate(), check.Options())
    assert not hook.quick()
