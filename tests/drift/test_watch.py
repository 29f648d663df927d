"""`git factory check --watch`: judges again when something changed, tells what is new and what is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.app import check, check_watch
from factory_git.cli.main import run
from factory_git.core.errors import RepositoryError, UsageError
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.drift.test_brought import ITEM, LABEL, shop, write

__all__ = ["shop"]

BARE = ITEM.replace("    price: Decimal\n", "")


def test_each_change_is_judged_and_only_what_differs_is_told(shop: Path) -> None:
    def edits() -> Iterator[None]:
        write(shop, "src/item.py", BARE)
        yield
        write(shop, "src/item.py", "import os\n" + BARE)
        yield
        write(shop, "src/label.py", LABEL.replace("    words: str\n", ""))
        yield
        write(shop, "src/item.py", ITEM)
        yield

    here = locate(shop)
    turns = list(check_watch.deltas(edits(), lambda: check.run(here, check.Options(worktree=True))))
    seen = [([one.symbol for one in turn.fresh], [one.symbol for one in turn.gone]) for turn in turns]
    assert seen == [([], []), (["Item"], []), ([], []), (["Label"], []), ([], ["Item"])]
    assert [turn.quiet for turn in turns] == [True, False, True, False, False]


def test_an_error_is_told_and_the_watch_goes_on(shop: Path) -> None:
    here = locate(shop)
    answers = iter([None, RepositoryError("Git is at work"), None])

    def judge() -> check.Result:
        answer = next(answers)
        if answer is not None:
            raise answer
        return check.run(here, check.Options(worktree=True))

    turns = list(check_watch.deltas([1, 2], judge))
    assert [turn.error is not None for turn in turns] == [False, True, False]


def test_what_says_nothing_wakes_nobody(tmp_path: Path) -> None:
    top, git_dir = tmp_path, tmp_path / ".git"
    for path in ("src/a.py", ".git/index", ".git/HEAD", "deep/er/x"):
        assert check_watch.tells(top, git_dir, str(top / path)), path
    for path in (".git/index.lock", ".git/factory/gate", ".git/objects/aa/bb", "sub/.git/index"):
        assert not check_watch.tells(top, git_dir, str(top / path)), path
    assert not check_watch.tells(top, git_dir, str(tmp_path.parent / "elsewhere"))
    linked = tmp_path / "main" / ".git" / "worktrees" / "w"
    assert check_watch.tells(top / "w", linked, str(linked / "index"))
    assert not check_watch.tells(top / "w", linked, str(linked / "logs" / "HEAD"))


def test_without_the_extra_the_way_to_it_is_named(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles._rust_notify", None)
    with pytest.raises(UsageError) as caught:
        check_watch.events(locate(shop))
    assert "git-factory[watch]" in caught.value.hint


def test_a_bare_repository_has_nothing_to_watch(shop: Path, git: Git, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", str(shop), str(tmp_path / "bare"), cwd=tmp_path)
    with pytest.raises(UsageError, match="bare"):
        check_watch.events(locate(tmp_path / "bare"))


def test_the_command_prints_what_changed(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def edits(_: object) -> Iterator[None]:
        write(shop, "src/item.py", BARE)
        yield
        write(shop, "src/item.py", "import os\n" + BARE)
        yield
        write(shop, "src/item.py", ITEM)
        yield
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.chdir(shop)
        patch.setattr(check_watch, "events", edits)
        assert run(["check", "--worktree", "--watch"]) == 130
    out, err = capsys.readouterr()
    assert out.count("GF102") == 1
    assert err.count("gone: src/item.py") == 1
    assert err.count("what the spec says") == 2, "the first verdict and the last; what changes nothing says nothing"


def test_a_real_change_wakes_it_and_an_interrupt_ends_it(shop: Path) -> None:
    pytest.importorskip("watchfiles")
    line = [sys.executable, "-m", "factory_git", "check", "--worktree", "--watch"]
    with subprocess.Popen(line, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stderr.readline()  # the first verdict
        write(shop, "src/item.py", BARE)
        told = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait() == 130
    assert "GF102" in told
