"""Which spec node a line belongs to."""

from __future__ import annotations

from factory_git.drift.tags import blocks, enclosing, head

CODE = """\
# Compiled by git-factory 0.1.0+abc from terms, data_contracts.entities.block. Do not edit: change the spec.
# digest: 0123
import os


# gf: terms.locked
def locked(
    day: int,
) -> bool:
    if day:

        return True
    return False


LIMIT = 3


# gf: data_contracts.entities.block
@frozen
class Block:
    # gf: data_contracts.entities.block.fields.id
    id: str
    # gf: data_contracts.entities.block.fields.sku
    sku: str
""".splitlines()


def at(text: str) -> int:
    return next(n for n, line in enumerate(CODE, 1) if text in line)


def test_a_line_in_a_body_belongs_to_the_tag_above_the_declaration() -> None:
    assert enclosing(CODE, at("return True")) == ("terms.locked", at("terms.locked"))
    assert enclosing(CODE, at("return False")) == ("terms.locked", at("terms.locked"))
    assert enclosing(CODE, at(") -> bool")) == ("terms.locked", at("terms.locked"))


def test_a_line_after_the_declaration_belongs_to_nothing() -> None:
    assert enclosing(CODE, at("LIMIT")) is None
    assert enclosing(CODE, at("import os")) is None


def test_the_innermost_tag_wins() -> None:
    assert enclosing(CODE, at("id: str")) == (
        "data_contracts.entities.block.fields.id",
        at("entities.block.fields.id"),
    )
    assert enclosing(CODE, at("sku: str"))[0] == "data_contracts.entities.block.fields.sku"  # type: ignore[index]
    assert enclosing(CODE, at("class Block"))[0] == "data_contracts.entities.block"  # type: ignore[index]


def test_blocks_of_a_brace_language() -> None:
    code = ["// gf: terms.a", "function a() {", "  return 1;", "}", "", "const x = 2;"]
    assert list(blocks(code)) == [(1, "terms.a", 4)]


def test_the_head_names_compiler_and_nodes() -> None:
    assert head(CODE) == ("0.1.0+abc", ("terms", "data_contracts.entities.block"))
    assert head(["import os"]) is None
