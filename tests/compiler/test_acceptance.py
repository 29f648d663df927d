"""Scenarios become tests that fail when what they say does not hold, and never pass when nothing was judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import Compilation
from factory_git.core.errors import SpecError
from tests.compiler.support import run, spec_of, write

HEAD = """factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - {name: Owner, fields: {id: text key, boss: ref Owner?}}
    - name: Item
      fields:
        {id: text key, owner: ref Owner, qty: {type: int, min: 1, max: 9}, kind: enum a b,
         price: {type: decimal, max: -1}}
    - name: Tag
      fields:
        {item: ref Item, also: ref Item?, words: list text, at: {type: date, min: 2026-01-01}, on: datetime,
         all: list ref Item}
    - {name: A, fields: {id: int key, b: ref B}}
    - {name: B, fields: {id: date key, a: ref A}}
    - {name: Own, fields: {of: ref Owner key, free}}
    - {name: Line, made: true, fields: {item: ref Item, qty: int}}
workflows:
  pipelines:
    - name: day
      trigger: {args: {least: int}}
      steps:
        - {name: lines, each: Item, where: it.qty >= run.least, make: Line, set: {item: it.id, qty: it.qty}}
acceptance:
"""


def compiled(scenarios: str, root: Path) -> Compilation:
    text = HEAD + "".join(f"  {line}\n" for line in scenarios.strip().split("\n"))
    compilation = compile_spec(spec_of(text))
    write(compilation, root)
    return compilation


def outcome(root: Path, *paths: str) -> str:
    done = run("python", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *(paths or ("tests",)), cwd=root)
    return done.stdout


GIVEN = "given: {Owner: [[id], [o]], Item: [[id, owner, qty, kind, price], [i, o, 2, a, -1.5], [j, o, 3, b, -2]]}"


def test_an_example_that_does_not_hold_fails_and_shows_its_expression(tmp_path: Path) -> None:
    compiled(f"- {{name: x, {GIVEN}, when: {{run: day, least: 3}}, then: ['size(Line) == 2']}}", tmp_path)
    said = outcome(tmp_path)
    assert "1 failed" in said
    assert "# size(Line) == 2" in said


def test_scenarios_with_equal_tables_share_them(tmp_path: Path) -> None:
    one = f"- {{name: x, {GIVEN}, when: {{run: day, least: 3}}, then: ['size(Line) == 1']}}"
    compilation = compiled("\n".join([one, one.replace("name: x", "name: y")]), tmp_path)
    source = compilation.files["tests/test_acceptance.py"].content.decode()
    assert source.count("-> World:") == 1
    assert "2 passed" in outcome(tmp_path)


def test_several_runs_follow_each_other_in_one_world(tmp_path: Path) -> None:
    when = "when: [{run: day, least: 1}, {run: day, least: 3}]"
    compiled(f"- {{name: x, {GIVEN}, {when}, then: ['size(Line) == 3']}}", tmp_path)
    assert "1 passed" in outcome(tmp_path)


EVERY = "{Owner: 3, Item: 4, Tag: 3, A: 2, B: 2, Own: 2, runs: 60}"


def test_a_property_draws_worlds_that_fit_the_model_and_keep_references_whole(tmp_path: Path) -> None:
    then = "then: ['Tag.all(t, t.item.owner.id != null)', 'Item.all(i, i.qty >= 1 && i.qty <= 9 && i.price <= -1.0)']"
    compiled(f"- {{name: x, forall: {EVERY}, when: {{run: day, least: any}}, {then}}}", tmp_path)
    assert "1 passed" in outcome(tmp_path)
    checked = run("mypy", "--strict", "--cache-dir", str(tmp_path / ".cache"), "tests", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    for command in (("format", "--check"), ("check",)):
        done = run("ruff", *command, "--isolated", "--no-cache", "tests", cwd=tmp_path)
        assert done.returncode == 0, done.stdout


def test_a_property_really_draws_rows_of_every_entity(tmp_path: Path) -> None:
    many = EVERY.replace("runs: 60", "runs: 300")
    items = "size(Owner) > 1 && size(Item) > 1 && Tag.exists(t, size(t.all) > 1)"
    here = (items, "size(A) > 1 && size(B) > 1", "size(Own) > 1")
    compiled("\n".join(f"- {{name: x{n}, forall: {many}, then: ['!({e})']}}" for n, e in enumerate(here)), tmp_path)
    path = tmp_path / "tests/test_acceptance.py"
    text = path.read_text().replace("derandomize=True", "derandomize=True, phases=[Phase.generate]")
    path.write_text(text.replace("import HealthCheck, given", "import HealthCheck, Phase, given"))
    assert "3 failed" in outcome(tmp_path)


def test_a_property_leaves_out_what_cannot_be_there(tmp_path: Path) -> None:
    compiled("- {name: x, forall: {Item: 3, Tag: 3, runs: 10}, then: ['size(Item) == 0 && size(Tag) == 0']}", tmp_path)
    assert "1 passed" in outcome(tmp_path)


def test_a_property_that_does_not_hold_gives_the_same_smallest_case_each_time(tmp_path: Path) -> None:
    forall = "forall: {Owner: 1, Item: 2, runs: 40}, when: {run: day, least: any}"
    compiled(f"- {{name: x, {forall}, then: ['size(Line) == 0']}}", tmp_path)
    found = [re.findall(r"least=-?\d+|Item\(.*?\)", outcome(tmp_path)) for _ in range(2)]
    assert found[0]
    assert found[0] == found[1]


def test_what_nothing_judges_is_skipped_with_the_reason_and_never_passes(tmp_path: Path) -> None:
    compilation = compiled(
        "- All is well\n- {name: nice, judge: The text is polite}\n- {name: ran, given: {}}", tmp_path
    )
    said = outcome(tmp_path)
    assert "3 skipped" in said
    assert "passed" not in said
    assert "needs a judge: The text is polite" in said
    assert all(p.skipped for p in compilation.proofs)


def test_a_named_command_or_test_is_run(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/test_own.py").write_text("def test_yes():\n    pass\n\ndef test_no():\n    assert False\n")
    compilation = compiled(
        """
