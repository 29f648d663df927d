"""What an assignment makes of names, objects and their members. Lean."""

from __future__ import annotations

from factory_git.drift.flow import sinks
from factory_git.drift.flow.callee import spoken
from factory_git.drift.flow.op import dotted
from factory_git.drift.flow.value import KNOWN, UNKNOWN, element
from factory_git.drift.flow.words import snake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.run import Run
    from factory_git.drift.flow.value import Value


def assign(run: Run, target: Op, found: Value, line: int) -> None:
    """Give a target its value."""
    if target.op == "name":
        _put(run, target.name, found, line)
    elif target.op in ("attr", "index") and target.parts:
        _store(run, target, found, line)
    elif target.op == "list":
        spread = {str(n): found.parts.get(str(n)) for n in range(len(target.parts))}
        for number, one in enumerate(target.parts):
            part = spread[str(number)]
            whole = part is None and not found.parts
            assign(run, one, part if part is not None else element(found) if whole else UNKNOWN, line)
    elif target.op == "map":
        for key, one in zip(target.names, target.parts, strict=True):
            rest = found.with_(parts={**found.parts, **dict.fromkeys(target.names, KNOWN)}, data=True)
            assign(run, one, rest if key == "*" else run.read(found, key, line) if key else UNKNOWN, line)
    elif target.op in ("seq", "join", "let"):
        for one in target.parts[:1] if target.op == "let" else target.parts:
            assign(run, one, found, line)


def _put(run: Run, name: str, found: Value, line: int) -> None:
    """A name has a value from here on."""
    if found.marks:
        step = run.step(line, f"{name} has it")
        found = found.with_(marks={key: mark.then(step) for key, mark in found.marks.items()})
    run.env[name] = found
    for chain in [one for one in run.env if one.startswith(f"{name}.")]:
        del run.env[chain]


def _store(run: Run, target: Op, found: Value, line: int) -> None:
    """What is put into an object is in it from here on."""
    holder = target.parts[0]
    of = run.value(holder)
    if of.row is not None and not of.many and target.op == "attr":
        known = snake(target.name) in of.row.columns
        said = spoken(dotted(target), run.language)
        run.touch("set" if known else "other", of, f"setting {said}", target.line)
    sinks.assigned(run, target, found, line)
    chain = dotted(target) if target.op == "attr" else ""
    if chain:
        run.env[chain] = found
    told = not found.plain if of.row is None else target.name in of.row.fields
    if holder.op == "name" and (holder.name in run.env) and told:
        label = target.name or f"?{len(of.parts)}"
        run.env[holder.name] = of.with_(parts={**of.parts, label: KNOWN if found.plain else found})
