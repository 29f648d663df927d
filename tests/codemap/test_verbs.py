"""The verbs as commands: every one in every form, the quick way and the long way with the same words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.cli import main as cli
from factory_git.cli import map_quick
from tests.codemap.repos import git, repository, write

FILES = {
    "shop/__init__.py": "",
    "shop/money.py": "class Money:\n    '''An amount.'''\n\n    cents: int = 0\n\n    def add(self, other): ...\n",
    "shop/order.py": "from shop.money import Money\n\n\nclass Order:\n    total: Money\n\n    def pay(self):\n"
    "        self.total.add(1)\n\n\n# Money in a comment\ndef settle(order: Order):\n    order.pay()\n    'Money in a string'\n",
    "notes.txt": "Money\n",
}
PLAIN = [
    ["find", "Money"],
    ["find", "se*"],
    ["outline", "shop/order.py"],
    ["callers", "Money.add"],
    ["callees", "settle"],
    ["imports", "shop/order.py"],
    ["importers", "shop/money.py"],
    ["impact", "Money.add"],
    ["impact", "shop/money.py", "--depth", "1"],
    ["find", "Money", "--at", "HEAD"],
    ["find", "Money", "--staged"],
]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = repository(tmp_path / "r", FILES)
    git(folder, "commit", "-q", "-m", "first")
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        yield folder


def told(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["map", *args]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("args", PLAIN, ids=" ".join)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_the_quick_way_says_what_the_long_way_says(
    repo: Path, args: list[str], form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    long = told([*args, *form], capsys)
    assert long
    done = subprocess.run(
        [sys.executable, "-m", "factory_git", "map", *args, *form], capture_output=True, text=True, check=True, cwd=repo
    )
    assert done.stdout == long
    assert map_quick._parse([*args, *form]) is not None
    if form:
        json.loads(long)


@pytest.mark.parametrize(
    "args",
    [
        ["find"],
        ["find", "a", "b"],
        ["find", "--what", "a"],
        ["find", "a", "--depth", "2"],
        ["impact", "a", "--depth", "0"],
        ["impact", "a", "--depth", "x"],
        ["find", "a", "--at"],
        ["find", "a", "--at", "HEAD", "--staged"],
        ["refs", "a"],
        ["-h"],
    ],
    ids=" ".join,
)
def test_what_is_not_plain_goes_the_long_way(args: list[str]) -> None:
    assert map_quick.answer(args) is None


def test_a_plain_question_loads_neither_the_command_line_nor_a_parser(repo: Path) -> None:
    script = (
        "import sys; sys.argv = ['git-factory', 'map', 'find', 'Money', '--staged']\n"
        "from factory_git.__main__ import main\n"
        "code = main()\n"
        "heavy = {'click', 'pygit2', 'yaml', 'jsonschema', 'tree_sitter', 'multiprocessing', 'json'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    subprocess.run([sys.executable, "-m", "factory_git", "map", "find", "Money", "--staged"], check=True, cwd=repo)
    subprocess.run([sys.executable, "-c", script], check=True, cwd=repo)


def test_files_are_named_from_the_callers_folder_or_from_the_top(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.chdir(repo / "shop")
        near = told(["outline", "money.py"], capsys)
        assert told(["outline", "shop/money.py"], capsys) == near
        assert told(["outline", "../shop/money.py"], capsys) == near
        assert told(["outline", str(repo / "shop" / "money.py")], capsys) == near


def test_refs_leave_comments_and_strings_out_and_say_what_each_place_is(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = json.loads(told(["refs", "Money", "--json"], capsys))
    assert [(m["path"], m["line"], m["kind"], m["id"]) for m in answer["mentions"]] == [
        ("shop/money.py", 1, "definition", "Money"),
        ("shop/order.py", 1, "import", "<module>"),
        ("shop/order.py", 5, "type", "Order"),
    ]
    assert answer["other_files"] == 1
    for form in (["--staged"], ["--at", "HEAD"]):
        assert json.loads(told(["refs", "Money", "--json", *form], capsys)) == answer
    write(repo, {"new.py": "from shop.money import Money as M\nprint(M)\n"})
    paths = {m["path"] for m in json.loads(told(["refs", "Money", "--json"], capsys))["mentions"]}
    assert "new.py" in paths


def test_a_brief_keeps_its_budget_and_says_what_it_left_out(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(told(["brief", "Money and Order when they settle", "--budget", "50", "--json"], capsys))
    assert answer["tokens"] <= 50
    assert answer["cut"] > 0
    assert answer["items"][0]["id"] in ("Money", "Order", "settle")
    assert "did not fit into 50 tokens" in told(["brief", "Money and Order when they settle", "--budget", "50"], capsys)
    assert "no word of the task" in told(["brief", "xyzzy"], capsys)


def test_the_export_has_everything_and_the_pictures_are_well_formed(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = json.loads(told(["export"], capsys))
    assert [f["path"] for f in answer["files"]] == ["shop/__init__.py", "shop/money.py", "shop/order.py"]
    assert answer["imports"] == [{"source": "shop/order.py", "target": "shop/money.py"}]
    assert {(c["caller"], c["callee"], c["how"]) for c in answer["calls"]} == {
        ("shop/order.py::Order.pay", "shop/money.py::Money.add", "type"),
        ("shop/order.py::settle", "shop/order.py::Order.pay", "type"),
    }
    assert told(["export", "--format", "dot", "--calls", "shop"], capsys).count("style=dashed") == 2
    assert told(["export", "--format", "mermaid"], capsys).startswith("flowchart LR\n")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["find", "Mony"], 3, "near: Money"),
        (["outline", "none.py"], 3, "not on the map"),
        (["outline", "notes.txt"], 3, "not on the map"),
        (["callers", "nothing_like_it"], 3, "nothing is named"),
        (["find", "a", "--at", "nowhere"], 3, "no revision"),
        (["find", "a", "--at", "HEAD", "--staged"], 2, "one of them"),
        (["export", "nofolder"], 3, "no folder"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_mistakes_are_told_with_a_way_out(
    repo: Path, args: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["map", *args]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "factory_git", "map", "find", "x"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 128
    assert "not in a Git repository" in done.stderr