- {name: good, test: "own/test_own.py::test_yes"}
- {name: bad, test: "own/test_own.py::test_no"}
- {name: command, test: "git --version"}
- {name: failing, test: "git no-such-verb 'a b'"}
""",
        tmp_path,
    )
    assert "2 failed, 2 passed" in outcome(tmp_path)
    assert [p.test.split("::")[1] for p in compilation.proofs] == [
        "test_good",
        "test_bad",
        "test_command",
        "test_failing",
    ]


def test_held_out_scenarios_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    compilation = compiled(
        f"""
- {{name: shown, {GIVEN}, then: ['size(Item) == 2']}}
- {{name: hidden, holdout: true, {GIVEN}, then: ['size(Owner) == 1']}}
""",
        tmp_path,
    )
    shown = compilation.files["tests/test_acceptance.py"].content.decode()
    assert "hidden" not in shown
    assert "size(Owner)" not in shown
    assert {p.test: p.holdout for p in compilation.proofs} == {
        "tests/test_acceptance.py::test_shown": False,
        "tests/holdout/test_holdout.py::test_hidden": True,
    }
    assert "1 passed" in outcome(tmp_path, "tests/test_acceptance.py")
    assert "2 passed" in outcome(tmp_path)


def test_a_cell_of_another_type_is_refused_with_its_place() -> None:
    text = f"- {{name: x, {GIVEN.replace('o, 2, a', 'o, many, a')}, then: ['size(Item) == 2']}}"
    with pytest.raises(SpecError) as caught:
        compile_spec(spec_of(f"{HEAD}  {text}\n"))
    assert caught.value.problems[0].place is not None


def test_the_tests_run_from_any_folder(tmp_path: Path) -> None:
    compiled(f"- {{name: x, {GIVEN}, then: ['size(Item) == 2']}}", tmp_path / "app")
    assert "1 passed" in outcome(tmp_path, "app/tests")
