"""``why`` of code that somebody writes: its nodes are those that its declaration is tied to."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app import why
from factory_git.app.context import open_context
from tests.codemap.repos import write
from tests.conftest import Git

SPEC = """\
factory: 1
app: {id: farm}
code:
  language: java
  paths: [src]
  data_contracts.entities.block: src/Farm.java::Farm.Plot
data_contracts:
  entities:
    - {name: Block, fields: {id: text key}}
workflows:
  pipelines:
    - {name: Plan, steps: [Sow]}
"""
CODE = """\
package farm;
public class Farm {
    record Plot(String id) {}
    @Gf({"workflows.pipelines.plan"})
    public void nightly() {
        sow();
    }
    public void sow() {
        run();
    }
    void run() {}
}
"""


@pytest.mark.parametrize("revision", [None, "HEAD"])
def test_a_line_is_told_by_what_its_declaration_is_tied_to(
    repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, revision: str | None
) -> None:
    write(repo, {"factory.yaml": SPEC, "src/Farm.java": CODE})
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "a farm", cwd=repo)
    monkeypatch.chdir(repo)

    def told(line: int) -> list[tuple[str, str]]:
        found = why.run(open_context(), "src/Farm.java", line, revision=revision).nodes
        return [(one.path.rpartition(".")[2], one.by) for one in found]

    assert told(3) == [("block", "code")]
    assert told(6) == [("plan", "tag")]
    assert told(9) == [("sow", "convention")]
    assert told(11) == []
