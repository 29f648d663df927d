"""The definition of done: exit codes and outputs, and no excuse by a failure that was there before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_git.engine.phases import validate
from tests.engine.fakes import BOUND_FILE, GOOD, SPEC, Git, Shop, make_shop
from tests.engine.test_kill import proves


@pytest.fixture
def make(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shop]:
    monkeypatch.setattr(validate, "prove", proves)

    def build(*commands: str, files: dict[str, str] | None = None) -> Shop:
        listed = "".join(f"  - {command!r}\n" for command in commands)
        shop = make_shop(tmp_path / "shop", git, monkeypatch, SPEC + f"done:\n{listed}")
        shop.commit({BOUND_FILE: GOOD, **(files or {})})
        return shop

    return build


def commands(shop: Shop) -> list[dict[str, Any]]:
    return list(shop.records("done")[-1].payload["commands"])


def test_commands_that_exit_0_are_done_and_what_they_said_is_kept(make: Callable[..., Shop]) -> None:
    shop = make("test -f shop/model.py", "echo out; echo err >&2")
    assert shop.run().specs[0].outcome == "converged"
    assert [c["exit"] for c in commands(shop)] == [0, 0]
    assert (commands(shop)[1]["stdout"], commands(shop)[1]["stderr"]) == ("out", "err")


def test_a_command_that_fails_is_not_done(make: Callable[..., Shop]) -> None:
    shop = make("sh check.sh", files={"check.sh": "test ! -f shop/model.py || { echo bad; exit 3; }\n"})
    one = shop.run().specs[0]
    assert (one.outcome, one.promoted) == ("not converged", False)
    assert one.failures == ("$ sh check.sh: exit 3",)
    assert commands(shop)[0]["stdout"] == "bad"


def test_the_same_failure_on_the_base_is_inherited_and_told(make: Callable[..., Shop]) -> None:
    script = "pwd; echo took $$.5s >/dev/null; echo old.py:3: unused; exit 1\n"
    shop = make("sh check.sh", files={"check.sh": script})
    one = shop.run().specs[0]
    assert (one.outcome, one.promoted, one.inherited) == ("converged", True, ("sh check.sh",))
    assert commands(shop)[0]["outcome"] == "inherited"


@pytest.mark.parametrize(
    "more",
    [
        "echo old.py:4: unused",  # another place
        "echo old.py:3: unused",  # the same once more
        "echo new.py:1: other",
        "exit 2",  # another code
    ],
)
def test_anything_more_than_the_base_has_is_the_candidates_own(make: Callable[..., Shop], more: str) -> None:
    shop = make(
        "sh check.sh", files={"check.sh": f"echo old.py:3: unused; test -f shop/model.py && {{ {more}; }}; exit 1\n"}
    )
    one = shop.run().specs[0]
    assert (one.outcome, one.inherited) == ("not converged", ())
    assert commands(shop)[0]["outcome"] == "failed"


@pytest.mark.parametrize("command", ["no-such-tool-here --check", "true && no-such-tool-here"])
def test_a_missing_tool_is_an_error_by_name(make: Callable[..., Shop], command: str) -> None:
    one = make(command).run().specs[0]
    assert one.outcome == "error"
    assert "no-such-tool-here" in one.reason
    assert "install it" in one.hint


def test_what_a_command_said_reaches_the_agent(make: Callable[..., Shop]) -> None:
    shop = make(
        "sh check.sh", files={"check.sh": "test ! -f shop/model.py || { echo too long; echo why >&2; exit 1; }\n"}
    )
    assert shop.run(agent=shop.agent("print('no')\n"), max_iterations=2).specs[0].iterations == 2
    (implement,) = [record for record in shop.records("implement") if record.payload["iteration"] == 2]
    prompt = shop.blob(implement.payload["prompt"])
    assert "### $ sh check.sh\nfailed (exit 1)\ntoo long\nwhy" in prompt


def test_the_environment_of_a_command_is_the_allow_list(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make("env")
    with monkeypatch.context() as patch:
        patch.setenv("SOME_SECRET", "s3cret")
        patch.setenv("GIT_PREFIX", "x/")
        shop.run()
    assert "PATH=" in commands(shop)[0]["stdout"]
    assert "s3cret" not in commands(shop)[0]["stdout"]
    assert "GIT_PREFIX" not in commands(shop)[0]["stdout"]


def test_what_a_command_leaves_or_changes_is_not_promoted(make: Callable[..., Shop]) -> None:
    shop = make("echo x >> shop/model.py; echo y > litter.txt")
    assert shop.run().specs[0].outcome == "converged"
    assert "x" not in shop.show("shop/model.py").splitlines()
    assert "litter.txt" not in shop.git("ls-tree", "-r", "--name-only", "main")
