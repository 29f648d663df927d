"""Small repositories for the tests of the map: written from a mapping of paths to texts."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from factory_git.app.map import Map, open_map
from factory_git.codemap.build import Which
from factory_git.codemap.dependencies import imports
from factory_git.codemap.graph import callees
from factory_git.codemap.lookup import find
from factory_git.codemap.resolve import Resolver


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def repository(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with these files in its index."""
    folder.mkdir(exist_ok=True)
    write(folder, files)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    return folder


def git(folder: Path, *args: str) -> str:
    """Git in ``folder``; fails when Git does."""
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True).stdout


def staged(folder: Path) -> Map:
    """The open map of the index."""
    return open_map(Which(staged=True), folder)


def leads(folder: Path, file: str) -> dict[str, list[str]]:
    """Where each import of a file leads: what it says (module and names) → files of the tree."""
    out: dict[str, list[str]] = {}
    for one in imports(Resolver(staged(folder).tree), file):
        said = " ".join([one.module, *one.names])
        out.setdefault(said, []).extend([one.target] if one.target else [])
    return out


def calls(folder: Path, name: str) -> dict[str, str]:
    """What each call in the body of a symbol is said to lead to: text → ``path::id how``, or an empty text."""
    the = staged(folder)
    (start,) = find(the.tree, name)
    out: dict[str, str] = {}
    for edge in callees(Resolver(the.tree), start):
        out[edge.text] = f"{edge.callee.path}::{edge.callee.symbol.id} {edge.how}" if edge.callee else ""
    return out
