"""What calls lead to: the declarations that spec nodes are tied to, and the functions of the tree in between.

A call is known when the code map resolves it. Where it cannot (a member of something of an unknown type) the name of
the only declaration of that name is believed, and findings that rest on it are of low confidence. Only functions from
which a bound declaration can be reached are run over; the others are never read. Lean: it is on the hook's path.
"""

from __future__ import annotations

import re

from factory_git.codemap.everyday import NAMES
from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.resolve import CONSTRUCTORS
from factory_git.codemap.typetext import head
from factory_git.codemap.walk import TYPES
from factory_git.core.value import content
from factory_git.drift.kinds.callers import FARTHEST, Near
from factory_git.drift.kinds.control.flow import NOTHING, Flow, Mention
from factory_git.drift.kinds.control.lower import Lower
from factory_git.drift.kinds.control.registry import language
from factory_git.drift.kinds.states import UNKNOWN, Meaning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factory_git.drift.kinds.callgraph import CallGraph, Function, Rows

    Lead = tuple[tuple[int, ...], Function | None]

_WORD = re.compile(r"\w+")
MOST = 1500
"""So many functions are looked into for one pipeline, the nearest first; beyond them is said to be not sure."""
ENTRIES = (
    "run", "__call__", "execute", "handle", "call", "invoke", "__invoke", "process", "perform", "apply", "main",
)  # fmt: skip
"""Methods that a class bound to a pipeline is run by, the likeliest first."""


