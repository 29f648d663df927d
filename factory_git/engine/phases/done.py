"""done: the spec's definition of done, command by command. A failure that the base has too is told, and excuses nothing
else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from factory_git.engine.decide import Done
from factory_git.engine.feedback import bounded
from factory_git.engine.phases.command import Ran, run_command
from factory_git.engine.phases.validate import checkout
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Report, Workshop
from factory_git.gitio import worktrees

KEPT = 20_000  # characters of each stream in the record
_TIMES = re.compile(r"\b\d+(?:\.\d+)?\s?(?:ms|s|sec|seconds)\b|\b\d+:\d\d(?::\d\d)?\b")


def done(shop: Workshop, state: State, action: Done) -> Report:
    """Outcome ``passed`` when every command exits 0, or fails exactly as it does on the base; else ``failed``."""
    assert state.base is not None
    spec = shop.make(state.base).spec
    if not spec.done:
        return Report(
            outcome=Outcome.PASSED,
            title="the spec has no done commands",
            payload={"commit": action.commit, "commands": [], "inherited": []},
        )
    made = shop.make(state.base)
    place = checkout(shop, state, made, action.commit, hide=True)
    commands: list[dict[str, Any]] = []
    for text in spec.done:
        ran = run_command(shop, place, text.text)
        outcome = "passed" if ran.ok else "failed"
        if not ran.ok and _inherited(shop, state, place, spec.root, ran):
            outcome = "inherited"
        commands.append(_described(ran, outcome))
    failed = [c for c in commands if c["outcome"] == "failed"]
    inherited = [c["command"] for c in commands if c["outcome"] == "inherited"]
    return Report(
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        title=_title(commands),
        payload={"commit": action.commit, "commands": commands, "inherited": inherited},
    )


def _inherited(shop: Workshop, state: State, place: Path, root: str, ran: Ran) -> bool:
    """Whether the command fails on the base commit too, at every same place with the same message."""
    assert state.base is not None
    base = worktrees.add(shop.common_dir, shop.folder_name(state.run, "-base"), state.base)
    try:
        folder = base / root if root else base
        if not folder.is_dir():
            return False
        before = run_command(shop, folder, ran.command)
    finally:
        worktrees.remove(shop.common_dir, base)
    if before.ok or (before.exit, before.why) != (ran.exit, ran.why):
        return False
    return not messages(ran, place) - messages(before, folder)


def messages(ran: Ran, place: Path) -> Counter[str]:
    """The lines a command wrote, without what differs from run to run: the folder's name, times."""
    text = f"{ran.stdout}\n{ran.stderr}".replace(str(place), ".")
    return Counter(_TIMES.sub("…", line).rstrip() for line in text.splitlines() if line.strip())


def _described(ran: Ran, outcome: str) -> dict[str, Any]:
    return {
        "command": ran.command,
        "exit": ran.exit,
        "outcome": outcome,
        "stdout": bounded(ran.stdout, KEPT, 2000),
        "stderr": bounded(ran.stderr, KEPT, 2000),
        "seconds": round(ran.seconds, 3),
        **({"why": ran.why} if ran.why else {}),
    }


def _title(commands: list[dict[str, Any]]) -> str:
    count = Counter(command["outcome"] for command in commands)
    words = [f"{count['passed']} of {len(commands)} commands"]
    words += [f"{count['inherited']} failures that the base has too"] if count["inherited"] else []
    return ", ".join(words)
