"""Files as they come: broken, huge, minified, in other encodings and line ends, deep; and symbolic links and submodules."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.codemap import extract as extraction
from factory_git.codemap.extract import extract
from factory_git.codemap.facts import facts
from factory_git.codemap.languages.registry import MODULES, language_of
from factory_git.codemap.model import FileFacts
from tests.codemap.repos import git, repository, staged
from tests.codemap.test_golden import SOURCES


def read(data: bytes, language: str = "python") -> FileFacts:
    return facts(extract(data, language))


def names(found: FileFacts) -> list[str]:
    return [s.id for s in found.symbols]


def test_a_syntax_error_is_marked_and_what_is_around_it_is_kept() -> None:
    found = read(b"def good(): ...\n\ndef broken(:\n    x\n\ndef after(): ...\n")
    assert "good" in names(found)
    assert "after" in names(found)
    assert [d.line for d in found.damage] == [3]


def test_a_file_without_errors_is_not_marked() -> None:
    for source in SOURCES:
        assert not read(source.read_bytes(), language_of(source.name)).damage, source.name


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_line_ends_change_nothing_but_the_bytes(end: bytes) -> None:
    text = b'class A:\n    """Doc."""\n    x: int = 1\n\n    def f(self):\n        g()\n'
    unix, other = read(text), read(text.replace(b"\n", end))
    assert names(other) == names(unix)
    assert [s.doc for s in other.symbols] == [s.doc for s in unix.symbols]
    assert [s.line for s in other.symbols] == [s.line for s in unix.symbols]
    assert [c.line for c in other.calls] == [6]


def test_a_byte_order_mark_is_not_part_of_the_first_name_and_moves_nothing() -> None:
    found = read(b"\xef\xbb\xbfdef f(): ...\n")
    assert names(found) == ["f"]
    assert found.symbols[0].start == 3
    assert not found.damage


def test_utf_16_is_read_and_other_bytes_are_kept_as_replacement_characters() -> None:
    assert names(read("def größe(): ...\n".encode("utf-16"))) == ["größe"]
    found = read(b"# caf\xe9\ndef f(x='\xe9'): ...\n")
    assert names(found) == ["f"]
    assert "�" in found.symbols[0].parameters[0].default


def test_what_is_no_text_is_marked() -> None:
    assert [d.what for d in read(b"def f(): ...\n\0\0").damage] == ["not text"]


def test_a_file_over_the_limit_is_marked_and_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "SIZE_LIMIT", 100)
    found = read(b"def f(): ...\n" * 20)
    assert found.symbols == ()
    assert found.damage[0].what.startswith("too large")
    assert found.damage[0].end_line == 21


def test_a_minified_file_of_one_line_is_read_whole() -> None:
    text = "".join(f"function f{i}(a){{return g{i}(a)&&h({i})}}" for i in range(5000)).encode()
    found = read(text, "javascript")
    assert len(found.symbols) == 5000
    assert len(found.calls) == 10000
    assert {s.line for s in found.symbols} == {1}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "x = " + "(" * 3000 + "f()" + ")" * 3000),
        ("python", "x = " + " + ".join(["f()"] * 5000)),
        ("javascript", "f(" * 3000 + ")" * 3000),
        ("go", "package p\nfunc f() { " + "if a() { " * 1500 + "}" * 1500 + " }"),
    ],
)
def test_no_nesting_is_too_deep(language: str, text: str) -> None:
    assert read(text.encode(), language).calls


def test_an_empty_file_has_nothing() -> None:
    for language in MODULES:
        assert read(b"", language) == FileFacts(language=language)


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_cut_of_a_file_is_read_without_an_exception(source: Path, data: st.DataObject) -> None:
    whole = source.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    piece = data.draw(st.binary(max_size=8))
    found = read(whole[:cut] + piece + whole[cut + 5 :], language_of(source.name))
    assert len(set(names(found))) == len(found.symbols), "ids are unique"
    for symbol in found.symbols:
        assert symbol.parent < len(found.symbols)
        assert 1 <= symbol.line <= symbol.end_line
    for call in found.calls:
        assert -1 <= call.owner < len(found.symbols)
        assert len(found.context(call.block)) <= len(found.blocks)


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_line_inserted_above_changes_no_id(source: Path) -> None:
    language, whole = language_of(source.name), source.read_bytes()
    head, _, rest = whole.partition(b"\n") if whole.startswith((b"#!", b"<?php", b'"""')) else (b"", b"", whole)
    moved = head + b"\n\n\n" + rest if head else b"\n\n" + rest
    before, after = read(whole, language), read(moved, language)
    assert names(after) == names(before)
    assert [s.line - 2 for s in after.symbols] == [s.line for s in before.symbols]
    assert [(c.name, c.receiver, c.owner) for c in after.calls] == [(c.name, c.receiver, c.owner) for c in before.calls]


def test_symbolic_links_and_submodules_are_no_files_of_the_map(tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {"in.py": "def inside(): ...\n"})
    git(other, "commit", "-q", "-m", "x")
    repo = repository(tmp_path / "r", {"real.py": "def f(): ...\n"})
    (repo / "link.py").symlink_to("real.py")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(repo, "add", "-A")
    assert [path for path, _ in staged(repo).tree.under("")] == ["real.py"]


CTAGS = {  # language → (file, the kinds of ctags whose every name the map must have)
    "java": ("java.java", {"class", "interface", "enum", "method", "field", "enumConstant"}),
    "go": ("go.go", {"func", "struct", "interface", "type", "const", "var", "member"}),
    "php": ("php.php", {"class", "interface", "trait", "function"}),
    "rust": ("rust.rs", {"struct", "enum", "interface", "function", "method", "field", "enumerator", "macro"}),
    "typescript": ("typescript.ts", {"class", "interface", "enum", "function", "method", "enumerator"}),
    "c#": ("csharp.cs", {"class", "interface", "enum", "struct", "property"}),
    "ruby": ("ruby.rb", {"class", "module", "method", "singletonMethod"}),
    "c": ("c.c", {"struct", "enum", "union", "function", "member", "enumerator", "typedef", "macro", "variable"}),
    "c++": ("cpp.cpp", {"class", "struct", "enum", "function", "member", "enumerator"}),
}


@pytest.mark.skipif(shutil.which("ctags") is None, reason="universal-ctags is not installed")
@pytest.mark.parametrize("language", CTAGS)
def test_the_map_has_every_name_that_ctags_finds(language: str) -> None:
    file, kinds = CTAGS[language]
    source = next(s for s in SOURCES if s.name == file)
    listed = subprocess.run(
        ["ctags", f"--language-force={language}", "-x", "--_xformat=%K %N", "--fields=+K", str(source)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    told = {tuple(line.split(" ", 1)) for line in listed.splitlines()}
    ours = {s.name for s in read(source.read_bytes(), language_of(file)).symbols}
    # Anonymous types have no name here, and ctags takes what follows `permits` for a declaration.
    missing = {(k, n) for k, n in told if k in kinds and n not in ours and not n.startswith("__anon") and n != "Circle"}
    assert not missing
