"""Transcripts as tests: Markdown whose ``console`` blocks are run and compared.

A block holds commands (``$ …``) and what they print, both streams in one. All blocks of a page run one after the other
in one fresh folder. Ids, times and durations are normalised on both sides, a line ``…`` stands for any lines, a last
line ``[exit 3]`` states the exit code (0 where none is stated). A block headed ``console skip`` is only shown.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NORMAL = (
    (re.compile(r"\b[0-9a-f]{7,40}\b"), "<id>"),  # shortened ones may happen to be all digits
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s)\b"), "<duration>"),
    (re.compile(r"/tmp/[^\s\"']+"), "<path>"),
)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a block and the output that the page shows for it."""

    line: str
    expected: str


def commands(block: str) -> Iterator[Command]:
    """The commands of one block, continuation lines (``> …``) joined."""
    line = ""
    output: list[str] = []
    for text in block.splitlines():
        if text.startswith("$ "):
            if line:
                yield Command(line, "\n".join(output))
            line, output = text[2:], []
        elif text.startswith("> ") and not output:
            line += "\n" + text[2:]
        else:
            output.append(text)
    if line:
        yield Command(line, "\n".join(output))


def normal(text: str) -> str:
    """``text`` with everything that differs from run to run replaced by a word."""
    for pattern, word in NORMAL:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def matches(expected: str, actual: str) -> bool:
    """Whether ``actual`` is what the page shows; ``…`` alone on a line stands for any lines, in one any text."""
    parts = [
        r"(?:[^\n]*\n)*?" if line.strip() == "…" else re.escape(line).replace("…", "[^\n]*") + r"\n"
        for line in normal(expected).splitlines()
    ]
    return re.fullmatch("".join(parts), normal(actual) + "\n" if normal(actual) else "") is not None


def run(line: str, cwd: Path) -> str:
    """The combined output of a shell line in ``cwd``; a failing one closes with ``[exit N]``."""
    env = dict(os.environ)
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    text = done.stdout.rstrip("\n")
    return f"{text}\n[exit {done.returncode}]".lstrip("\n") if done.returncode else text


def check(page: Path, cwd: Path, *, update: bool = False) -> list[str]:
    """Run a page; returns what differs, one text a command. With ``update`` the page is rewritten instead."""
    source, problems = page.read_text(), []

    def replay(match: re.Match[str]) -> str:
        shown = []
        for command in commands(match[1]):
            actual = run(command.line, cwd)
            same = matches(command.expected, actual)
            if not same:
                problems.append(f"{page.name}: $ {command.line}\n--- shown\n{command.expected}\n--- printed\n{actual}")
            output = command.expected if same else actual
            shown.append("$ " + command.line.replace("\n", "\n> ") + (f"\n{output}" if output.strip() else ""))
        return "```console\n" + "\n".join(shown) + "\n```"

    updated = BLOCK.sub(replay, source)
    if update and updated != source:
        page.write_text(updated)
        return []
    return problems
