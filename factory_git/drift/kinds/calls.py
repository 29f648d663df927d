"""What calls lead to: the declarations that spec nodes are tied to, and the functions of the tree in between.

A call is known when the code map resolves it. Where it cannot (a member of something of an unknown type) the name of
the only declaration of that name is believed, and findings that rest on it are of low confidence. Only functions from
which a bound declaration can be reached are run over; the others are never read. Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.codemap.everyday import NAMES
from factory_git.codemap.extract import parse, readable
from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.resolve import CONSTRUCTORS
from factory_git.codemap.walk import TYPES
from factory_git.core.value import content
from factory_git.drift.kinds.control.flow import NOTHING, Flow, Mention
from factory_git.drift.kinds.control.lower import Lower
from factory_git.drift.kinds.control.registry import language
from factory_git.drift.kinds.states import UNKNOWN, Meaning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from factory_git.codemap.model import Call, FileFacts, Symbol
    from factory_git.drift.view import Code

    Lead = tuple[tuple[int, ...], tuple[str, int] | None]

FARTHEST = 8
"""Calls of calls of calls: what is further away than this is not looked for."""
_NEVER = frozenset({"NoReturn", "Never", "never", "!"})
"""Types of functions that do not come back."""
ENTRIES = (
    "run", "__call__", "execute", "handle", "call", "invoke", "__invoke", "process", "perform", "apply", "main",
)  # fmt: skip
"""Methods that a class bound to a pipeline is run by, the likeliest first."""


class Calls:
    """The calls of one tree with regard to some declarations: ``marks`` are (file, index) → the numbers of nodes."""

    def __init__(self, code: Code, marks: dict[tuple[str, int], tuple[int, ...]]) -> None:
        self.code, self.marks = code, marks
        self.words: dict[str, tuple[int, ...]] = {}
        for (path, index), numbers in marks.items():
            if index >= 0:
                name = code.symbol(path, index).name
                self.words[name] = (*self.words.get(name, ()), *numbers)
        self._wordy: dict[str, frozenset[str]] = {}
        self._lowers: dict[str, tuple[Lower, Node] | None] = {}
        self._flows: dict[tuple[str, int], Flow] = {}
        self._owned: dict[str, dict[int, list[int]]] = {}
        self._known: dict[tuple[str, int], Meaning] = {}
        self._reach: dict[tuple[str, int], frozenset[int]] = {}

    # What the run asks.

    def flow(self, path: str, index: int) -> Flow:
        """The body of a function; of a whole file with -1."""
        key = (path, index)
        if key not in self._flows:
            self._flows[key] = self._lowered(path, index)
        return self._flows[key]

    def place(self, path: str, call: int) -> tuple[int, int]:
        """The line of a call, and its first byte."""
        facts = self.code.facts(path)
        return (facts.calls[call].line, facts.calls[call].start) if facts is not None else (0, -1)

    def meaning(self, path: str, index: int, call: int) -> Meaning:
        """What a call leads to."""
        key = (path, call)
        if key not in self._known:
            self._known[key] = UNKNOWN
            self._known[key] = self._meaning(path, index, call)
        return self._known[key]

    def named(self, path: str, index: int, text: str) -> Meaning:
        """What a function that is named, and not called, leads to when it is."""
        value = self.code.resolver.evaluate(path, index, text)
        if value is None or value.what != "symbol":
            quoted = value is None and "." not in text and self._quoted(path, text)
            return Meaning(marks=self.words.get(text, ()) if quoted else (), weak=True)
        marks = self._of(value.path, value.index)
        symbol = self.code.symbol(value.path, value.index)
        local = not marks and symbol.kind in FUNCTIONS and self.reach(value.path, value.index)
        return Meaning(marks=marks, inside=(value.path, value.index) if local else None, weak=True)

    def entered(self, path: str, index: int) -> tuple[int, ...]:
        """The nodes whose declarations decorate a function."""
        facts = self.code.facts(path)
        if facts is None or index < 0 or not facts.symbols[index].decorators:
            return ()
        symbol = facts.symbols[index]
        out: list[int] = []
        for place in self._calls_of(path).get(symbol.parent, ()):
            one = facts.calls[place]
            if symbol.start <= one.start and one.end <= symbol.end:
                out += self.meaning(path, symbol.parent, place).marks
        return tuple(out)

    # What calls mean.

    def _meaning(self, path: str, index: int, place: int) -> Meaning:
        facts = self.code.facts(path)
        assert facts is not None
        call = facts.calls[place]
        text = f"{call.receiver}.{call.name}" if call.receiver else call.name
        found = self._found(path, call, index, text)
        if found is None:
            weak = self._by_name(path, call, index)
            return Meaning(marks=weak, weak=True) if weak else UNKNOWN
        target, number = found
        marks = self._of(target, number)
        symbol = self.code.symbol(target, number)
        inside = self._body_of(target, number, symbol)
        reached = inside is not None and (self.reach(*inside) or (not marks and self._stops(*inside)))
        return Meaning(marks=marks, inside=inside if reached else None, started="async" in symbol.modifiers)

    def _stops(self, path: str, index: int) -> bool:
        """Whether a function that leads to nothing we look for may never come back: it raises where it stands."""
        facts = self.code.facts(path)
        if facts is None or index < 0:
            return False
        if facts.symbols[index].type.rpartition(".")[2] in _NEVER:
            return True
        how = language(facts.language)
        ends = any(one.kind == "raise" and one.owner == index and one.block < 0 for one in facts.exits)
        return ends or (how is not None and self._calls_never(facts, path, index, how.never))

    def _calls_never(self, facts: FileFacts, path: str, index: int, never: frozenset[str]) -> bool:
        some = [facts.calls[place] for place in self._calls_of(path).get(index, ())]
        return any(
            one.block < 0 and (f"{one.receiver}.{one.name}".lstrip(".") in never or f"{one.name}!" in never)
            for one in some
        )

    def _found(self, path: str, call: Call, index: int, text: str) -> tuple[str, int] | None:
        found = self.code.called(path, call)
        if found is not None:
            return found[0], found[1]
        lower = self._lowers.get(path)
        head, dot, rest = text.partition(".")
        if lower and lower[0].aliases.get(head):
            value = self.code.resolver.evaluate(path, index, f"{lower[0].aliases[head]}{dot}{rest}")
            if value is not None and value.what == "symbol":
                return value.path, value.index
        return None

    def _of(self, path: str, index: int) -> tuple[int, ...]:
        """The nodes tied to a declaration, or to the class that it is a method of."""
        if (path, index) in self.marks:
            symbol = self.code.symbol(path, index)
            if symbol.kind in TYPES and self._methods(path, index):
                return ()  # to make one is not yet to run it
            return self.marks[path, index]
        while index >= 0:
            symbol = self.code.symbol(path, index)
            above = symbol.parent
            if symbol.kind not in FUNCTIONS or symbol.name in CONSTRUCTORS or above < 0:
                return ()
            if (path, above) in self.marks and self.code.symbol(path, above).kind in TYPES:
                return self.marks[path, above]
            index = above
        return ()

    def _methods(self, path: str, index: int) -> list[int]:
        facts = self.code.facts(path)
        some = facts.symbols if facts is not None else ()
        return [
            place for place, one in enumerate(some)
            if one.parent == index and one.kind in FUNCTIONS and one.kind != "constructor"
            and one.name not in CONSTRUCTORS and one.name != some[index].name
        ]  # fmt: skip

    def _body_of(self, path: str, index: int, symbol: Symbol) -> tuple[str, int] | None:
        if symbol.kind in FUNCTIONS:
            return path, index
        if symbol.kind in TYPES:
            for name in CONSTRUCTORS:
                made = self.code.resolver.child(path, index, name)
                if made >= 0 and name != "new":
                    return path, made
        return None

    def _by_name(self, path: str, call: Call, index: int) -> tuple[int, ...]:
        """The nodes of the only declaration of that name, where nothing tells what the receiver is."""
        if not call.receiver or call.name not in self.words or call.name in NAMES:
            return ()
        head = call.receiver.split(".", 1)[0].removesuffix("()")
        value = self.code.resolver.evaluate(path, index, head) if head.isidentifier() else None
        known = value is not None and (value.what != "symbol")
        return self.words[call.name] if not known and len(self.code.defining(call.name)) == 1 else ()

    def _quoted(self, path: str, text: str) -> bool:
        facts = self.code.facts(path)
        return facts is not None and facts.language == "php" and len(self.code.defining(text)) == 1

    # What can be reached.

    def reach(self, path: str, index: int) -> frozenset[int]:
        """The nodes that calls in the body of a function may lead to, through functions of the tree."""
        key = (path, index)
        if key not in self._reach:
            seen: set[tuple[str, int]] = set()
            self._reach[key] = frozenset(self._reached([key], seen))
        return self._reach[key]

    def _reached(self, wave: list[tuple[str, int]], seen: set[tuple[str, int]]) -> Iterable[int]:
        for _ in range(FARTHEST):
            following: list[tuple[str, int]] = []
            for path, index in wave:
                if (path, index) in seen:
                    continue
                seen.add((path, index))
                for marks, inside in self._leads(path, index):
                    yield from marks
                    if inside is not None and inside not in seen:
                        following.append(inside)
            wave = following

    def _leads(self, path: str, index: int) -> Iterable[Lead]:
        facts = self.code.facts(path)
        if facts is None:
            return
        for place in self._calls_of(path).get(index, ()):
            call = facts.calls[place]
            found = self.code.called(path, call)
            if found is None:
                if call.name in self.words:
                    yield self._by_name(path, call, index), None
                elif self._aliased(path, call):
                    self._lower(path)
                    self.flow(path, index)
                    known = self._found(path, call, index, call.name)
                    if known is not None:
                        yield self._of(*known), None
                continue
            target, number = found[0], found[1]
            yield self._of(target, number), self._body_of(target, number, self.code.symbol(target, number))
        words = self._words_in(path)
        if words and index >= 0:
            yield from self._given(path, index, facts)

    def _aliased(self, path: str, call: Call) -> bool:
        """Whether a bare name that means nothing may be another name of a declaration we look for."""
        return not call.receiver and bool(self._words_in(path))

    def _given(self, path: str, index: int, facts: FileFacts) -> Iterable[Lead]:
        """The nodes of functions that are given to what runs them."""
        words = self._words_in(path)
        symbol = facts.symbols[index]
        source = self._source(path)
        if not any(word.encode() in source[symbol.start : symbol.end] for word in words):
            return
        stack: list[object] = [self.flow(path, index)]
        while stack:
            one = stack.pop()
            if isinstance(one, Mention):
                meaning = self.named(path, index, one.text)
                if one.runner:
                    yield meaning.marks, None
                yield (), meaning.inside
            elif isinstance(one, Flow):
                stack += content(one)
            elif isinstance(one, tuple):
                stack += one

    # Reading.

    def _calls_of(self, path: str) -> dict[int, list[int]]:
        if path not in self._owned:
            out: dict[int, list[int]] = {}
            facts = self.code.facts(path)
            for place, one in enumerate(facts.calls if facts is not None else ()):
                out.setdefault(one.owner, []).append(place)
            self._owned[path] = out
        return self._owned[path]

    def _words_in(self, path: str) -> frozenset[str]:
        """The names by which a file may mean the declarations we look for."""
        if path in self._wordy:
            return self._wordy[path]
        out = set(self.words)
        for here, link in self.code.resolver.names(path).items():
            if link.name in self.words or (link.name in ("default", "*", "") and here in self.words):
                out.add(here.rpartition(".")[2])
        facts = self.code.facts(path)
        symbols = facts.symbols if facts is not None else ()
        out |= {one.name for one in symbols if one.kind in FUNCTIONS and one.parent >= 0 and self._inner(symbols, one)}
        self._wordy[path] = frozenset(out)
        return self._wordy[path]

    @staticmethod
    def _inner(symbols: tuple[Symbol, ...], one: Symbol) -> bool:
        return symbols[one.parent].kind in FUNCTIONS

    def _source(self, path: str) -> bytes:
        return readable(self.code.read(path) or b"")

    def _lower(self, path: str) -> tuple[Lower, Node] | None:
        if path not in self._lowers:
            facts = self.code.facts(path)
            how = language(facts.language) if facts is not None else None
            self._lowers[path] = None
            if facts is not None and how is not None:
                source = self._source(path)
                root = parse(source, facts.language).root_node
                self._lowers[path] = Lower(source, facts, how, self._words_in(path)), root
        return self._lowers[path]

    def _lowered(self, path: str, index: int) -> Flow:
        made = self._lower(path)
        if made is None:
            return NOTHING
        lower, root = made
        if index < 0:
            return lower(root)
        symbol = self.code.symbol(path, index)
        node = _function(root, symbol, lower.language.functions)
        if node is None:
            return NOTHING
        body = node.child_by_field_name("body")
        return lower(body)

    def entry(self, path: str, index: int, names: Iterable[str]) -> int:
        """The function that runs when what is bound at ``index`` is run: a class has one of its methods run."""
        if index < 0 or self.code.symbol(path, index).kind not in TYPES:
            return index
        for name in (*names, *ENTRIES):
            found = self.code.resolver.child(path, index, name)
            if found >= 0:
                return found
        methods = [one for one in self._methods(path, index) if self.code.symbol(path, one).exported]
        return methods[0] if len(methods) == 1 else index


def _function(root: Node, symbol: Symbol, types: frozenset[str]) -> Node | None:
    """The node of a function, by its span: the outermost one that ends where the symbol does."""
    best: Node | None = None
    stack = [root]
    while stack:
        node = stack.pop()
        if node.end_byte <= symbol.start or node.start_byte >= symbol.end:
            continue
        inside = symbol.start <= node.start_byte and node.end_byte <= symbol.end
        if inside and node.type in types and node.child_by_field_name("body") is not None:
            if best is None or (node.end_byte, -node.start_byte) > (best.end_byte, -best.start_byte):
                best = node
            continue
        stack += node.named_children
    return best
