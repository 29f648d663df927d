"""Every construct of every language: what the map says of the files in ``golden/``, line by line.

``pytest --update`` rewrites the texts; they are read before they are committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.codemap.extract import extract
from factory_git.codemap.facts import facts
from factory_git.codemap.languages.registry import CONFIGURATIONS, MODULES, SUFFIXES, language_of
from factory_git.codemap.model import FileFacts, Symbol

GOLDEN = Path(__file__).parent / "golden"
SOURCES = sorted(p for p in GOLDEN.iterdir() if p.suffix != ".txt")


def lines(found: FileFacts) -> Iterator[str]:
    """The facts of a file as text; empty ones are left out."""
    if found.package:
        yield f"package {found.package}"
    for one in found.symbols:
        yield f"{one.line}-{one.end_line} {'+' if one.exported else '-'} {one.kind} {one.id}{_details(one)}"
    for i in found.imports:
        names = ", ".join(f"{a} as {b}" if a != b else a for a, b in i.names)
        yield f"{i.line} {i.kind} {i.module} [{names}]" + (f" as {i.alias}" if i.alias else "")
    for c in found.calls:
        where = found.symbols[c.owner].id if c.owner >= 0 else "<module>"
        around = "".join(f" {b.kind}/{b.arm}" for b in found.context(c.block))
        yield f"{c.line} {c.kind} {c.receiver + '.' if c.receiver else ''}{c.name} in {where}{around}"
    for e in found.exits:
        yield f"{e.line} {e.kind}" + "".join(f" {b.kind}/{b.arm}" for b in found.context(e.block))
    for b in found.bindings:
        yield f"binding {b.name} {b.how} {b.value}"
    for r in found.routes:
        yield f"{r.line} route {r.method} {r.path} of {found.symbols[r.owner].id if r.owner >= 0 else '<module>'}"
    for t in found.tags:
        yield f"{t.line} tag {t.text} of {found.symbols[t.owner].id if t.owner >= 0 else '<module>'}"
    for d in found.damage:
        yield f"{d.line}-{d.end_line} damage {d.what}"


def _details(one: Symbol) -> str:
    parameters = ", ".join(
        p.name
        + (f": {p.type}" if p.type else "")
        + (f" = {p.default}" if p.default else "")
        + (f" <{p.kind}>" if p.kind else "")
        for p in one.parameters
    )
    out = f"({parameters})" if one.parameters else ""
    out += f": {one.type}" if one.type else ""
    out += f" = {one.default}" if one.default else ""
    for name in ("bases", "decorators", "modifiers"):
        value = getattr(one, name)
        out += f" {name}={list(value)}" if value else ""
    return out + (f" wire={one.wire}" if one.wire else "") + (f" # {one.doc}" if one.doc else "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_the_map_says_of_a_file_what_was_read_and_found_right(source: Path, request: pytest.FixtureRequest) -> None:
    told = "\n".join(lines(facts(extract(source.read_bytes(), language_of(source.name))))) + "\n"
    golden = source.with_suffix(".txt")
    if request.config.getoption("--update"):
        golden.write_text(told)
    assert told == golden.read_text()


def test_every_language_has_a_golden_file() -> None:
    assert {language_of(p.name) for p in SOURCES} == set(MODULES)


def test_every_suffix_belongs_to_a_language() -> None:
    assert set(SUFFIXES.values()) <= set(MODULES)
    assert not CONFIGURATIONS & set(MODULES)
