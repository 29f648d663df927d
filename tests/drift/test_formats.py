"""The formats of `git factory check`: each is what its readers accept, and carries what is known."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from factory_git.core.errors import Place
from factory_git.drift.finding import Finding
from factory_git.drift.formats import FORMATS, common
from factory_git.drift.hit import Edit, Fix

SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0.json"
CONTENT = "one\nzwö gate(x)\nthree\n".encode()
FIX = Fix(
    title="hoist it",
    edits=(Edit(file="src/a.py", start=CONTENT.index(b"gate"), end=CONTENT.index(b"(x)"), text="door\n"),),
)
ELSEWHERE = Fix(title="move it", edits=(*FIX.edits, Edit(file="src/b.py", start=0, end=0, text="x")), safe=True)
FOUND = Finding(
    code="GF204",
    message="gate <phi> is conditional & late",
    place=Place(file="src/a.py", line=2, column=5),
    path="workflows.pipelines.p.steps.phi",
    hint="hoist it",
    spec=Place(file="factory.yaml", line=7, column=3),
    detail=("called in line 9",),
    root="apps/shop",
    symbol="Farm.sow",
    about="phi",
    confidence="low",
    severity="warning",
    fixes=(FIX, ELSEWHERE),
    bound=True,
)
COMPILED = Finding(code="GF502", message="was edited", place=Place(file="a b/ä.py"), path="terms.x")
SEVERAL = [FOUND, FOUND, COMPILED]


def read(path: str) -> bytes:
    return CONTENT if path == "src/a.py" else b""


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_json_carries_every_field(name: str) -> None:
    text = FORMATS[name]([FOUND])
    value = json.loads(text)[0] if name == "json" else json.loads(text)
    assert value == {
        "code": "GF204",
        "severity": "warning",
        "confidence": "low",
        "message": FOUND.message,
        "file": "src/a.py",
        "line": 2,
        "column": 5,
        "fingerprint": FOUND.fingerprint,
        "path": FOUND.path,
        "symbol": "Farm.sow",
        "about": "phi",
        "hint": "hoist it",
        "root": "apps/shop",
        "spec": {"file": "factory.yaml", "line": 7, "column": 3},
        "detail": ["called in line 9"],
        "fixes": [
            {
                "title": "hoist it",
                "safe": False,
                "edits": [{"file": "src/a.py", "start": 9, "end": 13, "text": "door\n"}],
            },
            {
                "title": "move it",
                "safe": True,
                "edits": [
                    {"file": "src/a.py", "start": 9, "end": 13, "text": "door\n"},
                    {"file": "src/b.py", "start": 0, "end": 0, "text": "x"},
                ],
            },
        ],
    }


def sarif(findings: list[Finding]) -> dict[str, Any]:
    value = json.loads(FORMATS["sarif"](findings, read))
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(value)
    (run,) = value["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("findings", [[], [FOUND], SEVERAL])
def test_sarif_is_valid(findings: list[Finding]) -> None:
    assert len(sarif(findings)["results"]) == len(findings)


def test_the_schema_refuses_what_is_no_sarif() -> None:
    schema = json.loads(SCHEMA.read_text())
    value = json.loads(FORMATS["sarif"]([FOUND], read))
    value["runs"][0]["results"][0]["fixes"][0].pop("artifactChanges")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validators.validator_for(schema)(schema).validate(value)


def test_sarif_has_the_spec_s_line_the_rule_s_page_and_the_fixes() -> None:
    run = sarif(SEVERAL)
    first, second, _ = run["results"]
    assert first["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 3}
    assert first["partialFingerprints"] != second["partialFingerprints"]
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "Farm.sow"}]
    rule = run["tool"]["driver"]["rules"][second["ruleIndex"]]
    assert rule["id"] == "GF204"
    page = next(one for one in run["tool"]["driver"]["rules"] if one["id"] == "GF502")
    assert "## Why" in page["help"]["markdown"]
    (change,) = first["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["insertedContent"] == {"text": "door\n"}
    assert replacement["deletedRegion"] == {
        "startLine": 2,
        "startColumn": 5,
        "endLine": 2,
        "endColumn": 9,
        "byteOffset": 9,
        "byteLength": 4,
    }
    assert len(first["fixes"][1]["artifactChanges"]) == 2


def test_a_rule_has_an_address_where_the_distribution_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Named:
        def get_all(self, _: str) -> list[str]:
            return ["Source, https://example.com/x", "Documentation, https://example.com/docs/"]

    common.help_uri.cache_clear()
    monkeypatch.setattr("importlib.metadata.metadata", lambda _: Named())
    try:
        rule = sarif([FOUND])["tool"]["driver"]["rules"][0]
        assert rule["helpUri"] == "https://example.com/docs/rules/GF204.md"
    finally:
        common.help_uri.cache_clear()


def test_junit_is_xml_that_counts_right() -> None:
    odd = Finding(code="GF001", message='a "b" <c> & \x00\x1b\ud800', place=Place(file="a&b.py", line=1))
    root = ET.fromstring(FORMATS["junit"]([FOUND, COMPILED, odd]))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "2")
    (suite,) = root
    assert [case.get("file") for case in suite] == ["src/a.py", "a b/ä.py", "a&b.py"]
    assert [len(case.findall("failure")) for case in suite] == [0, 1, 1]
    told = suite[0].findtext("system-out")
    assert told is not None
    assert "hint: hoist it" in told
    message = suite[2][0].get("message")
    assert message is not None
    assert '"b" <c> &' in message


def test_the_formats_bring_no_client_for_http() -> None:
    line = "import sys, factory_git.drift.formats; sys.exit('urllib.request' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0


def test_junit_without_findings_is_a_test_that_passed() -> None:
    (suite,) = ET.fromstring(FORMATS["junit"]([]))
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


def test_github_s_own_characters_are_escaped_everywhere() -> None:
    odd = Finding(code="GF1,0:1", message="a\nb%", place=Place(file="a,b:c%.py", line=2, column=3), severity="warning")
    text = FORMATS["github"]([odd])
    assert text == "::warning file=a%2Cb%3Ac%25.py,line=2,col=3,title=GF1%2C0%3A1::a%0Ab%25"
    assert FORMATS["github"]([COMPILED]).startswith("::error file=a b/ä.py,title=GF502::")


def test_gitlab_has_what_its_report_demands() -> None:
    issues = json.loads(FORMATS["gitlab"](SEVERAL))
    assert len({one["fingerprint"] for one in issues}) == 3
    for one in issues:
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["description"]
        assert one["check_name"].startswith("GF")
        assert one["location"]["lines"]["begin"] >= 1
        assert not one["location"]["path"].startswith("./")


def test_rdjson_counts_bytes_and_suggests_within_one_file() -> None:
    value = json.loads(FORMATS["rdjson"]([FOUND, COMPILED], read))
    first, second = value["diagnostics"]
    assert value["source"]["name"] == "git-factory"
    assert first["location"] == {"path": "src/a.py", "range": {"start": {"line": 2, "column": 5}}}
    assert (first["severity"], second["severity"]) == ("WARNING", "ERROR")
    assert first["code"]["value"] == "GF204"
    assert first["suggestions"] == [
        {"range": {"start": {"line": 2, "column": 6}, "end": {"line": 2, "column": 10}}, "text": "door\n"}
    ]
    assert "suggestions" not in second


@pytest.mark.parametrize("name", list(FORMATS))
def test_any_bytes_in_a_file_s_name_can_be_printed(name: str) -> None:
    odd = Finding(code="GF502", message="x", place=Place(file="a\udcff.py", line=1))
    FORMATS[name]([odd], read).encode()


@pytest.mark.parametrize("name", list(FORMATS))
def test_no_finding_is_no_error(name: str) -> None:
    empty: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "gitlab": json.loads,
        "sarif": json.loads,
        "rdjson": json.loads,
        "junit": ET.fromstring,
    }
    text = FORMATS[name]([])
    if name in empty:
        empty[name](text)
    else:
        assert text == ""


def test_a_fingerprint_knows_the_place_and_not_the_line() -> None:
    def made(**other: Any) -> Finding:
        return Finding(**{"code": "GF204", "message": "m", "place": Place(file="a", line=1), "bound": True, **other})

    same = made(place=Place(file="a", line=99), message="said otherwise", detail=("x",))
    assert made().fingerprint == same.fingerprint
    for other in ({"code": "GF205"}, {"path": "p"}, {"symbol": "s"}, {"about": "a"}, {"place": Place(file="b")}):
        assert made(**other).fingerprint != made().fingerprint


def lost(number: int, *, file: str = "web/a.py", kind: str = "name web/a.py", **more: Any) -> Finding:
    return Finding(
        code="GF001", message=f"m{number}", place=Place(file="factory.yaml", line=number),
        path=f"interface.panels.p{number}", about=f"{file}::p{number}", group=kind, hint="did you mean web/b.py::p?",
        bound=True, **more,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["concise", "github"])
def test_bindings_that_broke_together_are_told_in_one_line(name: str) -> None:
    many = [lost(number) for number in range(1, 9)]
    between = Finding(code="GF102", message="m", place=Place(file="factory.yaml", line=2))
    lines = FORMATS[name]([many[0], between, *many[1:]]).splitlines()
    assert len(lines) == 2
    assert "8 nodes of the spec are bound to names that web/a.py does not have: p1, p2, p3, p4, p5 and 3" in lines[0]
    assert "GF102" in lines[1]
    assert len(json.loads(FORMATS["json"](many))) == 8  # each keeps its own key


def test_the_full_form_names_each_of_them() -> None:
    text = FORMATS["full"]([lost(number) for number in range(1, 9)])
    assert [f"interface.panels.p{number}: did you mean" in text for number in range(1, 9)] == [True] * 8


def test_files_that_are_gone_are_told_by_their_folder() -> None:
    many = [lost(number, file=f"web/pages/x{number % 4}/p.py", kind="file") for number in range(1, 9)]
    (line,) = FORMATS["concise"](many).splitlines()
    assert "files that are not there in web/pages: x1/p.py, x2/p.py, x3/p.py, x0/p.py;" in line


def test_few_and_different_ones_are_told_one_by_one() -> None:
    three = [lost(number) for number in (1, 2, 3)]
    assert len(FORMATS["concise"](three).splitlines()) == 3
    mixed = [*three, lost(4, kind="name web/b.py"), lost(5, severity="warning"), lost(6, root="apps")]
    assert len(FORMATS["concise"](mixed).splitlines()) == 6
    assert len(FORMATS["concise"]([COMPILED] * 6).splitlines()) == 6


def test_the_new_fields_of_one_type_are_told_in_one_line() -> None:
    def field(number: int, of: str = "Lot") -> Finding:
        place = Place(file="a.py", line=number)
        return Finding(code="GF104", message="m", place=place, path="e", about=f"f{number}", group=f"field {of}")

    (line,) = FORMATS["concise"]([field(number) for number in range(3, 10)]).splitlines()
    assert line == "a.py:3: GF104 7 fields of Lot are unknown to the spec: f3, f4, f5, f6, f7 and 2 more [e]"
    two = [field(number, "Lot" if number % 2 else "Bill") for number in range(6)]
    assert len(FORMATS["concise"](two).splitlines()) == 6
    assert "a.py:9: f9" in FORMATS["full"]([field(number) for number in range(3, 10)])
