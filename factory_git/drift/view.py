"""The code that rules look at: the files of one tree, as the code map knows them. Lean: it is on the hook's path."""

from __future__ import annotations

from factory_git.codemap.facts import facts
from factory_git.codemap.resolve import Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from factory_git.codemap.model import Call, FileFacts, Symbol
    from factory_git.codemap.tree import Tree


class Code:
    """One tree's code. ``content`` gives the bytes of a path (``KeyError``: there is none), for who must read again.

    ``mode`` gives Git's mode of a path (empty: there is none); without it, what has content is a file. ``resolver``
    answers who is called (:class:`factory_git.codemap.resolve.Resolver`).
    """

    def __init__(self, tree: Tree, content: Callable[[str], bytes], mode: Callable[[str], str] | None = None) -> None:
        self.tree = tree
        self.content = content
        self._mode = mode
        self.before: Callable[[str], bytes | None] | None = None  # reads what it is compared with, if that matters
        self.resolver = Resolver(tree)
        self._files: dict[str, FileFacts | None] = {}
        self._made: set[str] | None = None
        self._ids: dict[str, dict[str, int]] = {}

    def facts(self, path: str) -> FileFacts | None:
        """All that is known of a file; None when the tree has none there, or the map no language for it."""
        if path not in self._files:
            blob = self.tree.blob(path)
            self._files[path] = facts(self.tree.rows(blob)) if blob is not None else None
        return self._files[path]

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is none."""
        try:
            return self.content(path)
        except KeyError:
            return None

    def mode(self, path: str) -> str:
        """Git's mode of what lies at ``path``: ``100644``, ``120000`` (link), ``160000`` (submodule), ``040000``
        (folder), ``conflict``, or empty: there is nothing."""
        if self._mode:
            found = self._mode(path)
        else:
            found = "100644" if self.tree.has(path) or self.read(path) is not None else ""
        return found or ("040000" if self.tree.has_folder(path) else "")

    def under(self, folder: str) -> Iterator[str]:
        """The paths of the files below ``folder`` (empty: all), sorted."""
        for path, _ in self.tree.under(folder):
            yield path

    def defining(self, name: str) -> list[str]:
        """The files that define something named ``name``."""
        return [path for path, _ in self.tree.defining(name)]

    def tagged(self) -> list[str]:
        """The files that hold a ``gf:`` tag."""
        return sorted(path for path, _ in self.tree.tagged())

    def generated(self, path: str) -> bool:
        """Whether a file says of itself that a program wrote it."""
        if self._made is None:
            self._made = {
                one for one, blob in self.tree.tagged() if any(tag[0] == "generated" for tag in self.tree.rows(blob)[9])
            }
        return path in self._made

    def calling(self, name: str) -> list[str]:
        """The files that call something named ``name``."""
        return [path for path, _ in self.tree.calling(name)]

    def symbol(self, path: str, index: int) -> Symbol:
        """A declaration by its place in the file's list."""
        found = self.facts(path)
        assert found is not None
        return found.symbols[index]

    def named(self, path: str, id_: str) -> int:
        """The index of the declaration with that qualified name; -1 when there is none."""
        if path not in self._ids:
            found = self.facts(path)
            self._ids[path] = {one.id: index for index, one in enumerate(found.symbols)} if found else {}
        return self._ids[path].get(id_, -1)

    def called(self, path: str, call: Call) -> tuple[str, int, str] | None:
        """What a call leads to: file, symbol and how it was known (``scope import self package type``).

        None where it is not known for sure enough to judge by.
        """
        text = f"{call.receiver}.{call.name}" if call.receiver else call.name
        found = self.resolver.evaluate(path, call.owner, text)
        if found is None or found.what != "symbol":
            return None
        return found.path, found.index, found.how
