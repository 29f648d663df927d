"""What a compilation is: files with their mode, the nodes each reads, and the holes that are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from factory_git.core.ids import SpecPath

COMPILED = "compiled"
BOUND = "bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFile:
    """One file, its path relative to the spec's root.

    ``mode`` is ``compiled`` (these very bytes) or ``bound`` (a stub, written only where no file is). ``nodes`` are
    the spec paths whose content the bytes depend on, ``digest`` is that of those nodes. ``stub`` is the blob id of what
    a bound file began as, where ``content`` is not that any more.
    """

    path: str
    content: bytes
    mode: str = COMPILED
    nodes: tuple[SpecPath, ...] = ()
    digest: str = ""
    stub: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A step that no skill compiles: ``function`` in ``file`` raises ``NotBound`` until somebody writes it.

    In a migration it is what only a person can say: ``function`` names it, and the application refuses to migrate.
    """

    path: SpecPath
    file: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A test and what it shows: ``test`` is a pytest node id, ``scenario`` its spec path."""

    test: str
    scenario: SpecPath
    covers: tuple[SpecPath, ...] = ()
    holdout: bool = False
    skipped: str = ""  # why it proves nothing yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """Everything that a spec compiles to. ``compiler`` is the version digest of what made it."""

    files: Mapping[str, CompiledFile]
    holes: tuple[Hole, ...]
    proofs: tuple[Proof, ...]
    compiler: str
