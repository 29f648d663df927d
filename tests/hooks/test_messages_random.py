"""Whatever a message looks like: nothing of it is lost, what is due is there once, a second look changes nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.app import commit_message, message_quick
from factory_git.app.context import Context, open_context
from factory_git.core.errors import InvalidInput
from factory_git.gitio import trailers
from tests.conftest import Git
from tests.hooks.conftest import ITEM, LABEL
from tests.hooks.test_commit_msg import MODEL, change

LINES = st.sampled_from(
    [
        "", "", "", "subject", "fix: a thing", "a line of text", "# a remark", "Signed-off-by: A <a@b>", "Fixes: #12",
        "(cherry picked from commit 1234567890)", "---", "- a list", "  indented", " folded", "Factory-Spec: shop",
        f"Factory-Node: {ITEM}", f"Factory-Node: {LABEL}", "Factory-Node: … and 3 more", "factory-phase: implement",
        "ünï", "# ------------------------ >8 ------------------------", "diff --git a/x b/x", "key: value", "\tx",
        "Conflicts:", "trailing  ", "# Conflicts:", "Reviewed-by:", "Merge branch 'x'", "fixup! x",
    ]
)  # fmt: skip
EXAMPLES = 300 if os.environ.get("FACTORY_SOAK") else 25
ctx_of: dict[str, Context] = {}


@pytest.fixture
def staged(bound: Path, git: Git) -> Iterator[Path]:
    """A repository with a change of the item staged."""
    change(bound, MODEL, "price: Decimal", "price: int")
    git("add", "-A", cwd=bound)
    ctx_of["it"] = open_context(bound)
    yield bound / ".git" / "words"
    ctx_of.clear()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=10), end=st.sampled_from(["", "\n", "\n\n"]))
def test_any_message(staged: Path, lines: list[str], end: str) -> None:
    before = "\n".join(lines) + end
    staged.write_text(before)
    try:
        done = commit_message.run(ctx_of["it"], staged)
    except InvalidInput:
        assert staged.read_text() == before
        return
    after = staged.read_text()
    assert theirs(after) == theirs(before)
    there = [(one.key.lower(), one.value) for one in trailers.parse(after.encode())]
    for one in done.added:
        assert there.count((one.key.lower(), one.value)) == 1
    if done.added:
        assert ("factory-node", ITEM) in there
    commit_message.run(ctx_of["it"], staged)
    assert staged.read_text() == after
    staged.write_text(before)
    with contextlib.chdir(staged.parents[1]):
        quick = message_quick.quick(str(staged))
    assert staged.read_text() == (after if quick else before)


def theirs(text: str) -> list[str]:
    """The lines that somebody wrote. Git writes trailers anew, without the remarks between them."""
    return [line.rstrip() for line in text.split("\n") if line.strip() and not ours(line) and line[0] != "#"]


def ours(line: str) -> bool:
    return line.lower().startswith(("factory-node:", "factory-spec:"))
