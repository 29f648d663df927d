"""Which changes of an agent are taken, and what it is told of a failure."""

from __future__ import annotations

import pytest

from factory_git.compiler.files import Compilation
from factory_git.core.ids import Oid
from factory_git.engine import feedback
from factory_git.engine.guard import judge
from factory_git.engine.making import Made
from factory_git.gitio.commits import Change
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.engine.fakes import SPEC

OID = Oid("0" * 40)
MADE = Made(
    spec=load([Source(path="factory.yaml", content=SPEC.encode())]),
    digest="", compilation=Compilation(files={}, holes=(), proofs=(), compiler=""), base=OID,
    compiled={"app/model.py": b"", "app/py.typed": b"", "tests/test_acceptance.py": b""},
    bound={"app/bound/fill.py": b""}, stubs={}, removed=("app/old.py",), created=(), modified=(), drift=(), holes=(),
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["app/bound/fill.py", "app/bound/helper.py", "app/models.py", "docs/x.md", "src/model.py", "app/bound/data.csv"],
)
def test_honest_work_is_taken(path: str) -> None:
    taken, refused = judge([Change(status="created", path=path, mode=0o100644, oid=OID)], MADE)
    assert (len(taken), refused) == (1, [])


@pytest.mark.parametrize(
    "path",
    [
        "app/model.py", "app/old.py", "factory.yaml", "sub/factory.yaml", "x.factory.yaml", "spec/app.yaml",
        ".factory/lock.json", "sub/.factory/baseline.json", ".gitattributes", "app/.gitattributes", ".gitmodules",
        "app/model/__init__.py", "app/model.so", "app/model.cpython-311-x86_64-linux-gnu.so", "app/model.pyc",
        "app/__pycache__/model.cpython-311.pyc", "app", "tests", "tests/test_acceptance/__init__.py",
        "app/bound/fill/__init__.py",
    ],
)  # fmt: skip
def test_what_is_not_the_agents_is_refused(path: str) -> None:
    taken, refused = judge([Change(status="created", path=path, mode=0o100644, oid=OID)], MADE)
    assert taken == []
    assert refused[0].path == path


@pytest.mark.parametrize("mode", [0o120000, 0o160000])
def test_only_regular_files_are_taken(mode: int) -> None:
    taken, _ = judge([Change(status="created", path="app/bound/x.py", mode=mode, oid=OID)], MADE)
    assert taken == []


def test_a_rename_is_judged_at_both_ends() -> None:
    move = Change(status="renamed", path="app/mine.py", source="app/model.py", mode=0o100644, oid=OID)
    taken, refused = judge([move], MADE)
    assert [change.path for change in taken] == ["app/mine.py"]
    assert [item.path for item in refused] == ["app/model.py"]


def test_every_cut_is_marked_and_every_bound_holds() -> None:
    text = "\n".join(["first", "x" * 5000, *(f"line {n}" for n in range(5000)), "last"])
    short = feedback.bounded(text, 2000, 300)
    assert len(short) < 2200
    assert short.startswith("first\n")
    assert short.endswith("\nlast")
    assert "characters cut" in short
    assert "lines cut" in short
    assert feedback.bounded("short") == "short"
