"""Which changes of an agent are taken. Pure: a change in, a reason to refuse it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from factory_git.engine.making import Made
from factory_git.gitio.commits import Change

REGULAR = (0o100644, 0o100755)
GIT_FILES = (".gitattributes", ".gitmodules", ".gitconfig", ".mailmap")
FACTORY = ".factory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A change that is not taken, and why."""

    path: str
    why: str


def judge(changes: Iterable[Change], made: Made, hidden: Iterable[str] = ()) -> tuple[list[Change], list[Refused]]:
    """Part the changes of an agent into those to take and those to refuse.

    ``hidden`` are paths that the agent was not shown; that it lacks them is no change of its.
    """
    unseen = set(hidden)
    taken, refused = [], []
    for change in _plain(changes):
        if change.path in unseen:
            continue
        why = _why(change, made)
        if why:
            refused.append(Refused(path=change.path, why=why))
        else:
            taken.append(change)
    return taken, refused


def _plain(changes: Iterable[Change]) -> Iterable[Change]:
    """A rename is a deletion and a creation: each end is judged by itself."""
    for change in changes:
        if change.status == "renamed":
            yield Change(status="deleted", path=change.source, mode=0, oid=change.oid)
            yield Change(status="created", path=change.path, mode=change.mode, oid=change.oid)
        else:
            yield change


def _why(change: Change, made: Made) -> str:
    path = change.path
    name = PurePosixPath(path).name
    if path in made.compiled or path in made.removed:
        return "compiled from the spec"
    if path in {source.path for source in made.spec.sources}:
        return "the spec"
    if path in _tests(made):
        return "a test that the spec names"
    if FACTORY in PurePosixPath(path).parts:
        return "the factory's own"
    if name in GIT_FILES or ".git" in PurePosixPath(path).parts:
        return "decides what Git does"
    if change.status != "deleted" and change.mode not in REGULAR:
        return "a submodule or a nested repository" if change.mode == 0o160000 else "a symbolic link"
    if _looks_like_spec(path):
        return "a spec"
    shadowed = _shadows(path, made)
    return f"would take the place of {shadowed}" if shadowed and change.status != "deleted" else ""


def _tests(made: Made) -> set[str]:
    """The files that scenarios name under ``test:``, where that is a file and not a command."""
    root = made.spec.root
    named = [str(one.test).strip() for one in made.spec.scenarios if one.test is not None]
    files = [one.partition("::")[0].partition("#")[0] for one in named if len(one.split()) == 1]
    return {f"{root}/{file}" if root else file for file in files}


def _looks_like_spec(path: str) -> bool:
    name = PurePosixPath(path).name
    return name == "factory.yaml" or name.endswith(".factory.yaml") or f"/{path}".endswith("/spec/app.yaml")


def _shadows(path: str, made: Made) -> str:
    """The compiled file that Python (or Git) would no longer see with ``path`` in the tree; empty when none.

    ``a/b/…`` hides ``a/b.py`` (a package wins over a module), so do ``a/b.so`` and ``a/b.abi3.so``; a file ``a`` hides
    everything below ``a/``; ``__pycache__`` holds code that no one reads.
    """
    place = PurePosixPath(path)
    if "__pycache__" in place.parts or place.suffix in (".pyc", ".pyo"):
        return "the source it was compiled from"
    for compiled in (*made.compiled, *made.bound):
        if compiled == path:
            continue
        if compiled.startswith(f"{path}/"):
            return compiled
        if not compiled.endswith(".py"):
            continue
        module = compiled.removesuffix(".py")
        same_folder = str(place.parent) == str(PurePosixPath(compiled).parent)
        if path.startswith(f"{module}/") or (same_folder and place.name.split(".")[0] == PurePosixPath(module).name):
            return compiled
    return ""
