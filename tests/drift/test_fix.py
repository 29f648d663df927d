"""`git factory check --fix`: what it mends, where it writes, and what it leaves alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from factory_git.drift import fix
from factory_git.drift.hit import Edit, Fix
from tests.conftest import Git
from tests.drift.conftest import MODEL
from tests.drift.test_brought import BASELINE, ITEM, entry, save, shop, write
from tests.drift.test_command import edited, factory

__all__ = ["edited", "shop"]


def test_a_compiled_file_is_written_as_its_spec_compiles_it(edited: Path, git: Git) -> None:
    want = git("show", f"HEAD:{MODEL}", cwd=edited)
    done = factory(edited, "check", "--fix")
    assert done.returncode == 0, done.stderr
    assert (edited / MODEL).read_text() == want
    assert f"git add {MODEL}" in done.stderr
    assert factory(edited, "check").returncode == 1, "what is staged is still what it was"
    git("add", ".", cwd=edited)
    assert factory(edited, "check").returncode == 0


def test_a_missing_compiled_file_comes_back(app: Path, git: Git) -> None:
    want = (app / MODEL).read_bytes()
    git("rm", "-q", MODEL, cwd=app)
    assert factory(app, "check", "--fix").returncode == 0
    assert (app / MODEL).read_bytes() == want
    assert (app / MODEL).stat().st_mode & 0o111 == 0


def test_a_diff_says_what_would_be_written_and_writes_nothing(edited: Path, git: Git) -> None:
    before = (edited / MODEL).read_text()
    done = factory(edited, "check", "--diff")
    assert done.returncode == 1
    assert "-class Items" in done.stdout
    assert "+class Item" in done.stdout
    assert (edited / MODEL).read_text() == before
    git("apply", "-", cwd=edited, stdin=done.stdout)
    git("add", ".", cwd=edited)
    assert factory(edited, "check").returncode == 0


def test_the_diff_of_a_missing_file_applies(app: Path, git: Git) -> None:
    git("rm", "-q", MODEL, cwd=app)
    git("apply", "-", cwd=app, stdin=factory(app, "check", "--diff").stdout)
    git("add", ".", cwd=app)
    assert factory(app, "check", "--all").returncode == 0


def test_a_file_that_lies_otherwise_on_disk_is_left_alone(edited: Path) -> None:
    path = edited / MODEL
    path.write_text(path.read_text() + "# at work\n")
    before = path.read_text()
    done = factory(edited, "check", "--fix")
    assert done.returncode == 1
    assert f"{MODEL}: left alone, it differs on disk" in done.stderr
    assert path.read_text() == before
    assert factory(edited, "check", "--worktree", "--fix").returncode == 0


def test_what_is_in_the_way_is_left_alone(app: Path, git: Git) -> None:
    git("rm", "-q", "--cached", MODEL, cwd=app)
    done = factory(app, "check", "--fix")
    assert "it is on disk and was not judged" in done.stderr


def test_nothing_is_written_through_a_link_to_a_folder(edited: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    (edited / "shop").rename(other)
    (edited / "shop").symlink_to(other)
    before = (other / "model.py").read_text()
    done = factory(edited, "check", "--fix")
    assert done.returncode == 1
    assert "left alone" in done.stderr
    assert (other / "model.py").read_text() == before


def test_checked_out_crlf_stays(edited: Path, git: Git) -> None:
    git("config", "core.autocrlf", "true", cwd=edited)
    git("commit", "-q", "-m", "drift", cwd=edited)
    (edited / MODEL).unlink()
    git("checkout", "-q", MODEL, cwd=edited)
    assert b"\r\n" in (edited / MODEL).read_bytes()
    assert factory(edited, "check", "--fix").returncode == 0
    data = (edited / MODEL).read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_commit_cannot_be_mended(app: Path) -> None:
    done = factory(app, "check", "--rev", "HEAD", "--fix")
    assert done.returncode == 2
    assert "working tree" in done.stderr


def test_what_an_older_compile_left_needs_a_second_look(app: Path, git: Git) -> None:
    (app / "shop" / "older.py").write_text((app / MODEL).read_text())
    git("add", ".", cwd=app)
    assert factory(app, "check", "--fix").returncode == 1
    assert (app / "shop" / "older.py").exists()
    assert factory(app, "check", "--unsafe-fixes").returncode == 0
    assert not (app / "shop" / "older.py").exists()


def test_stale_entries_leave_the_baseline(shop: Path, git: Git) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    assert factory(shop, "check", "--write-baseline").returncode == 0
    good = (shop / BASELINE).read_text()
    stale = entry("GF401", "", "src/item.py", "Gone", "Gone")
    write(shop, BASELINE, good.replace("[\n", f"[\n{stale}\n{stale}\n"))
    save(git, shop)
    assert factory(shop, "check", "--all").stdout.count("GF903") == 2
    assert factory(shop, "check", "--all", "--fix").returncode == 0
    assert (shop / BASELINE).read_text() == good


@pytest.mark.parametrize("codes", ["GF102", "GF102,GF103"])
def test_unused_suppressions_go(shop: Path, git: Git, codes: str) -> None:
    write(shop, "src/item.py", ITEM.replace("@dataclass", f"# gf: ignore[{codes}] no need\n@dataclass"))
    git("add", "-A", cwd=shop)
    assert factory(shop, "check", "--fix").returncode == 0
    assert (shop / "src/item.py").read_text() == ITEM


def test_only_the_idle_code_goes(shop: Path, git: Git) -> None:
    bare = ITEM.replace("    price: Decimal\n", "")
    write(shop, "src/item.py", bare.replace("@dataclass", "# gf: ignore[GF103, GF102] later\n@dataclass"))
    git("add", "-A", cwd=shop)
    assert factory(shop, "check", "--own", "--fix").returncode == 0
    assert "# gf: ignore[GF102] later\n" in (shop / "src/item.py").read_text()


def test_nothing_is_left_half_written(shop: Path, git: Git) -> None:
    write(shop, "src/item.py", ITEM.replace("@dataclass", "# gf: ignore[GF102] no need\n@dataclass"))
    git("add", "-A", cwd=shop)
    factory(shop, "check", "--fix")
    assert sorted(one.name for one in (shop / "src").iterdir()) == ["item.py", "label.py"]


# The pure part.


def change(start: int, end: int, text: str, file: str = "a", *, safe: bool = True) -> Fix:
    return Fix(title=f"{start}-{end}", edits=(Edit(file=file, start=start, end=end, text=text),), safe=safe)


def test_edits_apply_together_whatever_their_order() -> None:
    done = fix.apply([change(4, 5, "FF"), change(0, 1, ""), change(2, 2, "x")], lambda _: b"abcdef")
    assert done.contents == {"a": b"bxcdFFf"}
    assert done.overlapping == []


def test_of_overlapping_fixes_the_first_wins_and_whole_fixes_fall() -> None:
    both = Fix(title="both", edits=(*change(1, 3, "x").edits, *change(0, 1, "y", "b").edits))
    done = fix.apply([change(0, 2, "1"), both, change(5, 6, "2")], lambda _: b"abcdef")
    assert done.contents == {"a": b"1cde2"}
    assert [one.title for one in done.overlapping] == ["both"]
    again = fix.apply([change(2, 2, "1"), change(2, 2, "2"), change(2, 2, "1")], lambda _: b"abcdef")
    assert again.contents == {"a": b"ab1cdef"}
    assert len(again.overlapping) == 1


def test_an_edit_outside_of_its_file_is_no_edit() -> None:
    with pytest.raises(ValueError, match="outside"):
        fix.apply([change(3, 99, "")], lambda _: b"abcdef")


def test_a_region_counts_lines_characters_and_bytes() -> None:
    text = "ä\nöb\n".encode()
    at = fix.region(text, text.index(b"b"), len(text))
    assert (at.start_line, at.start_column, at.start_byte) == (2, 2, 3)
    assert (at.end_line, at.end_column, at.end_byte) == (3, 1, 1)


def test_a_unified_diff_knows_the_end_of_the_file(tmp_path: Path) -> None:
    text = fix.unified("a.txt", b"one\ntwo", b"one\nthree")
    assert text.count("\\ No newline at end of file") == 2
    (tmp_path / "a.txt").write_bytes(b"one\ntwo")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=text.encode(), check=True)
    assert (tmp_path / "a.txt").read_bytes() == b"one\nthree"
    assert fix.unified("a.txt", b"x", b"x") == ""
