"""`git factory diff` as a command: its words, its formats, where it can stand, its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.cli.main import run as main
from factory_git.growth.report.markdown import MARKER
from tests.app.test_diff import FARMER, PANEL, WEAKER
from tests.app.test_revisions import SHOP, put
from tests.cli.test_run import factory
from tests.conftest import Git

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def farm(repo: Path, git: Git) -> Path:
    """Two commits: the farmer template, and on ``side`` one more panel; ``main`` is checked out."""
    put(repo, "factory.yaml", FARMER)
    git("add", ".", cwd=repo)
    git("commit", "-qm", "farm", cwd=repo)
    git("checkout", "-qb", "side", cwd=repo)
    put(repo, "factory.yaml", PANEL.replace("version: 1.0.0", "version: 1.1.0"))
    git("commit", "-qam", "panel", cwd=repo)
    git("checkout", "-q", "main", cwd=repo)
    return repo


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run the command in a folder: exit code, standard output, standard error."""

    def call(cwd: Path, *args: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            code = main(["diff", *args])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("main", "side"), "panel-added"), (("main..side",), "panel-added"), (("main...side",), "panel-added"),
        (("side..main",), "panel-removed"), (("side",), "panel-removed"), (("side", "--"), "panel-removed"),
        (("..side",), "panel-added"), (("side..",), "panel-removed"), (("...side",), "panel-added"),
        (("side...",), ""), ((), ""), (("HEAD",), ""), (("@", "side~0"), "panel-added"),
        (("main", "side", "factory.yaml"), "panel-added"), (("main..side", "--", "farmer"), "panel-added"),
        (("--staged", "side"), "panel-removed"), (("--cached",), ""), (("main", "side", "."), "panel-added"),
    ],
)  # fmt: skip
def test_words_mean_what_they_mean_to_git(farm: Path, say: Say, words: tuple[str, ...], wanted: str) -> None:
    code, out, err = say(farm, *words)
    assert code == 0, err
    assert re.findall(r"panel-\w+", out)[:1] == ([wanted] if wanted else [])
    assert ("no change of meaning" in err) == (not wanted)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("mian",), 3, "'mian' is neither a revision nor a spec here"), (("mian", "--"), 2, "no commit 'mian' here"),
        (("main..nope",), 2, "no commit 'nope' here"), (("main", "side", "HEAD"), 2, "at most two revisions"),
        (("--staged", "main", "side"), 2, "--staged"), (("main", "--", "nope"), 3, "neither side has a spec 'nope'"),
        (("main...side", "HEAD"), 2, "at most two"), (("../elsewhere/factory.yaml",), 2, "outside the repository"),
        (("--", "README"), 2, "README:1"), (("--format", "xml"), 2, "'xml' is not one of"),
        (("--risk", "grave"), 2, "'grave' is not one of"), (("-z",), 2, "-z"), (("--name-only", "--gate"), 2, "--gate"),
        (("--name-only", "--json"), 2, "--name-only"),
    ],
)  # fmt: skip
def test_words_that_mean_nothing_are_refused(
    farm: Path, say: Say, words: tuple[str, ...], code: int, said: str
) -> None:
    done, out, err = say(farm, *words)
    assert (done, out) == (code, "")
    assert said in err


def test_a_word_that_is_both_is_asked_about(farm: Path, git: Git, say: Say) -> None:
    git("branch", "README", cwd=farm)
    code, _, err = say(farm, "README")
    assert code == 2
    assert "both a revision and a file" in err
    assert say(farm, "README", "--")[0] == 0


@pytest.mark.parametrize("name", ["index", "worktree"])
def test_a_branch_may_be_called_like_a_tree(farm: Path, git: Git, say: Say, name: str) -> None:
    git("branch", name, "side", cwd=farm)
    assert "panel-removed" in say(farm, name)[1]


def test_a_new_version_and_its_verdict(farm: Path, say: Say) -> None:
    code, out, err = say(farm, "main...side", "--exit-code")
    assert (code, err) == (0, "")
    assert "+ panels.buyers" in out
    assert "1 added · 1 changed · 0 removed · risk MINOR · version 1.0.0 → 1.1.0 · migration none" in out


