"""The files of every migration of an application, and what the next one costs.

What goes is kept in ``_archive_<number>_…`` and comes back on the way down. What a change demands of stored rows is
asked before anything changes (``pre.sql``). What only a person can say is a hole, named in the file. What deletes is a
migration of its own. Entities that only pipelines make are derived data: where a change of theirs does not fit the old
table is archived and the next run makes the rows anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from factory_git.compiler import lock as locks
from factory_git.compiler import schema as schemas
from factory_git.compiler.files import BOUND, COMPILED, CompiledFile, Hole
from factory_git.compiler.lock import Lock
from factory_git.compiler.migrate.compare import drafts
from factory_git.compiler.migrate.draft import Draft
from factory_git.compiler.migrate.kept import CALL, FOLDER, holes, kept
from factory_git.compiler.migrate.plan import Plan, plan_of
from factory_git.compiler.schema import Schema, check, create_entity, quoted
from factory_git.core.ids import blob_oid
from factory_git.spec.model import Spec

PRE = "-- Asked before anything changes: each row of an answer is in the way.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Every migration file by path, the holes that are open in them, and the migrations that are new."""

    files: Mapping[str, CompiledFile]
    holes: tuple[Hole, ...] = ()
    plans: tuple[Plan, ...] = ()


def write(spec: Spec, schema: Schema, previous: Mapping[str, bytes], lock: Lock | None) -> Written:
    """Every migration file of the application: those that exist, as they are, and the next ones where some are needed.

    SpecError where an existing file is missing, or edited that may not be.
    """
    if lock is None or lock.schema is None:
        return Written(files=_init(schema))
    files = kept(previous, lock)
    number = len({path.split("/")[1] for path in files}) + 1
    new = drafts(spec, lock.schema, schema, number)
    for draft in new:
        files |= {path: _own(file, previous) for path, file in _files(draft, schema).items()}
    files = dict(sorted(files.items()))
    return Written(files=files, holes=tuple(holes(files)), plans=tuple(map(plan_of, new)))


def plan(spec: Spec, previous: Mapping[str, bytes]) -> tuple[Plan, ...]:
    """The migrations that compiling ``spec`` over ``previous`` (as for a compilation) would write. Pure."""
    lock = locks.read(previous[locks.PATH]) if locks.PATH in previous else None
    return write(spec, schemas.schema_of(spec), previous, lock).plans


def between(old: Spec, new: Spec) -> tuple[Plan, ...]:
    """The migrations that lead from the data of one spec to that of another, numbered from 2. Pure."""
    return tuple(map(plan_of, drafts(new, schemas.schema_of(old), schemas.schema_of(new), 2)))


def _own(file: CompiledFile, previous: Mapping[str, bytes]) -> CompiledFile:
    """A file with a hole that somebody filled before the lock knew of it: theirs, as it stands."""
    there = previous.get(file.path) if file.mode == BOUND else None
    return file if there is None else replace(file, content=there, stub=blob_oid(file.content))


def _init(schema: Schema) -> dict[str, CompiledFile]:
    entities = list(schema["entities"].values())
    up = "\n".join(map(create_entity, entities)) or "-- no entity yet\n"
    down = "".join(f"DROP TABLE {quoted(e['table'])};\n" for e in reversed(entities)) or "-- no entity yet\n"
    return _folder("0001_init", {"up": up, "down": down, "check": check(schema)})


def _files(draft: Draft, schema: Schema) -> dict[str, CompiledFile]:
    head = _head(draft)
    texts = {
        "up": head + "\n".join(draft.up),
        "down": head + "\n".join(draft.down),
        "check": check(schema),
    }
    if draft.before:
        texts["pre"] = "-- Asked before anything changes: each row of an answer is in the way.\n" + "".join(
            draft.before
        )
    return _folder(plan_of(draft).folder.removeprefix(f"{FOLDER}/"), texts)


def _head(draft: Draft) -> str:
    said = f"-- {', '.join(draft.words[:6])}{' …' if len(draft.words) > 6 else ''}\n"
    return said + (f"-- irreversible: X\n-- confirm: {draft.confirm}\n" if draft.confirm else "")


def _folder(name: str, texts: Mapping[str, str]) -> dict[str, CompiledFile]:
    found = {}
    for part, text in sorted(texts.items()):
        path = f"{FOLDER}/{name}/{part}.sql"
        found[path] = CompiledFile(path=path, content=text.encode(), mode=BOUND if CALL in text else COMPILED)
    return found
