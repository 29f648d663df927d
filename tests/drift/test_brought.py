"""What a change brings to bound code: compared with its base, judged by the base's baseline and suppressions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.core.errors import UsageError
from factory_git.drift.finding import Finding
from tests.conftest import Git
from tests.drift.conftest import Findings

SPEC = """\
factory: 1
app: {id: shop, title: Shop}
code: {default: bound, language: python, paths: [src]}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, price: decimal}}
    - {name: Label, fields: {id: text key, words: text}}
"""
ITEM = """\
from dataclasses import dataclass
from decimal import Decimal


# gf: data_contracts.entities.item
@dataclass
class Item:
    id: str
    price: Decimal
"""
LABEL = """\
from dataclasses import dataclass


# gf: data_contracts.entities.label
@dataclass
class Label:
    id: str
    words: str
"""
BASELINE = ".factory/baseline.json"
DROPPED = ITEM.replace("    price: Decimal\n", "    weight: int\n")


@pytest.fixture
def shop(repo: Path, git: Git) -> Path:
    """A repository whose spec is bound to code that says what it says, committed."""
    write(repo, "factory.yaml", SPEC)
    write(repo, "src/item.py", ITEM)
    write(repo, "src/label.py", LABEL)
    save(git, repo)
    return repo


def write(repo: Path, path: str, text: str) -> None:
    file = repo / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def save(git: Git, repo: Path, message: str = "next") -> None:
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", message, cwd=repo)


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code, one.place.file, one.symbol) for one in found]


def entry(code: str, node: str, file: str, symbol: str, about: str = "") -> str:
    return json.dumps({"code": code, "node": node, "file": file, "symbol": symbol, "about": about}) + ","


def frozen(*entries: str) -> str:
    return "\n".join(['{"entries": [', *entries, 'null], "version": 1}', ""])


def freeze(repo: Path, found: list[Finding]) -> None:
    rows = [entry(one.code, one.path, one.place.file, one.symbol, one.about) for one in found if one.bound]
    write(repo, BASELINE, frozen(*sorted(rows)))


def test_code_that_says_what_its_spec_says_has_no_findings(shop: Path, findings: Findings) -> None:
    assert findings(shop, everything=True) == []


def test_a_dropped_field_is_found_with_its_key(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    (found,) = findings(shop)
    assert (found.code, found.place.file, found.symbol) == ("GF102", "src/item.py", "Item")
    assert found.path == "data_contracts.entities.item.fields.price"
    assert found.bound
    assert found.spec is not None
    assert found.spec.line == 6


def test_what_was_there_before_is_counted_not_reported(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    write(shop, "src/item.py", "import os\n\n\n" + ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    assert findings(shop) == [], "its line moved, and that is all"
    assert [one.code for one in findings(shop, everything=True)] == ["GF102"]


def test_a_second_finding_of_one_key_is_new(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    write(shop, "src/label.py", LABEL.replace("    words: str\n", ""))
    git("add", "-A", cwd=shop)
    assert told(findings(shop)) == [("GF102", "src/label.py", "Label")]


def test_a_finding_that_moved_with_its_file_is_not_new(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    git("mv", "src/item.py", "src/things.py", cwd=shop)
    assert findings(shop) == []
    assert findings(shop, worktree=True, base="HEAD") == []


def test_a_file_may_be_renamed_and_edited_at_once(shop: Path, git: Git, findings: Findings) -> None:
    tail = "".join(f"\n\nLIMIT_{number} = {number}\n" for number in range(30))
    write(shop, "src/item.py", DROPPED + tail)
    save(git, shop)
    git("mv", "src/item.py", "src/things.py", cwd=shop)
    other = DROPPED.replace("weight: int", "mass: float  # in grams").replace("id: str", "id: str  # the key")
    write(shop, "src/things.py", other + tail)
    git("add", "-A", cwd=shop)
    assert [one.code for one in findings(shop) if one.severity == "error"] == []


def test_a_finding_that_moved_with_its_declaration_is_not_new(shop: Path, git: Git, findings: Findings) -> None:
    bare = ITEM.replace("    price: Decimal\n", "")
    write(shop, "src/item.py", bare)
    save(git, shop)
    head, _, body = bare.partition("\n\n\n")
    write(shop, "src/item.py", head + "\n")
    write(shop, "src/label.py", LABEL + "\n\n" + body)
    git("add", "-A", cwd=shop)
    assert findings(shop) == []


def test_a_finding_that_moved_with_a_renamed_declaration_is_not_new(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", "").replace("class Item", "class Thing"))
    git("add", "-A", cwd=shop)
    assert findings(shop) == []


def test_a_changed_spec_brings_what_the_code_lacks(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "factory.yaml", SPEC.replace("price: decimal", "price: decimal, weight: int"))
    git("add", "-A", cwd=shop)
    assert told(findings(shop)) == [("GF102", "src/item.py", "Item")]


def test_a_base_is_where_two_branches_part(shop: Path, git: Git, findings: Findings) -> None:
    git("checkout", "-q", "-b", "topic", cwd=shop)
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    save(git, shop)
    git("checkout", "-q", "main", cwd=shop)
    write(shop, "src/label.py", LABEL.replace("    words: str\n", ""))
    save(git, shop)
    git("checkout", "-q", "topic", cwd=shop)
    expected = [("GF102", "src/item.py", "Item")]
    assert told(findings(shop, base="main")) == expected
    assert told(findings(shop, base="main", revision="HEAD")) == expected
    assert told(findings(shop, base="main", worktree=True)) == expected
    assert told(findings(shop, base="main", revision="main")) == []
    assert findings(shop, base="topic") == []


def test_a_base_that_is_not_there_is_said_so(shop: Path, git: Git, findings: Findings) -> None:
    with pytest.raises(UsageError, match="no commit 'nothing'"):
        findings(shop, base="nothing")
    git("checkout", "-q", "--orphan", "other", cwd=shop)
    save(git, shop)
    with pytest.raises(UsageError, match="no commit in common"):
        findings(shop, base="main")
    with pytest.raises(UsageError, match="exclude each other"):
        findings(shop, base="main", everything=True)


def test_a_baseline_of_the_base_tolerates(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", DROPPED)
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    save(git, shop)
    assert findings(shop, everything=True) == []
    assert findings(shop, revision="HEAD") == []
    write(shop, "src/item.py", "import os\n\n" + DROPPED)
    git("add", "-A", cwd=shop)
    assert findings(shop) == []


def test_a_baseline_follows_a_renamed_file(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", DROPPED)
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    save(git, shop)
    git("mv", "src/item.py", "src/thing.py", cwd=shop)
    assert findings(shop) == []
    save(git, shop)
    assert findings(shop, everything=True) == []


def test_an_entry_that_a_change_adds_does_not_count_and_is_told(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    git("add", "-A", cwd=shop)
    found = {one.code: one for one in findings(shop)}
    assert set(found) == {"GF102", "GF903"}
    assert "only shrinks" in found["GF903"].message
    assert any("new in this change" in line for line in found["GF102"].detail)
    assert any("--own" in line for line in found["GF102"].detail)
    assert findings(shop, own=True) == []
    git("config", "factory.ownSuppressions", "true", cwd=shop)
    assert findings(shop) == []


def test_an_entry_that_a_change_takes_away_stops_counting(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    save(git, shop)
    write(shop, BASELINE, frozen())
    git("add", "-A", cwd=shop)
    assert [one.code for one in findings(shop)] == ["GF102"]


def test_a_stale_entry_fails(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    save(git, shop)
    write(shop, "src/item.py", ITEM)
    git("add", "-A", cwd=shop)
    (found,) = findings(shop)
    assert (found.code, found.severity, found.place.file, found.place.line) == ("GF903", "error", BASELINE, 2)


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2, "entries": []}', '{"version": 1, "entries": [3]}'])
def test_a_baseline_that_cannot_be_read_tolerates_nothing(shop: Path, git: Git, findings: Findings, text: str) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    save(git, shop)
    write(shop, BASELINE, text)
    git("add", "-A", cwd=shop)
    assert {one.code for one in findings(shop)} == {"GF102", "GF903"}


def test_a_suppression_of_the_base_tolerates(shop: Path, git: Git, findings: Findings) -> None:
    mark = "# gf: ignore[GF102] the price is kept elsewhere\n@dataclass"
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", "").replace("@dataclass", mark))
    git("add", "-A", cwd=shop)
    (found,) = findings(shop)
    assert any("new in this change" in line for line in found.detail)
    assert findings(shop, own=True) == []
    save(git, shop)
    assert findings(shop, everything=True) == []
    write(shop, "src/item.py", "import os\n" + (shop / "src/item.py").read_text())
    git("add", "-A", cwd=shop)
    assert findings(shop) == []
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    assert [one.code for one in findings(shop)] == ["GF102"], "who takes it away has the finding"


def test_suppressions_without_code_or_reason_or_use(shop: Path, git: Git, findings: Findings) -> None:
    for words in ("ignore", "ignore[] why", "ignore[GF102]", "ignore[GF500] why", "ignore[GF102] why"):
        write(shop, "src/item.py", ITEM.replace("@dataclass", f"# gf: {words}\n@dataclass"))
        git("add", "-A", cwd=shop)
        (found,) = findings(shop)
        assert found.code == ("GF902" if words == "ignore[GF102] why" else "GF901"), words
        assert (found.place.file, found.place.line) == ("src/item.py", 6)


def test_a_suppression_at_the_wrong_place_is_told_the_right_one(shop: Path, git: Git, findings: Findings) -> None:
    text = DROPPED.replace(
        "    weight: int\n", "    weight: int\n    # gf: ignore[GF102] the price is kept elsewhere\n"
    )
    write(shop, "src/item.py", text + "    more: int\n")
    git("add", "-A", cwd=shop)
    found = next(one for one in findings(shop) if one.code == "GF902")
    assert "GF102 is found in line 6" in found.hint
    assert found.fixes == ()


def test_a_suppression_in_the_spec_tolerates_what_has_no_code(shop: Path, git: Git, findings: Findings) -> None:
    more = "    # gf: ignore[GF101] written next week\n    - {name: Note, fields: {id: text key}}\n"
    write(shop, "factory.yaml", SPEC + more)
    git("add", "-A", cwd=shop)
    assert [one.code for one in findings(shop)] == ["GF101"]
    assert findings(shop, own=True) == []
    save(git, shop)
    assert findings(shop, everything=True) == []


def test_a_spec_that_the_change_brings_has_its_own_baseline(repo: Path, git: Git, findings: Findings) -> None:
    write(repo, "src/item.py", DROPPED)
    save(git, repo)
    write(repo, "factory.yaml", SPEC)
    write(repo, "src/label.py", LABEL)
    git("add", "-A", cwd=repo)
    found = findings(repo)
    assert [one.code for one in found if one.severity == "error"] == ["GF102"]
    freeze(repo, found)
    git("add", "-A", cwd=repo)
    assert findings(repo) == []


def test_a_merge_brings_what_neither_parent_had(shop: Path, git: Git, findings: Findings) -> None:
    git("checkout", "-q", "-b", "topic", cwd=shop)
    write(shop, "README", "topic\n")
    save(git, shop)
    git("checkout", "-q", "main", cwd=shop)
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    git("add", "-A", cwd=shop)
    freeze(shop, findings(shop))
    write(shop, "src/label.py", LABEL.replace("    words: str\n", ""))
    save(git, shop)
    git("checkout", "-q", "topic", cwd=shop)
    git("merge", "-q", "--no-commit", "--no-ff", "main", cwd=shop)
    assert findings(shop) == [], "main's finding and main's baseline are main's"


def test_a_base_whose_spec_does_not_load_is_judged_by_the_new(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/item.py", ITEM.replace("    price: Decimal\n", ""))
    write(shop, "factory.yaml", "app: [\n")
    save(git, shop)
    write(shop, "factory.yaml", SPEC)
    write(shop, "src/label.py", LABEL.replace("    words: str\n", ""))
    git("add", "-A", cwd=shop)
    assert told(findings(shop)) == [("GF102", "src/label.py", "Label")]


def test_a_spec_that_is_taken_away_is_told(shop: Path, git: Git, findings: Findings) -> None:
    git("rm", "-q", "factory.yaml", cwd=shop)
    (found,) = findings(shop)
    assert (found.code, found.severity, found.place.file) == ("GF402", "error", "factory.yaml")


def test_a_spec_that_catches_up_with_its_code_leaves_nothing_behind(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "src/note.py", "class Note:\n    id: str\n")
    save(git, shop)
    write(shop, "factory.yaml", SPEC + "    - {name: Note, fields: {id: text key}}\n")
    git("add", "-A", cwd=shop)
    assert findings(shop) == []
    assert findings(shop, spec_first=True) == []


def test_a_node_that_is_set_free_is_told(shop: Path, git: Git, findings: Findings) -> None:
    bare = ITEM.replace("    price: Decimal\n", "").replace("# gf: data_contracts.entities.item\n", "")
    write(shop, "src/item.py", bare)
    write(shop, "factory.yaml", SPEC.replace("{name: Item,", "{name: Item, code: {at: src/item.py::Item, mode: free},"))
    git("add", "-A", cwd=shop)
    (found,) = findings(shop)
    assert (found.code, found.severity, found.path) == ("GF402", "warning", "data_contracts.entities.item")
    assert "src/item.py::Item" in found.message
    save(git, shop)
    assert findings(shop, everything=True) == []


def test_code_that_did_not_follow_its_spec_is_told(shop: Path, git: Git, findings: Findings) -> None:
    write(shop, "factory.yaml", SPEC.replace("price: decimal", "price: {type: decimal, min: 0}"))
    git("add", "-A", cwd=shop)
    (found,) = findings(shop)
    assert (found.code, found.severity, found.symbol) == ("GF601", "warning", "Item")
    assert found.place.file == "src/item.py"
    write(shop, "src/item.py", ITEM + "    least: int = 0\n")
    git("add", "-A", cwd=shop)
    assert "GF601" not in [one.code for one in findings(shop)]
    write(shop, "src/item.py", "import os\n" + ITEM)
    git("add", "-A", cwd=shop)
    assert "GF601" in [one.code for one in findings(shop)], "the file is touched, the declaration is not"


def test_a_bound_spec_may_go_first_where_that_is_asked_for(shop: Path, git: Git, findings: Findings) -> None:
    more = (
        SPEC.replace("price: decimal", "price: decimal, weight: int") + "    - {name: Note, fields: {id: text key}}\n"
    )
    write(shop, "factory.yaml", more)
    git("add", "-A", cwd=shop)
    assert sorted(one.code for one in findings(shop)) == ["GF101", "GF102"]
    (found,) = findings(shop, spec_first=True)
    assert (found.code, found.severity, found.place.file) == ("GF601", "warning", "factory.yaml")
    assert "2 findings" in found.message
    write(shop, "src/item.py", ITEM.replace("    id: str\n", ""))
    git("add", "-A", cwd=shop)
    codes = sorted(one.code for one in findings(shop, spec_first=True))
    assert "GF102" in codes, "code that the change touches does not hide behind the spec"
