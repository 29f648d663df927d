"""Find symbols by name."""

from __future__ import annotations

from factory_git.codemap import pack
from factory_git.codemap.languages.registry import CONFIGURATIONS
from factory_git.codemap.symbol import Symbol
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.resolve import Resolver
    from factory_git.codemap.tree import Tree

TOP = "<module>"
"""The id of a file's own top level."""


@value
class Found:
    """A symbol and where it is. ``index`` is its place among the file's symbols."""

    path: str
    index: int
    symbol: Symbol


def find(tree: Tree, name: str, *, kinds: frozenset[str] = frozenset()) -> tuple[Found, ...]:
    """The symbols of a name: ``name``, ``Class.name``, ``path::Class.name``, or a beginning, ``na*``.

    Qualified names are matched from their end. The result is ordered by path, then by place.
    """
    path, _, wanted = name.rpartition("::")
    wanted = wanted.replace("#", ".").replace("->", ".")
    if wanted.endswith("*"):
        last, prefix = wanted[:-1].rpartition(".")[2], True
        files = sorted({f for _, blobs in tree.store.beginning("d", last) for f in tree.paths(blobs)})
    else:
        last, prefix = wanted.rpartition(".")[2].split("~")[0], False
        files = tree.defining(last)
    out: list[Found] = []
    for file, blob in files:
        if path and file != path and not file.endswith(f"/{path}"):
            continue
        rows = tree.rows(blob)
        if not any(row[0].startswith(last) if prefix else row[0] == last for row in rows[2]):
            continue
        names = pack.ids(rows[2])
        for index, row in enumerate(rows[2]):
            if (not kinds or row[1] in kinds) and _matches(names[index], row[0], wanted, prefix=prefix):
                out.append(Found(path=file, index=index, symbol=pack.symbol(names[index], row)))
    return tuple(out)


def _matches(full: str, label: str, wanted: str, *, prefix: bool) -> bool:
    if prefix:
        head, _, last = wanted[:-1].rpartition(".")
        return label.startswith(last) and (not head or _ends(full.rpartition(".")[0], head))
    return _ends(full, wanted) or ("~" in full and "~" not in wanted and _ends(full.rsplit("~", 1)[0], wanted))


def _ends(full: str, wanted: str) -> bool:
    return full == wanted or full.endswith(f".{wanted}")


def require(tree: Tree, name: str) -> tuple[Found, ...]:
    """Like :func:`find`. Raises ``NotFound`` with near names when there is none."""
    found = find(tree, name)
    if not found:
        near = _near(tree, name.rpartition("::")[2].rpartition(".")[2])
        hint = f"near: {', '.join(near)}" if near else "look for a beginning: git factory map find 'NA*'"
        from factory_git.core.errors import NotFound  # noqa: PLC0415 (only where the answer is no)

        raise NotFound(f"nothing is named {name!r} here", code="map/no-symbol", hint=hint)
    return found


def _near(tree: Tree, name: str) -> list[str]:
    import difflib  # noqa: PLC0415 (only where the answer is no)

    rough = {word for word, _ in tree.store.beginning("d", name[:2])} if len(name) > 1 else set()
    # Names that only other trees have (another branch) are no help.
    return [word for word in difflib.get_close_matches(name, rough, 5) if tree.defining(word)][:3]


def known_file(tree: Tree, path: str) -> int:
    """The blob of a file. Raises ``NotFound`` when the map does not have it."""
    blob = tree.blob(path)
    if blob is None or tree.rows(blob)[0] in CONFIGURATIONS:
        from factory_git.core.errors import NotFound  # noqa: PLC0415 (only where the answer is no)

        raise NotFound(
            f"{path} is not on the map",
            code="map/no-file",
            hint="name a file of this tree, in a language of the map, from the top of the repository",
        )
    return blob


def place(resolver: Resolver, path: str, index: int) -> Found:
    """The symbol at ``index`` of ``path``; -1 is the file's own top level."""
    if index < 0:
        return Found(path=path, index=-1, symbol=Symbol(id=TOP, name=TOP, kind="module"))
    return Found(path=path, index=index, symbol=pack.symbol(resolver.ids(path)[index], resolver.rows(path)[2][index]))
