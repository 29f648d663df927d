"""Migrations that exist: never touched. A file with a hole is its author's from the moment it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from factory_git.compiler.files import BOUND, COMPILED, CompiledFile, Hole
from factory_git.compiler.lock import Lock
from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath, blob_oid

FOLDER = "migrations"
HOLE = re.compile(r"^.*-- HOLE: *(.*)$", re.MULTILINE)
CALL = "gf_hole("


def kept(previous: Mapping[str, bytes], lock: Lock) -> dict[str, CompiledFile]:
    """The migrations that the lock knows, as they stand. SpecError where one is missing, or edited that may not be.

    Of a file that was drafted with a hole every content is right: what it says is its author's to say. Whether it was
    changed after it was applied, the application tells: it keeps a digest of what it applied.
    """
    found: dict[str, CompiledFile] = {}
    problems: list[Problem] = []
    for path, entry in sorted(lock.files.items()):
        if not path.startswith(f"{FOLDER}/"):
            continue
        content = previous.get(path)
        own = entry.get("mode") == BOUND
        if content is None or (not own and blob_oid(content) != entry.get("oid")):
            what = "is missing" if content is None else "was edited"
            hint = f"restore it (git checkout HEAD -- {path}): databases may already have it applied"
            problems.append(Problem(code="migrate/edited", message=f"the migration {path} {what}", hint=hint))
        else:
            stub = str(entry.get("stub", "")) if own else ""
            found[path] = CompiledFile(path=path, content=content, mode=BOUND if own else COMPILED, stub=stub)
    if problems:
        raise SpecError(problems[0].message, problems, code="migrate/edited", hint=problems[0].hint)
    return found


def holes(files: Mapping[str, CompiledFile]) -> Iterator[Hole]:
    """The files that still have a hole."""
    for path, file in sorted(
        files.items(), key=lambda item: (item[0].rpartition("/")[0], not item[0].endswith("/up.sql"))
    ):
        text = file.content.decode(errors="replace")
        found = HOLE.search(text)
        if file.mode == BOUND and (found or CALL in text):
            what = found[1] if found else "a call of gf_hole"
            yield Hole(path=SpecPath(path.removesuffix(".sql").replace("/", ".")), file=path, function=what)


def holds(hole: Hole) -> bool:
    """Whether a hole is one of a migration."""
    return hole.file.startswith(f"{FOLDER}/")
