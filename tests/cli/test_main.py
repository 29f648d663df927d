"""The border where errors become text and exit codes, and what the entry does before anything heavy is imported."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from factory_git.app.context import open_context
from factory_git.cli import main as cli
from factory_git.cli.table import COMMANDS
from factory_git.core import errors
from factory_git.ledger.record import make


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Negative("no"), 1),
        (errors.UsageError("no"), 2),
        (errors.SpecError("no"), 2),
        (errors.NotFound("no"), 3),
        (errors.Forbidden("no"), 4),
        (errors.Conflict("no"), 5),
        (errors.RepositoryError("no"), 128),
        (errors.Cancelled("no"), 130),
        (OSError(errno.ENOSPC, "No space left on device"), 128),
        (PermissionError(errno.EACCES, "Permission denied", "/r"), 128),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("what nobody expected"), 70),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.group, "main", fail)
    assert cli.run([]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err


def test_an_internal_error_names_a_report_that_has_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli.group, "main", lambda **_: 1 / 0)
    assert cli.run(["log", "-n", "3"]) == 70
    report = Path(capsys.readouterr().err.rsplit(" ", 1)[1].strip())
    assert "ZeroDivisionError" in report.read_text()
    assert "['log', '-n', '3']" in report.read_text()
    report.unlink()


@pytest.mark.parametrize(
    "full",
    [OSError(errno.ENOSPC, "No space left on device"), OSError("failed to write out file: No space left on device")],
)
def test_a_full_disk_is_told_with_the_way_out(
    full: OSError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise full

    monkeypatch.setattr(cli.group, "main", fail)
    cli.run(["--json"])
    told = json.loads(capsys.readouterr().err)["error"]
    assert told["code"] == "os/disk-full"
    assert told["message"].startswith("cannot write: ")
    assert "free some space" in told["hint"]


@pytest.mark.parametrize("args", [["log"], ["watch", "--once"], ["doctor"], ["list", "--json"], ["stats"]])
def test_a_reader_that_left_is_no_verdict(repo: Path, args: list[str]) -> None:
    """As a shell says it of Git itself: 141, with nothing on standard error."""
    ctx = open_context(repo)
    ctx.ledger.register("note", {"type": "object"})
    ctx.ledger.put_many([make("note", {"title": f"note {number}", "x": "x" * 400}) for number in range(400)])
    ctx.ledger.close()
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "factory_git", *args]
    done = subprocess.run(command, cwd=repo, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    "args", [["search", "m\udce9mo"], ["state", "t\udcff"], ["sync", "./t\udcff"], ["list", "--stream", "\udcff"]]
)
def test_an_argument_that_is_no_text_is_refused_by_name(
    args: list[str], repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo)
    open_context(repo).ledger.register("note", {"type": "object"})
    assert cli.run(args) == 2
    shown = args[-1].replace("\udce9", "\\xe9").replace("\udcff", "\\xff")
    assert capsys.readouterr().err == f"error: {shown} is not UTF-8\nhint: git factory -h\n"


def test_one_problem_is_told_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    problem = errors.Problem(code="spec/x", message="m", place=errors.Place(file="f", line=3, column=4), hint="mend it")

    def fail(**_: object) -> None:
        raise errors.SpecError("f:3:4: m", [problem], hint="mend it")

    monkeypatch.setattr(cli.group, "main", fail)
    assert cli.run([]) == 2
    assert capsys.readouterr().err == "f:3:4: error: m\n  hint: mend it\n"


def test_errors_under_json_are_one_object_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = errors.Problem(code="spec/x", message="m", place=errors.Place(file="f", line=3, column=4), path="a.b")

    def fail(**_: object) -> None:
        raise errors.SpecError("broken", [problem], hint="mend it")

    monkeypatch.setattr(cli.group, "main", fail)
    assert cli.run(["--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    told = json.loads(err)["error"]
    assert told["code"] == "spec/invalid"
    assert told["hint"] == "mend it"
    assert told["problems"] == [
        {"code": "spec/x", "severity": "error", "message": "m", "file": "f", "line": 3, "column": 4, "path": "a.b"}
    ]


def test_an_unknown_verb_is_a_usage_error_that_names_a_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["verfy"]) == 2
    assert "verify" in capsys.readouterr().err


def test_every_verb_of_the_table_loads_and_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(cli.group)
    for name in COMMANDS:
        assert cli.group.get_command(context, name) is not None
        assert cli.run([name, "-h"]) == 0
        assert "Usage: git factory" in capsys.readouterr().out


def test_version_is_told_without_importing_anything_heavy() -> None:
    script = (
        "import sys; sys.argv = ['git-factory', '--version']\n"
        "from factory_git.__main__ import main\n"
        "main()\n"
        "heavy = {'click', 'pygit2', 'yaml', 'jsonschema', 'sqlite3', 'subprocess', 'json'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize("verb", ["list", "search", "show", "log"])
def test_the_help_of_verbs_that_read_opens_no_repository(verb: str) -> None:
    script = (
        f"import sys; sys.argv = ['git-factory', '{verb}', '-h']\n"
        "from factory_git.__main__ import main\n"
        "main()\n"
        "sys.exit('pygit2' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["completion", shell]) == 0
    assert "_GIT_FACTORY_COMPLETE" in capsys.readouterr().out


def test_completion_offers_verbs_without_importing_them() -> None:
    script = (
        "import sys\n"
        "from factory_git.__main__ import main\n"
        "code = main()\n"
        "assert not [m for m in sys.modules if m.startswith('factory_git.cli.') and m.endswith('.run')]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"_GIT_FACTORY_COMPLETE": "bash_complete", "COMP_WORDS": "git-factory ver", "COMP_CWORD": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["plain,verify"]


@pytest.mark.parametrize("args", [[], ["memory"]])
def test_a_group_without_a_command_shows_its_help_and_not_as_an_error(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("Usage: git factory")) == ("", True)
    assert "error:" not in err
    assert cli.run([*args, "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "usage"
