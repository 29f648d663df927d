"""``.factory/lock.json``: what was compiled, from which nodes, with which result.

The file is read by the gate (is a file still what the compiler wrote?), by ``why`` (which node, which test) and by the
next compilation (the stored schema, the migrations that exist). It is plain JSON with sorted keys, so that Git's own
diff and merge do well with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.compiler.files import BOUND, CompiledFile, Hole, Proof
from factory_git.core import canonical
from factory_git.core.errors import FactoryError, SpecError
from factory_git.core.ids import SpecPath, blob_oid

PATH = ".factory/lock.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of a lock file. Sections that a reader does not know stay in ``data``."""

    data: Mapping[str, Any]

    @property
    def compiler(self) -> str:
        """The digest of the compiler that wrote the files."""
        return str(self.data.get("compiler", ""))

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """Per path: ``oid`` (of the bytes; of a bound file the stub's), ``mode``, ``digest``, ``nodes``."""
        files: Mapping[str, Mapping[str, Any]] = self.data.get("files", {})
        return files

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The stored schema, as :mod:`factory_git.compiler.migrate` writes it, or None."""
        schema: Mapping[str, Any] | None = self.data.get("schema")
        return schema

    @property
    def proofs(self) -> Mapping[str, Mapping[str, Any]]:
        """Per pytest node id: ``scenario``, ``covers`` and, where they apply, ``holdout`` and ``skipped``."""
        proofs: Mapping[str, Mapping[str, Any]] = self.data.get("proofs", {})
        return proofs

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """The read graph: per node, the nodes its expressions read."""
        return {node: tuple(paths) for node, paths in self.data.get("reads", {}).items()}


def read(data: bytes) -> Lock:
    """The lock in these bytes; SpecError where they are not one (a merge conflict, a newer version)."""
    hint = f"restore {PATH} from Git, or delete it and compile again: migrations then start anew"
    try:
        value = canonical.loads(data)
    except FactoryError as error:
        raise SpecError(f"{PATH} cannot be read: {error}", code="lock/invalid", hint=hint) from error
    if not isinstance(value, dict) or not isinstance(value.get("files", {}), dict):
        raise SpecError(f"{PATH} is not a lock file", code="lock/invalid", hint=hint)
    if value.get("lock") != VERSION:
        message = f"{PATH} has version {value.get('lock')!r}, this program knows {VERSION}"
        raise SpecError(message, code="lock/version", hint="use the git-factory that wrote it, or a newer one")
    return Lock(value)


def write(
    *,
    compiler: str,
    spec: Mapping[str, str],
    files: Iterable[CompiledFile],
    digests: Mapping[SpecPath, str],
    holes: Iterable[Hole],
    proofs: Iterable[Proof],
    reads: Mapping[SpecPath, Iterable[SpecPath]],
    bindings: Mapping[str, Mapping[str, str]],
    schema: Mapping[str, Any],
) -> bytes:
    """The bytes of a lock file."""
    data = {
        "lock": VERSION,
        "compiler": compiler,
        "spec": dict(spec),
        "files": {f.path: _file(f) for f in files},
        "nodes": {str(path): digest for path, digest in digests.items()},
        "holes": {h.path: {"at": f"{h.file}::{h.function}"} for h in holes},
        "proofs": {p.test: _proof(p) for p in proofs},
        "reads": {str(node): sorted(set(paths)) for node, paths in reads.items() if paths},
        "bindings": bindings,
        "schema": schema,
    }
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _file(file: CompiledFile) -> dict[str, Any]:
    entry: dict[str, Any] = {"mode": file.mode, "oid": blob_oid(file.content)}
    if file.mode == BOUND:
        # What somebody makes of it is theirs: the lock must not change with it.
        entry["stub"] = file.stub or entry["oid"]
        del entry["oid"]
    if file.nodes:
        entry |= {"digest": file.digest, "nodes": list(file.nodes)}
    return entry


def _proof(proof: Proof) -> dict[str, Any]:
    entry: dict[str, Any] = {"scenario": proof.scenario, "covers": sorted(proof.covers)}
    if proof.holdout:
        entry["holdout"] = True
    if proof.skipped:
        entry["skipped"] = proof.skipped
    return entry
