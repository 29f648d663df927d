"""What the hook may take for granted where rules judge code: nothing but the very content they judged."""

from __future__ import annotations

import subprocess
import sys
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
        ("src/items.py", "class Item:\n    id: int\n"),
        ("src/items.py", "class Item(:\n    id: str\n"),
        ("src/new.py", "# gf: data_contracts.entities.item\nclass Second: ...\n"),
        ("farm/left.py", "# Compiled by git-factory 1 from x\n"),
        ("package.json", "{}\n"),
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


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/items.py", "class Item:\n    # more\n    id: str\n"),
        ("src/new.py", "def new():\n    return 1\n"),
        ("lib/more.py", "x = 2\n"),
        ("lib/more.py", None),
    ],
)
def test_new_content_in_which_rules_find_nothing_needs_no_whole_check(
    farm: Path, git: Git, path: str, text: str | None
) -> None:
    if text is None:
        git("rm", "-q", path, cwd=farm)
    else:
        write(farm, {path: text})
        git("add", ".", cwd=farm)
    assert hook.quick()
    assert hook.quick()  # now it is known
    git("commit", "-q", "-m", "next", cwd=farm)
    write(farm, {"src/items.py": "class Item:\n    other: str\n"})
    git("add", ".", cwd=farm)
    assert not hook.quick()


@pytest.mark.parametrize("gone", ["codemap.sqlite", "gate.code"])
def test_what_is_gone_or_damaged_is_no_yes(farm: Path, git: Git, gone: str) -> None:
    write(farm, {"lib/more.py": "x = 3\n"})
    git("add", ".", cwd=farm)
    for file in (farm / ".git/factory").glob(f"{gone}*"):
        file.write_bytes(file.read_bytes()[:-9] + b"123456789") if gone == "gate.code" else file.unlink()
    assert not hook.quick()


def test_the_interpreter_without_packages_judges_new_content(farm: Path, git: Git) -> None:
    write(farm, {"src/items.py": "class Item:\n    # more\n    id: str\n"})
    git("add", ".", cwd=farm)
    code = (
        "import sys; sys.path.append(sys.argv.pop(1)); from factory_git import hook; said = hook.quick(); "
        "print(said, *sys.modules)"
    )
    home = str(Path(hook.__file__).parents[1])
    line = [sys.executable, "-I", "-S", "-c", code, home]
    done = subprocess.run(line, cwd=farm, capture_output=True, text=True, check=True)
    said, *modules = done.stdout.split()
    assert said == "True"
    assert not {"dataclasses", "typing", "pathlib", "json", "subprocess", "sqlite3", "pygit2"} & set(modules)


def test_an_older_finding_is_no_reason_to_look_at_everything(
    repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repo, {**FILES, "src/items.py": "class Item:\n    id: str\n    more: int\n"})
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "a farm", cwd=repo)
    monkeypatch.chdir(repo)
    assert check.run(locate(), check.Options()).findings
    for number in range(3):
        write(repo, {"src/items.py": f"# {number}\nclass Item:\n    id: str\n    more: int\n"})
        git("add", ".", cwd=repo)
        assert hook.quick()
        git("commit", "-q", "-m", "next", cwd=repo)
    write(repo, {"src/items.py": "class Item:\n    id: str\n    more: int\n    again: int\n"})
    git("add", ".", cwd=repo)
    assert not hook.quick()
    git("reset", "-q", "--hard", "HEAD~3", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "nothing", cwd=repo)
    assert hook.quick()


@pytest.mark.parametrize(
    "files",
    [
        {"src/items.py": "# gf: nothing.at_all\nclass Item:\n    id: str\n"},
        {"src/items.py": "# gf: ignore[GF401] because\nclass Item:\n    id: str\n"},
        {".factory/baseline.json": "[]\n"},
        {"factory.yaml": f"# gf: ignore[GF301] because\n{SPEC}"},
    ],
)
def test_what_a_change_brings_is_not_taken_for_known(farm: Path, git: Git, files: dict[str, str]) -> None:
    write(farm, files)
    git("add", "-f", ".", cwd=farm)
    check.run(locate(), check.Options())
    assert not hook.quick()
