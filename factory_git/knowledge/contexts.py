"""Context packages: what somebody was given to know, by reference, with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from factory_git.core.errors import UsageError
from factory_git.core.ids import RecordId
from factory_git.knowledge.change import Stamp, create
from factory_git.knowledge.desk import Desk, Plan, check_name, find
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import External, Link, Metadata, Package, Run, plain
from factory_git.knowledge.runs import use_of

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


class Contexts:
    """The context packages of a store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create(
        self,
        name: str,
        *,
        artifacts: Sequence[str] = (),
        links: Sequence[str] = (),
        runs: Sequence[str] = (),
        external: Sequence[External] = (),
        metadata: Metadata | None = None,
        why: str = "",
    ) -> RecordId:
        """A package of references. Inner ones must be there (:class:`NotFound`); URIs are kept and not looked into."""
        check_name(name, "context")
        for one in external:
            if not _URI.fullmatch(one.uri):
                raise UsageError(f"{one.uri!r} is no URI", code="knowledge/uri", hint="SCHEME:REST, without blanks")

        def decide(state: State, stamp: Stamp) -> Plan:
            uses = [use_of(state, ref) for ref in artifacts]
            joined = [find(state, Link, ref).id for ref in links]
            made_by = [find(state, Run, ref).id for ref in runs]
            data = {
                "name": name,
                "artifacts": plain(tuple(uses)),
                "links": joined,
                "runs": made_by,
                "external": plain(tuple(external)),
                "metadata": metadata or {},
            }
            refs = [*(use.revision for use in uses), *joined, *made_by]
            made = create("context.create", data, stamp, title=f"context {name}", refs=refs, why=why)
            return Plan(changes=[made], stream=f"context/{made.id}", subject=f"context {name}")

        return self._desk.change(decide)[0].id

    def get(self, ref: str, *, at: str = "") -> Package:
        """One, by its id."""
        return find(self._desk.state(at), Package, ref)

    def list(self, *, name: str = "", at: str = "") -> list[Package]:
        """All of them, by name, then time."""
        found = [one for one in self._desk.state(at).all(Package) if name in ("", one.name)]
        return sorted(found, key=lambda one: (one.name, one.created, one.id))
