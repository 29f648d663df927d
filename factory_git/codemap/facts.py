"""All that is known of one file, from its rows."""

from __future__ import annotations

from factory_git.codemap.model import Binding, Block, Call, Damage, Exit, FileFacts, Import, Route, Tag
from factory_git.codemap.pack import ids, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rows = tuple[Any, ...]


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
