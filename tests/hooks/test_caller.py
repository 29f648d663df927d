"""What the command line of the Git above us says, read the way Git reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.gitio import caller


@pytest.mark.parametrize(
    ("line", "amends"),
    [
        ("--amend", True),
        ("-q --am -m x", True),
        ("-am --amend", False),
        ("-ma --amend", True),
        ("-m --amend -a", False),
        ("--message --amend", False),
        ("--message=--amend --amend", True),
        ("--author --amend --amend", True),
        ("-S --amend", True),
        ("-Skey --amend", True),
        ("-- --amend", False),
        ("-a -F msg --amend", True),
        ("-F --amend", False),
        ("--all --allow-empty --author=x", False),
        ("-uall --amend", True),
        ("--trailer --amend", False),
        ("-va", False),
    ],
)
def test_the_options_of_a_commit(line: str, amends: bool) -> None:
    assert caller.asks(line.split(), "commit", "amend", 2) is amends


@pytest.mark.parametrize(
    ("line", "dry"),
    [
        ("-n origin", True),
        ("origin --dry-run main", True),
        ("-fn", True),
        ("-o -n origin", False),
        ("-on origin", False),
        ("origin main", False),
        ("--push-option --dry-run", False),
    ],
)
def test_the_options_of_a_push(line: str, dry: bool) -> None:
    assert caller.asks(line.split(), "push", "dry-run", 2, letter="n") is dry


def test_the_nearest_git_above_is_asked(tmp_path: Path) -> None:
    """A process that calls itself git, a shell between, and this program under it."""
    fake = tmp_path / "git"
    fake.symlink_to("/bin/sh")
    probe = tmp_path / "probe.py"
    probe.write_text("from factory_git.gitio import caller\nprint(caller.git_above('commit'))\n")
    script = tmp_path / "commit"
    script.write_text(f'#!/bin/sh\nsh -c \'"$0" "$1"; :\' "{sys.executable}" "{probe}"\n:\n')
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [fake, "commit", "--amend", "a b"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout == "['--amend', 'a b']\n", done.stderr


def test_ps_says_the_same_where_there_is_no_proc() -> None:
    parent, argv = caller._process(os.getpid())
    by_ps, words = caller._by_ps(os.getpid())
    assert (parent, argv[0]) == (by_ps, words[0])
    assert parent == os.getppid()
    assert caller._by_ps(2**30) == (0, [])


def test_where_no_git_is_above_nothing_is_asked() -> None:
    assert caller.git_above("commit", 1) == []
    assert not caller.is_dry_run(1)
