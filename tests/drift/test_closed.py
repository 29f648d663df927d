"""The check fails closed: what it could not read is a finding or an error, never a pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_git.cli.main import run
from factory_git.drift.rules import table
from tests.conftest import Git
from tests.drift.conftest import Findings
from tests.drift.test_brought import ITEM, LABEL, save, shop, write
from tests.drift.test_command import factory

__all__ = ["shop"]


def lose(repo: Path, oid: str) -> None:
    """Take an object out of a repository, as a partial clone lacks it."""
    path = repo / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.unlink()


def blob(git: Git, repo: Path, name: str) -> str:
    return git("rev-parse", name, cwd=repo).strip()


def test_staged_code_whose_content_is_gone(shop: Path, git: Git) -> None:
    write(shop, "src/label.py", LABEL + "\n# changed\n")
    git("add", "-A", cwd=shop)
    lose(shop, blob(git, shop, ":src/label.py"))
    done = factory(shop, "check")
    assert done.returncode == 1, done.stderr
    assert "GF504" in done.stdout
    assert factory(shop, "check", "--hook").returncode == 1


def test_a_spec_whose_content_is_gone(shop: Path, git: Git) -> None:
    lose(shop, blob(git, shop, ":factory.yaml"))
    done = factory(shop, "check", "--all")
    assert (done.returncode, "GF500" in done.stdout) == (1, True)


def test_a_base_whose_code_is_gone_takes_no_finding_away(shop: Path, git: Git) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    lose(shop, blob(git, shop, "HEAD~1:src/item.py"))
    done = factory(shop, "check", "--base", "HEAD~1")
    assert done.returncode == 1, done.stderr
    assert "GF102" in done.stdout
    assert "counts as brought" in done.stderr


def test_a_base_whose_spec_does_not_load_is_told(shop: Path, git: Git) -> None:
    good = (shop / "factory.yaml").read_text()
    write(shop, "factory.yaml", "app: [\n")
    save(git, shop)
    write(shop, "factory.yaml", good)
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    done = factory(shop, "check")
    assert done.returncode == 1
    assert "its code is judged by this spec" in done.stderr


def test_a_cache_that_is_damaged_is_made_anew(shop: Path, git: Git) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    expected = factory(shop, "check").stdout
    assert "GF102" in expected
    for path in (shop / ".git" / "factory").iterdir():
        if path.is_file():
            path.write_bytes(b"not what was written" * 100)
    done = factory(shop, "check")
    assert (done.returncode, done.stdout) == (1, expected)


@pytest.mark.parametrize("path", ["src/item.py", "factory.yaml", ".factory/baseline.json"])
def test_a_file_in_conflict(shop: Path, git: Git, findings: Findings, path: str) -> None:
    write(shop, ".factory/baseline.json", '{"entries": [\nnull], "version": 1}\n')
    save(git, shop)
    oid = blob(git, shop, f":{path}")
    entries = "".join(f"100644 {oid} {stage}\t{path}\n" for stage in (1, 2, 3))
    git("update-index", "--index-info", cwd=shop, stdin=f"0 {'0' * 40}\t{path}\n{entries}")
    found = findings(shop)
    assert [one for one in found if one.severity == "error"], path


def test_bound_code_that_does_not_parse(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("class Item:", "class Item(:"))
    git("add", "-A", cwd=shop)
    assert any(one.code == "GF504" and one.severity == "error" for one in findings(shop))


def test_a_file_on_disk_that_cannot_be_read(shop: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    write(shop, "src/item.py", ITEM + "\n")
    (shop / "src/item.py").chmod(0)
    assert factory(shop, "check", "--worktree").returncode not in (0, 2)


def test_a_pipe_in_place_of_a_file(shop: Path) -> None:
    (shop / "src/item.py").unlink()
    os.mkfifo(shop / "src/item.py")
    done = factory(shop, "check", "--worktree")
    assert done.returncode == 1, done.stderr
    assert "data_contracts.entities.item" in done.stdout


def test_a_rule_that_raises_is_a_defect_and_no_pass(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> object:
        raise RuntimeError("a rule with a defect")

    monkeypatch.chdir(shop)
    monkeypatch.setattr(table.module(table.RULES["GF102"]), "check", broken)
    with monkeypatch.context():
        assert run(["check", "--all"]) == 70
        assert run(["check", "--all", "--hook"]) == 70


def test_a_shallow_clone_says_what_to_fetch(shop: Path, git: Git, tmp_path: Path) -> None:
    save_empty = ("commit", "-q", "--allow-empty", "-m", "more")
    git(*save_empty, cwd=shop)
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", f"file://{shop}", str(clone), cwd=tmp_path)
    done = factory(clone, "check", "--base", "HEAD~1")
    assert done.returncode == 2
    assert "hint: git fetch" in done.stderr
