"""Which packs are joined, what of a half-written one stays, and how objects are read."""

from __future__ import annotations

from pathlib import Path

from factory_git.core.ids import Oid
from factory_git.gitio import objects, pack, repack
from factory_git.gitio.objects import FILE, TreeEntry, build, tree


def sized(folder: Path, *sizes: int) -> list[str]:
    """Packs of so many bytes."""
    for number, size in enumerate(sizes):
        (folder / f"pack-{number}.pack").write_bytes(b"x" * size)
        (folder / f"pack-{number}.idx").touch()
    return [f"pack-{number}" for number in range(len(sizes))]


def test_what_is_large_is_left_alone_where_a_bound_is_given(tmp_path: Path) -> None:
    names = sized(tmp_path, 10, 10, 20, 30)
    assert repack.small_ones(tmp_path, names) == names
    assert repack.small_ones(tmp_path, names, below=20) == names[:2]
    assert repack.small_ones(tmp_path, names, below=10) == []


def test_a_pack_that_is_twice_all_smaller_ones_stays(tmp_path: Path) -> None:
    names = sized(tmp_path, 10, 10, 39, 200, 520)
    assert repack.small_ones(tmp_path, names) == names[:3]
    assert repack.small_ones(tmp_path, sized(tmp_path, 10, 10, 40)) == names[:2]
    assert repack.small_ones(tmp_path, ["pack-gone", names[0]]) == []


def test_own_are_those_that_are_whole_and_that_nobody_holds(tmp_path: Path) -> None:
    names = sized(tmp_path, 1, 2, 3, 4)
    (tmp_path / "pack-1.keep").touch()
    (tmp_path / "pack-2.idx").unlink()
    (tmp_path / "pack-3.pack").unlink()
    assert repack.own(tmp_path, names) == names[:1]


def test_half_a_pack_is_swept_and_a_whole_one_is_not(tmp_path: Path) -> None:
    half, whole = pack.write(tmp_path, [build("blob", b"half")], fsync=False), sized(tmp_path, 1)[0]
    (tmp_path / f"{half}.idx").unlink()
    pack.sweep_half(tmp_path, [half, whole])
    assert {path.name for path in tmp_path.iterdir()} == {f"{half}.keep", f"{whole}.idx", f"{whole}.pack"}


def test_of_two_trees_each_gives_what_only_it_has() -> None:
    here, there, both = (TreeEntry(FILE, name, build("blob", name.encode()).oid) for name in ("a", "b", "c"))
    one, other = (objects.tree_lines(tree(entries).data) for entries in ([here, both], [there, both]))
    assert objects.differing(one, other) == ((here,), (there,))
    assert objects.differing(one, one) == ((), ())


def test_a_commit_is_read_by_the_first_line_of_each_kind() -> None:
    """Git itself refuses a second one; a hostile clone may send it."""
    first, second = "1" * 40, "2" * 40
    data = f"tree {first}\ntree {second}\nauthor A <a@b> 1 +0000\nauthor B <b@b> 2 +0000\n\nx".encode()
    made = objects.parse_commit(Oid("3" * 40), data)
    assert (made.tree, made.author.name) == (first, "A")
