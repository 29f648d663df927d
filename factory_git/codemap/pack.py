"""The rows of one file as bytes for the cache, and back to values.

The bytes are compressed ``marshal``: nothing else in the standard library reads thousands of small tuples in the time a
query has. It is no format for exchange: the cache is keyed by what wrote it, and lies beside the repository's own hooks.
"""

from __future__ import annotations

import marshal
import zlib
from typing import Any, cast

from factory_git.codemap.model import (
    Binding,
    Block,
    Call,
    Damage,
    Exit,
    FileFacts,
    Import,
    Parameter,
    Route,
    Symbol,
    Tag,
)

Rows = tuple[Any, ...]


def dump(rows: Rows) -> bytes:
    """The rows as bytes."""
    return zlib.compress(marshal.dumps(rows, 4), 1)


def load(data: bytes) -> Rows:
    """The rows that :func:`dump` wrote. Raises ``ValueError`` for other bytes."""
    try:
        return cast("Rows", marshal.loads(zlib.decompress(data)))  # noqa: S302 (see the module's own words)
    except (zlib.error, EOFError, TypeError) as error:
        raise ValueError(f"not a file of the map: {error}") from error


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


def facts(rows: Rows) -> FileFacts:
    """The rows as values."""
    language, package, definitions, imports, calls, blocks, exits, bindings, routes, tags, damage = rows
    names = ids(definitions)
    return FileFacts(
        language=language,
        package=package,
        symbols=tuple(symbol(full, row) for full, row in zip(names, definitions, strict=True)),
        imports=tuple(Import(module=m, names=n, alias=a, kind=k, line=i) for m, n, a, k, i in imports),
        calls=tuple(
            Call(name=n, receiver=r, owner=o, block=b, kind=k, line=i, start=s, end=e)
            for n, r, o, b, k, i, s, e in calls
        ),
        blocks=tuple(Block(kind=k, arm=a, parent=p, construct=c, line=i) for k, a, p, c, i in blocks),
        exits=tuple(Exit(kind=k, owner=o, block=b, line=i, start=s) for k, o, b, i, s in exits),
        bindings=tuple(Binding(owner=o, name=n, value=v, how=h) for o, n, v, h in bindings),
        routes=tuple(Route(method=m, path=p, owner=o, line=i) for m, p, o, i in routes),
        tags=tuple(Tag(text=t, owner=o, line=i) for t, o, i in tags),
        damage=tuple(Damage(what=w, line=i, end_line=e) for w, i, e in damage),
    )


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
