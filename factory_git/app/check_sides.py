"""A judged spec of one tree as one side of a change, and how the places of two trees correspond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from factory_git.app.judge import join
from factory_git.core.errors import FactoryError
from factory_git.drift import baseline, change, suppress
from factory_git.drift.baseline import Entry
from factory_git.drift.change_spec import text
from factory_git.drift.hit import Hit
from factory_git.drift.judged import Judged
from factory_git.drift.suppress import Suppression
from factory_git.drift.world import World
from factory_git.gitio import trees

FEW = 200  # files in which a declaration that moved is looked for


class TreeSide:
    """One judged spec in its tree; suppressions and baseline are read when they are asked for."""

    def __init__(self, tree: trees.Tree, judged: Judged) -> None:
        self.tree = tree
        self.judged = judged
        self.root = judged.root
        self.path = join(judged.root, baseline.PATH)

    @property
    def hits(self) -> Sequence[Hit]:
        return self.judged.hits

    @property
    def world(self) -> World | None:
        return self.judged.world

    @cached_property
    def marks(self) -> Sequence[Suppression]:
        return [*self._in_code(), *self.spec_marks()]

    @cached_property
    def _baseline(self) -> tuple[list[Entry], str]:
        if self.world is None or self.path not in self.tree.entries:
            return [], ""  # without rules that ran, no entry can be told to be stale
        if not self.tree.entries[self.path].merged:
            return [], "has an open merge conflict"
        try:
            return baseline.parse(self.tree.read(self.path), self.root)
        except (FactoryError, OSError) as error:
            return [], f"cannot be read: {error}"

    @property
    def entries(self) -> Sequence[Entry]:
        return self._baseline[0]

    @property
    def problem(self) -> str:
        return self._baseline[1]

    def exists(self, path: str) -> bool:
        return path in self.tree.entries

    def read(self, path: str) -> bytes:
        return self.tree.read(path)

    def _in_code(self) -> Iterable[Suppression]:
        if self.world is not None:
            for one in self.judged.ignores:
                yield suppress.in_code(one, self.world.code.facts(one.file))

    def spec_marks(self) -> Iterable[Suppression]:
        """The suppressions in the spec itself."""
        if self.world is None:
            return
        for path in self.judged.sources:
            content = self.tree.read(path)
            if b"gf:" in content:
                nodes = {line: node for node, file, line in self.world.contract.nodes if file == path}
                yield from suppress.in_spec(path, content.decode(errors="replace"), nodes)


class TreeMoves:
    """How the places of a new tree are named in a base: files as Git pairs them, declarations by their text."""

    def __init__(self, new: World, old: World, renamed: Mapping[str, str], changed: Iterable[str]) -> None:
        self._new = new
        self._old = old
        self._renamed = renamed
        self._changed = frozenset(changed)
        self._nodes = dict(new.contract.renamed)
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def node(self, path: str) -> str:
        head, tail = path, ""
        while head:
            if head in self._nodes:
                return self._nodes[head] + tail
            head, _, last = head.rpartition(".")
            tail = f".{last}{tail}"
        return path

    def place(self, file: str, symbol: str) -> tuple[str, str]:
        key = (file, symbol)
        if key not in self._known:
            self._known[key] = self._place(file, symbol)
        return self._known[key]

    def _place(self, file: str, symbol: str) -> tuple[str, str]:
        before = self._renamed.get(file, file)
        if not symbol or file not in self._changed:
            return before, symbol
        index = self._new.code.named(file, symbol)
        if index < 0 or self._old.code.named(before, symbol) >= 0:
            return before, symbol
        return self._renamed_in(file, index, before) or self._moved(file, index, symbol) or (before, symbol)

    def _renamed_in(self, file: str, index: int, before: str) -> tuple[str, str] | None:
        """The declaration of the same file that is gone and reads the same."""
        facts = self._old.code.facts(before)
        symbol = self._new.code.symbol(file, index)
        for number, one in enumerate(facts.symbols if facts else ()):
            if one.kind == symbol.kind and self._new.code.named(file, one.id) < 0:
                a, b = _text(self._new, file, index), _text(self._old, before, number)
                if change.moved_text(a, b, symbol.name, one.name):
                    return before, one.id
        return None

    def _moved(self, file: str, index: int, symbol: str) -> tuple[str, str] | None:
        """The declaration of the same name that is gone from another file and reads the same."""
        name = self._new.code.symbol(file, index).name
        for path in self._old.code.defining(name)[:FEW]:
            number = self._old.code.named(path, symbol)
            if path not in self._changed or number < 0 or self._new.code.named(path, symbol) >= 0:
                continue
            a, b = _text(self._new, file, index), _text(self._old, path, number)
            if change.moved_text(a, b, name, name):
                return path, symbol
        return None


def _text(world: World, file: str, index: int) -> str:
    return text(world, file, index).decode(errors="replace")
