"""What Git was asked to do when it called us as a hook: ``commit --amend`` and ``push --dry-run`` say so nowhere else.

Git tells a commit-msg hook neither in its arguments nor in its environment that a commit is amended, and a pre-push
hook not that the push is a dry run. The command line of the Git above us does.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEPTH = 16  # processes between Git and us: a shell, a hook framework, its runner …
_GLOBAL = ("-c", "-C", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env", "--attr-source")
# Options of `git commit` and `git push` that take the next word as their value.
_LETTERS = {"commit": "mFCct", "push": "o"}
_WORDS = {
    "commit": (
        "message", "file", "reuse-message", "reedit-message", "fixup", "squash", "author", "date", "template",
        "cleanup", "trailer", "pathspec-from-file",
    ),
    "push": ("repo", "receive-pack", "exec", "push-option", "recurse-submodules"),
}  # fmt: skip


# What Git sets for the hooks it runs, and not for `git factory …` from a shell.
_HOOKED = ("GIT_PREFIX", "GIT_INDEX_FILE", "GIT_QUARANTINE_PATH", "GIT_PUSH_OPTION_COUNT")


def in_hook(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether Git called us from one of its hooks, whoever wrote that (an alias that runs a shell looks the same)."""
    return any(name in environ for name in _HOOKED)


def amends(pid: int | None = None) -> bool:
    """Whether the commit being made replaces ``HEAD``."""
    return asks(git_above("commit", pid), "commit", "amend", 2)


def is_dry_run(pid: int | None = None) -> bool:
    """Whether the push only shows what it would do."""
    return asks(git_above("push", pid), "push", "dry-run", 2, letter="n")


def git_above(verb: str, pid: int | None = None) -> list[str]:
    """What follows ``git VERB`` on the command line of the nearest such process above; empty where there is none."""
    here = os.getppid() if pid is None else pid
    for _ in range(_DEPTH):
        if here <= 1:
            break
        parent, argv = _process(here)
        after = _after(verb, argv)
        if after is not None:
            return after
        here = parent
    return []


def asks(args: Sequence[str], verb: str, word: str, least: int, *, letter: str = "") -> bool:
    """Whether the arguments of ``git VERB`` hold an option, abbreviated to no less than ``least`` letters, or not."""
    skip = False
    for arg in args:
        if skip:
            skip = False
        elif arg == "--":
            return False
        elif arg.startswith("--"):
            name, equals, _ = arg[2:].partition("=")
            if len(name) >= least and word.startswith(name):
                return True
            skip = not equals and any(known.startswith(name) for known in _WORDS[verb])
        elif arg.startswith("-"):
            for at, sign in enumerate(arg[1:], 1):
                if sign == letter:
                    return True
                if sign in _LETTERS[verb] or sign in "Su":  # -S and -u take the rest of the word only
                    skip = sign in _LETTERS[verb] and at == len(arg) - 1
                    break
    return False


def _after(verb: str, argv: Sequence[str]) -> list[str] | None:
    if not argv:
        return None
    name = os.path.basename(argv[0])  # noqa: PTH119 (no file: the word a process was started by)
    if name == f"git-{verb}":
        return list(argv[1:])
    if name != "git":
        return None
    rest = list(argv[1:])
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in _GLOBAL else rest[1:]
    return rest[1:] if rest[:1] == [verb] else None


def _process(pid: int) -> tuple[int, list[str]]:
    """The parent and the command line of a process; ``(0, [])`` where the system does not tell."""
    try:
        status, argv = _read(f"/proc/{pid}/stat"), _read(f"/proc/{pid}/cmdline")
        # The name stands in brackets and may hold anything: what counts comes after the last one.
        return int(status.rpartition(b")")[2].split()[1]), [os.fsdecode(a) for a in argv.split(b"\0")[:-1]]
    except (OSError, ValueError, IndexError):
        return _by_ps(pid)


def _read(file: str) -> bytes:
    with open(file, "rb") as opened:  # noqa: PTH123 (on the commit-msg hook's path: pathlib costs)
        return opened.read()


def _by_ps(pid: int) -> tuple[int, list[str]]:
    """The same from ``ps``, where there is no ``/proc``; words of an argument with blanks come apart."""
    import subprocess  # noqa: PLC0415 (10 ms, only where there is no /proc)

    try:
        line = ["ps", "-o", "ppid=", "-o", "args=", "-p", str(pid)]
        done = subprocess.run(line, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        parent, *argv = done.stdout.decode(errors="surrogateescape").split()
        return int(parent), argv
    except (OSError, ValueError):
        return 0, []
