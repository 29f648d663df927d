"""The specs of a tree, and which of two trees are one and the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory_git.app import revisions, spec_split
from factory_git.app.revisions import Side, pairs, sides
from factory_git.core.errors import SpecError, UsageError
from factory_git.gitio import trees
from factory_git.gitio.locate import locate
from tests.conftest import Git

SHOP = "factory: 1\napp: {id: shop, title: Shop, version: 1.0.0}\nsafety: {disclaimers: [Prices may change]}\n"


def put(repo: Path, name: str, text: str = SHOP) -> Path:
    """Write a file of the repository."""
    path = repo / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def shop(repo: Path, git: Git) -> Path:
    """A repository with one spec in a folder, committed."""
    put(repo, "apps/shop/factory.yaml")
    git("add", ".", cwd=repo)
    git("commit", "-qm", "shop", cwd=repo)
    return repo


def together(repo: Path, old: str = "HEAD", new: str = "worktree") -> list[tuple[str | None, str | None]]:
    """The roots of the pairs of two trees."""
    location = locate(repo)
    found = pairs(sides(location, old), sides(location, new))
    return [(a.root if a else None, b.root if b else None) for a, b in found]


def test_a_tree_is_a_commit_the_index_or_the_disk(shop: Path, git: Git) -> None:
    put(shop, "apps/shop/factory.yaml", SHOP.replace("1.0.0", "1.1.0"))
    git("add", ".", cwd=shop)
    put(shop, "apps/shop/factory.yaml", SHOP.replace("1.0.0", "1.2.0"))
    location, head = locate(shop), git("rev-parse", "HEAD", cwd=shop).strip()
    found = [sides(location, tree)[0] for tree in ("HEAD", "index", "worktree")]
    assert [side.checked().version for side in found] == ["1.0.0", "1.1.0", "1.2.0"]
    assert [side.commit for side in found] == [head, None, None]
    assert [side.label for side in found] == [f"HEAD ({head[:12]})", "the index", "the working tree"]
    assert sides(location, head)[0].label == head[:12]
    assert found[0].files == {"apps/shop/factory.yaml": SHOP.encode()}
    assert (found[0].root, found[0].name) == ("apps/shop", "shop")


def test_only_files_that_may_be_specs_are_looked_at(shop: Path) -> None:
    location, only = locate(shop), re.compile("/")
    for tree in (trees.commit(location, "HEAD", only=only), trees.index(location, only=only)):
        assert list(tree.paths()) == ["apps/shop/factory.yaml"]
    assert list(trees.worktree(location, only=only).paths()) == ["apps/shop/factory.yaml"]
    assert list(trees.worktree(location).paths()) == ["README", "apps/shop/factory.yaml"]


@pytest.mark.parametrize("tree", ["HEAD", "index", "worktree"])
def test_whatever_can_be_a_part_of_a_spec_is_read(repo: Path, git: Git, tree: str) -> None:
    parts = ["factory.yaml", "a/x.factory.yaml", "b/spec/app.yaml", "b/spec/terms.yaml", "b/spec/data_contracts/i.yaml"]
    for path in (*parts, "near.yaml", "c/xfactory.yaml", "spectre/app.yaml", "b/spec/deep/er/i.yaml"):
        put(repo, path)
    git("add", ".", cwd=repo)
    git("commit", "-qm", "all", cwd=repo)
    assert sorted(path for side in sides(locate(repo), tree) for path in side.files) == sorted(parts)


def test_untracked_specs_are_on_disk_and_ignored_ones_are_not(shop: Path) -> None:
    put(shop, "new/factory.yaml", SHOP.replace("id: shop", "id: new"))
    put(shop, "out/factory.yaml", SHOP.replace("id: shop", "id: out"))
    put(shop, ".gitignore", "out/\n")
    assert [one.root for one in sides(locate(shop), "worktree")] == ["apps/shop", "new"]


def test_specs_are_paired_by_root_and_id(shop: Path) -> None:
    put(shop, "apps/bar/factory.yaml", SHOP.replace("id: shop", "id: bar"))
    assert together(shop) == [(None, "apps/bar"), ("apps/shop", "apps/shop")]


def test_a_renamed_folder_is_the_same_spec(shop: Path, git: Git) -> None:
    git("mv", "apps/shop", "store", cwd=shop)
    assert together(shop) == [("apps/shop", "store")]
    assert together(shop, new="index") == [("apps/shop", "store")]


def test_a_spec_that_took_another_s_folder_is_not_that_spec(shop: Path, git: Git) -> None:
    git("mv", "apps/shop", "store", cwd=shop)
    put(shop, "apps/shop/factory.yaml", SHOP.replace("id: shop", "id: other"))
    assert together(shop) == [(None, "apps/shop"), ("apps/shop", "store")]


def test_a_renamed_application_stays_in_its_folder(shop: Path) -> None:
    put(shop, "apps/shop/factory.yaml", SHOP.replace("id: shop", "id: store"))
    assert together(shop) == [("apps/shop", "apps/shop")]


def test_a_spec_that_is_gone_has_no_partner(shop: Path) -> None:
    (shop / "apps" / "shop" / "factory.yaml").unlink()
    assert together(shop) == [("apps/shop", None)]


def test_a_split_spec_is_the_same_spec(shop: Path) -> None:
    before = sides(locate(shop), "HEAD")
    spec_split.run_split(shop / "apps" / "shop" / "factory.yaml")
    ((old, new),) = pairs(before, sides(locate(shop), "worktree"))
    assert old is not None
    assert new is not None
    assert len(new.files) > 1
    assert old.checked().raw == new.checked().raw


def test_broken_specs_are_paired_by_folder(shop: Path) -> None:
    put(shop, "apps/shop/factory.yaml", "factory: [")
    put(shop, "x/factory.yaml", SHOP.replace("id: shop", "id: x"))
    assert together(shop) == [("apps/shop", "apps/shop"), (None, "x")]


@pytest.mark.parametrize(
    ("text", "line"),
    [("factory: 1\napp: {id: shop, versoin: 1}\n", 2), (f'{SHOP}terms: {{t: {{is: "1 +"}}}}\n', 4), ("", 1)],
)
def test_an_invalid_side_is_named_with_its_place(shop: Path, text: str, line: int) -> None:
    put(shop, "apps/shop/factory.yaml", text)
    (side,) = sides(locate(shop), "worktree")
    with pytest.raises(SpecError, match="the spec in the working tree is not valid: 1 problem") as caught:
        side.checked()
    assert caught.value.exit_code == 2
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("apps/shop/factory.yaml", line)


def test_two_specs_in_a_folder_name_the_tree(shop: Path) -> None:
    put(shop, "apps/shop/b.factory.yaml")
    with pytest.raises(SpecError, match=r"two specs in one folder.*, in the working tree"):
        sides(locate(shop), "worktree")


def test_an_open_conflict_is_no_spec(shop: Path, git: Git) -> None:
    for branch, title in (("a", "A"), ("b", "B")):
        git("checkout", "-qb", branch, "main", cwd=shop)
        put(shop, "apps/shop/factory.yaml", SHOP.replace("title: Shop", f"title: {title}"))
        git("commit", "-qam", branch, cwd=shop)
    git("merge", "a", cwd=shop, ok=False)
    (side,) = sides(locate(shop), "index")
    assert side.spec is None
    with pytest.raises(SpecError) as caught:
        side.checked()
    assert caught.value.problems[0].code == "spec/conflict"


def test_a_link_is_no_spec(shop: Path) -> None:
    (shop / "apps" / "link").mkdir()
    (shop / "apps" / "link" / "factory.yaml").symlink_to("../shop/factory.yaml")
    found = {one.root: one for one in sides(locate(shop), "worktree")}
    with pytest.raises(SpecError, match="the spec in the working tree"):
        found["apps/link"].checked()


def test_head_before_the_first_commit_holds_nothing(tmp_path: Path, git: Git) -> None:
    git("init", "-q", ".", cwd=tmp_path)
    put(tmp_path, "factory.yaml")
    assert sides(locate(tmp_path), "HEAD") == []
    assert together(tmp_path) == [(None, "")]
    with pytest.raises(UsageError):
        sides(locate(tmp_path), "HEAD~1")
    with pytest.raises(UsageError):
        sides(locate(tmp_path), "main")


def test_a_file_of_any_name_can_be_named(shop: Path, git: Git) -> None:
    put(shop, "shop.yaml", SHOP.replace("id: shop", "id: any"))
    put(shop, "shop.yml", SHOP.replace("id: shop", "id: yml"))
    location = locate(shop)
    named = [one.name for one in sides(location, "worktree", also=["shop.yaml", "shop.yml", "none.yaml"])]
    assert named == ["any", "yml", "shop"]
    assert [one.name for one in sides(location, "HEAD", also=["shop.yaml"])] == ["shop"]
    assert [one.name for one in sides(location, "worktree", also=["apps/shop/factory.yaml"])] == ["shop"]


def test_a_spec_is_parsed_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(revisions, "load", fail)
    one, other = (Side(root="", files={"factory.yaml": b"x"}, label=label) for label in ("a", "b"))
    assert pairs([one], [other]) == [(one, other)]  # equal files need no look inside
