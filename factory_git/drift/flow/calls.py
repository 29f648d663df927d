"""What a call does with personal data: shows it, hides it, gives it back, or takes it elsewhere. Lean."""

from __future__ import annotations

from factory_git.drift.flow import words as say
from factory_git.drift.flow.callee import Call
from factory_git.drift.flow.op import NOTHING
from factory_git.drift.flow.rows import JSON, PRINT, REDACTING, TEXT
from factory_git.drift.flow.sinks import shows
from factory_git.drift.flow.stores import stored
from factory_git.drift.flow.value import KNOWN, ROWS_OF, UNKNOWN, Value, collected, element, merge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.run import Run

_MAKING = frozenset({
    "create", "new", "make", "of", "from_orm", "model_validate", "parse", "from", "default", "builder", "parse_obj",
})  # fmt: skip


def call(run: Run, op: Op) -> Value:
    """The value of a call; what it shows and stores is noted."""
    at = Call(run, op)
    found = _call(run, at)
    for one in at.values:
        if one.function is not None and one.function[0].start not in run.entered:
            run.enter(one.function[0], (), one.function[1])
    return found


def _call(run: Run, at: Call) -> Value:
    op = at.op
    if at.label and (_hides(op.name) or (at.chain and _hides(_last(at.chain)))):
        return KNOWN
    if not op.name:  # a function that is itself a value
        held = at.receiver.function
        return run.enter(held[0], at.values, held[1]) if held is not None else UNKNOWN
    if shows(run, at):
        _callbacks(run, at.label, at.receiver, at.values)
        return UNKNOWN
    local = run.env.get(op.name) if op.parts[0] is NOTHING else None
    if local is not None and local.function is not None:
        return run.enter(local.function[0], at.values, local.function[1])
    stored(run, at)
    for answer in (_of_type, _of_row, _own, _other):
        found = answer(run, at)
        if found is not None:
            return found
    return UNKNOWN


def _hides(name: str) -> bool:
    """Whether a function redacts, by its name, or a type does (``SecretStr(…)``, ``Redacted::new(…)``)."""
    return say.redacts(name) or (name[:1].isupper() and REDACTING.search(name) is not None)


def _last(chain: str) -> str:
    return chain.removesuffix("()").rpartition(".")[2]


# What a call gives back.


def _of_type(run: Run, at: Call) -> Value | None:
    """What the type of a row answers (``Buyer.objects.get(…)``, ``Buyer::find(…)``)."""
    row = run.program.rows.of(*at.receiver.cls) if at.receiver.cls is not None else None
    if row is None or run.program.names.method(run.path, run.owner, at.op):
        return None
    if at.label == "builder":
        run.touch("make", Value(row=row), f"{at.said(run.language)}()", at.op.line)
    if at.label in say.ELEMENT | _MAKING:
        return Value(row=row)
    return Value(row=row, many=True) if at.label in say.SAME | ROWS_OF else None


def _of_row(run: Run, at: Call) -> Value | None:
    """What a row answers."""
    row, op, label = at.receiver.row, at.op, at.label
    if row is None:
        return None
    if at.receiver.many:
        return _of_rows(run, at)
    plain = label.removeprefix("get_") if label.startswith("get_") and label != "get_" else label
    field = row.fields.get(plain) or row.fields.get(op.name)
    if field is not None:
        return run.source(at.receiver, field.path, f"{row.entity.name}.{field.name}", op.line)
    if label in _READING and len(op.parts) > 1 and op.parts[1].op == "text":
        return run.read(at.receiver, op.parts[1].name, op.line)
    if label in say.EACH and any(one.function for one in at.values):  # `promise.then(buyer => …)`, `option.map(|b| …)`
        found = _callbacks(run, label, at.receiver, at.values)
        return found if label in say.GIVING else at.receiver
    return _as_is(run, at)


_READING = frozenset({"get", "getattr", "__getitem__", "offset_get", "get_attribute"})


def _as_is(run: Run, at: Call) -> Value | None:
    """The row itself, or what is made of all of it."""
    label, receiver, line = at.label, at.receiver, at.op.line
    if label in say.AS_TEXT:
        return Value(marks=run.loose([receiver], JSON, line))
    if label in say.AS_DATA:
        return receiver.with_(data=True)
    if label in ("to_string", "__str__", "__repr__"):
        return Value(marks=run.loose([receiver], TEXT, line))
    if label in say.METHODS | {"copy", "model_copy", "replace", "refresh", "fresh", "iter"}:
        return receiver
    return None


def _of_rows(run: Run, at: Call) -> Value | None:
    """What several rows answer."""
    label, receiver = at.label, at.receiver
    if label in say.AS_TEXT:
        return Value(marks=run.loose([receiver], JSON, at.op.line))
    if label in say.EACH and any(one.function for one in at.values):
        found = _callbacks(run, label, receiver, at.values)
        if label in say.GIVING:
            return found.with_(many=True) if found.row is not None else collected(found)
        return receiver.with_(many=False) if label == "find" else receiver
    all_of = label in ("get", "find", "latest") and not at.values and run.language == "php"
    if label in say.ELEMENT and not all_of:
        return receiver.with_(many=False)
    if label in say.SAME | say.AS_DATA or label.startswith("filter"):
        return receiver.with_(data=receiver.data or label in ("values", "to_array"))
    return UNKNOWN


