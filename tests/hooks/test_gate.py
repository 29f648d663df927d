"""The gate in real commits: what it lets through, what it stops, and that it remembers without being fooled."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from factory_git import hook
from factory_git.app import check, hooks
from factory_git.drift import known, memory
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.drift.conftest import MODEL, SPEC, compile_into

GATE = Path(".git/factory/gate.code")


@pytest.fixture
def app(repo: Path, git: Git) -> Path:
    """A compiled application under the gate."""
    (repo / "factory.yaml").write_text(SPEC)
    compile_into(repo)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the application", cwd=repo)
    hooks.install(locate(repo))
    return repo


def commit(repo: Path, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    line = ["git", "commit", "-q", "-m", "x", *args]
    return subprocess.run(
        line, cwd=repo, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}
    )


def change(path: Path, text: str = "# by hand\n") -> None:
    path.write_text(path.read_text() + text)


def quick(repo: Path, monkeypatch: pytest.MonkeyPatch, *, base: bool = False) -> bool:
    with monkeypatch.context() as patch:
        patch.chdir(repo)
        return hook.quick(base=base)


def test_an_edited_file_does_not_get_in(app: Path, git: Git) -> None:
    change(app / MODEL)
    git("add", MODEL, cwd=app)
    done = commit(app)
    assert done.returncode == 1
    assert f"{MODEL}:" in done.stderr
    assert "GF502" in done.stderr


def test_commit_all_is_looked_at(app: Path) -> None:
    change(app / MODEL)
    assert commit(app, "-a").returncode == 1


def test_commit_of_a_path_is_looked_at_and_of_another_is_not(app: Path) -> None:
    change(app / MODEL)
    change(app / "README")
    assert commit(app, "--", MODEL).returncode == 1
    assert commit(app, "--", "README").returncode == 0


def test_commit_of_a_path_ignores_what_else_is_staged(app: Path, git: Git) -> None:
    change(app / MODEL)
    git("add", MODEL, cwd=app)
    change(app / "README")
    assert commit(app, "--", "README").returncode == 0
    assert commit(app).returncode == 1


def test_a_deleted_file_does_not_get_in(app: Path, git: Git) -> None:
    git("rm", "-q", MODEL, cwd=app)
    done = commit(app)
    assert done.returncode == 1
    assert "GF501" in done.stderr


def test_a_spec_may_go_before_its_code(app: Path) -> None:
    spec = app / "factory.yaml"
    spec.write_text(spec.read_text().replace("words: it.id}", 'words: it.id + "!"}'))
    done = commit(app, "-a")
    assert done.returncode == 0, done.stderr
    assert "GF601" in done.stderr
    compile_into(app)
    assert commit(app, "-a").returncode == 0


def test_a_broken_spec_does_not_get_in(app: Path) -> None:
    (app / "factory.yaml").write_text("app: [\n")
    done = commit(app, "-a")
    assert done.returncode == 1
    assert "GF500" in done.stderr


def test_a_merge_is_looked_at(app: Path, git: Git) -> None:
    spec = app / "factory.yaml"
    text = spec.read_text()
    for branch, old, new in (("one", "title: Shop", "title: Shop one"), ("two", "min: 0", "min: 1")):
        git("checkout", "-q", "-b", branch, "main", cwd=app)
        spec.write_text(text.replace(old, new))
        compile_into(app)
        git("add", ".", cwd=app)
        assert commit(app).returncode == 0
    line = ["git", "merge", "-q", "-m", "m", "-X", "ours", "one"]
    done = subprocess.run(line, cwd=app, capture_output=True, text=True, check=False)
    # Git merged spec and code line by line; the code is not what the merged spec compiles to (its lock, at least).
    assert done.returncode != 0
    assert "GF502" in done.stderr + done.stdout


def test_a_linked_worktree_is_under_the_gate(app: Path, git: Git, tmp_path: Path) -> None:
    other = tmp_path / "linked tree"
    git("worktree", "add", "-q", str(other), "-b", "other", cwd=app)
    change(other / MODEL)
    assert commit(other, "-a").returncode == 1
    change(app / "README")
    assert commit(app, "-a").returncode == 0


def test_with_git_dir_and_from_a_subfolder(app: Path, git: Git) -> None:
    change(app / MODEL)
    env = {"GIT_DIR": str(app / ".git"), "GIT_WORK_TREE": str(app)}
    assert commit(app / "shop", "-a", env=env).returncode == 1
    assert commit(app / "shop", "-a").returncode == 1


def test_without_python_on_the_way_nothing_else_is_stopped(app: Path, git: Git) -> None:
    """The shell answers by itself once a good commit is known, and only then."""
    change(app / "README")
    assert commit(app, "-a").returncode == 0  # checks, and remembers
    change(app / "README")
    assert commit(app, "-a").returncode == 0  # knows, and tells the shell
    script = app / ".git" / "hooks" / "pre-commit"
    assert (app / ".git" / "factory" / "gate.base").exists()
    broken = script.read_text().replace('. "$gate"', 'python=/bin/false; . "$gate"')
    script.write_text(broken)
    change(app / "README")
    assert commit(app, "-a").returncode == 0
    change(app / MODEL)
    assert commit(app, "-a").returncode == 1


@pytest.mark.parametrize("path", [MODEL, "factory.yaml", ".factory/lock.json", "sub/factory.yaml", "sub/spec/app.yaml"])
def test_the_shell_does_not_answer_where_something_of_a_spec_is_staged(app: Path, git: Git, path: str) -> None:
    for _ in range(2):
        change(app / "README")
        assert commit(app, "-a").returncode == 0
    script = app / ".git" / "hooks" / "pre-commit"
    script.write_text(script.read_text().replace('. "$gate"', 'python=/bin/false; . "$gate"'))
    (app / path).parent.mkdir(parents=True, exist_ok=True)
    with (app / path).open("a") as file:
        file.write("\n")
    git("add", ".", cwd=app)
    assert commit(app).returncode == 1


def test_a_truncated_note_is_not_believed(app: Path, git: Git) -> None:
    for _ in range(2):
        change(app / "README")
        assert commit(app, "-a").returncode == 0
    note = app / ".git" / "factory" / "gate.base"
    note.write_text("\n".join(note.read_text().splitlines()[:3]))
    change(app / MODEL)
    assert commit(app, "-a").returncode == 1


def test_after_a_check_the_answer_is_quick_and_an_edit_ends_that(
    app: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not quick(app, monkeypatch)
    with monkeypatch.context() as patch:
        patch.chdir(app)
        check.run(locate(), check.Options())
    assert quick(app, monkeypatch)
    change(app / MODEL)
    assert quick(app, monkeypatch), "what is not staged does not count"
    git("add", MODEL, cwd=app)
    assert not quick(app, monkeypatch)
    git("reset", "-q", "--hard", cwd=app)
    assert quick(app, monkeypatch)
    git("rm", "-q", "--cached", "shop/kit.py", cwd=app)
    assert not quick(app, monkeypatch)


def test_the_memory_follows_branches(app: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git("checkout", "-q", "-b", "other", cwd=app)
    (app / "factory.yaml").write_text(SPEC.replace("title: Shop", "title: Other"))
    compile_into(app)
    assert commit(app, "-a").returncode == 0
    assert quick(app, monkeypatch)
    git("checkout", "-q", "main", cwd=app)
    with monkeypatch.context() as patch:
        patch.chdir(app)
        check.run(locate(), check.Options())
    assert quick(app, monkeypatch)
    git("checkout", "-q", "other", cwd=app)
    assert quick(app, monkeypatch)
    # The code of one branch under the spec of the other is no state that was ever good.
    git("checkout", "-q", "main", "--", "shop", ".factory", cwd=app)
    assert not quick(app, monkeypatch)


def check_findings(repo: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    with monkeypatch.context() as patch:
        patch.chdir(repo)
        return [one.code for one in check.run(locate(), check.Options()).findings]


@pytest.mark.parametrize("damage", [b"", b"x", known.HEAD, known.HEAD + b"\0\0\0\0junk"])
def test_a_damaged_memory_is_as_none(app: Path, git: Git, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    check_findings(app, monkeypatch)
    good = (app / GATE).read_bytes()
    (app / GATE).write_bytes(damage)
    assert known.read(str(app / GATE)) == []
    change(app / MODEL)
    assert commit(app, "-a").returncode == 1
    git("checkout", "-q", "HEAD", "--", MODEL, cwd=app)
    change(app / "README")
    assert commit(app, "-a").returncode == 0
    assert len((app / GATE).read_bytes()) >= len(good) // 2


@pytest.mark.parametrize("cut", [1, 20, 25, 200])
def test_a_memory_cut_short_is_as_none(app: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    check_findings(app, monkeypatch)
    (app / GATE).write_bytes((app / GATE).read_bytes()[:-cut])
    assert known.read(str(app / GATE)) == []


def test_where_nothing_can_be_remembered_the_answer_is_the_same(app: Path, git: Git) -> None:
    (app / ".git" / "factory").mkdir(exist_ok=True)
    (app / GATE).mkdir()  # a folder in its place: nothing can be written there
    change(app / "README")
    assert commit(app, "-a").returncode == 0
    change(app / MODEL)
    assert commit(app, "-a").returncode == 1


def test_another_program_s_memory_is_not_used(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_findings(app, monkeypatch)
    assert quick(app, monkeypatch)
    monkeypatch.setattr(memory, "stamp", lambda: "another")
    assert not quick(app, monkeypatch)


def test_a_flipped_byte_in_the_memory_is_noticed(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_findings(app, monkeypatch)
    data = bytearray((app / GATE).read_bytes())
    data[len(data) // 2] ^= 1
    (app / GATE).write_bytes(bytes(data))
    assert known.read(str(app / GATE)) == []


def test_the_shell_is_told_of_a_commit_only_that_has_what_is_staged(
    app: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (app / "factory.yaml").write_text(SPEC.replace("title: Shop", "title: Other"))
    compile_into(app)
    git("add", ".", cwd=app)
    check_findings(app, monkeypatch)
    note = app / ".git" / "factory" / "gate.base"
    assert not quick(app, monkeypatch, base=True)  # another spec: the whole check says what it means for its code
    assert not note.exists(), "HEAD has another spec"
    assert commit(app).returncode == 0
    assert quick(app, monkeypatch, base=True)
    assert note.read_text().split()[0] == git("rev-parse", "HEAD", cwd=app).strip()
