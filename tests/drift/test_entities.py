"""What Markdown cases do not show: names, ways out, repairs, and that the hook's interpreter is kept lean."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import factory_git
from factory_git.drift.fix import apply
from factory_git.drift.hit import Hit
from factory_git.drift.kinds import names
from tests.drift.memory_tree import judge

SPEC = """\
factory: 1
app: {id: farm}
code: {default: bound, paths: [src]}
data_contracts:
  entities:
    - {name: Block, fields: {id: text key, crop: text, plant_count: int, note: text?}}
"""
TAG = "# gf: data_contracts.entities.block\n"


def hits(*files: tuple[str, str], spec: str = SPEC) -> list[Hit]:
    """The findings about entities in some files."""
    contents = {"factory.yaml": spec.encode(), **{path: text.encode() for path, text in files}}
    return [hit for one in judge(contents) for hit in one.hits if hit.code in ("GF101", "GF102", "GF103", "GF104")]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("blockId", "block_id"), ("BlockID", "block_id"), ("block_id", "block_id"), ("m_block_id", "block_id"),
        ("mBlockId", "block_id"), ("_blockId", "block_id"), ("$blockId", "block_id"), ("#blockId", "block_id"),
        ("block-id", "block_id"), ("BLOCK_ID", "block_id"), ("XKm", "x_km"), ("xKm", "x_km"), ("xKM", "x_km"),
        ("BlockIDs", "block_ids"), ("SKUCode", "sku_code"), ("line1", "line_1"), ("line_1", "line1"),
        ("isoDate", "isodate"), ("PHIDays", "phi_days"), ("address2Line", "address_2_line"), ("мера", "мера"),
    ],
)  # fmt: skip
def test_names_that_are_one(name: str, wanted: str) -> None:
    assert names.same(name, wanted)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("blockid", "block_id"), ("block", "block_id"), ("x_km", "y_km"), ("id", "uid"), ("<", ">"), ("line1", "line2")],
)
def test_names_that_are_two(name: str, wanted: str) -> None:
    assert not names.same(name, wanted)


def test_a_reference_may_say_that_it_holds_a_key() -> None:
    assert names.refers("blockId", "block")
    assert names.refers("block", "block_id")
    assert names.refers("batchIds", "batches") is False
    assert names.refers("block_ids", "blocks")
    assert not names.refers("paid", "pa")


def test_a_name_is_near_when_it_is_a_slip_of_the_pen() -> None:
    assert names.near("blok_id", ["crop", "block_id"]) == "block_id"
    assert names.near("qty", ["quantity", "amount"]) == ""
    assert names.near("id", ["in", "is"]) == ""
    assert names.near("y_km", ["x_km"]) == "x_km"


def test_a_name_is_written_as_its_siblings_are() -> None:
    assert names.written("block_id", "go") == "BlockID"
    assert names.written("block_id", "java") == "blockId"
    assert names.written("block_id", "typescript", ["plant_count"]) == "block_id"
    assert names.written("block_id", "python", ["plantCount"]) == "blockId"
    assert names.written("crop", "rust") == "crop"


def test_a_missing_entity_comes_with_the_type_that_may_be_meant() -> None:
    (hit,) = hits(("src/a.py", "class BlockDto:\n    id: str\n"))
    assert (hit.code, hit.file, hit.line) == ("GF101", "factory.yaml", 6)
    assert "src/a.py::BlockDto" in hit.hint
    (hit,) = hits(("src/a.py", "class Blok:\n    id: str\n"))
    assert "src/a.py::Blok" in hit.hint
    (hit,) = hits(("src/a.py", "class Other:\n    id: str\n"))
    assert "`gf: data_contracts.entities.block`" in hit.hint
    assert "Other" not in hit.hint


def test_a_missing_field_comes_with_the_only_unknown_one() -> None:
    text = "class Block:\n    id: str\n    parcel: str\n    plant_count: int\n    note: str | None\n"
    missing, unknown = hits(("src/a.py", TAG + text))
    assert (missing.code, unknown.code) == ("GF102", "GF104")
    assert "parcel" in missing.hint
    assert missing.severity == "error"
    assert unknown.severity == "warning"


def test_a_field_that_may_be_hidden_says_where() -> None:
    text = "class Block(kit.Base):\n    id: str\n    plant_count: int\n    note: str | None\n"
    (hit,) = hits(("src/a.py", f"import kit\n\n\n{TAG}{text}"))
    assert (hit.code, hit.confidence, hit.severity) == ("GF102", "low", "warning")
    assert "kit.Base" in hit.detail[0]


def test_floats_come_with_what_to_use() -> None:
    spec = SPEC.replace("plant_count: int", "price: decimal")
    (hit,) = hits(
        ("src/a.py", TAG + "class Block:\n    id: str\n    crop: str\n    price: float\n    note: str = ''\n"),
        spec=spec,
    )
    assert "Decimal" in hit.hint


def test_a_field_that_a_tag_ties_may_have_any_name() -> None:
    text = "class Block:\n    id: str\n    # gf: data_contracts.entities.block.fields.crop\n    grows: str\n"
    assert hits(("src/a.py", f"{TAG}{text}    plant_count: int\n    note: str | None\n")) == []
    (hit,) = hits(
        ("src/a.py", f"{TAG}{text.replace('grows: str', 'grows: int')}    plant_count: int\n    note: str | None\n")
    )
    assert (hit.code, hit.line) == ("GF103", 5)


def test_a_change_elsewhere_in_the_file_changes_no_key() -> None:
    text = "class Block:\n    id: str\n    plant_count: str\n    size: int\n    note: str | None\n"
    before = hits(("src/a.py", TAG + text))
    after = hits(("src/a.py", f"import os\n\n\n{TAG}{text}"))
    assert {hit.key for hit in before} == {hit.key for hit in after}
    assert len({hit.key for hit in before}) == 3


def test_broken_code_is_only_perhaps_without_a_field() -> None:
    text = "class Block:\n    id: str\n    plant_count: int\n    note: str | None\n    crop: = =\n"
    found = [hit for hit in hits(("src/a.py", TAG + text)) if hit.code == "GF102"]
    assert [hit.confidence for hit in found] in ([], ["low"])


@pytest.mark.parametrize(
    ("path", "code", "added"),
    [
        ("a.py", "class Block:\n  id: str<>\n  plant_count: int = 0\n  note: str | None = None\n", "\n  crop: str"),
        ("a.ts", "interface Block {\n  id: string,\n  plantCount: number,\n  note?: string,<>\n}\n",
         "\n  crop: string,"),
        ("a.ts", "interface Block {\n  id: string\n  plantCount: number\n  note?: string<>\n}\n", "\n  crop: string"),
        ("B.java", "record Block(String id, int plantCount, String note<>) {}\n", ", String crop"),
        ("B.java", "class Block {\n  private String id;\n  int plantCount;\n  String note;<>\n}\n", "\n  String crop;"),
        ("a.php", "<?php class Block {\n public string $id;\n public int $plantCount;\n public ?string $note;<>\n}\n",
         "\n public string $crop;"),
        ("a.go", "package a\n\ntype Block struct {\n\tID string\n\tPlantCount int\n\tNote *string `json:'note'`<>\n}\n",
         "\n\tCrop string `json:'crop'`"),
        ("a.rs", "struct Block {\n id: String,\n plant_count: u32,\n note: Option<String><>\n}\n", ",\n crop: String"),
    ],
)  # fmt: skip
def test_a_field_is_added_in_the_manner_of_the_others(path: str, code: str, added: str) -> None:
    before, after = (code.replace("<>", text).replace("'", '"') for text in ("", added))
    (hit,) = hits((f"src/{path}", before))
    assert not hit.fixes[0].safe
    done = apply(hit.fixes[:1], {f"src/{path}": before.encode()}.__getitem__)
    assert done.contents[f"src/{path}"].decode() == after.replace("'", '"')


def test_what_the_hook_imports_is_lean() -> None:
    rules = ", ".join(f"factory_git.drift.rules.{name}" for name in (
        "gf101_entity_missing", "gf102_field_missing", "gf103_field_type", "gf104_field_unknown",
    ))  # fmt: skip
    tables = ", ".join(f"factory_git.drift.kinds.entities.types_{name}" for name in ("python", "ecmascript", "go"))
    root = Path(factory_git.__file__).parent.parent
    heavy = "{'dataclasses', 'typing', 'enum', 'pathlib', 'json', 'subprocess', 'sqlite3', 'difflib', 'inspect'}"
    code = f"import sys; sys.path.insert(0, {str(root)!r})\nimport {rules}, {tables}\nprint({heavy} & {{*sys.modules}})"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() in ("set()", "{'enum'}")  # re brings enum along


@pytest.mark.parametrize("name", ["gf102_field_missing", "gf103_field_type", "gf104_field_unknown"])
def test_the_example_of_a_page_is_true(name: str) -> None:
    page = importlib.import_module(f"factory_git.drift.rules.{name}").__doc__ or ""
    spec, code, said = (
        block.partition("\n") for block in page.partition("## Example")[2].partition("## Fix")[0].split("```")[1::2]
    )
    path, number, message = said[2].strip().split(":", 2)
    entities = "".join(f"  {line}\n" for line in spec[2].splitlines())
    tag = {"python": "# gf: ", "go": "// gf: "}[code[0]] + message.partition("[")[2].split(".fields")[0].rstrip("]")
    head = f"factory: 1\napp: {{id: farm}}\ncode: {{default: bound, paths: [farm]}}\ndata_contracts:\n{entities}"
    text = f"package farm\n{tag}\n{code[2]}" if code[0] == "go" else f"{tag}\n{code[2]}"
    (hit,) = hits((path, text), spec=head)
    severity = "warning: " if hit.severity == "warning" else ""
    assert message.strip() == f"{hit.code} {severity}{hit.message} [{hit.node}]"
    assert hit.line - text.partition(code[2])[0].count("\n") == int(number)