class Calls:
    """The calls of one tree with regard to some declarations: ``marks`` are functions → the numbers of nodes.

    ``cut``: there was more to look into than :data:`MOST`.
    """

    def __init__(self, graph: CallGraph, marks: dict[Function, tuple[int, ...]], start: Function) -> None:
        self.graph, self.marks = graph, marks
        self.words: dict[str, tuple[int, ...]] = {}
        for function, numbers in marks.items():
            if function[1] >= 0:
                name = graph.symbol(function)[0]
                self.words[name] = (*self.words.get(name, ()), *numbers)
        self.methods = _methods(graph, marks)
        self._near = Near(graph, marks)
        self._wordy: dict[str, frozenset[str]] = {}
        self._lowers: dict[str, Lower | None] = {}
        self._flows: dict[Function, Flow] = {}
        self._known: dict[tuple[str, int], Meaning] = {}
        self._leads: dict[Function, tuple[Lead, ...]] = {}
        self._reach: dict[Function, frozenset[int]] = {}
        self.cut = False
        self._explore(start)

    # What the run asks.

    def flow(self, path: str, index: int) -> Flow:
        """The body of a function; of a whole file with -1."""
        key = (path, index)
        if key not in self._flows:
            lower = self._lower(path)
            self._flows[key] = lower(self.graph.node(key)) if lower is not None else NOTHING
        return self._flows[key]

    def place(self, path: str, call: int) -> tuple[int, int]:
        """The line of a call, and its first byte."""
        row = self.graph.rows(path)[4][call]
        return row[5], row[6]

    def meaning(self, path: str, index: int, call: int) -> Meaning:
        """What a call leads to."""
        key = (path, call)
        if key not in self._known:
            self._known[key] = self._meaning(path, index, call)
        return self._known[key]

    def named(self, path: str, index: int, text: str) -> Meaning:
        """What a function that is named, and not called, leads to when it is."""
        value = self.graph.resolver.evaluate(path, index, text)
        if value is None or value.what != "symbol":
            quoted = value is None and "." not in text and self._quoted(path, text)
            return Meaning(marks=self.words.get(text, ()) if quoted else (), weak=True)
        target = (value.path, value.index)
        marks = self._of(target) or self._listed(self.graph.symbol(target))
        local = not marks and self.graph.symbol(target)[1] in FUNCTIONS and self.reach(target)
        return Meaning(marks=marks, inside=target if local else None, weak=True)

    def entered(self, path: str, index: int) -> tuple[int, ...]:
        """The nodes whose declarations decorate a function."""
        row = self.graph.symbol((path, index)) if index >= 0 else ()
        out: list[int] = []
        for place in self.graph.calls((path, row[2])) if row and row[14] else ():
            call = self.graph.rows(path)[4][place]
            if row[6] <= call[6] and call[7] <= row[7]:
                out += self.meaning(path, row[2], place).marks
        return tuple(out)

    def first(self, function: Function) -> tuple[int, ...]:
        """The nodes that the first call of a function leads to, of those that lead anywhere in the tree."""
        path = function[0]
        for place in self.graph.calls(function):
            target = self.graph.called(path, place)
            if target is not None:
                return self._of(target) if self.graph.rows(path)[4][place][3] < 0 else ()
        return ()

    # What calls mean.

    def _meaning(self, path: str, index: int, place: int) -> Meaning:
        target = self.graph.called(path, place) or self._alias(path, index, place)
        if target is None:
            weak = self._by_name(path, index, place)
            return Meaning(marks=weak, weak=True) if weak else UNKNOWN
        marks, inside = self._of(target), self.graph.body(target)
        if not marks and self._promised(target):
            return Meaning(marks=self._promised(target), weak=True)
        read = inside is not None and (self.reach(inside) or (not marks and self.graph.stops(inside)))
        return Meaning(marks=marks, inside=inside if read else None, started="async" in self.graph.symbol(target)[15])

    def _alias(self, path: str, index: int, place: int) -> Function | None:
        """What a function was called here when it was given another name."""
        lower = self._lowers.get(path)
        name, receiver = self.graph.rows(path)[4][place][:2]
        head, dot, rest = (f"{receiver}.{name}" if receiver else name).partition(".")
        known = lower.aliases.get(head) if lower is not None else ""
        return self.graph.meant(path, index, f"{known}{dot}{rest}") if known else None

    def _of(self, target: Function) -> tuple[int, ...]:
        """The nodes tied to a declaration, or to the class that it is a method of."""
        if target in self.marks:
            made = self.graph.symbol(target)[1] in TYPES and self.graph.methods(target)
            return () if made else self.marks[target]  # to make an object is not yet to run it
        path, index = target
        while index >= 0:
            row = self.graph.symbol((path, index))
            if row[1] not in FUNCTIONS or row[0] in CONSTRUCTORS or row[2] < 0:
                return ()
            if (path, row[2]) in self.marks and self.graph.symbol((path, row[2]))[1] in TYPES:
                return self.marks[path, row[2]]
            index = row[2]
        return ()

    def _promised(self, target: Function) -> tuple[int, ...]:
        """The nodes whose declarations keep what an interface promises: who is called is known when it runs."""
        row = self.graph.symbol(target)
        if row[2] < 0 or row[0] not in self.methods:
            return ()
        above = self.graph.symbol((target[0], row[2]))
        if above[1] not in ("interface", "trait", "class") or (above[1] == "class" and target in self.marks):
            return ()
        implicit = above[1] == "interface" and self.graph.rows(target[0])[0] == "go"
        return tuple(mark for bases, marks in self.methods[row[0]] if implicit or above[0] in bases for mark in marks)

    def _by_name(self, path: str, index: int, place: int) -> tuple[int, ...]:
        """The nodes of the only declaration of that name, where nothing tells what the receiver is."""
        name, receiver = self.graph.rows(path)[4][place][:2]
        if not receiver or name not in self.words or name in NAMES:
            return ()
        head = receiver.split(".", 1)[0].removesuffix("()")
        value = self.graph.resolver.evaluate(path, index, head) if head.isidentifier() else None
        known = value is not None and value.what != "symbol"
        return self.words[name] if not known and len(self.graph.code.defining(name)) == 1 else ()

    def _quoted(self, path: str, text: str) -> bool:
        return self.graph.rows(path)[0] == "php" and len(self.graph.code.defining(text)) == 1

    # What can be reached.

    def reach(self, function: Function) -> frozenset[int]:
        """The nodes that calls in the body of a function may lead to, through functions of the tree."""
        return self._reach.get(function, frozenset())

    def _explore(self, start: Function) -> None:
        """Look into all functions near ``start``, then hand what they reach back to who calls them."""
        wave = [start]
        above: dict[Function, set[Function]] = {}
        for left in range(FARTHEST, 0, -1):
            following: list[Function] = []
            for one in wave:
                if one in self._leads:
                    continue
                if len(self._leads) >= MOST:
                    self.cut = True
                    break
                self._leads[one] = tuple(self._lead(one, left))
                for _, inside in self._leads[one]:
                    if inside is not None and self._near.leads(inside, left - 1):
                        above.setdefault(inside, set()).add(one)
                        following.append(inside)
            wave = following
        self.cut = self.cut or any(one not in self._leads for one in wave)
        self._reach = {
            one: frozenset(mark for marks, _ in leads for mark in marks) for one, leads in self._leads.items()
        }
        fresh = [one for one, marks in self._reach.items() if marks]
        while fresh:
            one = fresh.pop()
            for caller in above.get(one, ()):
                if not self._reach[one] <= self._reach[caller]:
                    self._reach[caller] |= self._reach[one]
                    fresh.append(caller)

    def _lead(self, function: Function, left: int) -> Iterator[Lead]:
        """Where the calls of a function lead, and the functions it names for others to call."""
        path, index = function
        unknown = False
        for place in self.graph.calls(function):
            if not self._near.counts(self.graph.rows(path)[4][place][0], left - 1):
                continue  # no function of that name leads to what we look for
            target = self.graph.called(path, place)
            if target is not None:
                yield self._of(target) or self._promised(target), self.graph.body(target)
            elif self.graph.rows(path)[4][place][0] in self.words:
                yield self._by_name(path, index, place), None
            else:
                unknown = unknown or not self.graph.rows(path)[4][place][1]
        if index >= 0 and self._near.may_name(path) and self._names_one(function):
            yield from self._given(function)
            if unknown:
                for place in self.graph.calls(function):
                    known = self._alias(path, index, place)
                    if known is not None:
                        yield self._of(known), None

    def _names_one(self, function: Function) -> bool:
        row = self.graph.symbol(function)
        text = self.graph.source(function[0])[row[6] : row[7]]
        return any(word.encode() in text for word in self._words_in(function[0]))

    def _given(self, function: Function) -> Iterable[Lead]:
        """The nodes of functions that are given to what runs them."""
        stack: list[object] = [self.flow(*function)]
        while stack:
            one = stack.pop()
            if isinstance(one, Mention):
                target = self.graph.meant(*function, one.text)
                marks = self._of(target) if target is not None else self.named(*function, one.text).marks
                yield marks if one.runner else (), None
                if target is not None and not marks and self.graph.symbol(target)[1] in FUNCTIONS:
                    yield (), target
            elif isinstance(one, Flow):
                stack += content(one)
            elif isinstance(one, tuple):
                stack += one

    # Reading.

    def _words_in(self, path: str) -> frozenset[str]:
        """The names by which a file may mean the declarations we look for, and functions in functions."""
        if path not in self._wordy:
            out = set(self.words)
            for here, link in self.graph.resolver.names(path).items():
                if link.name in self.words or (link.name in ("default", "*", "") and here in self.words):
                    out.add(here.rpartition(".")[2])
            out |= {row[0] for row in self.graph.rows(path)[2] if row[1] in FUNCTIONS and self._nested(path, row)}
            out |= {row[0] for row in self.graph.rows(path)[2] if self._listed(row)}
            for here, link in self.graph.resolver.names(path).items():
                if link.name and any(
                    row[0] == link.name and self._listed(row) for row in self.graph.rows(link.path)[2]
                ):
                    out.add(here)
            self._wordy[path] = frozenset(out)
        return self._wordy[path]

    def _listed(self, row: Rows) -> tuple[int, ...]:
        """The nodes whose functions a value is made of: `STEPS = (phi_gate, allocate)`."""
        if row[1] not in ("variable", "constant") or not row[9]:
            return ()
        words = _WORD.findall(row[9])
        return tuple(mark for word in words for mark in self.words.get(word, ()))

    def _nested(self, path: str, row: Rows) -> bool:
        return row[2] >= 0 and self.graph.rows(path)[2][row[2]][1] in FUNCTIONS

    def _lower(self, path: str) -> Lower | None:
        if path not in self._lowers:
            how, facts = language(self.graph.rows(path)[0]), self.graph.code.facts(path)
            made = how is not None and facts is not None and self.graph.root(path) is not None
            self._lowers[path] = (
                Lower(self.graph.source(path), facts, how, self._words_in(path))
                if made and how is not None and facts is not None
                else None
            )
        return self._lowers[path]


