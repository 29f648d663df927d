"""One function, followed from its first line to its last: where personal data in it goes. Lean.

Branches are followed each from the same start and put together after it; loops twice. A name has the last value it was
given; a value read of an object has what was put there in the same function, else what the object's type says.
"""

from __future__ import annotations

from factory_git.drift.flow import calls
from factory_git.drift.flow.assign import assign
from factory_git.drift.flow.op import NOTHING, dotted, leaves
from factory_git.drift.flow.rows import REDACTING, TEXT
from factory_git.drift.flow.shown import ERROR, Reach, Touch
from factory_git.drift.flow.value import (
    KNOWN,
    ROWS_OF,
    UNKNOWN,
    Mark,
    Value,
    collected,
    element,
    holding,
    merge,
    together,
)
from factory_git.drift.flow.words import snake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.program import Program
    from factory_git.drift.flow.value import Env, Key, Step


class Run:
    """The state of following one function. ``level`` is how many calls deep it may follow others."""

    def __init__(self, program: Program, path: str, owner: int, level: int) -> None:
        self.program, self.path, self.owner, self.level = program, path, owner, level
        self.language = program.language(path)
        self.env: Env = {}
        self.given_back: list[Value] = []
        self.reaches: list[Reach] = []
        self.touches: list[Touch] = []
        self.whole = True  # whether nothing was left out for being too deep
        self.nested = self.loops = 0
        self.entered: set[int] = set()  # where the functions begin that were followed
        self.left = 0  # the line of the last `return` that gave something back
        self._does: Mapping[str, Callable[[Op], Value]] = {
            "name": self.name, "attr": self.attr, "index": self.index, "call": self.call, "join": self.join,
            "list": self.items, "map": self.map, "seq": self.seq, "none": self.none, "let": self.let, "if": self.branch,
            "loop": self.loop, "fn": self.function, "return": self.leave, "raise": self.fail,
        }  # fmt: skip

    def value(self, op: Op) -> Value:
        """What an operation gives."""
        does = self._does.get(op.op)
        return does(op) if does is not None else UNKNOWN

    def step(self, line: int, text: str) -> Step:
        """One step of a flow, here."""
        return (self.path, line, text)

    # Names, and what is read of objects.

    def name(self, op: Op) -> Value:
        """A name: what it was given here, what the file or its imports make of it, or what it says of itself."""
        if op.name in self.env:
            return self.env[op.name]
        if self.language == "java":  # a bare name may be a field of the class around it
            row = self.program.names.around(self.path, self.owner)
            if row is not None and op.name in row.fields:
                return self.read(Value(row=row), op.name, op.line)
        return self.program.names.outside(self.path, self.owner, op.name)

    def attr(self, op: Op) -> Value:
        """``object.name``."""
        chain = dotted(op)
        if chain in self.env:
            return self.env[chain]
        of = self.value(op.parts[0])
        found = self.read(of, op.name, op.line)
        if found is UNKNOWN and chain and of.plain and "(" not in chain and "[" not in chain:
            if chain.partition(".")[0] not in self.env:
                found = self.program.names.outside(self.path, self.owner, chain)
            if found is UNKNOWN:
                found = self.program.names.by_name(self.path, op.name)
        return found

    def index(self, op: Op) -> Value:
        """``object[key]``."""
        of = self.value(op.parts[0])
        for one in op.parts[1:]:
            self.value(one)
        if op.name:
            found = self.read(of, op.name, op.line)
            return found if found is not UNKNOWN or not of.marks else Value(marks=of.marks)
        if of.many:
            return of if op.kind == "slice" else of.with_(many=False)
        if of.parts:
            return of if op.kind == "slice" else of.parts.get("[]") or merge(of.parts.values())
        return UNKNOWN  # a piece of a text is not the text

    def read(self, of: Value, name: str, line: int) -> Value:
        """What ``name`` of a value is."""
        if name in of.parts:
            return of.parts[name]
        if of.row is not None and not of.many:
            field = of.row.fields.get(name)
            if field is not None:
                return self.source(of, field.path, f"{of.row.entity.name}.{field.name}", line)
            if snake(name) in of.row.columns:
                return KNOWN
            if name in ("__dict__", "_asdict"):
                return of.with_(data=True)
        if of.row is not None and of.many and name in ROWS_OF:
            return of
        if of.given is not None:
            number, names = of.given
            below = f"{names}.{name}" if names else name
            return Value(given=(number, below)) if below.count(".") < 2 else UNKNOWN
        if of.cls is not None and name == "objects":
            return of
        if of.type is not None and of.row is None:
            return self.program.names.member(of.type, name)
        return UNKNOWN

    def source(self, of: Value, key: str, label: str, line: int) -> Value:
        """Personal data, read of a row."""
        mark = Mark((key,), (self.step(line, f"{label} is read"),), of.low)
        return Value(marks={mark.key: mark})

    # What is put together.

    def parts(self, op: Op) -> list[Value]:
        """The values of all parts."""
        return [self.value(one) for one in op.parts]

    def join(self, op: Op) -> Value:
        """A text put together, or a choice."""
        values = self.parts(op)
        if op.kind == "choice" or any(one.row is not None or one.type for one in values):
            return self.joined(values, op.line) if op.kind != "choice" else merge(values)
        return self.joined(values, op.line)

    def joined(self, values: Iterable[Value], line: int) -> Value:
        """Values made one text."""
        some = list(values)
        live = [one for one in some if not one.plain]
        if len(some) == 2 and len(live) == 1 and live[0].row is not None:  # `a or b`
            return live[0]
        marks = self.loose(live, TEXT, line)
        return Value(marks=marks) if marks else UNKNOWN

    def loose(self, values: Iterable[Value], how: str, line: int) -> dict[Key, Mark]:
        """The personal data that can be read of values when they are shown: as text, by a log, or serialised."""
        todo, seen, found = list(values), [], []
        while todo:
            one = todo.pop()
            seen.append(one)
            todo += one.parts.values()
            if one.row is not None and (not one.low or self.language in _UNTYPED):
                for field in one.row.left(how, one.parts, every=one.data):
                    label = f"{one.row.entity.name} is given whole, {field.name} with it"
                    mark = Mark((field.path,), (self.step(line, label),), one.low)
                    found.append(Value(marks={mark.key: mark}))
            if one.given is not None:
                key: Key = (*one.given, how)
                found.append(Value(marks={key: Mark(key, (), False)}))
        return holding([*seen, *found])

    def items(self, op: Op) -> Value:
        """A list: its rows are several rows."""
        values = self.parts(op)
        rows = [one for one in values if one.row is not None]
        parts = {str(number): one for number, one in enumerate(values) if not one.plain}
        if rows and len(rows) == len(values):
            return merge(rows).with_(many=True)
        return Value(parts=parts) if parts else UNKNOWN

    def map(self, op: Op) -> Value:
        """An object with known keys."""
        parts: dict[str, Value] = {}
        rest: Value = UNKNOWN
        for key, one in zip(op.names, op.parts, strict=True):
            found = self.value(one)
            if found.plain and not (rest.row is not None and key in rest.row.fields):
                continue
            if key == "*" and found.row is not None:
                rest = found.with_(data=True)
            elif key == "*":
                parts |= found.parts
                rest = merge([rest, Value(marks=found.marks, given=found.given)])
            else:
                parts[key or f"?{len(parts)}"] = found
        made = rest.with_(parts={**rest.parts, **parts}) if rest is not UNKNOWN else Value(parts=parts)
        if op.text:  # of a named type: a row, where that is one
            row = self.program.names.instance(self.path, self.owner, op.text)
            if row.row is not None:
                if op.parts:
                    self.touch("make", row, f"{op.text} {{…}}", op.line)
                return row
        return made if parts or rest is not UNKNOWN else UNKNOWN

    def seq(self, op: Op) -> Value:
        """One after the other; the last counts."""
        found = UNKNOWN
        for one in op.parts:
            found = self.value(one)
        return found

    def none(self, op: Op) -> Value:
        """Done for what is in it."""
        for one in op.parts:
            self.value(one)
        return UNKNOWN

    # What changes names.

    def let(self, op: Op) -> Value:
        """An assignment."""
        target, source = op.parts
        found = self.value(source)
        if op.text and REDACTING.search(op.text):
            found = KNOWN
        elif op.text:
            declared = self.program.names.instance(self.path, self.owner, op.text)
            if declared.row is not None and found.row is None:
                if source.op == "map" and source.parts and not declared.many:
                    self.touch("make", declared, f"{{…}} as {op.text}", op.line)
                found = declared.with_(parts=found.parts)
            elif found.plain:
                found = declared
        elif found.plain and target.op == "name" and source.op in ("call", "name", "attr", "index", "none"):
            found = self.program.names.untyped(self.path, target.name, source, found)
        if op.kind == "add":
            found = self.joined([self.value(target), found], op.line)
        assign(self, target, found, op.line)
        return found

    # What decides whether something is done, and how often.

    def branch(self, op: Op) -> Value:
        """One of the arms, or none."""
        before = self.env
        ends: list[Env] = []
        found: list[Value] = []
        for arm in op.parts:
            self.env = dict(before)
            found.append(self.value(arm))
            if not leaves(arm):
                ends.append(self.env)
        if len(op.parts) < 2:
            ends.append(before)
        self.env = together(ends) if ends else before
        return merge(found)

    def loop(self, op: Op) -> Value:
        """Again and again: twice is enough to see what a later turn is given by an earlier one."""
        target, through, body = op.parts
        items = self.value(through)
        found = UNKNOWN
        before = self.env
        self.loops += 1
        for _ in range(2 if self.loops == 1 else 1):  # loops in loops are gone through again with the outermost
            self.env = dict(self.env)
            if target is not NOTHING:
                assign(self, target, element(items, op.kind), op.line)
                if items.plain:
                    self.named(target)
            found = self.value(body)
            self.env = together([before, self.env])
        self.loops -= 1
        return found.with_(many=True) if found.row is not None else collected(found)

    def named(self, target: Op) -> None:
        """What a loop's own name says of what it goes through."""
        names = [target] if target.op == "name" else target.parts if target.op == "list" else ()
        for one in names:
            if one.op == "name":
                self.env[one.name] = self.program.names.by_name(self.path, one.name)

    def function(self, op: Op) -> Value:
        """A function inside this one: followed where it stands, with the names around it."""
        known = Value(function=(op, self.env))
        if op.name:
            self.env[op.name] = known
        self.enter(op, (), self.env)
        return known

    def handed(self, op: Op) -> Value:
        """What a call is given. A function is followed when it is known what it is called with."""
        return Value(function=(op, self.env)) if op.op == "fn" and not op.name else self.value(op)

    def enter(self, op: Op, values: Iterable[Value], around: Env) -> Value:
        """What a nested function gives when it is called with ``values``."""
        if self.nested >= DEEP:
            return UNKNOWN
        self.entered.add(op.start)
        before, kept, owner = self.env, self.given_back, self.owner
        self.env, self.given_back, self.nested = dict(around), [], self.nested + 1
        self.owner = self.program.names.inner(self.path, op.start, owner)
        given = list(values)
        try:
            for number, (parameter, text) in enumerate(zip(op.parts[:-1], op.texts, strict=True)):
                handed = given[number] if number < len(given) else UNKNOWN
                assign(self, parameter, self.parameter(parameter, text, handed), op.line)
            last = self.value(op.parts[-1])
            found = merge([*self.given_back, last] if not self.given_back else self.given_back)
            self.program.routed(self, op, found)
        finally:
            self.env, self.given_back, self.owner = before, kept, owner
            self.nested -= 1
        return found

    def parameter(self, op: Op, text: str, handed: Value) -> Value:
        """What is known of a parameter."""
        declared = self.program.names.instance(self.path, self.owner, text) if text else UNKNOWN
        if declared.row is not None:
            return declared
        if not handed.plain:
            return handed
        if not text and op.op == "name":
            return self.program.names.by_name(self.path, op.name)
        return declared

    # What leaves.

    def leave(self, op: Op) -> Value:
        """``return``, ``yield``."""
        found = merge(self.parts(op)) if len(op.parts) != 1 else self.value(op.parts[0])
        self.given_back.append(found)
        self.left = op.line if not found.plain else self.left
        return UNKNOWN

    def fail(self, op: Op) -> Value:
        """An error: its message ends in a log."""
        for one in op.parts:
            values = self.given_to(one) if one.op == "call" else [self.value(one)]
            self.show(ERROR, "an error's message", values, TEXT, op.line)
        return UNKNOWN

    def given_to(self, op: Op) -> list[Value]:
        """What the maker of an error is given."""
        self.value(op.parts[0])
        return [self.value(one) for one in op.parts[1:]]

    def call(self, op: Op) -> Value:
        """A call."""
        return calls.call(self, op)

    # What is noted.

    def show(self, kind: str, sink: str, values: Iterable[Value], how: str, line: int) -> None:
        """Values are shown by ``sink``."""
        for mark in self.loose(values, how, line).values():
            step = self.step(line, f"{sink} shows it" if kind != ERROR else f"{sink} holds it")
            self.reaches.append(Reach(kind, sink, mark.then(step), line, self.owner))

    def touch(self, how: str, row: Value, text: str, line: int) -> None:
        """A row is made, changed or stored."""
        if row.row is not None:
            self.touches.append(Touch(how, row.row, text, line=line, owner=self.owner, low=row.low))


_UNTYPED = frozenset({"javascript", "typescript", "tsx"})
"""Languages that print every object's fields: here a name is enough to say that a row is shown whole."""
DEEP = 6
"""Functions in functions, followed where they stand."""
