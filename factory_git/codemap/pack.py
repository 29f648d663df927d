"""The rows of one file as bytes for the cache, and back to values.

The bytes are compressed ``marshal``: nothing else in the standard library reads thousands of small tuples in the time
a query has. It is no format for exchange: the cache is keyed by what wrote it, and lies beside the repository's own
hooks.
"""

from __future__ import annotations

import marshal
import zlib

from factory_git.codemap.symbol import Parameter, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rows = tuple[Any, ...]


def dump(rows: Rows) -> bytes:
    """The rows as bytes."""
    return zlib.compress(marshal.dumps(rows, 4), 1)


def load(data: bytes) -> Rows:
    """The rows that :func:`dump` wrote. Raises ``ValueError`` for other bytes."""
    try:
        rows: Rows = marshal.loads(zlib.decompress(data))  # noqa: S302 (see the module's own words)
    except (zlib.error, EOFError, TypeError) as error:
        raise ValueError(f"not a file of the map: {error}") from error
    return rows


def ids(definitions: tuple[Any, ...]) -> list[str]:
    """The qualified name of each symbol row. The second of two equal ones ends in ``~2``."""
    out = [""] * len(definitions)
    seen: dict[str, int] = {}

    def name(index: int) -> str:
        if not out[index]:
            row = definitions[index]
            # A type may be declared below its members (Rust, Go): what is above is named first, wherever it stands.
            full = f"{name(row[2])}.{row[0]}" if row[2] >= 0 else row[0]
            count = seen[full] = seen.get(full, 0) + 1
            out[index] = full if count == 1 else f"{full}~{count}"
        return out[index]

    for index in range(len(definitions)):
        name(index)
    return out


def symbol(full: str, row: Rows) -> Symbol:
    """One symbol row as a value, its qualified name given."""
    (name, kind, parent, exported, line, end_line, start, end, type_, default, doc, wire, parameters, bases, decorators,
     modifiers) = row  # fmt: skip
    return Symbol(
        id=full,
        name=name,
        kind=kind,
        parent=parent,
        exported=exported,
        type=type_,
        default=default,
        parameters=tuple(Parameter(name=n, type=t, default=d, kind=k) for n, t, d, k in parameters),
        bases=bases,
        decorators=decorators,
        modifiers=modifiers,
        doc=doc,
        wire=wire,
        line=line,
        end_line=end_line,
        start=start,
        end=end,
    )
