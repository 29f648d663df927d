"""The hooks in everything that Git does to make a commit: which of them it asks, and what they see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Git
from tests.drift.conftest import MODEL as COMPILED
from tests.hooks.conftest import ITEM, LABEL, SEND, Run, call, message, trailers
from tests.hooks.test_commit_msg import MODEL, change

SEQUENCE = 'sed -i "s/^pick/{verb}/"'


def spoil(repo: Path, path: str = COMPILED) -> None:
    with (repo / path).open("a") as file:
        file.write("# by hand\n")


# -- what is committed -----------------------------------------------------------------------------


def test_partial_staging_is_judged_by_what_is_staged(compiled: Path, git: Git, commit: Run) -> None:
    """`git add -p`: one hunk of a file that was edited in two places."""
    text = (compiled / COMPILED).read_text()
    (compiled / COMPILED).write_text(f"# above\n{text}# below\n")
    git("add", "-p", COMPILED, cwd=compiled, stdin="y\nn\n")
    assert git("diff", "--cached", "--stat", cwd=compiled)
    assert commit(compiled, "-qm", "x").returncode == 1
    git("reset", "-q", cwd=compiled)
    (compiled / "README").write_text("above\nhello\nbelow\n")
    git("add", "README", cwd=compiled)
    assert commit(compiled, "-qm", "x").returncode == 0, "what is not staged is nobody's business"


def test_an_amended_commit_is_judged_whole_and_older_ones_are_not(compiled: Path, commit: Run) -> None:
    spoil(compiled)
    assert commit(compiled, "-qam", "sly", "--no-verify").returncode == 0
    (compiled / "README").write_text("more\n")
    done = commit(compiled, "-qa", "--amend", "--no-edit")
    assert done.returncode == 1
    assert "GF502" in done.stderr
    assert commit(compiled, "-qam", "beside it").returncode == 0
    assert commit(compiled, "-q", "--amend", "-m", "reworded").returncode == 0


def test_partial_staging_names_the_nodes_that_are_staged(bound: Path, git: Git, commit: Run) -> None:
    text = (bound / MODEL).read_text().replace("\n\n\n", "\n\n\n# a\n# b\n# c\n# d\n# e\n# f\n# g\n\n\n")
    (bound / MODEL).write_text(text)
    assert commit(bound, "-qam", "space").returncode == 0
    change(bound, MODEL, "price: Decimal", "price: int")
    change(bound, MODEL, "words: str", "words: bytes")
    git("add", "-p", MODEL, cwd=bound, stdin="n\ny\n")
    assert commit(bound, "-qm", "half").returncode == 0
    assert trailers(bound) == [LABEL]


def test_commit_of_paths_names_what_these_hold(bound: Path, git: Git, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    change(bound, "factory.yaml", "words: text", "words: int")
    git("add", ".", cwd=bound)
    assert commit(bound, "-qm", "code", "--", MODEL).returncode == 0
    assert trailers(bound) == [ITEM]
    assert commit(bound, "-q", "-m", "spec").returncode == 0
    assert trailers(bound) == [f"{LABEL}.fields.words"]


@pytest.mark.parametrize("how", ["subfolder", "git -C", "GIT_DIR", "linked worktree", "detached", "sparse"])
def test_wherever_it_is_called_from(bound: Path, git: Git, tmp_path: Path, how: str) -> None:
    repo, line, cwd, env = bound, ["git"], bound, {}
    if how == "subfolder":
        cwd = bound / "shop"
    elif how == "git -C":
        line, cwd = ["git", "-C", str(bound)], tmp_path
    elif how == "GIT_DIR":
        cwd, env = tmp_path, {"GIT_DIR": str(bound / ".git"), "GIT_WORK_TREE": str(bound)}
    elif how == "linked worktree":
        repo = cwd = tmp_path / "linked tree"
        git("worktree", "add", "-q", str(repo), "-b", "other", cwd=bound)
    elif how == "detached":
        git("checkout", "-q", "--detach", cwd=bound)
    else:
        git("status", cwd=bound)  # a copied folder looks changed until Git has looked
        git("sparse-checkout", "set", "--no-cone", "/shop/model.py", cwd=bound)
        assert not (bound / "factory.yaml").exists()
    change(repo, MODEL, "price: Decimal", "price: int")
    done = call(*line, "commit", "-qam", "x", cwd=cwd, **env)
    assert done.returncode == 0, done.stderr
    assert trailers(repo) == [ITEM]
    done = call(*line, "commit", "-q", "--allow-empty", "-m", "x\n\nFactory-Node: nothing.such", cwd=cwd, **env)
    assert done.returncode != 0
    assert "COMMIT_EDITMSG:3: error" in done.stderr
    again = done.stderr.rpartition("commit again: ")[2].split()
    assert again[:2] == ["git", "commit"]


def test_in_a_submodule(bound: Path, git: Git, tmp_path: Path, commit: Run) -> None:
    from factory_git.app import hooks
    from factory_git.gitio.locate import locate

    outer = tmp_path / "outer"
    git("init", "-q", str(outer), cwd=tmp_path)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(bound), "app", cwd=outer)
    git("commit", "-qm", "sub", cwd=outer)
    inner = outer / "app"
    hooks.install(locate(inner), ["commit-msg"])
    change(inner, MODEL, "price: Decimal", "price: int")
    assert commit(inner, "-qam", "x").returncode == 0
    assert trailers(inner) == [ITEM]
    hooks.install(locate(outer))
    done = commit(outer, "-qam", "the submodule moved")
    assert done.returncode == 0, done.stderr
    assert message(outer) == "the submodule moved"


def test_stashing_asks_no_hook(compiled: Path, git: Git) -> None:
    spoil(compiled)
    git("stash", "push", "-q", cwd=compiled)
    git("stash", "pop", "-q", cwd=compiled)
    assert (compiled / COMPILED).read_text().endswith("# by hand\n")


# -- merges ----------------------------------------------------------------------------------------


def branches(repo: Path, git: Git, *, conflict: bool) -> None:
    """``topic`` changes the item; ``main`` changes the label, or the item too."""
    git("checkout", "-q", "-b", "topic", cwd=repo)
    change(repo, MODEL, "price: Decimal", "price: int")
    git("commit", "-qam", "topic", cwd=repo)
    git("checkout", "-q", "main", cwd=repo)
    change(repo, MODEL, *(("price: Decimal", "price: float") if conflict else ("words: str", "words: bytes")))
    git("commit", "-qam", "main", cwd=repo)


def test_a_merge_gets_no_trailers_and_its_own_are_verified(bound: Path, git: Git) -> None:
    change(bound, MODEL, "\n\n\n", "\n\n\n# a\n# b\n# c\n# d\n# e\n# f\n\n\n")
    git("commit", "-qam", "space", cwd=bound)
    branches(bound, git, conflict=False)
    done = call("git", "merge", "-q", "-m", "x\n\nFactory-Node: nothing.such", "topic", cwd=bound)
    assert done.returncode != 0
    assert "MERGE_MSG:3: error" in done.stderr
    assert "commit again: git commit\n" in done.stderr
    done = call("git", "commit", "-q", "-m", "merged", cwd=bound)
    assert done.returncode == 0, done.stderr
    assert message(bound) == "merged"
    git("reset", "-q", "--hard", "HEAD^", cwd=bound)
    git("merge", "-q", "--no-edit", "topic", cwd=bound)
    assert message(bound) == "Merge branch 'topic'"
    git("reset", "-q", "--hard", "HEAD^", cwd=bound)
    git("merge", "-q", "-m", f"x\n\nFactory-Node: {SEND}", "topic", cwd=bound)
    assert message(bound) == f"x\n\nFactory-Node: {SEND}"


def test_a_conflict_that_is_resolved_by_hand(bound: Path, git: Git, commit: Run) -> None:
    branches(bound, git, conflict=True)
    assert call("git", "merge", "-q", "topic", cwd=bound).returncode != 0
    git("checkout", "-q", "--theirs", MODEL, cwd=bound)
    git("add", ".", cwd=bound)
    done = commit(bound, "--no-edit")
    assert done.returncode == 0, done.stderr
    assert message(bound).startswith("Merge branch 'topic'")
    assert trailers(bound) == []


def test_a_fast_forward_asks_no_hook_and_a_squash_is_a_commit_like_any_other(
    bound: Path, git: Git, commit: Run
) -> None:
    git("checkout", "-q", "-b", "topic", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    git("commit", "-qam", "topic", cwd=bound)
    git("checkout", "-q", "main", cwd=bound)
    git("merge", "-q", "--squash", "topic", cwd=bound)
    assert commit(bound, "-q", "--no-edit").returncode == 0
    assert trailers(bound) == [ITEM]
    git("reset", "-q", "--hard", "HEAD^", cwd=bound)
    git("merge", "-q", "--ff-only", "topic", cwd=bound)
    assert message(bound).startswith("topic")


# -- picking, reverting, rebasing ------------------------------------------------------------------


def test_a_clean_pick_asks_no_hook_and_keeps_its_trailers(bound: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "topic", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    git("commit", "-qam", "topic", cwd=bound)
    git("checkout", "-q", "main", cwd=bound)
    git("cherry-pick", "topic", cwd=bound)
    assert trailers(bound) == [ITEM]
    assert len(trailers(bound, key="Factory-Spec")) == 1


def test_a_pick_after_a_conflict_is_named_by_what_came_of_it(bound: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "topic", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: int")
    change(bound, "factory.yaml", "words: text", "words: int")
    git("commit", "-qam", "topic", cwd=bound)
    git("checkout", "-q", "main", cwd=bound)
    change(bound, MODEL, "price: Decimal", "price: float")
    git("commit", "-qam", "main", cwd=bound)
    assert call("git", "cherry-pick", "-x", "topic", cwd=bound).returncode != 0
    git("checkout", "-q", "--ours", MODEL, cwd=bound)
    git("add", ".", cwd=bound)
    done = call("git", "-c", "core.editor=true", "cherry-pick", "--continue", cwd=bound)
    assert done.returncode == 0, done.stderr
    assert "cherry picked from" in message(bound)
    assert trailers(bound) == [f"{LABEL}.fields.words"], "the item stayed ours"


def test_a_revert_names_what_it_takes_back(bound: Path, git: Git) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    git("commit", "-qam", "one", cwd=bound)
    git("revert", "--no-commit", "HEAD", cwd=bound)
    git("commit", "-q", "--no-edit", cwd=bound)
    assert message(bound).startswith('Revert "one"')
    assert trailers(bound) == [ITEM]
    git("revert", "--no-edit", "HEAD", cwd=bound)
    assert trailers(bound) == [], "Git asks no hook about a revert that it makes itself"


def test_a_rebase_asks_where_a_person_decides(compiled: Path, git: Git, commit: Run) -> None:
    """``pick`` replays what was judged before; ``edit`` and then ``commit --amend`` is a commit like any other."""
    for number in (1, 2):
        (compiled / "README").write_text(f"{number}\n")
        assert commit(compiled, "-qam", f"number {number}").returncode == 0
    env = {"GIT_SEQUENCE_EDITOR": SEQUENCE.format(verb="edit")}
    assert call("git", "rebase", "-q", "-i", "HEAD~2", cwd=compiled, **env).returncode == 0
    spoil(compiled)
    done = commit(compiled, "-qa", "--amend", "--no-edit")
    assert done.returncode != 0
    assert "GF502" in done.stderr
    git("checkout", "-q", "HEAD", "--", COMPILED, cwd=compiled)
    git("rebase", "--continue", cwd=compiled)
    git("rebase", "--continue", cwd=compiled)
    assert message(compiled) == "number 2"


def test_rewording_and_squashing_in_a_rebase(bound: Path, git: Git, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "one").returncode == 0
    change(bound, MODEL, "words: str", "words: bytes")
    assert commit(bound, "-qam", "two").returncode == 0
    env = {"GIT_SEQUENCE_EDITOR": SEQUENCE.format(verb="reword"), "GIT_EDITOR": 'sed -i "1s/$/!/"'}
    done = call("git", "rebase", "-q", "-i", "HEAD~2", cwd=bound, **env)
    assert done.returncode == 0, done.stderr
    assert (message(bound).splitlines()[0], trailers(bound)) == ("two!", [LABEL])
    assert trailers(bound, "HEAD^") == [ITEM]
    env = {"GIT_SEQUENCE_EDITOR": 'sed -i "2s/^pick/squash/"', "GIT_EDITOR": "true"}
    done = call("git", "rebase", "-q", "-i", "HEAD~2", cwd=bound, **env)
    assert done.returncode == 0, done.stderr
    # Git asks no hook about a squash (2.39): the lines of the first stand in the middle until the next amend.
    assert commit(bound, "-q", "--amend", "--no-edit").returncode == 0
    assert trailers(bound) == [ITEM, LABEL]
    assert message(bound).count("Factory-Spec") == 1
    assert message(bound).count("Factory-Node") == 2
    assert message(bound).startswith("one!\n\ntwo!\n\nFactory-Spec")


def test_a_conflict_in_a_rebase_that_is_committed_by_hand(bound: Path, git: Git, commit: Run) -> None:
    branches(bound, git, conflict=True)
    assert call("git", "rebase", "-q", "main", "topic", cwd=bound).returncode != 0
    git("checkout", "-q", "--theirs", MODEL, cwd=bound)
    git("add", ".", cwd=bound)
    assert commit(bound, "-q", "--no-edit").returncode == 0
    git("rebase", "--continue", cwd=bound)
    assert trailers(bound) == [ITEM]
    assert len(trailers(bound, key="Factory-Spec")) == 1


def test_folding_in_by_autosquash_leaves_no_trailer_twice(bound: Path, git: Git, commit: Run) -> None:
    change(bound, MODEL, "price: Decimal", "price: int")
    assert commit(bound, "-qam", "one").returncode == 0
    change(bound, MODEL, "words: str", "words: bytes")
    assert commit(bound, "-qa", "--fixup", "HEAD").returncode == 0
    env = {"GIT_SEQUENCE_EDITOR": "true"}
    assert call("git", "rebase", "-q", "-i", "--autosquash", "HEAD~2", cwd=bound, **env).returncode == 0
    assert trailers(bound)[:1] == [ITEM]  # some versions of Git ask the hook about a fixup, others do not
    assert commit(bound, "-q", "--amend", "--no-edit").returncode == 0
    assert trailers(bound) == [ITEM, LABEL]
