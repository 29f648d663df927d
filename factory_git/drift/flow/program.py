"""All functions of a tree that personal data or guarded rows may pass through, followed once each. Lean.

The work is bounded: a function is followed for itself, and for each set of parameters that something comes in by; calls
are followed three deep; not more than ``MOST`` functions are followed for one spec.
"""

from __future__ import annotations

import re
import sys

from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.languages.registry import language_of
from factory_git.codemap.resolve import Value as Known
from factory_git.codemap.walk import TYPES
from factory_git.drift.flow.assign import assign
from factory_git.drift.flow.files import File
from factory_git.drift.flow.names import Names
from factory_git.drift.flow.op import NOTHING, Op
from factory_git.drift.flow.rows import JSON, Rows
from factory_git.drift.flow.run import Run
from factory_git.drift.flow.shapes.registry import MODULES
from factory_git.drift.flow.shapes.registry import shape as shape_of
from factory_git.drift.flow.shown import ERROR, RESPONSE, Reach
from factory_git.drift.flow.value import UNKNOWN, Mark, Value, merge, united

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.flow.callee import Call
    from factory_git.drift.flow.rows import Row
    from factory_git.drift.flow.shapes.registry import Language
    from factory_git.drift.flow.shown import Touch
    from factory_git.drift.flow.value import Key
    from factory_git.drift.world import World

    Summary = tuple[Value, list[Reach], list[Touch], bool]

DEPTH = 3
"""Calls in calls that are followed."""
MOST = 4000
"""Functions that are followed for one spec."""
_READ = r"(?:\.|->|::|\bget_?|\[[\"'])"


