"""`git factory check` on bound code as a command: what it tells, what it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Git
from tests.drift.test_brought import BASELINE, ITEM, LABEL, save, shop, write
from tests.drift.test_command import factory

__all__ = ["shop"]

BARE = ITEM.replace("    price: Decimal\n", "")


def test_it_says_what_was_compared(shop: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "topic", cwd=shop)
    write(shop, "src/item.py", BARE)
    save(git, shop)
    base = git("rev-parse", "main", cwd=shop).strip()
    done = factory(shop, "check", "--base", "main")
    assert done.returncode == 1
    assert f"compared with {base[:12]}" in done.stderr
    git("checkout", "-q", "main", cwd=shop)
    write(shop, "README", "on\n")
    save(git, shop)
    git("checkout", "-q", "topic", cwd=shop)
    assert f"compared with {base[:12]}, where main and HEAD part" in factory(shop, "check", "--base", "main").stderr
    value = json.loads(factory(shop, "check", "--base", "main", "--json").stdout)
    assert value["compared"].startswith("compared with")
    assert value["ok"] is False
    assert value["base"] == base
    done = factory(shop, "check", "--base", "HEAD")
    assert (done.returncode, "1 more not brought" in done.stderr) == (0, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--all", "--base", "HEAD"),
        ("--worktree", "--rev", "HEAD"),
        ("--fix", "--watch"),
        ("--diff", "--write-baseline"),
        ("--rev", "HEAD", "--diff"),
        ("--rev", "HEAD", "--write-baseline"),
        ("--base", "nothing"),
    ],
)
def test_questions_that_make_no_sense(shop: Path, options: tuple[str, ...]) -> None:
    done = factory(shop, "check", *options)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")


def test_a_warning_is_no_refusal(shop: Path, git: Git) -> None:
    spec = (shop / "factory.yaml").read_text()
    write(shop, "factory.yaml", spec.replace("price: decimal", "price: {type: decimal, min: 0}"))
    git("add", "-A", cwd=shop)
    done = factory(shop, "check", "--format", "github")
    assert (done.returncode, done.stdout.startswith("::warning ")) == (0, True), done
    assert json.loads(factory(shop, "check", "--json").stdout)["ok"] is True


def test_a_baseline_is_written_and_says_how_much_is_new(shop: Path, git: Git) -> None:
    assert factory(shop, "check", "--write-baseline").returncode == 0
    assert not (shop / BASELINE).exists(), "nothing to freeze, nothing to write"
    write(shop, "src/item.py", BARE)
    done = factory(shop, "check", "--write-baseline")
    assert f"{BASELINE}: 1 finding, 1 of them new" in done.stderr
    lines = (shop / BASELINE).read_text().splitlines()
    assert len(lines) == 3
    assert "src/item.py" in lines[1]
    again = factory(shop, "check", "--write-baseline")
    assert "1 finding, 0 of them new" in again.stderr
    assert (shop / BASELINE).read_text().splitlines() == lines
    write(shop, "src/item.py", BARE.replace("@dataclass", "# gf: ignore[GF102] kept elsewhere\n@dataclass"))
    factory(shop, "check", "--write-baseline")
    assert len((shop / BASELINE).read_text().splitlines()) == 2, "what is suppressed needs no entry"


def test_a_baseline_s_files_begin_at_the_spec_s_folder(repo: Path, git: Git, shop: Path) -> None:
    (shop / "apps").mkdir()
    git("mv", "factory.yaml", "src", "apps/", cwd=shop)
    write(shop, "apps/src/item.py", BARE)
    factory(shop, "check", "--write-baseline")
    text = (shop / "apps" / BASELINE).read_text()
    assert '"file": "src/item.py"' in text
    save(git, shop)
    assert factory(shop, "check", "--all").returncode == 0
    git("mv", "apps", "products", cwd=shop)
    assert factory(shop, "check").returncode == 0, "a folder that is renamed takes its baseline along"


def test_two_branches_that_shrink_a_baseline_merge(shop: Path, git: Git) -> None:
    names = [f"part{number}" for number in range(8)]
    rows = "".join(f"    - {{name: {name}, fields: {{id: text key, a: int, b: int}}}}\n" for name in names)
    write(shop, "factory.yaml", (shop / "factory.yaml").read_text() + rows)
    for name in names:
        write(shop, f"src/{name}.py", f"# gf: data_contracts.entities.{name}\nclass {name.title()}:\n    id: str\n")
    factory(shop, "check", "--write-baseline")
    save(git, shop)
    for branch, name in (("one", "part0"), ("two", "part7")):
        git("checkout", "-q", "-b", branch, "main", cwd=shop)
        whole = f"# gf: data_contracts.entities.{name}\nclass {name.title()}:\n    id: str\n    a: int\n    b: int\n"
        write(shop, f"src/{name}.py", whole)
        git("add", "-A", cwd=shop)
        assert factory(shop, "check", "--fix").returncode == 0
        save(git, shop)
    git("merge", "-q", "-m", "both", "one", cwd=shop)
    assert factory(shop, "check", "--all").returncode == 0
    assert len((shop / BASELINE).read_text().splitlines()) == 2 + 16 - 4


def test_the_hook_reads_git_s_own_settings(shop: Path, git: Git) -> None:
    write(shop, "src/label.py", LABEL.replace("@dataclass", "# gf: ignore[GF102] kept elsewhere\n@dataclass"))
    text = (shop / "src/label.py").read_text().replace("    words: str\n", "")
    write(shop, "src/label.py", text)
    git("add", "-A", cwd=shop)
    assert factory(shop, "check", "--hook").returncode == 1
    assert factory(shop, "check", "--hook", git=("-c", "factory.ownSuppressions=true")).returncode == 0
    assert factory(shop, "check", "--hook", FACTORY_OWN_SUPPRESSIONS="true").returncode == 0
    refused = factory(shop, "check", "--hook", git=("-c", "factory.ownSuppressions=perhaps"))
    assert refused.returncode == 2
