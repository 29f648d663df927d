"""`git factory check`: what is staged is what the spec compiles to, or a finding says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.core.errors import UsageError
from tests.conftest import Git
from tests.drift.conftest import MODEL, SPEC, Findings, codes, compile_into

LOCK = ".factory/lock.json"


def edit(path: Path, old: str, new: str) -> int:
    """Replace text in a file; the number of the line that changed."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_a_compiled_application_has_no_findings(app: Path, findings: Findings) -> None:
    assert findings(app) == []


def test_an_edit_by_hand_is_found_with_its_line(app: Path, git: Git, findings: Findings) -> None:
    line = edit(app / MODEL, "class Item", "class Items")
    git("add", MODEL, cwd=app)
    (found,) = findings(app)
    assert (found.code, found.place.file, found.place.line) == ("GF502", MODEL, line)
    assert any(text.startswith("- class Item") for text in found.detail)
    assert any(text.startswith("+ class Items") for text in found.detail)
    assert found.path == "data_contracts.entities.item"
    assert found.spec is not None
    assert SPEC.splitlines()[found.spec.line - 1].strip().startswith("- {name: Item")


def test_only_what_is_staged_counts(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    assert findings(app) == []
    assert codes(findings(app, worktree=True)) == [("GF502", MODEL)]
    git("add", MODEL, cwd=app)
    git("show", f"HEAD:{MODEL}", cwd=app)
    (app / MODEL).write_text(git("show", f"HEAD:{MODEL}", cwd=app))
    assert codes(findings(app)) == [("GF502", MODEL)]
    assert findings(app, worktree=True) == []


def test_one_staged_hunk_of_two_is_found(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    patch = git("diff", cwd=app)
    edit(app / MODEL, "class Label", "class Labels")
    git("apply", "--cached", "-", cwd=app, stdin=patch)
    (found,) = findings(app)
    assert "+ class Items" in found.detail[1]


def test_a_missing_file_is_found(app: Path, git: Git, findings: Findings) -> None:
    git("rm", "-q", "--cached", MODEL, cwd=app)
    assert codes(findings(app)) == [("GF501", MODEL)]


def test_a_moved_file_is_found_with_its_new_place(app: Path, git: Git, findings: Findings) -> None:
    git("mv", MODEL, "shop/things.py", cwd=app)
    found = {one.code: one for one in findings(app)}
    assert found["GF501"].place.file == MODEL
    assert "shop/things.py" in found["GF501"].message


def test_file_and_lock_edited_together_are_found(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    data = json.loads((app / LOCK).read_text())
    data["files"][MODEL]["oid"] = git("hash-object", MODEL, cwd=app).strip()
    (app / LOCK).write_text(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    git("add", ".", cwd=app)
    assert set(codes(findings(app))) == {("GF502", MODEL), ("GF502", LOCK)}


@pytest.mark.parametrize("text", ["", "{", '{"lock": 99}', "<<<<<<< HEAD\n"])
def test_a_lock_that_cannot_be_read_is_found(app: Path, git: Git, findings: Findings, text: str) -> None:
    (app / LOCK).write_text(text)
    git("add", ".", cwd=app)
    assert ("GF502", LOCK) in codes(findings(app))


def test_a_missing_lock_is_found(app: Path, git: Git, findings: Findings) -> None:
    git("rm", "-q", LOCK, cwd=app)
    assert ("GF501", LOCK) in codes(findings(app))


def test_another_compiler_s_file_is_named_so(app: Path, git: Git, findings: Findings) -> None:
    head = (app / MODEL).read_text().splitlines()[0]
    version = head.split("git-factory ")[1].split(" ")[0]
    edit(app / MODEL, version, "0.0.1+00000000")
    git("add", ".", cwd=app)
    (found,) = findings(app)
    assert found.code == "GF503"
    assert "0.0.1+00000000" in found.message


def test_another_compiler_s_lock_is_not_called_edited(app: Path, git: Git, findings: Findings) -> None:
    version = (app / MODEL).read_text().split("git-factory ")[1].split(" ")[0]
    edit(app / LOCK, f'"compiler": "{version}"', '"compiler": "0.0.1+00000000"')
    git("add", ".", cwd=app)
    assert codes(findings(app)) == [("GF503", LOCK)]


def test_a_lock_behind_its_spec_is_not_called_edited(app: Path, git: Git, findings: Findings) -> None:
    edit(app / "factory.yaml", "fields: {id: text key", "fields: {more: text?, id: text key")
    git("add", ".", cwd=app)
    (found,) = (one for one in findings(app) if one.place.file == LOCK)
    assert (found.code, found.message) == ("GF502", "is not what the spec compiles to")


def test_an_invalid_spec_is_found_with_every_place(app: Path, git: Git, findings: Findings) -> None:
    edit(app / "factory.yaml", "fields: {id: text key", "feelds: {id: text key")
    edit(app / "factory.yaml", "make: Label", "make: Lable")
    git("add", ".", cwd=app)
    found = findings(app)
    assert {one.code for one in found} == {"GF500"}
    assert {5, 12} <= {one.place.line for one in found}


def test_an_expression_that_does_not_type_is_found(app: Path, git: Git, findings: Findings) -> None:
    edit(app / "factory.yaml", "words: it.id}", "words: it.nothing}")
    git("add", ".", cwd=app)
    found = findings(app)
    assert [one.code for one in found] == ["GF500"]
    assert found[0].place.line == 12


def test_broken_yaml_is_found(app: Path, git: Git, findings: Findings) -> None:
    (app / "factory.yaml").write_text("app: {id: [\n")
    git("add", ".", cwd=app)
    assert {one.code for one in findings(app)} == {"GF500"}


def test_bound_code_is_not_compared_and_must_be_there(app: Path, git: Git, findings: Findings) -> None:
    (bound,) = (app / "shop" / "bound").glob("labels*.py")
    name = bound.relative_to(app).as_posix()
    bound.write_text("def run(world, run):\n    return None\n")
    git("add", ".", cwd=app)
    assert findings(app) == []
    git("rm", "-q", "--cached", name, cwd=app)
    assert codes(findings(app)) == [("GF501", name)]


def test_a_link_in_place_of_the_file_is_found(app: Path, git: Git, findings: Findings) -> None:
    (app / MODEL).rename(app / "elsewhere.py")
    (app / MODEL).symlink_to("../elsewhere.py")
    git("add", ".", cwd=app)
    (found,) = findings(app)
    assert found.code == "GF502"
    assert "symbolic link" in found.message


def test_an_executable_file_is_found(app: Path, git: Git, findings: Findings) -> None:
    git("update-index", "--chmod=+x", MODEL, cwd=app)
    (found,) = findings(app)
    assert (found.code, found.place.file) == ("GF502", MODEL)
    assert "executable" in found.message


def test_a_submodule_in_place_of_the_file_is_found(app: Path, git: Git, findings: Findings) -> None:
    commit = git("rev-parse", "HEAD", cwd=app).strip()
    git("update-index", "--cacheinfo", f"160000,{commit},{MODEL}", cwd=app)
    (found,) = findings(app)
    assert "submodule" in found.message


def test_checked_out_crlf_is_no_edit(app: Path, git: Git, findings: Findings) -> None:
    git("config", "core.autocrlf", "true", cwd=app)
    (app / MODEL).unlink()
    git("checkout", "-q", MODEL, cwd=app)
    assert b"\r\n" in (app / MODEL).read_bytes()
    git("add", MODEL, cwd=app)
    assert findings(app, everything=True) == []
    assert findings(app, worktree=True) == []


def test_committed_crlf_is_an_edit_and_says_so(app: Path, git: Git, findings: Findings) -> None:
    (app / MODEL).write_bytes((app / MODEL).read_bytes().replace(b"\n", b"\r\n"))
    git("-c", "core.autocrlf=false", "add", MODEL, cwd=app)
    (found,) = findings(app)
    assert "CRLF" in found.message


def test_an_open_conflict_is_found(app: Path, git: Git, findings: Findings) -> None:
    oid = git("rev-parse", f"HEAD:{MODEL}", cwd=app).strip()
    entries = "".join(f"100644 {oid} {stage}\t{MODEL}\n" for stage in (1, 2, 3))
    git("update-index", "--index-info", cwd=app, stdin=f"0 {'0' * 40}\t{MODEL}\n{entries}")
    (found,) = findings(app)
    assert "conflict" in found.message


def test_an_application_in_a_folder_with_odd_letters(repo: Path, git: Git, findings: Findings) -> None:
    root = "apps/my äpp [1]*"
    (repo / root).mkdir(parents=True)
    (repo / root / "factory.yaml").write_text(SPEC)
    compile_into(repo, root)
    git("add", ".", cwd=repo)
    assert findings(repo) == []
    edit(repo / root / MODEL, "class Item", "class Items")
    git("add", ".", cwd=repo)
    assert codes(findings(repo)) == [("GF502", f"{root}/{MODEL}")]


def test_each_of_two_specs_is_looked_at(repo: Path, git: Git, findings: Findings) -> None:
    for root in ("one", "two"):
        (repo / root).mkdir()
        (repo / root / "factory.yaml").write_text(SPEC)
        compile_into(repo, root)
    (repo / "one" / "factory.yaml").write_text("app: [\n")
    edit(repo / "two" / MODEL, "class Item", "class Items")
    git("add", ".", cwd=repo)
    found = codes(findings(repo))
    assert ("GF500", "one/factory.yaml") in found
    assert ("GF502", f"two/{MODEL}") in found


def test_code_whose_spec_is_gone_is_found(app: Path, git: Git, findings: Findings) -> None:
    git("rm", "-q", "factory.yaml", cwd=app)
    assert codes(findings(app)) == [("GF402", LOCK)]


def test_what_an_older_compile_left_is_found(app: Path, git: Git, findings: Findings) -> None:
    (app / "shop" / "older.py").write_text((app / MODEL).read_text())
    git("add", ".", cwd=app)
    assert codes(findings(app)) == [("GF402", "shop/older.py")]


def test_what_the_change_did_not_touch_is_counted_not_reported(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    git("commit", "-q", "-a", "-m", "drift", cwd=app)
    (app / "README").write_text("changed\n")
    git("add", ".", cwd=app)
    assert findings(app) == []
    assert codes(findings(app, everything=True)) == [("GF502", MODEL)]
    git("commit", "-q", "-m", "other", cwd=app)
    assert codes(findings(app)) == [("GF502", MODEL)], "with nothing staged everything is looked at"


def test_a_changed_spec_makes_all_its_code_the_change_s(app: Path, git: Git, findings: Findings) -> None:
    edit(app / "factory.yaml", "words: it.id}", 'words: it.id + "!"}')
    git("add", ".", cwd=app)
    found = findings(app)
    assert found
    assert {one.code for one in found} <= {"GF501", "GF502"}
    compile_into(app)
    git("add", ".", cwd=app)
    assert findings(app) == []


def test_a_spec_may_go_first_where_that_is_asked_for(app: Path, git: Git, findings: Findings) -> None:
    edit(app / "factory.yaml", "words: it.id}", 'words: it.id + "!"}')
    git("add", ".", cwd=app)
    (found,) = findings(app, spec_first=True)
    assert (found.code, found.severity, found.place.file) == ("GF601", "warning", "factory.yaml")
    edit(app / MODEL, "class Item", "class Items")
    git("add", ".", cwd=app)
    assert ("GF502", MODEL) in codes(findings(app, spec_first=True)), "an edit by hand does not hide behind the spec"


def test_the_first_commit_of_a_spec_may_go_first(tmp_path: Path, git: Git, findings: Findings) -> None:
    git("init", "-q", ".", cwd=tmp_path)
    (tmp_path / "factory.yaml").write_text(SPEC)
    git("add", ".", cwd=tmp_path)
    assert [one.code for one in findings(tmp_path, spec_first=True)] == ["GF601"]
    assert {one.code for one in findings(tmp_path)} == {"GF501"}


def test_a_commit_is_looked_at_as_it_is(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    git("commit", "-q", "-a", "-m", "drift", cwd=app)
    assert codes(findings(app, revision="HEAD")) == [("GF502", MODEL)]
    assert findings(app, revision="HEAD~1") == []
    with pytest.raises(UsageError, match="no commit 'nothing'"):
        findings(app, revision="nothing")


def test_paths_narrow_what_is_reported(app: Path, git: Git, findings: Findings) -> None:
    edit(app / MODEL, "class Item", "class Items")
    git("rm", "-q", "--cached", "shop/kit.py", cwd=app)
    git("add", MODEL, cwd=app)
    assert len(findings(app)) == 2
    assert codes(findings(app, paths=(MODEL,))) == [("GF502", MODEL)]
    assert codes(findings(app, paths=("factory.yaml",))) == []
    assert len(findings(app, paths=("shop",))) == 2


def test_a_bare_repository_is_asked_for_a_commit(app: Path, git: Git, findings: Findings, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git("clone", "-q", "--bare", str(app), str(bare), cwd=tmp_path)
    assert findings(bare, revision="HEAD") == []
    with pytest.raises(UsageError, match="bare") as caught:
        findings(bare)
    assert "--rev" in caught.value.hint


def test_a_linked_worktree_has_its_own_index(app: Path, git: Git, findings: Findings, tmp_path: Path) -> None:
    other = tmp_path / "linked tree"
    git("worktree", "add", "-q", str(other), "-b", "other", cwd=app)
    edit(other / MODEL, "class Item", "class Items")
    git("add", ".", cwd=other)
    assert codes(findings(other)) == [("GF502", MODEL)]
    assert findings(app) == []


def test_a_repository_without_spec_has_no_findings(repo: Path, findings: Findings) -> None:
    assert findings(repo) == []


def test_a_spec_of_another_name_is_found_by_its_lock(app: Path, git: Git, findings: Findings) -> None:
    git("mv", "factory.yaml", "shop.yaml", cwd=app)
    assert findings(app) == []
    edit(app / MODEL, "class Item", "class Items")
    git("add", ".", cwd=app)
    assert codes(findings(app)) == [("GF502", MODEL)]
