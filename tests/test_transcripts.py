"""What the documentation shows is what the program prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import transcript

TOP = Path(__file__).resolve().parent.parent
PAGES = [
    page
    for page in [TOP / "README.md", *sorted(TOP.glob("docs/**/*.md")), *sorted(TOP.glob("tests/transcripts/*.md"))]
    if transcript.BLOCK.search(page.read_text())
]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(TOP)))
def test_the_page_shows_what_the_program_prints(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    problems = transcript.check(page, folder, update=request.config.getoption("--update"))
    assert not problems, "\n\n".join(problems)


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one\ntwo\n$ false\n```\n")
    assert len(transcript.check(page, tmp_path)) == 2
    transcript.check(page, tmp_path, update=True)
    assert page.read_text() == "```console\n$ echo one\none\n$ false\n[exit 1]\n```\n"
    assert transcript.check(page, tmp_path) == []


def test_ids_and_dots_match_anything(tmp_path: Path) -> None:
    assert transcript.matches("a 0123456789abcdef0123456789abcdef01234567\n…\nz", "a " + "f" * 39 + "0\nb\nc\nz")
    assert transcript.matches("main 9fe1aef → dfd18c4", "main 8b57342 → 9271803")
    assert not transcript.matches("a\n…\nz", "a\nb")
    assert not transcript.matches("", "noise")
