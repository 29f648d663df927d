"""``approve`` and ``comment`` at the command line: what is printed where, and the exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.cli import main
from tests.app.gate_support import ANN, FORBIDDEN, MAJOR, MAL, MINOR, Project, identity, spec


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "shop")
    made.write(spec())
    made.commit("first")
    return made


class Shell:
    """The command line, as somebody, in the project."""

    def __init__(self, project: Project, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.project, self.patch, self.capsys = project, patch, capsys

    def __call__(self, *args: str, by: tuple[str, str] = ANN) -> tuple[int, str, str]:
        with self.patch.context() as patch:
            patch.chdir(self.project.path)
            for name, value in identity(by).items():
                patch.setenv(name, value)
            code = main.run(args)
        out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def shell(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(project, monkeypatch, capsys)


def first(shell: Shell) -> str:
    return shell("approve", "--list", "--json")[1].split('"fingerprint": "')[1][:12]


def test_listing_names_what_is_open_and_who_may(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    code, out, err = shell("approve", "--list")
    assert code == 0
    assert out.splitlines()[0].endswith("panel-removed interface.panels.catch (major) of shop")
    assert "needs 1 approval of Ann <ann@example.com>" in out
    assert "no ledger here" in err


def test_approving_prints_what_was_approved_and_what_is_left(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    print_ = first(shell)
    code, out, err = shell("approve", print_, "--why", "fine", "--dry-run")
    assert (code, out.split(":")[0]) == (0, "would approve")
    code, out, err = shell("approve", print_, "--why", "fine")
    assert code == 0
    assert out.startswith(f"approved: {print_} panel-removed")
    assert "git factory sync" in err
    assert shell("approve", print_, "--why", "fine")[1].startswith("was approved:")
    assert "has all it needs" in shell("approve", "--list")[1]


def test_json_is_all_there_is_on_standard_output(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    value = json.loads(shell("approve", first(shell), "--why", "fine", "--json")[1])
    assert value["approver"] == "ann@example.com"
    assert [(one["state"], one["app"], len(one["record"])) for one in value["approved"]] == [("approved", "shop", 40)]
    assert value["open"] == []


def test_each_way_to_fail_has_its_exit(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    assert shell("approve")[0] == 2
    assert shell("approve", first(shell))[0] == 2  # no reason
    assert shell("approve", "abcdef", "--why", "x")[0] == 3
    code, _, err = shell("approve", first(shell), "--why", "x", by=MAL)
    assert code == 1
    assert "the base does not list mal@example.com" in err
    assert "hint: ask Ann" in err
    project.git("reset", "-q", "--hard", "main")
    project.write(spec(**FORBIDDEN))
    project.commit()
    code, out, _ = shell("approve", "--list", "--json")
    weak = next(one for one in json.loads(out)["open"] if one["mutation"] == "guardrail-weakened")
    assert shell("approve", weak["fingerprint"], "--why", "x")[0] == 4


def test_what_needs_nobody_is_said_so_and_written_nowhere(project: Project, shell: Shell) -> None:
    project.change(**MINOR)
    item = next(one for app in project.judge().apps for one in app.items if one.mutation.risk == "minor")
    code, out, _ = shell("approve", item.mutation.fingerprint, "--why", "x")
    assert (code, out.split(":")[0]) == (0, "needs nobody")
    assert project.git("for-each-ref", "refs/factory") == ""
    assert "nothing here needs approval" in shell("approve", "--list")[2]


def test_without_a_usual_base_it_asks_for_one(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    project.git("branch", "-q", "-m", "main", "trunk")
    code, _, err = shell("approve", "--list")
    assert code == 2
    assert "--base BRANCH" in err
    assert shell("approve", "--list", "--base", "trunk")[0] == 0


def test_a_comment_can_be_looked_at_anywhere(project: Project, shell: Shell) -> None:
    project.change(**MAJOR)
    code, out, err = shell("comment", "--dry-run")
    assert code == 1
    assert out.startswith("<!-- git-factory: gate -->\n**Gate: approval needed**")
    code, out, err = shell("comment")
    assert code == 2
    assert "git factory diff --gate" in err
