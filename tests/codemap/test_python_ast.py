"""The map against Python's own parser, over whole installed packages: not one symbol, field, parameter or import differs."""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from factory_git.codemap.extract import extract
from factory_git.codemap.facts import facts
from tests.codemap.ast_oracle import NAMES, Key, Oracle, Told, flat

PACKAGES = ("_pytest", "hypothesis", "click", "jsonschema", "pluggy", "packaging", "yaml")
"""What every environment of the tests has. Each is some hundred to ten thousand lines of other people's habits."""


def of_the_map(path: str, data: bytes) -> Told:
    """The same questions, answered by the map."""
    found, told = facts(extract(data, "python")), Told()
    for one in found.symbols:
        full = ".".join(part.split("~")[0] for part in one.id.split("."))
        if one.kind in ("class", "function", "method"):
            told.symbols[path, one.kind, full] += 1
            if one.doc and one.doc.isprintable() and "\\" not in one.doc:
                told.docs[path, full, one.doc] += 1
            for p in one.parameters if one.kind != "class" else ():
                told.parameters[path, full, p.name, flat(p.type), str(bool(p.default))] += 1
        elif one.kind in ("field", "variable", "constant"):
            told.fields[path, full, flat(one.type)] += 1
    for i in found.imports:
        for there, here in i.names or (("", i.alias),):
            told.imports[path, i.module, there, here] += 1
    for c in found.calls:
        if c.kind == "call":
            told.calls[path, str(c.line), c.name] += 1
    return told


def compare(folder: Path) -> tuple[Told, Told]:
    """What both witnesses say of every file of a folder."""
    python, ours = Told(), Told()
    for path in sorted(folder.rglob("*.py")):
        data = path.read_bytes()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        oracle = Oracle(str(path))
        oracle.visit(tree)
        python.add(oracle.told)
        ours.add(of_the_map(str(path), data))
    return python, ours


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_of_a_package_is_what_pythons_own_parser_says(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    python, ours = compare(Path(spec.origin).parent)
    for name in NAMES:
        expected: Counter[Key] = getattr(python, name)
        found: Counter[Key] = getattr(ours, name)
        both = (expected & found).total()
        recall, precision = both / max(1, expected.total()), both / max(1, found.total())
        print(f"{package} {name}: {expected.total()}, precision {precision:.5f}, recall {recall:.5f}")
        # A docstring that is an f-string or holds escapes has no one first line in the source; everything else is exact.
        if name == "docs":
            assert precision > 0.99, list(found - expected)[:5]
            assert recall > 0.99, list(expected - found)[:5]
        else:
            assert not found - expected, f"{name}: only the map has these"
            assert not expected - found, f"{name}: only Python has these"