def test_the_verdict_is_the_exit_code_where_it_is_asked_for(farm: Path, say: Say) -> None:
    put(farm, "factory.yaml", WEAKER)
    assert say(farm)[0] == 0
    assert say(farm, "--exit-code")[0] == 4
    put(farm, "factory.yaml", FARMER.replace('devices: ["web", "mobile"]', "devices: [web]"))
    assert say(farm, "--exit-code", "--json")[0] == 1
    (farm / "factory.yaml").unlink()
    assert say(farm, "--exit-code")[0] == 4


def test_an_invalid_side_is_named_with_its_line(farm: Path, say: Say) -> None:
    put(farm, "factory.yaml", FARMER.replace("stage: mature", "stag: mature"))
    code, out, err = say(farm)
    assert (code, out) == (2, "")
    assert "factory.yaml:2:" in err
    assert "the spec in the working tree is not valid: 1 problem" in err
    error = json.loads(say(farm, "--json")[2])["error"]
    assert error["problems"][0]["line"] == 2


def test_json_is_one_object_whatever_asks_for_it(farm: Path, say: Say) -> None:
    code, out, err = say(farm, "main", "side", "--json")
    assert (code, err) == (0, "")
    assert out == say(farm, "main", "side", "--format", "json")[1]
    (spec,) = json.loads(out)["specs"]
    assert {one["id"] for one in spec["mutations"]} == {"panel-added", "version-changed"}
    assert json.loads(say(farm, "--json")[1])["specs"][0]["state"] == "unchanged"


def test_risk_narrows_what_is_listed(farm: Path, say: Say) -> None:
    put(
        farm,
        "factory.yaml",
        WEAKER.replace("    - {name: Brief,", "    - {name: Buyers, shows: [Contract]}\n    - {name: Brief,"),
    )
    assert say(farm, "--name-only")[1].split() == [
        "safety.guardrails.no_harvest_from_phi_locked_blocks", "interface.panels.buyers",
    ]  # fmt: skip
    assert say(farm, "--name-only", "--risk", "major")[1].split() == [
        "safety.guardrails.no_harvest_from_phi_locked_blocks"
    ]
    assert say(farm, "--name-only", "-z")[1].split("\0")[1:] == ["interface.panels.buyers", ""]


def test_a_comment_can_be_found_again(farm: Path, say: Say) -> None:
    for words in (("main", "side"), ()):
        assert say(farm, *words, "--format", "markdown")[1].startswith(f"{MARKER}\n")


def test_a_moved_spec_is_said_to_have_moved(farm: Path, git: Git, say: Say) -> None:
    (farm / "app").mkdir()
    git("mv", "factory.yaml", "app/factory.yaml", cwd=farm)
    code, out, err = say(farm)
    assert (code, out) == (0, "")
    assert ". is now app" in err


def test_a_comment_in_a_spec_changes_nothing(farm: Path, say: Say) -> None:
    put(farm, "factory.yaml", f"# hello\n{FARMER}")
    code, out, err = say(farm)
    assert (code, out) == (0, "")
    assert "only comments, order or layout differ" in err


def test_no_spec_is_nothing_to_compare(repo: Path, say: Say) -> None:
    assert say(repo, "--exit-code") == (0, "", "no spec here: nothing to compare\n")


def test_paths_are_those_of_where_one_stands(farm: Path, git: Git, say: Say) -> None:
    put(farm, "apps/shop/factory.yaml", SHOP)
    git("add", ".", cwd=farm)
    git("commit", "-qm", "shop", cwd=farm)
    put(farm, "apps/shop/factory.yaml", SHOP.replace("Prices may change", "Prices change"))
    put(farm, "factory.yaml", WEAKER)
    for words in (("factory.yaml",), ("../shop",), (str(farm / "apps" / "shop"),), ("shop",), (".",)):
        out = say(farm / "apps" / "shop", *words)[1]
        assert "shop · apps/shop/" in out, words
        assert "farmer" not in out, words
    assert "farmer" in say(farm / "apps" / "shop")[1]
    assert "apps/shop/factory.yaml:3" in say(farm / "apps" / "shop", "shop")[1]


