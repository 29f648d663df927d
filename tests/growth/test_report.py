"""The formats of `git factory diff`: each is what its readers accept, and no text of a spec leaves its place."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from factory_git.core import canonical
from factory_git.core.errors import Place, Problem
from factory_git.growth.mutation import Diff, Mutation
from factory_git.growth.report import markdown, text, values, version
from factory_git.growth.report.table import FORMATS
from factory_git.growth.report.told import GONE, NEW, SAME, Told, groups, mark
from factory_git.growth.table import RISKS, ROWS

DATA = Path(__file__).parent / "data"
SARIF = Path(__file__).parents[1] / "drift" / "data" / "sarif-2.1.0.json"


def mutation(id_: str, path: str, **said: Any) -> Mutation:
    row = ROWS[id_]
    given: dict[str, Any] = {
        "kind": "field", "risk": row.risk, "migration": row.migration, "tests": row.tests, "version": row.version,
        "old_place": Place(file="factory.yaml", line=7, column=3),
        "new_place": Place(file="factory.yaml", line=9, column=5),
    }  # fmt: skip
    return Mutation(id=id_, path=path, **{**given, **said})


GATE = mutation(
    "gate-inserted", "workflows.pipelines.selling.steps.cold_gate", kind="step", old_place=None,
    after={"gate": "Lot", "keep": "it.temperature <= 6"},
)  # fmt: skip
TERM = mutation(
    "term-changed", "terms.locked", kind="term", risk="forbidden", version="root",
    before="day >= s.date && day < s.date + days(s.phi_days) && s.product != 'water' && s.block_id == block_id",
    after="day >= s.date && day < s.date + days(s.phi_days) && s.product != 'neem' && s.block_id == block_id",
    reasons=("R2: safety.guardrails.no_harvest reads it and is weakened", "identity prohibits it: Weaken PHI"),
    example="a spray event on 2026-01-05 for block a: refused before, let through now\nasked for on 2026-01-05",
)  # fmt: skip
FIELD = mutation(
    "field-removed", "data_contracts.entities.buyer.fields.email", new_place=None, before={"type": "text?", "pii": "x"}
)
RENAMED = mutation(
    "step-renamed", "workflows.pipelines.selling.steps.sell_all", kind="step",
    was="workflows.pipelines.selling.steps.sell", before="Sell", after="Sell all",
)  # fmt: skip
APP = {"id": "farmer", "title": "Farm", "from": "1.0.0", "to": "1.1.0"}
R8 = Problem(
    code="growth/version", message="version 1.1.0 must be at least 2.0.0", place=Place(file="factory.yaml", line=2),
    path="app", hint="write version: 2.0.0 in app",
)  # fmt: skip


def diff(*mutations: Mutation, **app: str) -> Diff:
    return Diff(base="a" * 64, head="b" * 64, mutations=mutations, app=APP | app)


RICH = Told(
    diff=diff(TERM, FIELD, GATE, RENAMED),
    root="farm",
    old="main (0123456789ab)",
    new="the working tree",
    problems=(R8,),
)
TOLD = [
    RICH,
    Told(diff=Diff(base="", head="c" * 64, mutations=(), app={"id": "shop", "to": "0.1.0"}), state=NEW, root="shop"),
    Told(diff=Diff(base="d" * 64, head="", mutations=(), app={"id": "old", "from": "3.0.0"}), state=GONE, root="old"),
    Told(diff=diff(), state=SAME),
]
HOSTILE = (
    "`x` ```` | a \\| b </details><script>alert(1)</script> @octocat #12 ![i](http://e) [l](javascript:x)\n"
    "\r\n::error file=x::boo\x1b[31m\x00\u202e\u200b ]]> & \" ' $(id) <!-- --> ```\n| - | - |\n# h"
)
FILE = f"{HOSTILE}\udcff"  # a file's name may be any bytes


@pytest.mark.parametrize("form", FORMATS)
def test_the_text_of_each_format(form: str, request: pytest.FixtureRequest) -> None:
    kept = DATA / f"report.{form}.txt"
    printed = FORMATS[form](TOLD) + "\n"
    if request.config.getoption("--update"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(printed)
    assert printed == kept.read_text()


# -- what the readers accept


def sarif(told: list[Told]) -> dict[str, Any]:
    value = json.loads(FORMATS["sarif"](told))
    schema = json.loads(SARIF.read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(value)
    (run,) = value["runs"]
    assert isinstance(run, dict)
    return run


def hostile() -> Told:
    """A spec whose every text is out to break what it is printed in."""
    one = replace(
        GATE, before={HOSTILE: [HOSTILE]}, after=HOSTILE, reasons=(HOSTILE,), example=HOSTILE, about=HOSTILE,
        path=f"terms.{HOSTILE}", old_place=Place(file=FILE, line=1), new_place=Place(file=FILE, line=2),
    )  # fmt: skip
    problem = Problem(code="growth/gate", message=HOSTILE, hint=HOSTILE, place=Place(file=FILE))
    return Told(
        diff=diff(one, id=HOSTILE, title=HOSTILE, to=HOSTILE), root=FILE, old=FILE, new=FILE,
        problems=(problem, problem),
    )  # fmt: skip


@pytest.mark.parametrize("told", [[], TOLD, [hostile()], [RICH, RICH]], ids=["nothing", "rich", "hostile", "twice"])
def test_sarif_is_valid(told: list[Told]) -> None:
    run = sarif(told)
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [ids[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]


def test_sarif_has_a_rule_for_each_mutation_with_its_page() -> None:
    run = sarif([RICH])
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules.keys() == {"term-changed", "field-removed", "gate-inserted", "step-renamed", "growth/version"}
    assert "```diff" in rules["gate-inserted"]["help"]["markdown"]
    assert rules["gate-inserted"]["defaultConfiguration"] == {"level": "warning"}
    gate = next(one for one in run["results"] if one["ruleId"] == "gate-inserted")
    assert gate["partialFingerprints"] == {"gitFactoryMutation/v1": GATE.fingerprint}
    assert gate["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": GATE.path, "kind": "step"}]
    assert "relatedLocations" not in gate
    term = next(one for one in run["results"] if one["ruleId"] == "term-changed")
    assert term["level"] == "error"  # by its risk, not by its row's
    assert term["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 7


@pytest.mark.parametrize("told", [[], TOLD, [hostile()], [RICH, RICH]], ids=["nothing", "rich", "hostile", "twice"])
def test_gitlab_gets_what_it_demands(told: list[Told]) -> None:
    issues = json.loads(FORMATS["gitlab"](told))
    marks = [one["fingerprint"] for one in issues]
    assert len(marks) == len(set(marks))
    for one in issues:
        assert one["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert one["location"]["lines"]["begin"] >= 1
        assert one["location"]["path"]
        assert not one["location"]["path"].startswith(("./", "/"))
        assert one["description"]
        assert one["check_name"]
        assert len(one["fingerprint"]) >= 32


def test_gitlab_knows_a_mutation_again_where_it_moved() -> None:
    moved = replace(
        RICH, diff=diff(*(replace(one, new_place=Place(file="b.yaml", line=99)) for one in RICH.diff.mutations))
    )
    first, second = ([one["fingerprint"] for one in json.loads(FORMATS["gitlab"]([told]))] for told in (RICH, moved))
    assert first == second


@pytest.mark.parametrize("told", [[], TOLD, [hostile()]], ids=["nothing", "rich", "hostile"])
def test_junit_is_xml_whose_counts_are_right(told: list[Told]) -> None:
    root = ET.fromstring(FORMATS["junit"](told))
    cases = root.findall(".//testcase")
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(root.findall(".//failure"))
    for suite in root.findall("testsuite"):
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) >= 1


def test_junit_fails_what_somebody_must_look_at() -> None:
    root = ET.fromstring(FORMATS["junit"]([RICH]))
    failed = [one.attrib["name"].split()[0] for one in root.findall(".//testcase") if one.find("failure") is not None]
    assert failed == ["growth/version", "term-changed", "field-removed", "gate-inserted"]


@pytest.mark.parametrize("told", [TOLD, [hostile()]], ids=["rich", "hostile"])
def test_github_gets_one_command_a_line(told: list[Told]) -> None:
    lines = FORMATS["github"](told).split("\n")
    wanted = sum(len(one.diff.mutations) + len(one.problems) + (one.state == GONE) for one in told)
    assert len(lines) == wanted
    for line in lines:
        found = re.fullmatch(r"::(error|warning|notice) ((?:\w+=[^,:]*,?)+)::[^\r\n]+", line)
        assert found, line
        assert set(re.findall(r"(\w+)=", found[2])) <= {"file", "line", "col", "title"} or told is not TOLD


def test_json_carries_every_field() -> None:
    value = canonical.loads(FORMATS["json"](TOLD))
    assert value["risk"] == "forbidden"
    one = value["specs"][0]
    assert [each["id"] for each in one["mutations"]] == [
        "term-changed",
        "field-removed",
        "gate-inserted",
        "step-renamed",
    ]
    assert one["counts"] == {"added": 1, "changed": 2, "removed": 1}
    assert one["approvals"] == [
        {"fingerprint": FIELD.fingerprint, "people": 2}, {"fingerprint": GATE.fingerprint, "people": 1},
    ]  # fmt: skip
    names = {f for f in Mutation.__dataclass_fields__ if not f.endswith("_place")}
    assert names | {"fingerprint", "mark", "level", "old", "new"} == one["mutations"][0].keys()
    assert one["mutations"][1]["new"] is None
    assert one["mutations"][1]["old"] == {"file": "factory.yaml", "line": 7, "column": 3}
    assert [spec["state"] for spec in value["specs"]] == ["changed", "new", "removed", "unchanged"]


def test_json_keeps_every_digit() -> None:
    one = replace(GATE, before=canonical.loads("1.50"), after=canonical.loads("12345678901234567890.1"))
    printed = FORMATS["json"]([Told(diff=diff(one))])
    assert '"before":1.50' in printed
    assert '"after":12345678901234567890.1' in printed


# -- what a person reads


def test_groups_begin_with_the_worst() -> None:
    found = groups(RICH.diff.mutations)
    assert [whole for whole, _ in found] == [
        "terms", "data_contracts.entities.buyer", "workflows.pipelines.selling",
    ]  # fmt: skip
    assert [one.id for one in found[2][1]] == ["gate-inserted", "step-renamed"]


@pytest.mark.parametrize(("one", "sign"), [(GATE, "+"), (FIELD, "-"), (TERM, "~"), (RENAMED, "~")])
def test_a_mark_says_whether_the_node_came_or_went(one: Mutation, sign: str) -> None:
    assert mark(one) == sign
    assert mark(replace(one, old_place=None, new_place=None)) == sign


def test_an_attribute_that_was_not_said_is_a_change() -> None:
    one = mutation("on-break-relaxed", "safety.guardrails.g", before=None, after="alert")
    assert mark(one) == "~"
    assert values.change(one) == ("(not said) → alert",)


def test_long_values_are_shown_where_they_differ() -> None:
    before, after = values.change(TERM)
    assert before.startswith("- …")
    assert "water" in before
    assert after.startswith("+ …")
    assert "neem" in after
    assert before.index("water") == after.index("neem")
    assert "water" in values.sentence(TERM)
    assert "neem" in values.sentence(TERM)


def test_a_cut_is_marked() -> None:
    assert values.short("x" * 100, 10) == "x" * 9 + "…"
    assert values.short("x" * 10, 10) == "x" * 10


def test_what_is_not_listed_is_counted() -> None:
    printed = text.page([replace(RICH, least="breaking")])
    assert "gate-inserted" not in printed
    assert "1 added · 2 changed · 1 removed" in printed
    assert "2 below breaking not listed" in printed
    assert len(json.loads(FORMATS["json"]([replace(RICH, least="breaking")]))["specs"][0]["mutations"]) == 2


def test_what_is_approved_needs_nobody() -> None:
    one = Told(diff=diff(FIELD, GATE))
    assert f"approval of 2 mutations by 2 people: git factory approve {FIELD.fingerprint} {GATE.fingerprint}" in (
        text.page([one])
    )
    assert f"1 mutation by 1 person: git factory approve {GATE.fingerprint}" in (
        text.page([replace(one, approved=frozenset([FIELD.fingerprint]))])
    )
    assert "approve" not in text.page([replace(one, approved=frozenset([FIELD.fingerprint, GATE.fingerprint]))])


def test_nothing_forbidden_is_proposed_for_approval() -> None:
    for form in ("text", "markdown"):
        assert "approve" not in FORMATS[form]([RICH])
        assert "new lineage" in FORMATS[form]([RICH])


def test_a_diff_alone_is_rendered_for_others() -> None:
    printed = text.render(RICH.diff)
    assert printed.startswith("terms\n")
    assert "1 added · 2 changed · 1 removed" in printed
    assert "\x1b" not in printed
    painted = text.render(RICH.diff, colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == printed != painted


def test_no_text_steers_a_terminal() -> None:
    printed = text.page([hostile()])
    assert not set(printed) & set("\x1b\x00\r\u202e\u200b\udcff")
    assert not any(line.startswith(("::error", "| -", "# h")) for line in printed.split("\n"))
    printed.encode()


# -- Markdown


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)


def outside_code(said: str) -> str:
    """Markdown without its fenced blocks and code spans, as CommonMark takes them out."""
    said = re.sub(r"^(`{3,})[^`\n]*\n.*?^\1`*$", "", said, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", said, flags=re.DOTALL)


def test_markdown_keeps_hostile_text_in_its_place() -> None:
    printed = markdown.render([hostile()])
    rest = outside_code(printed)
    assert "@" not in rest
    assert not re.search(r"[@#]\w", html.unescape(rest))  # a name is told however its @ is written
    tags = _Tags()
    tags.feed(rest)
    assert tags.found == ["details", "summary"]
    assert rest.count("<!--") == 1
    assert "http://" not in rest
    assert "](" not in rest
    rows = [line for line in rest.split("\n") if line.startswith("|")]
    assert len(rows) == 3  # head, rule, one mutation
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_a_code_span_holds_any_run_of_backticks() -> None:
    for said in ("a`b", "``", "`", "a```", " ", "x" * 500, "a\nb"):
        span = markdown.code(said)
        assert outside_code(f"a {span} b") == "a  b"
        assert "\n" not in span


def test_a_block_cannot_be_ended_from_inside() -> None:
    block = markdown.fenced("a\n`````\n</details>\n``` x")
    assert outside_code(f"a\n{block}\nb") == "a\n\nb"


def test_a_comment_begins_with_its_marker_and_fits() -> None:
    many = [replace(GATE, path=f"workflows.pipelines.p{n}.steps.s", after="x" * 500) for n in range(900)]
    printed = markdown.render([Told(diff=diff(*many))])
    assert printed.startswith(f"{markdown.MARKER}\n")
    assert len(printed) < 65_536
    assert "… and 888 more, below." in printed
    assert "… (cut)" in printed
    assert printed.count("\n| ") == 1 + markdown.ROWS
    several = markdown.render([Told(diff=diff(*many, id="x" * 99), problems=(R8,) * 3) for _ in range(40)])
    assert len(several) < 65_536
    assert "… and 30 more specs" in several
    assert markdown.render([]).startswith(markdown.MARKER)
    assert "No mutation" in markdown.render([Told(diff=diff(), state=SAME)])


# -- versions


@pytest.mark.parametrize(
    ("before", "asks", "wanted"),
    [
        ("1.2.3", "patch", "1.2.4"), ("1.2.3", "minor", "1.3.0"), ("1.2.3", "major", "2.0.0"),
        ("0.2.3", "major", "0.3.0"), ("1.2", "patch", "1.2.1"), ("1.2.3", "none", ""), ("1.2.3", "root", ""),
        ("1.2.3-rc.1", "patch", "1.2.4"), ("next", "major", ""), ("1.2.3.4", "patch", ""), ("١.2.3", "patch", ""),
    ],
)  # fmt: skip
def test_the_lowest_version_that_may_follow(before: str, asks: str, wanted: str) -> None:
    assert version.needed(diff(replace(GATE, version=asks), **{"from": before})) == wanted


@pytest.mark.parametrize(
    ("after", "unmet"),
    [("1.1.0", ""), ("1.2.0", ""), ("2.0.0", ""), ("1.0.1", "1.1.0"), ("1.0.0", "1.1.0"), ("x", "1.1.0")],
)
def test_a_version_is_raised_far_enough(after: str, unmet: str) -> None:
    one = diff(GATE, **{"from": "1.0.0", "to": after})
    assert version.unmet(one) == unmet
    problem = version.problem(one, None)
    assert (problem is None) == (unmet == "")
    assert problem is None or unmet in problem.message


@pytest.mark.parametrize("form", FORMATS)
def test_a_problem_of_the_whole_change_is_told_in_every_format(form: str) -> None:
    assert "must be at least 2.0.0" in FORMATS[form]([RICH])


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_risk_can_be_told(form: str, risk: str) -> None:
    assert "gate-inserted" in FORMATS[form]([Told(diff=diff(replace(GATE, risk=risk)))])
