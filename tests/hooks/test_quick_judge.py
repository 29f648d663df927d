"""The hook's quick "yes" is never said where the whole check has something to report, whatever is staged."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from factory_git import hook
from factory_git.app import check, hooks
from factory_git.gitio.locate import locate
from tests.codemap.repos import write
from tests.conftest import Git
from tests.drift.conftest import SPEC as COMPILED
from tests.drift.conftest import compile_into

BOUND = """\
factory: 1
app: {{id: farm}}
code:
  default: bound
  language: {language}
  paths: [src]
  data_contracts.entities.item: {item}
  workflows.pipelines.sell: {sell}
data_contracts:
  entities:
    - {{name: Item, fields: {{id: text key, owner: {{type: text, pii: personal}}}}}}
workflows:
  pipelines:
    - name: Sell
      steps: [Fetch items, Send them]
"""
PYTHON = {
    "factory.yaml": BOUND.format(language="python", item="src/items.py::Item", sell="src/sell.py::sell"),
    "src/items.py": "class Item:\n    id: str\n    owner: str\n",
    "src/steps.py": "def fetch_items(db):\n    return db.items()\n\n\ndef send_them(items):\n    return len(items)\n",
    "src/sell.py": "from src.steps import fetch_items, send_them\n\n\ndef sell(db):\n    items = fetch_items(db)\n"
    "    send_them(items)\n    return None\n",
    "lib/other.py": "import os\n\n\ndef other():\n    return os.name\n",
    "README": "farm\n",
}
TYPESCRIPT = {
    "factory.yaml": BOUND.format(language="typescript", item="src/items.ts::Item", sell="src/sell.ts::sell"),
    "src/items.ts": "export interface Item {\n  id: string;\n  owner: string;\n}\n",
    "src/steps.ts": "export function fetchItems(db: any) {\n  return db.items();\n}\n"
    "export function sendThem(items: any) {\n  return items.length;\n}\n",
    "src/sell.ts": 'import { fetchItems, sendThem } from "./steps";\n\nexport function sell(db: any) {\n'
    "  const items = fetchItems(db);\n  sendThem(items);\n}\n",
    "lib/other.ts": "export const other = 1;\n",
}
GO = {
    "factory.yaml": BOUND.format(language="go", item="src/items.go::Item", sell="src/sell.go::Sell"),
    "go.mod": "module farm\n",
    "src/items.go": "package src\n\ntype Item struct {\n\tId string\n\tOwner string\n}\n",
    "src/steps.go": "package src\n\nfunc FetchItems(db int) []Item {\n\treturn nil\n}\n\nfunc SendThem(i []Item) {}\n",
    "src/sell.go": "package src\n\nfunc Sell(db int) {\n\titems := FetchItems(db)\n\tSendThem(items)\n}\n",
    "lib/other.go": "package lib\n\nfunc Other() int {\n\treturn 1\n}\n",
}
OLDER = {  # things to find from the start: an order, a suppression, an entry
    **PYTHON,
    "src/sell.py": "from src.steps import fetch_items, send_them\n\n\ndef sell(db):\n    send_them([])\n"
    "    items = fetch_items(db)\n    print(items[0].owner)\n    return None\n",
    "src/items.py": "# gf: ignore[GF104] grown\nclass Item:\n    id: str\n    owner: str\n    more: int\n",
}
TREES = {"python": PYTHON, "typescript": TYPESCRIPT, "go": GO, "older": OLDER, "compiled": {}}
SNIPPETS = {
    ".py": ["# a comment\n", "X = 1\n", "def more():\n    return 1\n", "class Item:\n    id: str\n", "def broken(:\n",
            "# gf: workflows.pipelines.sell\ndef second():\n    pass\n", "# gf: ignore[GF203] for now\n",
            "from src.items import Item\n\n\ndef leak(item: Item):\n    print(item.owner)\n", "\n"],
    ".ts": ["// a comment\n", "export const x = 1;\n", "function broken( {\n", "// gf: data_contracts.entities.itm\n"],
    ".go": ["// a comment\n", "func more() int {\n\treturn 1\n}\n", "func broken( {\n", "// gf: ignore[GF202]\n"],
}  # fmt: skip
ODD = {
    ".gitattributes": ["src/*.py linguist-generated\n", "*.txt text\n"],
    "src/notes.txt": ["words\n", "more words\n"],
    "farm/left.py": ["# Compiled by git-factory 0 from x\n", "x = 1\n"],
    ".factory/baseline.json": ["[]\n"],
    "README": ["a\n", "b\n"],
    "pyproject.toml": ["[project]\n"],
}


class Farm:
    """A repository that changes at random."""

    def __init__(self, top: Path, git: Git, files: dict[str, str], seed: int) -> None:
        self.top, self.git, self.dice = top, git, random.Random(seed)
        self.breaks = bool(files)  # of what was compiled, nothing is remembered once a broken state is committed
        if files:
            write(top, files)
        else:
            write(top, {"factory.yaml": COMPILED, "lib/other.py": PYTHON["lib/other.py"]})
            compile_into(top)
        self.commit()

    def commit(self) -> None:
        self.git("add", "-A", "-f", ".", cwd=self.top)
        self.git("commit", "-q", "--allow-empty", "-m", "x", cwd=self.top)

    def stage(self) -> None:
        for _ in range(self.dice.choice([1, 1, 1, 2, 4])):
            self.edit()
        self.git("add", "-A", "-f", ".", cwd=self.top)

    def edit(self) -> None:
        code = sorted(
            path
            for path in self.top.rglob("*")
            if path.suffix in SNIPPETS and path.is_file() and ".git" not in path.parts
        )
        if self.dice.random() < 0.8:
            code = [path for path in code if b"Compiled by" not in path.read_bytes()[:200]] or code
        path, what = self.dice.choice(code), self.dice.random()
        lines = path.read_text().splitlines(keepends=True)
        if what < 0.45:
            lines.insert(self.dice.randrange(len(lines) + 1), self.dice.choice(SNIPPETS[path.suffix]))
        elif what < 0.6:
            lines.append(self.dice.choice(SNIPPETS[path.suffix]))
        elif what < 0.75 and lines:
            one = self.dice.randrange(len(lines))
            lines[one : one + 2] = reversed(lines[one : one + 2])
        elif what < 0.82 and lines:
            del lines[self.dice.randrange(len(lines))]
        elif what < 0.88:
            path = path.with_name(f"new{self.dice.randrange(3)}{path.suffix}")
            lines = [self.dice.choice(SNIPPETS[path.suffix])] if self.dice.random() < 0.7 else lines
        elif what < 0.92 and len(code) > 3:
            path.rename(path.with_name(f"moved{self.dice.randrange(3)}{path.suffix}"))
            return
        elif what < 0.94:
            spec = self.top / "factory.yaml"
            spec.write_text(spec.read_text() + "# more\n")
            return
        else:
            name = self.dice.choice(sorted(ODD))
            write(self.top, {name: self.dice.choice(ODD[name])})
            return
        path.write_text("".join(lines))

    def step(self) -> tuple[bool, bool]:
        """What the hook says, and whether the whole check reports nothing."""
        yes = hook.quick(base=True)
        notes = {one: one.read_bytes() for one in (self.top / ".git/factory").glob("gate*")}
        staged = self.git("diff", "--cached", "--name-only", cwd=self.top)
        found = check.run(locate(), check.Options(spec_first=True, base=None if staged else "HEAD")).findings
        clean = not found
        assert clean or not yes, found
        if yes and self.dice.random() < 0.7:  # the hook alone goes on from here
            for one, data in notes.items():
                one.write_bytes(data)
        return yes, clean

    def settle(self, *, clean: bool) -> None:
        what = self.dice.random()
        if what < 0.15:
            return  # more is staged upon it
        if clean or (what < 0.3 and self.breaks):
            self.commit()
        else:
            self.git("reset", "-q", "--hard", cwd=self.top)


def play(top: Path, git: Git, tree: str, seed: int, steps: int) -> tuple[int, int]:
    farm = Farm(top, git, TREES[tree], seed)
    farm.step()
    said = clean = 0
    for _ in range(steps):
        farm.stage()
        yes, good = farm.step()
        said, clean = said + yes, clean + good
        farm.settle(clean=good)
    return said, clean


@pytest.mark.parametrize("tree", sorted(TREES))
def test_yes_is_said_only_where_nothing_is_found(
    repo: Path, git: Git, tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    said, clean = play(repo, git, tree, seed=7, steps=30)
    assert 3 < said <= clean


def test_a_commit_that_changes_nothing_is_not_asked_for_everything(repo: Path, git: Git) -> None:
    write(repo, {**PYTHON, "src/items.py": "class Item:\n    id: str\n"})  # a field is missing from the start
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "x", cwd=repo)
    hooks.install(locate(repo), ["pre-commit"])
    before = git("rev-parse", "HEAD", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "nothing", cwd=repo)
    assert git("rev-parse", "HEAD", cwd=repo) != before


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20 if os.environ.get("FACTORY_SOAK") else 0))
@pytest.mark.parametrize("tree", sorted(TREES))
def test_yes_is_said_only_where_nothing_is_found_at_length(
    repo: Path, git: Git, tree: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    play(repo, git, tree, seed, 120)
