"""The common commit message in a tenth of the time: code changed under its tags, and no spec did.

What a spec says (its digest, its nodes, the files that are its code) was written down when it was last read, by the
blobs that say it. Where those are staged still, tags in the changed files are all there is to look at. Anything else
(a spec that changed, an amend, a trailer that is there, a setting) is for :mod:`factory_git.app.commit_message`. This
module imports nothing that costs.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from factory_git.app.pieces import touched
from factory_git.core.trailers import NODE, SPEC, node_values
from factory_git.drift import memory
from factory_git.gitio import caller, index_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    # Sources (path → `mode oid stage`); per spec: id, digest, root, nodes; files of `code:`; files of the locks.
    Facts = tuple[dict[str, str], list[tuple[str, str, str, frozenset[str]]], frozenset[str], frozenset[str]]

PATTERNS = (":(top)*factory.yaml", ":(top)*spec/*.yaml", ":(top)*.factory/lock.json")
FEW = 200  # changed files
HEAD = b"git-factory specs 1\n"
_REGULAR = ("100644", "100755")
_NOWHERE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "0",
    "GIT_DIR": "/dev/null/x",
}
_ODD_STATES = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")


def main() -> int:
    """The hook's second look: 0 when the message is as it should be, 1 when the whole hook must look."""
    return 0 if quick(sys.argv[1]) else 1


def called(file: str) -> bool:
    """The same for other callers than our own hook, which has looked already whether a commit is amended."""
    try:
        return not caller.amends() and quick(file)
    except OSError:
        return False


def quick(file: str) -> bool:
    """Add what is due to the message in ``file``; False, with nothing done, where that takes more than this."""
    common = index_read.common_dir()
    if common is None or any(name.startswith("FACTORY_") for name in os.environ):
        return False
    if os.path.exists(".factory/config.yaml") or any(os.path.exists(_git_dir(name)) for name in _ODD_STATES):  # noqa: PTH110
        return False
    facts = read(path_in(common))
    if facts is None or not _plain(file):
        return False
    asked = "^(core[.]comment|commit[.]template|factory[.])"
    settings = index_read.Child("config", "--name-only", "--get-regexp", asked)
    listing = index_read.Child("ls-files", "--stage", "-z", "--full-name", "--", *PATTERNS)
    changed = index_read.Child("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "HEAD", "--")
    said, listed, raw = settings.result(), listing.result(), changed.result()
    if said != (1, b"") or listed[0] or raw[0]:
        return False
    sources, specs, bound, locked = facts
    changes = _changes(raw[1])
    if index_read.parse(listed[1]) != sources or changes is None or any(path in bound for path, _, _ in changes):
        return False
    due = _due(changes, specs, locked)
    return due is not None and (not due or _add(file, due))


def _changes(raw: bytes) -> list[tuple[str, str, str]] | None:
    """Path, blob before and after of regular files; None where a spec is among them, or there are too many."""
    found = []
    fields = iter(os.fsdecode(raw).split("\0"))
    for head in fields:
        if head:
            old_mode, new_mode, old, new, _ = head[1:].split(" ")
            path = next(fields)
            if path.endswith(".yaml") or path.endswith("lock.json"):  # noqa: PIE810 (startswith takes a tuple; this reads)
                return None
            found.append((path, old if old_mode in _REGULAR else "", new if new_mode in _REGULAR else ""))
    return found if len(found) <= FEW else None


def _due(changes: Sequence[tuple[str, str, str]], specs: Sequence[Any], locked: frozenset[str]) -> list[str] | None:
    """The lines that are due; None where a tag, or a file of a lock without one, is more than this knows."""
    blobs = _blobs({oid for _, old, new in changes for oid in (old, new) if oid})
    found: dict[str, str] = {}  # node → spec
    for path, old, new in changes:
        nodes = touched(blobs.get(old, b""), blobs.get(new, b""))
        if not nodes and path in locked:
            return None
        for node in nodes:
            near = sorted(specs, key=lambda one: -len(one[2]) if _inside(one[2], path) else 1)
            spec = next((id_ for id_, _, _, known in near if node in known), None)
            if spec is None:
                return None
            found[node] = spec
    digests = {id_: digest for id_, digest, _, _ in specs}
    lines = [f"{SPEC}: {id_} {digests[id_]}" for id_ in sorted(set(found.values()))]
    return lines + [f"{NODE}: {value}" for value in node_values(sorted(found))]


def _inside(root: str, path: str) -> bool:
    return not root or path.startswith(f"{root}/")


def _blobs(oids: Iterable[str]) -> dict[str, bytes]:
    wanted = sorted(oids)
    code, out = _ask(["cat-file", "--batch"], "".join(f"{oid}\n" for oid in wanted).encode()) if wanted else (0, b"")
    found: dict[str, bytes] = {}
    at = 0
    for oid in wanted if code == 0 else ():
        end = out.index(b"\n", at)
        size = int(out[at:end].split(b" ")[2])
        found[oid] = out[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def _plain(file: str) -> bool:
    """Whether the message is an ordinary one: a subject, no trailer of ours, nothing to be folded in."""
    with open(file, "rb") as opened:  # noqa: PTH123 (pathlib costs as much as Git's answer)
        text = opened.read()
    subject = text.split(b"\n", 1)[0]
    if (
        not subject.strip()
        or subject.startswith((b"#", b"fixup! ", b"squash! ", b"amend! "))
        or b"\r" in text
        or text[-1:] != b"\n"
    ):
        return False
    return b"factory-" not in text.lower() and not subject.lower().startswith(b"signed-off-by:")


def _add(file: str, lines: Sequence[str]) -> bool:
    asked = [part for line in lines for part in ("--trailer", line)]
    how = ("--no-divider", "--where=end", "--if-exists=addIfDifferent", "--if-missing=add", "--in-place")
    return _ask(["interpret-trailers", *how, *asked, os.path.abspath(file)], b"", _NOWHERE)[0] == 0  # noqa: PTH100


def _ask(args: Sequence[str], stdin: bytes, env: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Exit code and output of a Git child that is told ``stdin``, which is no more than a pipe holds."""
    reading, writing = os.pipe()
    os.write(writing, stdin)
    os.close(writing)
    try:
        return index_read.Child(*args, stdin=reading, env=env).result()
    finally:
        os.close(reading)


def _git_dir(name: str) -> str:
    return f"{os.environ.get('GIT_DIR') or '.git'}/{name}"


def path_in(common: str) -> str:
    """Where the facts of a repository lie."""
    return f"{common}/factory/specs"


def write(common: str, facts: Facts) -> None:
    """Keep what the specs of the index say. What cannot be written is read again next time."""
    body = marshal.dumps((memory.stamp(), facts), 2)
    memory.keep(path_in(common), HEAD + zlib.crc32(body).to_bytes(4, "big") + body)


def read(path: str) -> Facts | None:
    """What :func:`write` kept, by this very program; None where there is nothing of the kind."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
        head, crc, body = data[: len(HEAD)], data[len(HEAD) : len(HEAD) + 4], data[len(HEAD) + 4 :]
        if head != HEAD or crc != zlib.crc32(body).to_bytes(4, "big"):
            return None
        stamp, facts = marshal.loads(body)  # noqa: S302 (our own bytes: the checksum says so)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return facts if stamp == memory.stamp() else None
