"""The quick way to the trailers says what the whole one says, or nothing; and it loads nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import commit_message, message_quick
from factory_git.app.context import open_context
from factory_git.drift import memory
from factory_git.gitio import caller
from tests.conftest import Git
from tests.hooks.conftest import CODE, Run
from tests.hooks.test_commit_msg import MODEL, change
from tests.hooks.test_light import loaded

Both = Callable[[str], tuple[str | None, str]]


@pytest.fixture
def both(bound: Path, commit: Run, monkeypatch: pytest.MonkeyPatch) -> Both:
    """``both(message)`` gives what the quick way makes of a message (None: nothing), and what the whole one does."""
    (bound / "README").write_text("more\n")
    assert commit(bound, "-qam", "the whole hook writes down what the specs say").returncode == 0
    assert (bound / ".git" / "factory" / "specs").exists()

    def run(message: str) -> tuple[str | None, str]:
        file = bound / ".git" / "words"
        with monkeypatch.context() as patch:
            patch.chdir(bound)
            file.write_text(message)
            quick = file.read_text() if message_quick.quick(str(file)) else None
            assert quick is not None or file.read_text() == message, "it did nothing, or all of it"
            file.write_text(message)
            commit_message.run(open_context(), file)
            return quick, file.read_text()

    return run


CHANGES: list[Callable[[Path], object]] = [
    lambda repo: change(repo, MODEL, "price: Decimal", "price: int"),
    lambda repo: (repo / MODEL).write_text("# gone\n"),
    lambda repo: (repo / MODEL).unlink(),
    lambda repo: (repo / "a b.py").write_text(CODE.replace("id: str", "id: int")),
    lambda repo: (repo / MODEL).rename(repo / "shop" / "näme.py"),
    lambda repo: (repo / "README").write_text("nothing\n"),
    lambda repo: (repo / "image").write_bytes(bytes(range(256))),
    lambda repo: (repo / "link").symlink_to("README"),
]
MESSAGES = [
    "subject\n",
    "farm: what\n\nbody\n\nSigned-off-by: A <a@b>\n",
    "subject\n\nbody\n\n# Please enter the commit message\n#\n# On branch main\n",
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_it_says_what_the_whole_hook_says(bound: Path, git: Git, both: Both, number: int) -> None:
    CHANGES[number](bound)
    git("add", "-A", cwd=bound)
    for message in MESSAGES:
        quick, whole = both(message)
        assert quick == whole


@pytest.mark.parametrize(
    "message",
    [
        "",
        "\n",
        "# only remarks\n",
        "fixup! x\n",
        "x\n\nFactory-Node: y.z\n",
        "Signed-off-by: A <a@b>\n",
        "x\r\n\r\ny\r\n",
    ],
)
def test_an_odd_message_is_not_its_business(bound: Path, git: Git, both: Both, message: str) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", "-A", cwd=bound)
    file = bound / ".git" / "words"
    file.write_bytes(message.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(bound)
        assert not message_quick.quick(str(file))
    assert file.read_bytes() == message.encode()


def odd_states(git: Git) -> dict[str, Callable[[Path], object]]:
    return {
        "a spec": lambda repo: change(repo, "factory.yaml", "price: decimal", "price: int"),
        "bound code": lambda repo: change(repo, "shop/labels.py", "make(world)", "make(world, 2)"),
        "a tag of nothing": lambda repo: change(repo, MODEL, "entities.label", "entities.lapel"),
        "a setting": lambda repo: git("config", "factory.trailers", "false", cwd=repo),
        "a comment character": lambda repo: git("config", "core.commentChar", ";", cwd=repo),
        "a template": lambda repo: git("config", "commit.template", "x", cwd=repo),
        "a pick": lambda repo: (repo / ".git" / "CHERRY_PICK_HEAD").write_text(git("rev-parse", "HEAD", cwd=repo)),
        "settings": lambda repo: ((repo / ".factory").mkdir(), (repo / ".factory" / "config.yaml").write_text("")),
        "no memory": lambda repo: (repo / ".git" / "factory" / "specs").unlink(),
        "a damaged memory": lambda repo: (repo / ".git" / "factory" / "specs").write_bytes(
            message_quick.HEAD + b"xxxxy"
        ),
        "another spec": lambda repo: git("mv", "factory.yaml", "other.factory.yaml", cwd=repo),
    }


@pytest.mark.parametrize("state", list(odd_states(lambda *_, **__: "")))
def test_an_odd_state_is_not_its_business(bound: Path, git: Git, both: Both, state: str) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    odd_states(git)[state](bound)
    git("add", "-A", cwd=bound)
    assert both("subject\n")[0] is None


def test_another_program_s_memory_is_not_used(
    bound: Path, git: Git, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", "-A", cwd=bound)
    monkeypatch.setattr(memory, "stamp", lambda: "another")
    assert message_quick.read(str(bound / ".git" / "factory" / "specs")) is None


def test_it_loads_nothing_heavy(bound: Path, git: Git, both: Both) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", "-A", cwd=bound)
    file = bound / ".git" / "words"
    file.write_text("subject\n")
    code = f"from factory_git.app import message_quick; sys.exit(0 if message_quick.quick({str(file)!r}) else 1)"
    assert loaded(code, bound, "-I", "-S") <= {"re"}
    assert "Factory-Node" in file.read_text()


def test_the_command_takes_the_quick_way_unless_a_commit_is_amended(
    bound: Path, git: Git, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", "-A", cwd=bound)
    file = bound / ".git" / "words"
    file.write_text("subject\n")
    args = ["git-factory", "hooks", "commit-msg", str(file)]
    code = f"sys.argv = {args}; from factory_git.__main__ import main; sys.exit(main())"
    assert loaded(code, bound, "-I", "-S") <= {"re"}
    assert "Factory-Node" in file.read_text()
    file.write_text("subject\n")
    monkeypatch.chdir(bound)
    with monkeypatch.context() as patch:
        patch.setattr(caller, "amends", lambda: True)
        assert not message_quick.called(str(file))
    assert message_quick.called(str(file))
    assert not message_quick.called(str(bound / "gone"))


def test_the_hook_takes_the_quick_way(bound: Path, git: Git, commit: Run, both: Both) -> None:
    """With an interpreter that can do nothing else."""
    hook = bound / ".git" / "hooks" / "commit-msg"
    only = bound / ".git" / "quick-python"
    only.write_text(f'#!/bin/sh\n[ "$1" = -I ] || exit 9\nexec {sys.executable} "$@"\n')
    only.chmod(0o755)
    lines = [f"python={only}" if line.startswith("python=") else line for line in hook.read_text().splitlines()]
    hook.write_text("\n".join(lines) + "\n")
    change(bound, MODEL, "price: Decimal", "price: int")
    done = commit(bound, "-qam", "quick")
    assert done.returncode == 0, done.stderr
    change(bound, "factory.yaml", "words: text", "words: int")
    assert commit(bound, "-qam", "not so").returncode != 0