def _callbacks(run: Run, label: str, receiver: Value, values: list[Value]) -> Value:
    """Functions that a call is given are called with what its object holds (or with nothing known)."""
    held = element(receiver) if receiver is not UNKNOWN and label in say.EACH else UNKNOWN
    out = []
    for one in values:
        if one.function is not None:
            handed = [UNKNOWN, held] if label in ("reduce", "fold") else [held]
            out.append(run.enter(one.function[0], handed, one.function[1]))
    return merge(out)


def _own(run: Run, at: Call) -> Value | None:
    """A function or type of the tree."""
    program, op = run.program, at.op
    found = program.called(run, at)
    if found is None:
        return None
    path, index, kind = found
    if kind == "type":
        row = program.rows.of(path, index)
        if row is not None:
            made = Value(row=row)
            if at.values:
                run.touch("make", made, f"new {op.name}(…)" if op.kind == "new" else f"{op.name}(…)", op.line)
            return made
        return Value(type_=(path, index), parts=_fields(op, at.values))
    _callbacks(run, "", UNKNOWN, at.values)
    maker = program.maker(path, index)
    if maker is not None and at.label in _MAKING | {"build"} and at.values:
        run.touch("make", Value(row=maker), f"{at.said(run.language)}(…)", op.line)
    return program.follow(run, at, path, index)


def _fields(op: Op, values: list[Value]) -> dict[str, Value]:
    return {key: one for key, one in zip(op.names, values, strict=False) if key and key != "*" and not one.plain}


def _other(run: Run, at: Call) -> Value:
    """What nobody has the code of: by its name."""
    op, label, receiver, values = at.op, at.label, at.receiver, at.values
    if any(one.function for one in values):
        through = receiver if not receiver.plain else merge([one for one in values if not one.function])
        found = _callbacks(run, label, through, values)
        if label in say.GIVING:
            return collected(found)
        return receiver if receiver.marks or receiver.parts or receiver.given else UNKNOWN
    given = [*values, receiver] if label in say.METHODS else values
    live = [one for one in given if not one.plain]
    if label in say.AS_DATA and live and live[0].row is not None:
        return live[0].with_(data=True)
    if live and (label in say.KEEPERS or (label in say.METHODS and receiver is not UNKNOWN) or op.kind == "macro"):
        return _kept(run, at, live)
    if (receiver.marks or receiver.parts) and label in say.SAME:
        return receiver
    read = _read_by_name(run, at)
    if read is not None:
        return read
    return run.program.names.by_name(run.path, op.name) if not receiver.text else UNKNOWN


def _read_by_name(run: Run, at: Call) -> Value | None:
    """``d.get("email")``, ``getattr(buyer, "email")``, ``session.get(Buyer, 1)``."""
    op, label, values = at.op, at.label, at.values
    if label == "get" and len(op.parts) > 1 and op.parts[1].op == "text" and not at.receiver.plain:
        return run.read(at.receiver, op.parts[1].name, op.line)
    if label in say.ELEMENT | say.SAME and values and values[0].cls is not None:
        row = run.program.rows.of(*values[0].cls)
        if row is not None:
            return Value(row=row, many=label not in say.ELEMENT)
    if label in ("getattr", "pluck", "value") and values and values[0].row is not None and len(op.parts) > 2:
        return run.read(values[0], op.parts[2].name, op.line)
    return None


def _kept(run: Run, at: Call, live: list[Value]) -> Value:
    """What gives back what it is given: as it is, or as text."""
    op, label, receiver = at.op, at.label, at.receiver
    rows = [one for one in live if one.row is not None]
    if label in say.TELLERS:
        return _marks(run, live, JSON, op.line)
    if label in say.PRINTERS or op.kind == "macro":
        return _marks(run, live, op.text or PRINT, op.line)
    if label in ("str", "format", "string", "strval", "to_string", "formatted", "value_of"):
        return _marks(run, live, op.text or TEXT, op.line)
    if rows and len(rows) == len(live):
        return merge(rows)
    if receiver.parts and label in ("values", "items", "entries"):
        return Value(marks=run.loose(receiver.parts.values(), TEXT, op.line))
    if label in ("append", "list", "tuple", "of", "sorted", "as_list", "array_merge") and not rows:
        return merge(live) if len(live) == 1 else _marks(run, live, TEXT, op.line)
    if len(live) == 1 and (live[0].given is not None or live[0].parts):
        return live[0]
    return _marks(run, live, TEXT, op.line)


def _marks(run: Run, values: list[Value], how: str, line: int) -> Value:
    found = run.loose(values, how, line)
    return Value(marks=found) if found else UNKNOWN
