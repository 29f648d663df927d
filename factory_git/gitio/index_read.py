"""Read the index through Git itself, within the time budget of a commit hook.

Git sets ``GIT_INDEX_FILE`` to a temporary index in ``git commit -a`` and ``git commit -- path``; only a child that
inherits the environment sees what will be committed. This module is on the hook's path: it imports nothing but ``os``
(``subprocess`` alone costs more than both of Git's answers).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Answers in English, as they are parsed; no lock, as a commit holds it; pathspecs that mean what they say here.
_SETTINGS = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_GLOB_PATHSPECS": "0",
    "GIT_NOGLOB_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "0",
}


class Child:
    """A Git child that runs while the caller goes on; ``result()`` waits for it.

    ``stdin`` is a descriptor that it reads from; ``env`` is set besides the caller's environment.
    """

    __slots__ = ("_fd", "_pid")

    def __init__(self, *args: str, stdin: int = -1, env: dict[str, str] | None = None) -> None:
        reading, writing = os.pipe()
        try:
            null = os.devnull
            self._pid = os.posix_spawnp(
                "git",
                ["git", *args],
                os.environ | _SETTINGS | (env or {}),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, null, os.O_RDONLY, 0) if stdin < 0 else (os.POSIX_SPAWN_DUP2, stdin, 0),
                    (os.POSIX_SPAWN_DUP2, writing, 1),
                    (os.POSIX_SPAWN_OPEN, 2, null, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_CLOSE, reading),
                ],
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._fd = reading

    def result(self) -> tuple[int, bytes]:
        """The exit code and the standard output."""
        parts = []
        try:
            while part := os.read(self._fd, 1 << 16):
                parts.append(part)
        finally:
            os.close(self._fd)
            _, status = os.waitpid(self._pid, 0)
        return os.waitstatus_to_exitcode(status), b"".join(parts)


def entries(pathspecs: Sequence[str]) -> dict[str, str] | None:
    """Path (from the top) → ``mode oid stage`` of the index entries that match ``pathspecs``.

    None when Git could not answer; the caller must not take that for "nothing there".
    """
    code, out = Child("ls-files", "--stage", "-z", "--full-name", "--", *pathspecs).result()
    return parse(out) if code == 0 else None


def parse(listing: bytes) -> dict[str, str]:
    """Path → ``mode oid stage`` from ``git ls-files --stage -z``; of an unmerged path, its stages joined by ``+``."""
    found: dict[str, str] = {}
    for line in os.fsdecode(listing).split("\0"):
        if line:
            what, path = line.split("\t", 1)
            found[path] = f"{found[path]}+{what}" if path in found else what
    return found


DIFFERING = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--ita-visible-in-index")


def differing(raw: bytes) -> dict[str, tuple[str, str]] | None:
    """Path → ``mode oid`` before and after (empty: there was, there is none) from ``DIFFERING`` and a commit or tree.

    None where a conflict is open.
    """
    found: dict[str, tuple[str, str]] = {}
    parts = os.fsdecode(raw).split("\0")
    for head, path in zip(parts[::2], parts[1::2], strict=False):
        before, mode, old, oid, status = head[1:].split(" ")
        if status == "U":
            return None
        found[path] = ("" if status == "A" else f"{before} {old}", "" if status == "D" else f"{mode} {oid}")
    return found


def same_as(commit: str, pathspecs: Sequence[str]) -> bool:
    """Whether the index equals ``commit`` in all paths that match; False also when Git could not say."""
    return Child("diff-index", "--cached", "--quiet", commit, "--", *pathspecs).result()[0] == 0


def head() -> str | None:
    """The commit that ``HEAD`` is at; None before the first one."""
    code, out = Child("rev-parse", "--verify", "--quiet", "HEAD^{commit}").result()
    return out.decode().strip() if code == 0 else None


def common_dir(env: Mapping[str, str] | None = None) -> str | None:
    """The common Git directory as a hook finds it, without asking Git; None when that is not plain.

    Git runs a hook at the top of the working tree, with ``GIT_DIR`` set where ``.git`` is not a folder there.
    """
    env = os.environ if env is None else env
    if "GIT_WORK_TREE" in env or "GIT_COMMON_DIR" in env:
        return None
    git_dir = os.path.abspath(env.get("GIT_DIR") or ".git")  # noqa: PTH100 (pathlib costs as much as Git's answer)
    common = git_dir
    try:
        with open(os.path.join(git_dir, "commondir"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            common = os.path.normpath(os.path.join(git_dir, file.read().strip()))  # noqa: PTH118
    except FileNotFoundError:
        pass
    except OSError:
        return None
    if not os.path.isdir(os.path.join(common, "objects")):  # noqa: PTH112, PTH118
        return None
    return common


if sys.platform == "win32":
    raise ImportError("git-factory's hook needs a POSIX system")
