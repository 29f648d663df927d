"""A small application in a repository with a branch that changes it, for tests of the gate."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factory_git.app import gate
from factory_git.app.gate_verdict import Verdict
from factory_git.compiler.compile import compile_spec
from factory_git.gitio.locate import locate
from factory_git.spec.load import load
from factory_git.spec.model import Source

ANN, BOB, MAL = ("Ann", "ann@example.com"), ("Bob", "bob@example.com"), ("Mal", "mal@example.com")
APPROVERS = "  approvers:\n    - {name: Ann, email: ann@example.com}\n    - {name: Bob, email: bob@example.com}\n"
SPEC = """\
factory: 1
app: {{id: {id}, title: Shop, version: {version}, stage: mature}}
identity:
  purpose: Sell what is fresh
growth:
  plates:
    - {{id: all, at: "**", max_risk: breaking}}
{growth}\
data_contracts:
  entities:
    - {{name: Fish, fields: {{id: text key, days: int{fields}}}}}
    - {{name: Sale, made: true, fields: {{fish: ref Fish, days: int}}}}
workflows:
  pipelines:
    - name: Sell
      steps:
        - {{name: Offer, each: Fish, where: it.days < 3, make: Sale, set: {{fish: it.id, days: it.days}}}}
interface:
  panels:
    - {{name: Sales, shows: Sale}}
{panels}\
safety:
  guardrails:
    - {{name: Only fresh, always: "Sale.all(s, s.days < {limit})", on_break: abort}}
acceptance:
  - name: Old fish stays
    given: {{Fish: [[id, days], [a, 1], [b, 9]]}}
    when: {{run: sell}}
    then: [size(Sale) == 1]
"""


def spec(
    *,
    id: str = "shop",  # noqa: A002
    version: str = "1.0.0",
    growth: str = APPROVERS,
    fields: str = ", note: text?",
    panels: str = "    - {name: Catch, shows: Fish}\n",
    limit: int = 3,
) -> str:
    """The text of the application's spec."""
    return SPEC.format(id=id, version=version, growth=growth, fields=fields, panels=panels, limit=limit)


# What the changes are, as the table has them.
MAJOR: dict[str, Any] = {"panels": "", "version": "1.1.0"}  # panel-removed
BREAKING: dict[str, Any] = {"fields": "", "version": "2.0.0"}  # field-removed
FORBIDDEN: dict[str, Any] = {"limit": 5, "version": "2.0.0"}  # guardrail-weakened
MINOR: dict[str, Any] = {"fields": ", note: text?, size: int?", "version": "1.1.0"}  # field-added-optional


def identity(by: tuple[str, str], author: tuple[str, str] | None = None) -> dict[str, str]:
    """The environment of somebody who commits, maybe what somebody else wrote."""
    (name, email), (wrote, at) = by, author or by
    who = {"GIT_AUTHOR_NAME": wrote, "GIT_AUTHOR_EMAIL": at, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
    return {**os.environ, **who}


class Project:
    """A repository whose ``main`` holds the application, compiled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, by: tuple[str, str] = MAL, author: tuple[str, str] | None = None) -> str:
        """Git, as somebody."""
        done = subprocess.run(
            ["git", *args], cwd=self.path, capture_output=True, text=True, check=False, env=identity(by, author)
        )
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
        return done.stdout

    def write(self, text: str, root: str = "") -> None:
        """The spec and everything that it compiles to."""
        folder = self.path / root
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "factory.yaml").write_text(text)
        loaded = load([Source(path=f"{root}/factory.yaml".lstrip("/"), content=text.encode())], root=root)
        before = {
            str(file.relative_to(folder)): file.read_bytes()
            for file in [folder / ".factory" / "lock.json", *folder.glob("migrations/*/*.sql")]
            if file.is_file()
        }
        for gone in (loaded.package, "tests"):
            shutil.rmtree(folder / gone, ignore_errors=True)
        for path, file in compile_spec(loaded, before).files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(file.content)

    def commit(self, message: str = "change", *options: str, by: tuple[str, str] = MAL) -> str:
        """Commit all there is; the commit's id."""
        self.git("add", "-A", by=by)
        self.git("commit", "-q", "--allow-empty", "-m", message, *options, by=by)
        return self.git("rev-parse", "HEAD").strip()

    def change(self, *, by: tuple[str, str] = MAL, **what: Any) -> str:
        """A branch ``change`` from ``main`` with another spec; its last commit."""
        self.git("switch", "-q", "-c", "change", "main")
        self.write(spec(**what))
        return self.commit(by=by)

    def judge(self, base: str = "main", head: str = "HEAD", options: gate.Options | None = None) -> Verdict:
        """The gate."""
        return gate.run(locate(self.path), base, head, options)


def risks(verdict: Verdict) -> Mapping[str, str]:
    """Mutation → state, of everything the gate judged."""
    return {one.mutation.id: one.state for app in verdict.apps for one in app.items}