def test_git_finds_it_wherever_git_finds_a_repository(farm: Path, git: Git, tmp_path: Path) -> None:
    put(farm, "factory.yaml", WEAKER)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (farm / "deep" / "er").mkdir(parents=True)
    git("clone", "-q", "--bare", str(farm), str(tmp_path / "bare.git"), cwd=tmp_path)
    for cwd, words in (
        (farm / "deep" / "er", ["git", "factory", "diff"]),
        (tmp_path, ["git", "-C", str(farm), "factory", "diff"]),
        (tmp_path, ["git", f"--git-dir={farm}/.git", f"--work-tree={farm}", "factory", "diff"]),
        (tmp_path / "bare.git", ["git", "factory", "diff", "main", "side"]),
    ):
        done = subprocess.run(
            words, cwd=cwd, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert ("guardrail-weakened" in done.stdout) == ("main" not in words)
        assert ("panel-added" in done.stdout) == ("main" in words)


def test_it_is_quiet_off_a_terminal_and_coloured_on_one(farm: Path) -> None:
    put(farm, "factory.yaml", WEAKER)
    done = factory(farm, "diff")
    assert "\x1b" not in done.stdout
    printed = on_terminal(farm)
    assert "\x1b[97;41;1mFORBIDDEN" in printed
    assert re.sub(r"\x1b\[[\d;]*m", "", printed).replace("\r\n", "\n") == done.stdout
    assert "\x1b" not in on_terminal(farm, NO_COLOR="1")
    subprocess.run(["git", "config", "color.factory", "always"], cwd=farm, check=True)
    assert "\x1b[97;41;1mFORBIDDEN" in factory(farm, "diff").stdout


def on_terminal(cwd: Path, **env: str) -> str:
    """What the command prints on a terminal without a pager."""
    there, here = pty.openpty()
    full = {**os.environ, "GIT_PAGER": "cat", "TERM": "xterm", **env}
    child = subprocess.Popen([sys.executable, "-m", "factory_git", "diff"], cwd=cwd, env=full, stdout=here, stderr=here)
    os.close(here)
    printed = b""
    try:
        while piece := os.read(there, 65536):
            printed += piece
    except OSError:  # Linux says so when the other side is closed
        pass
    os.close(there)
    assert child.wait() == 0
    return printed.decode()


@pytest.fixture
def page(repo: Path, git: Git) -> Path:
    """A bound spec with two panels on ``main``; on ``less``, checked out, one of them is gone."""
    spec = (
        "factory: 1\napp: {id: shop, title: Shop, version: 1.0.0, stage: mature}\n"
        "code: {default: bound, language: python, paths: [src]}\ninterface:\n  panels: [Sales, Stock]\n"
    )
    put(repo, "factory.yaml", spec)
    git("add", ".", cwd=repo)
    git("commit", "-qm", "shop", cwd=repo)
    git("checkout", "-qb", "less", cwd=repo)
    put(repo, "factory.yaml", spec.replace(", Stock", "").replace("1.0.0", "1.1.0"))
    git("commit", "-qam", "one page less", cwd=repo)
    return repo


def test_the_gate_judges_by_the_base(page: Path, git: Git, say: Say) -> None:
    code, out, err = say(page, "--gate")
    assert (code, err) == (1, "")
    assert re.search(r"shop · main \([0-9a-f]{12}\) → the working tree", out)
    assert "- panels.stock panel-removed major" in out
    assert "gate: approval needed" in out
    mark = re.findall(r"git factory approve ([0-9a-f]{12})", out)[-1]
    for words in (("main",), ("main...less",), ("main", "HEAD")):
        assert say(page, "--gate", *words)[0] == 1
    message = f"fine\n\nFactory-Approve: {mark} nobody looked at it"
    me = "--author=C O Mitter <committer@example.com>"
    git("commit", "-q", "--allow-empty", me, "-m", message, cwd=page)
    code, out, _ = say(page, "--gate", "main")
    assert code == 0, out
    assert "gate: passed" in out
    assert "needs approval" not in out


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("markdown", "**Gate: approval needed**"), ("json", '"verdict":"approval needed"'),
        ("github", "::warning file=factory.yaml"), ("sarif", '"ruleId": "panel-removed"'),
    ],
)  # fmt: skip
def test_the_gate_speaks_every_format(page: Path, say: Say, form: str, said: str) -> None:
    code, out, _ = say(page, "--gate", "main", "--format", form)
    assert code == 1
    assert said in out


def test_the_gate_is_not_moved_by_an_invalid_spec(page: Path, say: Say) -> None:
    put(page, "factory.yaml", "factory: [")
    code, out, _ = say(page, "--gate", "main")
    assert code == 2
    assert "the specs cannot be compared" in out
