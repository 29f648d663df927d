"""``check`` over a repository whose spec is bound: the index, the working tree, a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git import hook
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
    assert (found.code, found.severity, found.place.file) == ("GF504", "error", "src/items.py")
    assert "open merge conflict" in found.message


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


def test_a_change_that_breaks_a_binding_is_told_though_the_spec_is_not_touched(
    farm: Path, git: Git, findings: Findings
) -> None:
    write(farm, {"src/items.py": "class Thing:\n    id: str\n"})
    git("add", ".", cwd=farm)
    assert codes(findings(farm)) == [("GF001", "factory.yaml")]
    git("commit", "-q", "-m", "broken", cwd=farm)
    write(farm, {"src/other.py": "x = 1\n"})
    git("add", ".", cwd=farm)
    assert findings(farm) == []  # not this change's doing
    assert codes(findings(farm, everything=True)) == [("GF001", "factory.yaml")]


def test_two_specs_are_judged_each_by_its_own_code(farm: Path, git: Git, findings: Findings) -> None:
    other = SPEC.replace("farm", "barn").replace("Item,", "Bale,").replace("item: src/items.py::Item", "bale: Bale.py")
    write(farm, {"barn/factory.yaml": other, "barn/src/b.py": "# gf: data_contracts.entities.bale\nclass Bale: ...\n"})
    git("add", ".", cwd=farm)
    found = findings(farm, everything=True)
    assert {(one.root, one.place.file) for one in found} <= {("barn", "barn/factory.yaml"), ("barn", "barn/src/b.py")}
    assert found[0].code == "GF001"
    assert found[0].message == "the spec binds it to barn/Bale.py, but there is no file barn/Bale.py"


def test_a_compiled_application_s_stub_is_judged_where_somebody_wrote_it(
    app: Path, git: Git, findings: Findings
) -> None:
    (stub,) = (app / "shop/bound").glob("labels_*.py")
    stub.write_text(stub.read_text().replace("def run(", "def walk("))
    git("add", ".", cwd=app)
    (found,) = findings(app)
    assert (found.code, found.place.file) == ("GF001", f"shop/bound/{stub.name}")
    stub.write_text("def run(world, run:\n    pass\n")
    git("add", ".", cwd=app)
    assert {one.code for one in findings(app)} <= {"GF001", "GF504"}
    assert findings(app)


def test_a_change_does_not_exempt_its_own_code_by_attributes(farm: Path, git: Git, findings: Findings) -> None:
    orphan = "# gf: data_contracts.entities.itm\nclass Made: ...\n"
    write(farm, {"src/made.py": orphan, ".gitattributes": "src/made.py linguist-generated\n"})
    git("add", ".", cwd=farm)
    assert codes(findings(farm)) == [("GF001", "src/made.py")]
    assert findings(farm, own=True) == []  # who reviewed it says so
    assert findings(farm, everything=True) == []  # the state of all that there is
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(farm)
        assert not hook.quick()  # is not what the next commit is judged by
    git("commit", "-q", "-m", "exempt", cwd=farm)
    write(farm, {"src/made.py": f"{orphan}\n"})
    git("add", ".", cwd=farm)
    assert findings(farm) == []


def test_a_change_that_takes_an_exemption_away_is_judged_at_once(farm: Path, git: Git, findings: Findings) -> None:
    write(farm, {"src/made.py": "# gf: data_contracts.entities.itm\nclass Made: ...\n"})
    write(farm, {".gitattributes": "src/made.py linguist-generated\n"})
    git("add", ".", cwd=farm)
    git("commit", "-q", "-m", "exempt", cwd=farm)
    git("rm", "-q", ".gitattributes", cwd=farm)
    assert codes(findings(farm)) == [("GF001", "src/made.py")]
