"""Inline suppressions: what they cover, what is wrong with them, and how they are taken out, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from factory_git.drift import fix, suppress
from factory_git.drift.hit import Hit
from factory_git.drift.suppress import Suppression
from tests.drift.memory_tree import code_of


def found(path: str, text: str) -> list[Suppression]:
    """The suppressions in one file of code."""
    from factory_git.drift import marks
    from factory_git.drift.bind import Ignore

    facts = code_of({path: text.encode()}).facts(path)
    assert facts is not None
    return [
        suppress.in_code(
            Ignore(codes=mark.ignores, reason=mark.reason, file=path, index=tag.owner, line=tag.line), facts
        )
        for tag in facts.tags
        for mark in marks.read(tag.text)
        if mark.ignores is not None
    ]


def hit(file: str, **other: Any) -> Hit:
    return Hit(**{"code": "GF204", "node": "n", "file": file, "message": "m", **other})


SOURCES = {
    "a.py": "# gf: ignore[GF204] the caller gates\ndef sow(x):\n    gate(x)\n    take(x)\n",
    "a.ts": "// gf: ignore[GF204] the caller gates\nexport function sow(x: X) {\n  gate(x);\n}\n",
    "a.tsx": "/* gf: ignore[GF204] the caller gates */\nexport function sow(x: X) {\n  return <p>{gate(x)}</p>;\n}\n",
    "a.js": "/** gf: ignore[GF204] the caller gates */\nexport function sow(x) {\n  gate(x);\n}\n",
    "A.java": "class A {\n  // gf: ignore[GF204] the caller gates\n  void sow(X x) {\n    gate(x);\n  }\n}\n",
    "a.php": "<?php\n# gf: ignore[GF204] the caller gates\nfunction sow($x) {\n  gate($x);\n}\n",
    "a.go": "package a\n\n// gf: ignore[GF204] the caller gates\nfunc sow(x X) {\n\tgate(x)\n}\n",
    "a.rs": "/// gf: ignore[GF204] the caller gates\nfn sow(x: X) {\n    gate(x);\n}\n",
}


@pytest.mark.parametrize("path", SOURCES)
def test_on_a_declaration_it_covers_all_of_it(path: str) -> None:
    (mark,) = found(path, SOURCES[path])
    assert (mark.codes, mark.reason, mark.wrong, mark.on) == (("GF204",), "the caller gates", "", True)
    assert mark.covers(hit(path, symbol=mark.symbol, line=99))
    assert mark.covers(hit(path, symbol=f"{mark.symbol}.inner", line=99))
    assert not mark.covers(hit(path, symbol=f"{mark.symbol}er", line=99))
    assert not mark.covers(hit(path, symbol=mark.symbol, line=99, code="GF203"))
    assert not mark.covers(hit("other", symbol=mark.symbol, line=99))


@pytest.mark.parametrize("path", SOURCES)
def test_taken_out_nothing_else_changes(path: str) -> None:
    text = SOURCES[path]
    (mark,) = found(path, text)
    told = suppress.unused(mark, mark.codes, text.encode())
    (mended,) = told.fixes
    assert mended.safe
    lines = [line for line in text.splitlines(keepends=True) if "gf:" not in line]
    assert fix.edited(text.encode(), mended.edits).decode() == "".join(lines)


@pytest.mark.parametrize(
    ("path", "line", "left"),
    [
        ("a.py", "    take(x)  # gf: ignore[GF204] fine", "    take(x)"),
        ("a.ts", "  take(x); // gf: ignore[GF204] fine", "  take(x);"),
        ("a.ts", "  take(x); /* gf: ignore[GF204] fine */ // more", "  take(x); // more"),
        ("a.ts", "  take(ä); // gf: ignore[GF204,GF203] fine", "  take(ä);"),
        ("a.go", "\ttake(x) // gf: ignore[GF204] fine", "\ttake(x)"),
    ],
)
def test_in_a_body_it_covers_its_line_and_the_next(path: str, line: str, left: str) -> None:
    plain = "".join(one for one in SOURCES[path].splitlines(keepends=True) if "gf:" not in one)
    head, _, rest = plain.partition("{\n")
    if path == "a.py":
        head, rest = "def sow(x):\n", ""
    else:
        head += "{\n"
    text = f"{head}{line}\n{rest}"
    (mark,) = found(path, text)
    assert not mark.on
    at = text.split("\n").index(line) + 1
    assert [mark.covers(hit(path, line=n)) for n in (at - 1, at, at + 1, at + 2)] == [False, True, True, False]
    assert not mark.covers(hit(path, symbol=mark.symbol, line=at + 5)), "the function it is in is not what it is on"
    (mended,) = suppress.unused(mark, mark.codes, text.encode()).fixes
    assert fix.edited(text.encode(), mended.edits).decode() == text.replace(line, left)


def test_only_idle_codes_go() -> None:
    text = "# gf: ignore[GF204, GF203] both\ndef f(): ...\n"
    (mark,) = found("a.py", text)
    (mended,) = suppress.unused(mark, ["GF204"], text.encode()).fixes
    assert fix.edited(text.encode(), mended.edits).decode() == "# gf: ignore[GF203] both\ndef f(): ...\n"


def test_part_of_a_longer_comment_is_for_a_person() -> None:
    text = "/*\n * About this.\n * gf: ignore[GF204] once\n */\nfunction f() {}\n"
    (mark,) = found("a.js", text)
    assert suppress.unused(mark, mark.codes, text.encode()).fixes == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ignore", "names no code"),
        ("ignore[] because", "names no code"),
        ("ignore[GF204]", "gives no reason"),
        ("ignore[GF204] --", "gives no reason"),
        ("ignore[gf204] because", "cannot be suppressed"),
        ("ignore[GF502] because", "cannot be suppressed"),
        ("ignore[GF901] because", "cannot be suppressed"),
        ("ignore[GF204,E501] because", "cannot be suppressed"),
    ],
)
def test_what_is_wrong_suppresses_nothing(text: str, wrong: str) -> None:
    (mark,) = found("a.py", f"# gf: {text}\ndef f(): ...\n")
    assert wrong in mark.wrong
    assert not mark.covers(hit("a.py", symbol="f", line=2))
    assert suppress.bare(mark).code == "GF901"


def test_in_a_spec_it_stands_for_the_node_on_its_line_or_below() -> None:
    text = (
        "app: x  # gf: ignore[GF101] later\n# gf: ignore[GF301,GF311] never\n- {name: N}\nurl: a#gf: ignore[GF101] no\n"
    )
    first, second = suppress.in_spec("factory.yaml", text, {1: "app", 3: "n"})
    assert (first.line, first.symbol, first.codes) == (1, "app", ("GF101",))
    assert (second.line, second.symbol, second.codes) == (2, "n", ("GF301", "GF311"))
    assert second.covers(hit("factory.yaml", code="GF301", line=3))
    (mended,) = suppress.unused(second, second.codes, text.encode()).fixes
    assert b"never" not in fix.edited(text.encode(), mended.edits)
