"""What the application is asked to run."""

from __future__ import annotations

import json
from pathlib import Path

from factory_git.spec.advice import advise
from factory_git.spec.check import check
from factory_git.spec.graph import build
from tests.compiler.support import application, run, spec_of

SCHOOL = """
factory: 1
app: {id: school}
identity: {purpose: Teach}
data_contracts:
  entities:
    - {name: Class, fields: {id: text key, tags: list text, from: datetime}}
    - {name: Seen, made: true, fields: {class: ref Class, at: datetime}}
    - {name: Never, made: true, fields: {class: ref Class}}
workflows:
  pipelines:
    - name: Look
      trigger: {args: {class: "ref Class"}}
      steps:
        - {name: Look, each: Class, where: it.id == run.class, make: Seen, set: {class: it.id, at: it.from}}
acceptance: [Later]
"""


def test_a_run_about_a_row_that_is_not_there_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with application(SCHOOL, tmp_path):
        data = tmp_path / "data"
        data.mkdir()
        (data / "class.csv").write_text("id,tags,from\na,x;y,2026-06-01T08:30:00\nb,,2026-06-01T08:30:00\n")
        command = ("python", "-m", "school")
        assert run(*command, "load", "data", cwd=tmp_path).returncode == 0
        assert run(*command, "run", "look", "--class", "a", cwd=tmp_path).returncode == 0
        refused = run(*command, "run", "look", "--class", "z", cwd=tmp_path)
        assert (refused.returncode, refused.stderr.startswith("error: ")) == (1, True)
        seen = json.loads(run(*command, "show", "Seen", "--json", cwd=tmp_path).stdout)
        assert seen == {"Seen": [{"class": "a", "at": "2026-06-01T08:30:00"}]}
        shown = run(*command, "show", "Class", cwd=tmp_path).stdout.splitlines()
        assert [line.split() for line in shown[2:]] == [
            ["a", "x,", "y", "2026-06-01T08:30:00"],
            ["b", "-", "2026-06-01T08:30:00"],
        ]
    assert run("mypy", "--strict", "school", cwd=tmp_path).stdout.startswith("Success")


def test_what_nothing_makes_is_told_once() -> None:
    spec = spec_of(SCHOOL)
    found = [p.message for p in (*check(spec), *advise(build(spec))) if "Never" in p.message]
    assert found == ["Never is made: true, but no step and no action makes it"]