def _methods(
    graph: CallGraph, marks: dict[Function, tuple[int, ...]]
) -> dict[str, list[tuple[set[str], tuple[int, ...]]]]:
    """Method name → the bases of each class that has such a method and is looked for, and its nodes."""
    out: dict[str, list[tuple[set[str], tuple[int, ...]]]] = {}
    for (path, index), numbers in marks.items():
        row = graph.symbol((path, index)) if index >= 0 else ()
        type_ = index if row and row[1] in TYPES else row[2] if row else -1
        if type_ < 0 or graph.symbol((path, type_))[1] not in TYPES:
            continue
        bases = {head(base).rpartition(".")[2] for base in graph.symbol((path, type_))[13]}
        names = [graph.symbol((path, one))[0] for one in graph.methods((path, type_))] if type_ == index else [row[0]]
        for name in names:
            out.setdefault(name, []).append((bases, numbers))
    return out


def entry(graph: CallGraph, bound: Function, names: Iterable[str]) -> int:
    """The function that runs when what is bound is run: a class has one of its methods run."""
    path, index = bound
    if index < 0 or graph.symbol(bound)[1] not in TYPES:
        return index
    for name in (*names, *ENTRIES):
        found = graph.resolver.child(path, index, name)
        if found >= 0:
            return found
    methods = [one for one in graph.methods(bound) if graph.symbol((path, one))[3]]
    return methods[0] if len(methods) == 1 else index
