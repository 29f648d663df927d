"""Lineage as a tree of lines. Pure; iterative, so that depth costs nothing; each record in full once only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.core.ids import RecordId
from factory_git.ledger.projection import Lineage, Row

SHORT = 10
DEEP = 64  # levels drawn by default: each costs four columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the drawing. ``row`` is None for a record that is not there.

    ``mark`` is "", ``redacted``, ``above`` (in full on an earlier line), ``cycle`` or ``deeper`` (cut here). ``again``
    are the records below this one that earlier lines show in full.
    """

    prefix: str
    id: RecordId
    row: Row | None
    mark: str = ""
    again: tuple[tuple[RecordId, str], ...] = ()
    depth: int = 0

    def text(self) -> str:
        """The line as people read it: short id, type, what it says, when."""
        if self.mark == "deeper":
            return f"{self.prefix}… deeper: git factory tree {self.id[:SHORT]}"
        if self.row is None or self.mark:
            return f"{self.prefix}{self.id[:SHORT]} ({self.mark or 'missing'})"
        words = [self.id[:SHORT], self.row.type, self.row.title, f"{self.row.tx.when:%Y-%m-%d %H:%M}"]
        words += [f"→ {id_[:SHORT]} ({mark})" for id_, mark in self.again]
        words += ["(damaged)"] if self.row.damaged else []
        return self.prefix + "  ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The ancestors (``up``) or descendants (``down``) of a record."""

    lineage: Lineage
    direction: str
    redacted: frozenset[str] = frozenset()

    def lines(self, depth: int | None = DEEP) -> Iterator[Line]:
        """The drawing, ``├── └── │`` as `tree` draws it; ``depth`` None draws every level."""
        root = self.lineage.root
        yield self._line("", root, set(), (), 0)
        shown, path = {root}, {root}
        stack = [(root, "", self._below(root, shown), 0)]
        while stack:
            id_, prefix, below, position = stack.pop()
            if position == len(below):
                path.discard(id_)
                continue
            stack.append((id_, prefix, below, position + 1))
            child, level = below[position], len(stack)
            last = position + 1 == len(below)
            branch, deeper = prefix + ("└── " if last else "├── "), prefix + ("    " if last else "│   ")
            if depth is not None and level > depth:
                yield Line(prefix=prefix + "└── ", id=id_, row=None, mark="deeper", depth=level)
                stack[-1] = (id_, prefix, below, len(below))
            elif child in path or child in shown:
                mark = "cycle" if child in path else "above"
                yield Line(prefix=branch, id=child, row=self.lineage.rows.get(child), mark=mark, depth=level)
            else:
                yield self._line(branch, child, shown, path, level)
                inner = self._below(child, shown)
                shown.add(child)
                path.add(child)
                stack.append((child, deeper, inner, 0))

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``: every record once, with what lies below it."""
        nodes = []
        for line in self._each():
            row = self.lineage.rows.get(line)
            nodes.append(
                {
                    "id": line,
                    "type": row.type if row else None,
                    "title": row.title if row else "",
                    "when": row.tx.when.isoformat() if row else None,
                    "missing": row is None,
                    "redacted": line in self.redacted,
                    "below": list(self.lineage.edges.get(line, ())),
                }
            )
        return {"root": self.lineage.root, "direction": self.direction, "nodes": nodes}

    def _each(self) -> Iterator[RecordId]:
        """Every id, in the order of the drawing."""
        seen = {self.lineage.root}
        stack = [self.lineage.root]
        while stack:
            id_ = stack.pop()
            yield id_
            fresh = [child for child in self.lineage.edges.get(id_, ()) if child not in seen]
            seen.update(fresh)
            stack.extend(reversed(fresh))

    def _line(
        self, prefix: str, id_: RecordId, shown: set[RecordId], path: Sequence[RecordId] | set[RecordId], level: int
    ) -> Line:
        again = tuple(
            (child, "cycle" if child in path else "above")
            for child in self.lineage.edges.get(id_, ())
            if child in shown and child != id_
        )
        row = self.lineage.rows.get(id_)
        mark = "redacted" if row is None and id_ in self.redacted else ""
        return Line(prefix=prefix, id=id_, row=row, mark=mark, again=again, depth=level)

    def _below(self, id_: RecordId, shown: set[RecordId]) -> list[RecordId]:
        """Children that get a line of their own; those shown already stand on the record's own line."""
        return [child for child in self.lineage.edges.get(id_, ()) if child not in shown or child == id_]
