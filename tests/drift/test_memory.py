"""What the hook remembers, by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.drift import memory
from factory_git.spec.load import find
from tests.conftest import Git

NAMES = st.sampled_from(
    ["factory.yaml", "app.yaml", "x.factory.yaml", "spec", "data_contracts", ".factory", "lock.json"]
)
PATHS = st.lists(st.one_of(NAMES, st.text("ab.", min_size=1, max_size=3)), min_size=1, max_size=4).map("/".join)


def state(**more: object) -> memory.State:
    given_ = {"stamp": "s", "also": (), "asked": (), "inputs": {}, "expected": {}} | more
    return memory.State(**given_)  # type: ignore[arg-type]


@given(PATHS)
def test_whatever_may_be_a_spec_is_an_input(path: str) -> None:
    files = {file for _, found in find([path]) for file in found}
    assert files <= state().inputs_in({path: "x"}).keys()


def test_what_git_matches_and_what_is_an_input_are_the_same(repo: Path, git: Git) -> None:
    paths = ["factory.yaml", "a/factory.yaml", "b.factory.yaml", "xfactory.yaml", "spec/app.yaml", "q/spec/d/e.yaml"]
    paths += [".factory/lock.json", "a/.factory/lock.json", "factory.yml", "spec/app.json", "a/spec", "other.yaml"]
    paths += ["migrations/1/up.sql", "odd [x]*/é.sql"]
    for path in paths:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text("x\n") if not (repo / path).is_dir() else None
    git("add", ".", cwd=repo)
    one = state(also=("migrations", "odd [x]*"))
    listed = set(filter(None, git("ls-files", "-z", "--", *one.pathspecs(), cwd=repo).split("\0")))
    everything = dict.fromkeys(filter(None, git("ls-files", "-z", cwd=repo).split("\0")), "x")
    assert listed == one.inputs_in(everything).keys()
    assert len(listed) == 10


def test_many_files_of_a_folder_are_asked_for_as_the_folder() -> None:
    many = [f"apps/one/shop/{n}.py" for n in range(9)]
    few = ["apps/one/tests/test_acceptance.py", "apps/one/.factory/lock.json"]
    assert memory.folders("apps/one", [*many, *few]) == sorted(["apps/one/shop", *few])
    assert memory.folders("", ["shop/a.py", "shop/b.py"]) == ["shop/a.py", "shop/b.py"]
    assert memory.folders("", [f"shop/{n}" for n in range(4)]) == ["shop"]


@pytest.mark.parametrize(
    ("expected", "found", "good"),
    [
        ("100644 aa 0", "100644 aa 0", True),
        ("100644 aa 0", "100755 aa 0", False),
        ("100644 aa 0", "100644 bb 0", False),
        ("100644 aa 0", "100644 aa 1+100644 aa 2", False),
        ("100644 aa 0", None, False),
        (memory.ANY, "100755 bb 0", True),
        (memory.ANY, "120000 bb 0", False),
        (memory.ANY, "100644 bb 1+100644 cc 2", False),
        (memory.ANY, None, False),
        (memory.ABSENT, None, True),
        (memory.ABSENT, "100644 aa 0", False),
    ],
)
def test_what_holds(expected: str, found: str | None, good: bool) -> None:
    answer = state(expected={"p": expected}).broken({"p": found} if found else {})
    assert answer == ([] if good else ["p"])


def test_the_latest_states_are_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "factory" / "gate")
    states = [state(inputs={"factory.yaml": f"100644 {n} 0"}) for n in range(20)]
    memory.write(path, [states[0], *states])
    kept = memory.read(path)
    assert [one.inputs for one in kept] == [one.inputs for one in states[: memory.KEPT]]
    assert sorted(p.name for p in (tmp_path / "factory").iterdir()) == ["gate"]
