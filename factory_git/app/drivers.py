"""The set-up of the merge and diff drivers: attributes, which are committed, and configuration, which is local.

A clone without the configuration has the attributes only: Git takes a driver that it does not know for none, and
merges and shows spec files by lines.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core import files as write
from factory_git.core.errors import SpecError
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.locate import Location
from factory_git.spec.edit.listing import NODE
from factory_git.spec.load import ENTITY_FOLDER, find

ATTRIBUTES = ".gitattributes"
SET = "merge=factory diff=factory"
MARK = "# specs are merged and shown by nodes: git factory hooks install"
ANYWHERE = ("factory.yaml", "*.factory.yaml")
_QUOTED = frozenset(' "\\\t#!')


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One step of setting up: ``action`` is ``write``, ``set``, ``unset``, ``remove`` or ``keep`` (another's)."""

    action: str
    what: str

    def __str__(self) -> str:
        note = " (set by somebody else: left as it is)" if self.action == "keep" else ""
        return f"{self.action} {self.what}{note}"

    def as_json(self) -> dict[str, Any]:
        """The step as a JSON object."""
        return {"action": self.action, "what": self.what}


def settings() -> Mapping[str, str]:
    """The configuration of both drivers. Where git-factory is gone, Git's own ways take over."""
    program, there = _program()
    merge = f"{program} merge-driver %O %A %B %P %L"
    plain = "git merge-file --marker-size=%L %A %O %B"
    return {
        "merge.factory.name": "specs, by nodes",
        "merge.factory.driver": f"if {there}; then {merge}; else {plain}; fi",
        "diff.factory.command": _function(there, f'{program} diff-driver "$@"', 'diff -u "$2" "$5" || true'),
        "diff.factory.textconv": _function(there, f'{program} diff-driver --text "$1"', 'cat "$1"'),
        "diff.factory.cachetextconv": "true",
        "diff.factory.xfuncname": NODE,
    }


def install(location: Location, *, dry_run: bool = False) -> tuple[Setting, ...]:
    """Set up both drivers; what changed (nothing where all is set up already). Nobody's own setting is overwritten."""
    if location.worktree is None:
        return ()
    out = _install_attributes(location, dry_run=dry_run)
    known = _known(location)
    for key, value in settings().items():
        if known.get(key) == value:
            continue
        if key in known and not _ours(key, known[key]):
            out.append(Setting(action="keep", what=f"git config {key}"))
            continue
        out.append(Setting(action="set", what=f"git config {key}"))
        if not dry_run:
            git("config", "--local", key, value, cwd=location.common_dir)
    return tuple(out)


def uninstall(location: Location, *, dry_run: bool = False) -> tuple[Setting, ...]:
    """Take the configuration out. The attributes stay: they are shared, and mean nothing without it."""
    known = _known(location)
    out = []
    for key in settings():
        if key in known and _ours(key, known[key]):
            out.append(Setting(action="unset", what=f"git config {key}"))
            if not dry_run:
                git("config", "--local", "--unset-all", key, cwd=location.common_dir)
    return tuple(out)


def summary(steps: Iterable[Setting]) -> list[str]:
    """The steps as few lines: one for the attributes, one for what happens to the configuration."""
    out: dict[str, None] = {}
    for action in dict.fromkeys(step.action for step in steps):
        words = [step.what.removeprefix("git config ") for step in steps if step.action == action]
        if action != "write":
            words = [f"git config {', '.join(dict.fromkeys(word.rpartition('.')[0] for word in words))}"]
        out |= {str(Setting(action=action, what=word.partition(": ")[0])): None for word in words}
    return list(out)


def installed(location: Location) -> bool:
    """Whether this repository merges specs by nodes."""
    return _ours("merge.factory.driver", _known(location).get("merge.factory.driver", ""))


def _program() -> tuple[str, str]:
    """How to call git-factory from anywhere, and the shell's test of whether it is there."""
    if shutil.which("git-factory"):
        return "git factory", "command -v git-factory >/dev/null"
    python = shlex.quote(sys.executable)
    return f"{python} -P -m factory_git", f"test -x {python}"


def _function(there: str, then: str, otherwise: str) -> str:
    """A shell function: Git puts the arguments behind what it is told to run."""
    return f"f() {{ if {there}; then {then}; else {otherwise}; fi; }}; f"


def _ours(key: str, value: str) -> bool:
    return "diff-driver" in value or "merge-driver" in value or value == settings().get(key)


def _known(location: Location) -> dict[str, str]:
    """The local configuration of both drivers."""
    try:
        found = git("config", "--local", "-z", "--get-regexp", r"^(merge|diff)\.factory\.", cwd=location.common_dir)
    except GitFailed:
        return {}
    pairs = (entry.partition("\n") for entry in found.decode(errors="replace").split("\0") if entry)
    return {key: value for key, _, value in pairs}


# -- attributes -------------------------------------------------------------------------------------------------------


def _install_attributes(location: Location, *, dry_run: bool) -> list[Setting]:
    worktree = location.worktree
    assert worktree is not None
    place = worktree / ATTRIBUTES
    before = place.read_bytes() if place.is_file() else b""
    lines = [line for line in wanted(_paths(location)) if not _said(before, line)]
    if not lines:
        return []
    if not dry_run:
        write.write(place, _with_lines(before, lines))
    return [Setting(action="write", what=f"{ATTRIBUTES}: {line}") for line in lines]


def wanted(paths: Iterable[str]) -> list[str]:
    """The lines for the specs among these paths of a repository."""
    out = [f"{pattern} {SET}" for pattern in ANYWHERE]
    try:
        specs = find(paths)
    except SpecError:
        return out
    for _, files in specs:
        folders = sorted({f"/{path.rpartition('/')[0]}" for path in files})
        parts = [folder for folder in folders if folder.endswith(("/spec", f"/spec/{ENTITY_FOLDER}"))]
        out += [f"{_pattern(f'{folder}/*.yaml')} {SET}" for folder in parts]
    return out


def _pattern(path: str) -> str:
    """A pattern that is read as this very path (but for its last part)."""
    folder, _, name = path.rpartition("/")
    escaped = "".join(f"\\{c}" if c in "*?[\\" else c for c in folder) + f"/{name}"
    if any(c in _QUOTED for c in escaped):
        return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return escaped


def _said(content: bytes, line: str) -> bool:
    """Whether the pattern of a line has a line already, ours or a person's own."""
    pattern = line.removesuffix(f" {SET}").encode()
    return any(own.strip().startswith((pattern + b" ", pattern + b"\t")) for own in content.splitlines())


def _with_lines(before: bytes, lines: Iterable[str]) -> bytes:
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    mark = b"" if MARK.encode() in before else f"{MARK}\n".encode()
    return before + gap + mark + "".join(f"{line}\n" for line in lines).encode()


def _paths(location: Location) -> list[str]:
    out = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.yaml", cwd=location.worktree)
    return sorted({os.fsdecode(name) for name in out.split(b"\0") if name})
