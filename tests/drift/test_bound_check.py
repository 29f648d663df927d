"""``check`` over a repository whose spec is bound: the index, the working tree, a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codemap.repos import write
from tests.conftest import Git
from tests.drift.conftest import Findings, codes

SPEC = """\
factory: 1
app: {id: farm}
code:
  default: bound
  language: python
  paths: [src]
  data_contracts.entities.item: src/items.py::Item
data_contracts:
  entities:
    - {name: Item, fields: {id: text key}}
"""


@pytest.fixture
def farm(repo: Path, git: Git) -> Path:
    write(repo, {"factory.yaml": SPEC, "src/items.py": "class Item:\n    id: str\n"})
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "a farm", cwd=repo)
    return repo


def test_code_that_says_what_the_spec_says_passes(farm: Path, findings: Findings) -> None:
    assert findings(farm) == []
    assert findings(farm, worktree=True) == []
    assert findings(farm, revision="HEAD") == []


def test_each_tree_is_judged_by_its_own_content(farm: Path, git: Git, findings: Findings) -> None:
    write(farm, {"src/items.py": "class Thing:\n    id: str\n"})
    assert findings(farm, everything=True) == []
    assert codes(findings(farm, worktree=True)) == [("GF001", "factory.yaml")]
    git("add", ".", cwd=farm)
    assert codes(findings(farm, everything=True)) == [("GF001", "factory.yaml")]
    assert findings(farm, revision="HEAD") == []


def test_a_file_with_an_open_conflict_is_no_code(farm: Path, git: Git, findings: Findings) -> None:
    git("checkout", "-q", "-b", "other", cwd=farm)
    write(farm, {"src/items.py": "class Item:\n    id: int\n"})
    git("commit", "-q", "-a", "-m", "theirs", cwd=farm)
    git("checkout", "-q", "main", cwd=farm)
    write(farm, {"src/items.py": "class Item:\n    id: bytes\n"})
    git("commit", "-q", "-a", "-m", "ours", cwd=farm)
    git("merge", "-q", "other", cwd=farm, ok=False)
    (found,) = findings(farm, everything=True)
    assert (found.code, found.message) == (
        "GF001",
        "the spec binds it to src/items.py::Item, but src/items.py has an open merge conflict",
    )


def test_content_that_git_lost_fails_closed(farm: Path, git: Git, findings: Findings) -> None:
    write(farm, {"src/items.py": "class Item:\n    id: str\n    # more\n"})
    git("add", ".", cwd=farm)
    oid = git("hash-object", "src/items.py", cwd=farm).strip()
    (farm / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    (found,) = findings(farm, everything=True)
    assert (found.code, found.severity, found.place.file) == ("GF504", "error", "factory.yaml")


def test_a_bound_spec_compiles_to_nothing_and_a_lock_of_older_times_is_left_over(
    farm: Path, git: Git, findings: Findings
) -> None:
    write(farm, {".factory/lock.json": "{}\n"})
    git("add", "-f", ".", cwd=farm)
    assert codes(findings(farm, everything=True)) == [("GF402", ".factory/lock.json")]


def test_a_link_or_a_folder_is_no_place_for_code(farm: Path, git: Git, findings: Findings) -> None:
    (farm / "src/items.py").rename(farm / "src/real.py")
    (farm / "src/items.py").symlink_to("real.py")
    git("add", "-A", ".", cwd=farm)
    (found,) = findings(farm, everything=True)
    assert "src/items.py is a symbolic link, not a file" in found.message
    (farm / "src/items.py").unlink()
    write(farm, {"src/items.py/inner.py": "class Item:\n    id: str\n"})
    git("add", "-A", ".", cwd=farm)
    (found,) = findings(farm, everything=True)
    assert "src/items.py is a folder, not a file" in found.message
