"""Which specs a run is about: found on the branch, as committed; what is not committed is said plainly."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.errors import NotFound, RepositoryError, UsageError
from factory_git.core.ids import Oid, blob_oid
from factory_git.gitio.commits import Code, Entry, head_branch
from factory_git.gitio.locate import Location
from factory_git.gitio.repository import supported
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec
from factory_git.spec.order import order

HEADS = "refs/heads/"
APPLICATIONS = "refs/factory/applications/"  # where a spec that is not on any branch yet is proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A spec and how to read it from another commit."""

    spec: Spec
    read: Callable[[Oid], Spec]


def target(location: Location, code: Code, onto: str | None) -> tuple[str, Oid]:
    """The branch (full name) that a run promotes onto, and its tip."""
    supported(location)
    if onto is not None:
        branch = onto if onto.startswith("refs/") else HEADS + onto
        tip = code.commit_of(branch)
        if not branch.startswith((HEADS, APPLICATIONS)) or tip is None:
            raise NotFound(f"there is no branch {onto!r}", code="run/no-branch", hint="git branch --list")
        return branch, tip
    if location.worktree is None:
        raise UsageError("a bare repository has no branch of its own to run on", hint="name one: --onto BRANCH")
    branch = head_branch(location.git_dir) or ""
    if not branch:
        raise UsageError("HEAD is detached: there is no branch to promote onto", hint="name one: --onto BRANCH")
    tip = code.commit_of(branch)
    if tip is None:
        raise RepositoryError(
            f"{branch.removeprefix(HEADS)} has no commit yet",
            code="run/unborn",
            hint="commit your spec first: git add factory.yaml && git commit -m 'the spec'",
        )
    return branch, tip


def choose(location: Location, code: Code, tip: Oid, wanted: Sequence[str], *, everything: bool) -> list[Chosen]:
    """The specs to run, dependencies first.

    ``wanted`` are spec ids, files or folders, relative to the caller's folder. Raises :class:`SpecError` for specs that
    are not valid, and :class:`UsageError` or :class:`NotFound` when it is not clear what is meant.
    """
    files = code.files(tip)
    found = find(files)
    chosen = {root: _chosen(code, root) for root, _ in found}
    named = [_named(location, code, tip, chosen, word) for word in wanted]
    if not found and not named:
        raise NotFound(
            "there is no spec on this branch",
            code="run/no-spec",
            hint=_uncommitted_hint(location) or "start one: git factory init",
        )
    loaded = {root: Chosen(spec=read(tip), read=read) for root, read in chosen.items()} if not wanted else {}
    if wanted:
        picked = [Chosen(spec=read(tip), read=read) for read in named]
    elif everything or len(loaded) == 1:
        picked = list(loaded.values())
    else:
        ids = ", ".join(sorted(one.spec.id for one in loaded.values()))
        raise UsageError(f"there are {len(loaded)} specs here: {ids}", hint="name one, or say --all")
    known = {one.spec.id: one for one in picked}
    every = {one.spec.id: one.spec for one in (Chosen(spec=r(tip), read=r) for r in chosen.values())} if wanted else {}
    every |= {one.spec.id: one.spec for one in loaded.values()}
    every |= {one.spec.id: one.spec for one in picked}
    ordered = order(list(every.values())) if wanted else order([one.spec for one in picked])
    return [known[spec.id] for spec in ordered if spec.id in known]


def refuse_uncommitted(location: Location, code: Code, tip: Oid, specs: Iterable[Spec], branch: str) -> None:
    """Refuse to run a spec whose files in the working tree are not what the branch has."""
    if location.worktree is None or head_branch(location.git_dir) != branch:
        return
    there = code.files(tip)
    changed = []
    for spec in specs:
        for source in spec.sources:
            file = location.worktree / source.path
            same = file.is_file() and blob_oid(file.read_bytes().replace(b"\r\n", b"\n")) == there[source.path].oid
            if not same and not (file.is_file() and blob_oid(file.read_bytes()) == there[source.path].oid):
                changed.append(source.path)
    changed += _new_parts(location.worktree, specs, there)
    if changed:
        names = " ".join(sorted(set(changed)))
        raise UsageError(
            f"the spec is not committed as it stands: {names}",
            code="run/spec-not-committed",
            hint=f"a run works on what is committed: git add {names} && git commit -m 'spec: …'",
        )


def _new_parts(worktree: Path, specs: Iterable[Spec], there: Mapping[str, Entry]) -> list[str]:
    """Files of a folder spec that Git does not have."""
    found = []
    for spec in specs:
        folder = f"{spec.root}/spec/" if spec.root else "spec/"
        if any(source.path.startswith(folder) for source in spec.sources):
            for file in sorted((worktree / folder).rglob("*.yaml")):
                path = file.relative_to(worktree).as_posix()
                if path not in there:
                    found.append(path)
    return found


def _chosen(code: Code, root: str) -> Callable[[Oid], Spec]:
    def read(commit: Oid) -> Spec:
        files = code.files(commit, root)
        for place, names in find(files):
            if place == root:
                return _load(code, files, names, root)
        raise NotFound(f"{commit[:12]} has no spec in {root or 'its top folder'}", code="run/no-spec")

    return read


def _load(code: Code, files: Mapping[str, Entry], names: Sequence[str], root: str) -> Spec:
    return load([Source(path=name, content=code.read(files[name].oid)) for name in names], root=root)


def _named(
    location: Location, code: Code, tip: Oid, chosen: Mapping[str, Callable[[Oid], Spec]], word: str
) -> Callable[[Oid], Spec]:
    """How to read the spec that ``word`` names: an id, a folder that holds one, or a file."""
    by_id = {read(tip).id: read for read in chosen.values()} if "/" not in word and not word.endswith(".yaml") else {}
    if word in by_id:
        return by_id[word]
    path, files = _from_top(location, word), code.files(tip)
    if path in chosen:
        return chosen[path]
    folder, _, name = path.rpartition("/")
    if path in files:
        if name == "factory.yaml" or name.endswith(".factory.yaml"):
            return chosen[folder]
        return _single(code, path, folder)
    if location.worktree is not None and (location.worktree / path).exists() and path not in ("", "."):
        raise UsageError(
            f"{word} is not committed on this branch",
            code="run/spec-not-committed",
            hint=f"a run works on what is committed: git add {word} && git commit -m 'spec: …'",
        )
    known = ", ".join(sorted(by_id)) or "none"
    raise NotFound(f"there is no spec {word!r} on this branch", code="run/no-spec", hint=f"specs here: {known}")


def _single(code: Code, path: str, root: str) -> Callable[[Oid], Spec]:
    def read(commit: Oid) -> Spec:
        files = code.files(commit, root)
        if path not in files:
            raise NotFound(f"{commit[:12]} has no {path}", code="run/no-spec")
        return _load(code, files, [path], root)

    return read


def _from_top(location: Location, word: str) -> str:
    """A path as the user gave it, from the top of the repository, with forward slashes."""
    if location.worktree is not None and Path(word).is_absolute():
        word = os.path.relpath(word, location.worktree)
        return Path(os.path.normpath(word)).as_posix().removeprefix("./").rstrip("/").replace("\\", "/").strip(".")
    joined = os.path.normpath(os.path.join(location.prefix, word))  # noqa: PTH118 (a text, not a file)
    return "" if joined == "." else Path(joined).as_posix()


def _uncommitted_hint(location: Location) -> str:
    if location.worktree is None:
        return ""
    found = sorted(p.name for p in location.worktree.glob("*factory.yaml"))
    return f"commit it first: git add {found[0]} && git commit -m 'the spec'" if found else ""