class Program:
    """The functions of one world. ``rows`` are those that its contract is careful about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.resolver = world.code.resolver
        self.rows = Rows(world)
        self.names = Names(world, self.rows)
        self.cut = False  # whether the bound on work was met
        self.followed = 0
        self._done: dict[tuple[str, int, int, frozenset[int]], Summary] = {}
        self._files: dict[str, File | None] = {}
        self._redacting: dict[tuple[str, int], bool] = {}
        self._entities = {(row.id[-1] if row.id else "").encode() for row in self.rows.all}
        self._entities |= {name.lower().encode() for name in self.rows.names}
        ends = {one for row in self.rows.all for one in (*row.id[-1:], *row.many)}
        entities = _any({*ends, *(name.lower() for name in self.rows.names)})
        labels = _any({one.lower() for row in self.rows.all for one in row.fields})
        fields = f"|{_READ}{labels}\\b" if labels else ""
        self.words = re.compile(f"{entities}\\b{fields}".encode())

    # Files.

    def file(self, path: str) -> File | None:
        """A file, its syntax at hand; None for one in no language that is followed."""
        if path not in self._files:
            language = self.resolver.rows(path)[0]
            self._files[path] = File(self, path, language) if shape_of(language) is not None else None
        return self._files[path]

    def language(self, path: str) -> str:
        """The language of a file."""
        return str(self.resolver.rows(path)[0])

    def shape(self, path: str) -> Language:
        """The tables of a file's language."""
        found = shape_of(self.language(path))
        assert found is not None
        return found

    # Calls.

    def called(self, run: Run, at: Call) -> tuple[str, int, str] | None:
        """What a call leads to: file, declaration, and ``type`` or ``function``."""
        op, chain, receiver = at.op, at.chain, at.receiver
        found = None
        if receiver.row is not None and receiver.row.place is not None and not receiver.many and not receiver.low:
            found = self._member(receiver.row.place, op.name)
        elif receiver.type is not None:
            found = self._member(receiver.type, op.name)
        if found is None and (chain or op.parts[0] is NOTHING) and "[" not in chain:
            full = f"{chain}.{op.name}" if chain else op.name
            if chain.partition(".")[0] not in run.env or run.env[chain.partition(".")[0]].plain:
                found = self.resolver.evaluate(run.path, run.owner, full)
        if found is None or found.what != "symbol":
            return None
        kind = self.resolver.rows(found.path)[2][found.index][1]
        if kind in TYPES:
            return found.path, found.index, "type"
        return (found.path, found.index, "function") if kind in FUNCTIONS or kind in ("variable", "constant") else None

    def maker(self, path: str, index: int) -> Row | None:
        """The row whose type a function is a part of."""
        above = self.resolver.rows(path)[2][index][2]
        return self.rows.of(path, above) if above >= 0 else None

    def _member(self, of: tuple[str, int], name: str) -> Known | None:
        return self.resolver.member(Known("instance", *of, "type"), name)

    def redacting(self, path: str, index: int) -> bool:
        """Whether somebody tagged a function as one that redacts (``gf: redacts``)."""
        key = (path, index)
        if key not in self._redacting:
            self._redacting[key] = any(
                owner == index and "redacts" in text.split() for text, owner, _ in self.resolver.rows(path)[9]
            )
        return self._redacting[key]

    def follow(self, run: Run, at: Call, path: str, index: int) -> Value:
        """A call of a function of the tree: what comes of it here."""
        op = at.op
        if self.redacting(path, index):
            return UNKNOWN
        row = self.resolver.rows(path)[2][index]
        handed = self._handed(path, row, at)
        wanted = frozenset(number for number, one in handed.items() if _carries(one))
        declared = self.names.instance(path, index, row[8]) if row[8] else UNKNOWN
        if not wanted and (declared.row is not None or not self._matters(path, row)):
            return declared if declared.row is not None else self._plain(path, row, declared, op)
        if run.level <= 0:
            run.whole = False
            return declared
        back, reaches, _, whole = self.summary(path, index, run.level - 1, wanted)
        run.whole = run.whole and whole
        where = f"{row[0]}()"
        for reach in reaches:
            if len(reach.mark.key) == 3 and not (reach.kind == ERROR and reach.calls):
                for mark in self._arriving(run, reach.mark, handed, op, where):
                    passed = Reach(reach.kind, reach.sink, mark, op.line, run.owner)
                    passed.calls = reach.calls + 1
                    run.reaches.append(passed)
        found = self._returned(run, back, handed, op, where)
        return declared if declared.row is not None and found.row is None else found

    def _plain(self, path: str, row: tuple[object, ...], declared: Value, op: Op) -> Value:
        return declared if not declared.plain or row[8] else self.names.by_name(path, op.name)

    def _handed(self, path: str, row: tuple[object, ...], at: Call) -> dict[int, Value]:
        """What each parameter is given, by its number."""
        op, receiver, values = at.op, at.receiver, at.values
        names = [one[0] for one in row[12]]  # type: ignore[attr-defined]
        shift = 0
        if self.language(path) == "python" and row[1] in ("method", "constructor") and names:
            static = any("staticmethod" in one for one in row[14])  # type: ignore[attr-defined]
            shift = 0 if static or (receiver.cls is not None and names[0] != "cls") else 1
        out: dict[int, Value] = {0: receiver} if shift and not receiver.plain and receiver.cls is None else {}
        place = 0
        for key, one in zip(op.names or ("",) * len(values), values, strict=False):
            if key and key != "*" and key in names:
                out[names.index(key)] = one
            elif not key:
                out[place + shift] = one
                place += 1
        return out

    def _matters(self, path: str, row: tuple[object, ...]) -> bool:
        """Whether a function that is given nothing may give something back, or show it."""
        file = self.file(path)
        return file is not None and file.mentions(int(str(row[6])), int(str(row[7])))

    def _arriving(self, run: Run, mark: Mark, handed: dict[int, Value], op: Op, where: str) -> Iterator[Mark]:
        """The data that comes by a parameter, further on."""
        number, names, how = mark.key
        held = self._read(run, handed.get(number, UNKNOWN), names, op)
        for one in run.loose([held], how, op.line).values():
            yield one.then(run.step(op.line, f"{where} is given it"), *mark.steps)

    @staticmethod
    def _read(run: Run, held: Value, names: str, op: Op) -> Value:
        for name in names.split(".") if names else ():
            held = run.read(held, name, op.line)
        return held

    def _returned(self, run: Run, back: Value, handed: dict[int, Value], op: Op, where: str) -> Value:
        """What a function gives back, in terms of what it was given here."""
        if back is UNKNOWN:
            return UNKNOWN
        if back.given is not None and not back.marks:
            number, names = back.given
            return self._read(run, handed.get(number, UNKNOWN), names, op)
        found: list[Value] = []
        for key, mark in back.marks.items():
            if len(key) == 3:
                some = {one.key: one for one in self._arriving(run, mark, handed, op, where)}
                found.append(Value(marks=some))
            else:
                step = run.step(op.line, f"{where} gives it back")
                found.append(Value(marks={key: mark.then(step)}))
        parts = {key: self._returned(run, one, handed, op, where) for key, one in back.parts.items()}
        parts = {key: one for key, one in parts.items() if not one.plain}
        return back.with_(marks=united(found), parts=parts, function=None, given=None)

    # Following.

    def summary(self, path: str, index: int, level: int, wanted: frozenset[int]) -> Summary:
        """What a function does, something coming in by the parameters ``wanted``. ``index`` -1: the file's own code."""
        for known in (DEPTH + 1, level):
            found = self._done.get((path, index, known, wanted))
            if found is not None:
                return found
        key = (path, index, level, wanted)
        self._done[key] = (UNKNOWN, [], [], False)  # a function that calls itself adds nothing of its own
        if self.followed >= MOST:
            self.cut = True
            return self._done[key]
        self.followed += 1
        found = self._follow(path, index, level, wanted)
        self._done[key] = found
        if found[3]:
            self._done[path, index, DEPTH + 1, wanted] = found  # whole: deeper shows no more
        return found

    def _follow(self, path: str, index: int, level: int, wanted: frozenset[int]) -> Summary:
        file = self.file(path)
        op = file.function(index) if file is not None else None
        if op is None:
            return UNKNOWN, [], [], True
        run = Run(self, path, index, level)
        if op.op != "fn":
            run.value(op)
            return UNKNOWN, _distinct(run.reaches), run.touches, run.whole
        for number, (parameter, text) in enumerate(zip(op.parts[:-1], op.texts, strict=True)):
            assign(run, parameter, self._parameter(run, number, parameter, text, wanted), op.line)
        last = run.value(op.parts[-1])
        back = [*run.given_back, last] if last is not UNKNOWN else run.given_back
        found = merge(back)
        self.routed(run, op, found)
        return found, _distinct(run.reaches), run.touches, run.whole

    def _parameter(self, run: Run, number: int, parameter: Op, text: str, wanted: frozenset[int]) -> Value:
        declared = self.names.instance(run.path, run.owner, text) if text else UNKNOWN
        if declared.row is not None:
            return declared
        if parameter.op == "name" and parameter.name in ("self", "this", "cls", "$this") and not text:
            found = self.resolver.evaluate(run.path, run.owner, parameter.name)
            return self.names.value(found) if found is not None and parameter.name != "cls" else UNKNOWN
        if number in wanted:
            return Value(given=(number, ""), text=text)
        if not text and parameter.op == "name":
            return self.names.by_name(run.path, parameter.name)
        return declared

    def routed(self, run: Run, op: Op, found: Value) -> None:
        """What a function gives back that answers requests is an answer."""
        if run.owner < 0 or found.plain:
            return
        row = self.resolver.rows(run.path)[2][run.owner]
        answers = row[6] <= op.start and self.shape(run.path).answering(row)
        itself = self.names.inner(run.path, op.start, -1) == run.owner
        if answers and itself and not self._other_model(run, row, found):
            run.show(RESPONSE, f"{row[0]}()", [found], JSON, run.left or int(row[4]))

    def _other_model(self, run: Run, row: tuple[object, ...], found: Value) -> bool:
        """Whether a declared model of the answer leaves the row's own fields out."""
        model = next((m[1] for one in row[14] if (m := _MODEL.search(one))), "")  # type: ignore[attr-defined]
        text = model or str(row[8])
        if run.language != "python" or not text or found.row is None:
            return False
        declared = self.names.instance(run.path, run.owner, text)
        return declared.type is not None and declared.row is None

    # Where flows begin.

    def _near(self, data: bytes) -> bool:
        """Whether a file mentions an entity, in whatever way its name is a part of another."""
        small = data.lower()
        return any(word in small for word in self._entities)

    def roots(self) -> Iterator[tuple[str, int]]:
        """Every function (and file, for its own code) that may see a row, in the files that are judged."""
        for path in self.world.files():
            if language_of(path) not in MODULES or not self._near(self.world.code.read(path) or b""):
                continue
            file = self.file(path)
            if file is None:
                continue
            for index, row in enumerate(self.resolver.rows(path)[2]):
                if row[1] not in FUNCTIONS or not file.outer(index):
                    continue
                if file.mentions(row[6], row[7]) or self.names.around(path, index) is not None:
                    yield path, index
            if file.loose:
                yield path, -1

    def all(self) -> Iterator[tuple[str, int, Summary]]:
        """Every root with what it does."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 12000))
        try:
            for path, index in self.roots():
                yield path, index, self.summary(path, index, DEPTH, frozenset())
        finally:
            sys.setrecursionlimit(limit)


_MODEL = re.compile(r"response_model\s*=\s*([\w.\[\]]+)")


def _any(words: set[str]) -> str:
    """A pattern for one of some words; empty for none."""
    return f"(?:{'|'.join(sorted(map(re.escape, words)))})" if words else ""


def _carries(one: Value) -> bool:
    """Whether a value brings something along that is worth following into a function."""
    return bool(one.marks or one.row is not None or one.given is not None or one.parts or one.function)


def _distinct(reaches: list[Reach]) -> list[Reach]:
    out: dict[tuple[str, str, Key, int, int], Reach] = {}
    for one in reaches:
        key = (one.kind, one.sink, one.mark.key, one.line, one.owner)
        known = out.get(key)
        if known is None or known.mark.low > one.mark.low:
            out[key] = one
    return list(out.values())


def program_of(world: World) -> Program:
    """The world's program: what several rules ask is followed once."""
    known = world.code.tree.memory.get("flow")
    if known is None or known[0] is not world:
        world.code.tree.memory["flow"] = known = (world, Program(world))
    program: Program = known[1]
    return program
