"""The diff driver, through Git itself: what `git diff` and `git log -p` show of a spec."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import diff_driver, drivers
from factory_git.app.diff_text import text
from factory_git.cli.main import run as main
from factory_git.gitio.locate import locate
from factory_git.spec.edit import Insert, Op, Rename, Set, apply
from factory_git.spec.edit.listing import listing
from factory_git.spec.format import formatted
from factory_git.spec.split import split
from tests.conftest import Git
from tests.spec.helpers import FARMER, MINIMAL

STEPS = "workflows.pipelines.contract_allocation.steps"
GATE = {"name": "Cold chain gate", "gate": "Forecast", "keep": "it.qty > 1"}


@pytest.fixture
def farm(repo: Path, git: Git) -> Path:
    """A repository with a spec, and one commit that changes it."""
    place = repo / "factory.yaml"
    place.write_bytes(FARMER.read_bytes())
    drivers.install(locate(repo))
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "base", cwd=repo)
    place.write_bytes(changed())
    return repo


def changed() -> bytes:
    ops: list[Op] = [Insert(STEPS, GATE, after="phi_gate"), Rename("interface.panels.composer", "Bills")]
    return apply({"f": FARMER.read_bytes()}, "", ops)["f"]


def test_git_diff_shows_the_mutations_and_then_the_lines_with_their_nodes(farm: Path, git: Git) -> None:
    out = git("diff", cwd=farm)
    assert "gate-inserted" in out
    assert "panel-renamed" in out
    assert f" @@ {STEPS}." in out
    assert "\n+          keep: it.qty > 1\n" in out
    assert out.index("gate-inserted") < out.index("\n--- a/factory.yaml\n+++ b/factory.yaml\n@@")


def test_git_log_p_shows_nodes_by_their_addresses(farm: Path, git: Git) -> None:
    git("commit", "-q", "-a", "-m", "a gate", cwd=farm)
    out = git("log", "-p", "-1", cwd=farm)
    gate = [f"+{STEPS}.cold_chain_gate", "+  name: Cold chain gate", "+  gate: Forecast", "+  keep: it.qty > 1"]
    assert "\n".join(gate) in out
    assert "\n-interface.panels.composer\n" in out
    assert out == git("log", "-p", "-1", cwd=farm)  # the second time from Git's cache
    assert git("rev-parse", "refs/notes/textconv/factory", cwd=farm).strip()
    assert "gate-inserted" in git("log", "-p", "-1", "--ext-diff", cwd=farm)
    assert "gate-inserted" in git("show", "--ext-diff", "--format=", cwd=farm)


def test_a_patch_is_still_a_patch(farm: Path, git: Git) -> None:
    patch = git("diff", "--no-ext-diff", "--no-textconv", cwd=farm)
    git("checkout", "-q", "factory.yaml", cwd=farm)
    git("apply", cwd=farm, stdin=patch)
    assert (farm / "factory.yaml").read_bytes() == changed()
    git("commit", "-q", "-a", "-m", "x", cwd=farm)
    mail = git("format-patch", "-1", "--stdout", cwd=farm)
    git("reset", "-q", "--hard", "HEAD^", cwd=farm)
    git("am", "-q", cwd=farm, stdin=mail)
    assert (farm / "factory.yaml").read_bytes() == changed()


def test_new_removed_renamed_and_broken_files_are_shown(farm: Path, git: Git) -> None:
    git("commit", "-q", "-a", "-m", "x", cwd=farm)
    git("mv", "factory.yaml", "farm.factory.yaml", cwd=farm)
    with (farm / "farm.factory.yaml").open("a") as file:
        file.write("# the end\n")
    out = git("diff", "-M", "HEAD", cwd=farm)
    assert "diff --git a/factory.yaml b/farm.factory.yaml\nno mutation: the specs say the same\n" in out
    assert "+# the end" in out
    git("add", "-A", cwd=farm)
    (farm / "farm.factory.yaml").write_text("app: [\n")
    assert "mutations cannot be told: farm.factory.yaml:2" in git("diff", cwd=farm)
    (farm / "farm.factory.yaml").unlink()
    assert "\n+++ /dev/null\n" in git("diff", cwd=farm)


def test_a_part_of_a_split_spec_says_where_its_mutations_are_told(tmp_path: Path) -> None:
    path = "spec/safety.yaml"
    before = split(FARMER.read_bytes(), "factory.yaml")[path]
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(before)
    new.write_bytes(before.replace(b"on_break: abort", b"on_break: alert", 1))
    out = diff_driver.run(path, old, new)
    assert "git factory diff tells its mutations" in out
    assert "@@ safety.guardrails.no_harvest_from_phi_locked_blocks" in out


def test_a_version_is_told_without_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "factory.yaml"
    file.write_bytes(FARMER.read_bytes())
    code = "import sys; from factory_git.__main__ import main; main(); assert 'click' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code, "diff-driver", "--text", str(file)], capture_output=True, check=True
    )
    assert done.stdout == text(file)
    assert main(["diff-driver", "--text", str(tmp_path / "none")]) == 2


# -- the lines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [FARMER, MINIMAL], ids=["farmer", "minimal"])
def test_however_it_is_written_a_spec_gives_the_same_lines(source: Path) -> None:
    content = source.read_bytes()
    plain = listing(content, "f")
    assert plain.startswith(("factory: 1\napp\n", "app\n"))
    assert listing(formatted(content, "f").replace(b"\n", b"\r\n"), "f").removeprefix("factory: 1\n") == (
        plain.removeprefix("factory: 1\n")
    )
    other = content.replace(b'beneficiaries: ["Farmer", "Buyers"]', b"beneficiaries:\n  - Buyers\n  - name: Farmer")
    assert listing(other, "f") == plain


def test_every_attribute_and_comment_is_there() -> None:
    content = apply({"f": FARMER.read_bytes()}, "", [Set(f"{STEPS}.phi_gate", "note", "two\nlines")])["f"]
    content = content.replace(b"    - name: Never", b"    # why\n    - name: Never").replace(
        b"on_break: abort", b"on_break: abort  # hard"
    )
    out = listing(content, "f")
    assert f"\n{STEPS}.phi_gate\n  name: PHI gate\n" in out
    assert '\n  note: "two\\nlines"\n' in out
    assert '\n  else.set.reason: "PHI locked"\n' in out
    assert "\nsafety.guardrails.never_oversell_a_block\n  # why\n  # hard\n  name: Never oversell a block\n" in out


def test_parts_of_a_split_spec_and_entities_are_lines_of_nodes_too() -> None:
    files = split(FARMER.read_bytes(), "factory.yaml", entities=True)
    assert listing(files["spec/data_contracts/market.yaml"], "f").startswith("data_contracts.entities.market\n")
    assert listing(files["spec/workflows.yaml"], "f").startswith("workflows\n")


@pytest.mark.parametrize("content", [b"app: [", b"wrong: 1\n", b"name: CI\non: push\n", b"\xff\x00", b"- a\n", b""])
def test_what_is_no_spec_is_shown_as_it_is(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    assert text(file) == content
