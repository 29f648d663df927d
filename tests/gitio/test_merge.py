"""A branch is moved beneath its checkouts without touching one local change."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_git.core import points
from factory_git.core.errors import Conflict, Negative
from factory_git.core.ids import Oid
from factory_git.gitio import merge
from factory_git.gitio.child import GitFailed
from factory_git.gitio.merge import promote, settle
from factory_git.gitio.switch import NOTE, Switch

Git = Callable[..., str]


class Setting:
    """A repository on ``main``, and a commit beyond it that changes, adds and removes files."""

    def __init__(self, repo: Path, git: Git) -> None:
        self.path, self.call = repo, git
        self.write({"kept.txt": "k\n", "changed.txt": "old\n", "removed.txt": "r\n", "folder/in.txt": "i\n"})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        self.old = Oid(self.git("rev-parse", "HEAD"))
        self.git("checkout", "-q", "-b", "side")
        self.write({"changed.txt": "new\n", "added.txt": "a\n", "deep/er/file.txt": "d\n"})
        self.git("rm", "-q", "removed.txt")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "next")
        self.new = Oid(self.git("rev-parse", "HEAD"))
        self.git("checkout", "-q", "main")

    def git(self, *args: str) -> str:
        return self.call(*args, cwd=self.path).strip()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)

    def promote(self, checkpoint: Callable[[str], None] = lambda _: None) -> list[Path]:
        with points.listening(checkpoint):
            return promote(self.path / ".git", "refs/heads/main", self.old, self.new, reason="test")

    def refused(self) -> list[str]:
        with pytest.raises(Negative) as caught:
            self.promote()
        assert self.git("rev-parse", "main") == self.old, "nothing was moved"
        return list(caught.value.details.get("paths", []))


@pytest.fixture
def at(repo: Path, git: Git) -> Setting:
    return Setting(repo, git)


def test_the_checkout_goes_along(at: Setting) -> None:
    assert at.promote() == [at.path]
    assert at.git("rev-parse", "main") == at.new
    assert at.git("status", "--porcelain") == ""
    assert "test" in at.git("reflog", "-1", "main")


def test_local_changes_elsewhere_stay(at: Setting) -> None:
    at.write({"kept.txt": "mine\n", "untracked.txt": "u\n", "folder/in.txt": "staged\n"})
    at.git("add", "folder/in.txt")
    at.promote()
    assert at.git("rev-parse", "main") == at.new
    assert (at.path / "kept.txt").read_text() == "mine\n"
    assert at.git("status", "--porcelain") == "M  folder/in.txt\n M kept.txt\n?? untracked.txt"


@pytest.mark.parametrize("stage", [False, True])
def test_changes_in_the_way_are_refused_with_the_list(at: Setting, stage: bool) -> None:
    at.write({"changed.txt": "mine\n", "removed.txt": "mine\n", "added.txt": "mine\n", "kept.txt": "mine\n"})
    if stage:
        at.git("add", "-A")
    assert at.refused() == ["added.txt", "changed.txt", "removed.txt"]
    assert (at.path / "added.txt").read_text() == "mine\n"


def test_ignored_files_are_not_overwritten_either(at: Setting) -> None:
    at.write({".git/info/exclude": "added.txt\ndeep/\n", "added.txt": "mine\n", "deep/er/file.txt": "mine\n"})
    assert at.refused() == ["added.txt", "deep/er/file.txt"]


def test_a_file_where_a_folder_must_come_is_refused(at: Setting) -> None:
    at.write({"deep": "a file\n"})
    assert at.refused() == ["deep/er/file.txt"]
    assert (at.path / "deep").read_text() == "a file\n"


def test_a_linked_worktree_on_the_branch_goes_along_and_its_changes_count(at: Setting) -> None:
    at.git("checkout", "-q", "side")
    linked = at.path.parent / "linked"
    at.git("worktree", "add", "-q", str(linked), "main")
    (linked / "changed.txt").write_text("mine\n")
    assert at.refused() == ["changed.txt"]
    (linked / "changed.txt").write_text("old\n")
    assert at.promote() == [linked]
    assert at.call("status", "--porcelain", cwd=linked) == ""
    assert at.git("status", "--porcelain") == ""


def test_a_branch_that_is_not_where_it_was_read_is_a_conflict_and_the_checkout_is_put_back(at: Setting) -> None:
    def somebody(name: str) -> None:
        if name == "promote:ref":
            other = at.git("commit-tree", "-m", "theirs", "-p", at.old, f"{at.old}^{{tree}}")
            at.git("update-ref", "refs/heads/main", other)

    with pytest.raises(Conflict, match="moved meanwhile"):
        at.promote(somebody)
    assert at.git("log", "-1", "--format=%s", "main") == "theirs"
    assert at.git("status", "--porcelain") == ""


def test_done_again_after_a_death_between_checkout_and_ref(at: Setting) -> None:
    class Killed(BaseException):
        pass

    def dies(name: str) -> None:
        if name == "promote:ref":
            raise Killed

    with pytest.raises(Killed):
        at.promote(dies)
    assert at.git("rev-parse", "main") == at.old
    at.promote()
    assert (at.git("rev-parse", "main"), at.git("status", "--porcelain")) == (at.new, "")


def test_done_again_after_a_death_while_files_were_written(at: Setting) -> None:
    at.write({"changed.txt": "new\n", "deep/er/file.txt": "d\n"})  # written, and the index knows nothing of it
    (at.path / "removed.txt").unlink()
    at.promote()
    assert (at.git("rev-parse", "main"), at.git("status", "--porcelain")) == (at.new, "")
    assert (at.path / "added.txt").read_text() == "a\n"


def test_what_is_staged_is_not_lost_to_a_file_that_equals_the_new_one(at: Setting) -> None:
    at.write({"changed.txt": "staged\n"})
    at.git("add", "changed.txt")
    at.write({"changed.txt": "new\n"})
    assert at.refused() == ["changed.txt"]


@pytest.mark.parametrize("wrong", [OSError("No space left on device"), KeyboardInterrupt()])
def test_a_failure_after_the_checkout_takes_it_back(at: Setting, wrong: BaseException) -> None:
    at.write({"kept.txt": "mine\n"})

    def fails(name: str) -> None:
        if name == "promote:ref":
            raise wrong

    with pytest.raises(type(wrong)):
        at.promote(fails)
    assert at.git("rev-parse", "main") == at.old
    assert at.git("status", "--porcelain") == "M kept.txt"


def test_files_half_written_are_taken_back(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*_: object) -> None:
        at.write({"changed.txt": "ne", "deep/er/file.txt": ""})
        raise OSError("No space left on device")

    monkeypatch.setattr(Switch, "forward", half)
    with pytest.raises(OSError, match="No space"):
        at.promote()
    assert at.git("status", "--porcelain") == ""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_what_git_has_no_room_or_right_for_is_no_local_change_in_the_way(
    at: Setting, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = Switch._git

    def refused(self: Switch, *args: str, **more: Any) -> bytes:
        if args[-2:] == (at.old, at.new):
            raise GitFailed(args, 128, f"error: unable to create file: {os.strerror(number)}")
        return real(self, *args, **more)

    monkeypatch.setattr(Switch, "_git", refused)
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        at.promote()
    assert (caught.value.errno, caught.value.filename) == (number, str(at.path))
    assert at.git("status", "--porcelain") == ""


def test_no_room_for_the_files_is_said_before_one_is_written(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_free", lambda _: 1000)
    with pytest.raises(OSError, match="No space left") as caught:
        at.promote(lambda name: pytest.fail(f"went on to {name}"))
    assert caught.value.filename == str(at.path)
    assert at.git("status", "--porcelain") == ""


def test_a_checkout_in_the_middle_of_something_is_left_alone(at: Setting) -> None:
    at.write({".git/MERGE_HEAD": f"{at.new}\n"})
    with pytest.raises(Negative, match="merge is in progress"):
        at.promote()
    (at.path / ".git" / "MERGE_HEAD").unlink()
    at.write({".git/index.lock": ""})
    with pytest.raises(Conflict, match="another Git process"):
        at.promote()
    assert at.git("rev-parse", "main") == at.old


# Promotions that were killed. See tests/crash for all the moments at which they can be.


def killed(at: Setting, point: str, then: Callable[[], object] = lambda: None) -> None:
    """A promotion that dies at a named point, after somebody did something; no handler takes that."""

    def dies(name: str) -> None:
        if name == point:
            then()
            raise Killed

    with pytest.raises(Killed):
        at.promote(dies)


class Killed(BaseException):
    """A death."""


def test_files_cut_off_by_a_death_and_the_lock_it_left_are_no_hindrance(at: Setting) -> None:
    killed(at, "switch:locked", lambda: at.write({"changed.txt": "n", "added.txt": "", "kept.txt": "mine\n"}))
    (at.path / "removed.txt").unlink()
    assert (at.path / ".git/index.lock").exists()
    at.promote()
    assert (at.git("rev-parse", "main"), at.git("status", "--porcelain")) == (at.new, "M kept.txt")
    assert not (at.path / ".git" / NOTE).exists()


def test_a_death_while_another_death_is_undone_is_undone_too(at: Setting) -> None:
    killed(at, "switch:files")
    at.write({"changed.txt": "ol"})  # the first half of what it was
    at.promote()
    assert (at.git("rev-parse", "main"), at.git("status", "--porcelain")) == (at.new, "")


def test_what_a_person_wrote_after_the_death_is_not_overwritten(at: Setting) -> None:
    killed(at, "switch:locked")
    at.write({"changed.txt": "mine\n"})
    assert at.refused() == ["changed.txt"]
    assert (at.path / "changed.txt").read_text() == "mine\n"
    assert not (at.path / ".git/index.lock").exists()


def test_after_a_death_another_commit_may_be_promoted(at: Setting) -> None:
    killed(at, "switch:index")
    other = at.git("commit-tree", "-m", "another", "-p", at.old, f"{at.old}^{{tree}}")
    promote(at.path / ".git", "refs/heads/main", at.old, Oid(other), reason="test")
    assert (at.git("rev-parse", "main"), at.git("status", "--porcelain")) == (other, "")


def test_the_lock_of_another_program_is_left_alone_after_a_death(at: Setting) -> None:
    killed(at, "switch:noted")
    at.write({".git/index.lock": ""})
    with pytest.raises(Conflict, match="another Git process"):
        at.promote()
    (at.path / ".git/index.lock").unlink()
    at.promote()
    assert at.git("status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["HEAD.lock", "refs/heads/main.lock"])
def test_locks_that_a_dead_git_left_on_the_branch_are_taken_over(at: Setting, name: str) -> None:
    lock = at.path / ".git" / name
    lock.touch()
    os.utime(lock, (1, 1))
    at.promote()
    assert not lock.exists()


def test_what_is_left_after_the_branch_moved_is_cleared_away(at: Setting) -> None:
    def moved() -> None:
        at.git("update-ref", "refs/heads/main", at.new)
        (at.path / ".git/HEAD.lock").touch()
        os.utime(at.path / ".git/HEAD.lock", (1, 1))

    killed(at, "promote:ref", moved)
    settle(at.path / ".git", "refs/heads/main")
    assert at.git("status", "--porcelain") == ""
    assert not (at.path / ".git/HEAD.lock").exists()
    assert not (at.path / ".git" / NOTE).exists()
