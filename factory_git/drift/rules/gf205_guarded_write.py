"""Rows that a pipeline makes under a gate or a guardrail are made, changed or stored outside of it.

## What it does

An entity is guarded when a pipeline of the spec writes its rows and a gate or a guardrail judges them. Its rows may be
written by the functions of that pipeline and of its steps that write it (and of steps that say neither what they read
nor what they write), by the action of the spec that makes or changes one, and by functions that are called from these
only, as far as calls can be resolved. Anywhere else in the folders of the spec's code these are findings:

- a row is constructed: `Allocation(…)`, `new Allocation(…)`, `Allocation{…}`, an object of that declared type;
- a field of one that the spec knows is set: `allocation.qty = …`, `setQty(…)`;
- one is stored or removed: `.save()`, `.create(…)`, `.delete()`, `session.add(allocation)`, `repository.save(…)`,
  `self.allocations.append(…)`;
- a statement of SQL names its table: `INSERT INTO allocations`, `UPDATE`, `DELETE FROM`.

There is one finding for all that a function does to rows of one entity; it tells what says most, and how much more
there is. Where only a name tells that a value is such a row, the finding is a warning.

Reading is no writing: the entity's own type, and functions that by their name read (`from_row`, `load…`, `find…`,
`parse…`, `to_…`, `deserialize…`) may construct rows. Constructing one without any value is nothing yet. Migrations,
seeds, factories, tests and compiled files are left alone. Not seen: writes by reflection, by a name that is put
together, or by a function of another language.

## Why

A gate that most code passes through guards nothing: one shortcut that writes rows by itself is enough to sell what the
gate would have held back.

## Example

```python
def fix_up(session: Session, contract: Contract) -> None:
    session.add(Allocation(contract_id=contract.id, qty=10))  # GF205: no gate has looked at this block
```

## Fix

Call the pipeline, or one of its steps; or make the function a step of the spec.

```python
def fix_up(contract: Contract) -> None:
    contract_allocation(date.today())
```
"""

from __future__ import annotations

import re

from factory_git.drift.flow.op import parse, readable
from factory_git.drift.flow.program import program_of
from factory_git.drift.kinds.writers import Writers
from factory_git.drift.kinds_of import CALLABLE
from factory_git.drift.spelling import snake, words
from factory_git.drift.world import CONVENTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Entity
    from factory_git.drift.flow.program import Program
    from factory_git.drift.flow.shown import Touch
    from factory_git.drift.hit import Hit
    from factory_git.drift.world import Target, World

CODE = "GF205"
_DOES = {"make": "is made by", "set": "is changed by", "store": "is stored by", "remove": "is removed by"}
_SAVES = frozenset({"save()", "persist()", "flush()", "saveAndFlush()", "Save()", "refresh()"})
_ORDER = ("remove", "store", "make", "set")
_READS = frozenset({
    "from", "parse", "load", "read", "fetch", "find", "get", "list", "hydrate", "decode", "deserialize", "deserialise",
    "unmarshal", "scan", "query", "select", "to", "map", "row", "rows", "as", "convert", "init", "new", "clone", "copy",
})  # fmt: skip
_PREPARING = frozenset({
    "migrations", "migration", "migrate", "seeds", "seed", "seeders", "seeder", "factories", "factory", "fixtures",
    "fixture", "alembic", "versions", "samples", "demo",
})  # fmt: skip
_FILLS = _READS - {"get", "map", "copy", "convert"}
_SQL = (
    rb"(?i)\b(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO|MERGE\s+INTO)"
    rb"\s+[\"'`\[]?(?:\w+\.)?(%s)\b"
)
_SETS = re.compile(rb"[\"'`\]]?(?:\s+(?:AS\s+)?\w+)?\s+SET\b", re.IGNORECASE)


def check(world: World) -> Iterator[Hit]:
    """The writes of guarded rows outside of their pipelines."""
    gated = {step.gates for _, step in world.contract.steps() if step.gates}
    guarded = {one.path: one for one in world.contract.entities if one.guarded or (one.made and one.path in gated)}
    if not guarded:
        return
    program = program_of(world)
    writers = {path: Writers(world, one) for path, one in guarded.items()}
    for path, index, (_, _, touches, _) in program.all():
        for (entity, owner), some in _grouped(touches, index).items():
            one = writers.get(entity)
            if one is not None and one.known:
                yield from _in_function(world, program, one, one.at(path, owner), some)
    yield from _statements(world, writers)


def _grouped(touches: list[Touch], index: int) -> dict[tuple[str, int], list[Touch]]:
    """What one function does to the rows of one entity."""
    out: dict[tuple[str, int], list[Touch]] = {}
    for one in touches:
        out.setdefault((one.row.entity.path, one.owner if one.owner >= 0 else index), []).append(one)
    return out


def _in_function(world: World, program: Program, writers: Writers, at: Target, some: list[Touch]) -> Iterator[Hit]:
    """One finding for all that a function does: what says most first, that rows are stored, or made."""
    if _prepares(at.file) or writers.allowed(at.file, at.index) or _in_type(world, program, at, writers.entity):
        return
    left = [one for one in some if not _reads(world, at, one)]
    if {one.how for one in left} == {"store", "other"}:  # what is saved is nothing that the spec knows
        left = [one for one in left if one.text.rpartition(".")[2].rpartition(">")[2] not in _SAVES]
    left = [one for one in left if one.how != "other"]
    if not left:
        return
    left.sort(key=lambda one: (one.low, _ORDER.index(one.how), one.line))
    first, lines = left[0], {(one.line, one.how): one for one in reversed(left)}
    more = f" and {len(lines) - 1} more here" if len(lines) > 1 else ""
    yield _hit(
        world,
        writers,
        writers.at(at.file, at.index, low=first.low),
        first.line,
        f"{_DOES[first.how]} {first.text}{more}",
        about=" ".join(sorted({one.how for one in left})),
        detail=tuple(
            f"{at.file}:{one.line}: {writers.entity.name} {_DOES[one.how]} {one.text}"
            for _, one in sorted(lines.items(), key=lambda item: item[0])
        ),
    )


def _reads(world: World, at: Target, touch: Touch) -> bool:
    """Whether a function by its name reads rows: it constructs them, and fills them field by field."""
    begins = set(words(world.code.symbol(at.file, at.index).name)[:1]) if at.index >= 0 else set()
    return bool(begins & _READS) if touch.how == "make" else touch.how == "set" and bool(begins & _FILLS)


def _hit(
    world: World, writers: Writers, at: Target, line: int, what: str, *, about: str, detail: tuple[str, ...] = ()
) -> Hit:
    entity = writers.entity
    return world.hit(
        CODE,
        at,
        f"{entity.name} {what}, outside of {writers.pipeline.id}",
        line=line,
        about=about,
        confidence="low" if at.how == CONVENTION else "high",
        detail=detail,
        hint=f"call {writers.said}, or make this a step of {writers.pipeline.path} in the spec",
    )


def _prepares(path: str) -> bool:
    """Whether a file is there to bring rows in from elsewhere: migrations, seeds, factories."""
    *folders, name = path.lower().split("/")
    return bool({*folders, *words(name.partition(".")[0])} & _PREPARING)


def _in_type(world: World, program: Program, at: Target, entity: Entity) -> bool:
    """Whether a declaration is part of the row's own type."""
    path, index = at.file, at.index
    while index >= 0:
        row = program.rows.of(path, index)
        symbol = world.code.symbol(path, index)
        if (row is not None and row.entity.path == entity.path) or (
            symbol.kind in ("impl", "class") and snake(symbol.name) in (entity.id, snake(entity.name))
        ):
            return True
        index = symbol.parent
    return False


def _statements(world: World, writers: dict[str, Writers]) -> Iterator[Hit]:
    """Statements of SQL that write a guarded entity's table."""
    tables = {label.encode(): one for one in writers.values() if one.known for label in one.tables()}
    if not tables:
        return
    pattern = re.compile(_SQL % b"|".join(sorted(map(re.escape, tables))))
    for path in world.files():
        data = world.code.read(path) or b""
        if not pattern.search(data) or _prepares(path):
            continue
        facts = world.code.facts(path)
        source = readable(data)
        for found in pattern.finditer(source):
            one = tables.get(found[2].lower())
            if found[1].upper() == b"UPDATE" and not _SETS.match(source, found.end()):
                continue  # words, not a statement
            if facts is None or one is None or not _in_text(source, facts.language, found.start()):
                continue
            around = [n for n, each in enumerate(facts.symbols) if each.start <= found.start() < each.end]
            index = next((n for n in reversed(around) if facts.symbols[n].kind in CALLABLE), -1)
            if not one.allowed(path, index):
                verb = found[1].decode().split()[0].upper()
                line = source.count(b"\n", 0, found.start()) + 1
                what = f"is written by SQL ({verb} {found[2].decode()})"
                yield _hit(world, one, one.at(path, index), line, what, about=f"sql {verb}")


def _in_text(source: bytes, language: str, at: int) -> bool:
    """Whether a place is inside a literal text."""
    try:
        node = parse(source, language).root_node.descendant_for_byte_range(at, at + 1)
    except KeyError:
        return False
    while node is not None:
        if "string" in node.type or "heredoc" in node.type or "template" in node.type or "text_block" in node.type:
            above = node.parent
            return above is None or above.type not in (
                "expression_statement",
                "block",
                "module",
            )  # words about the code
        if "comment" in node.type:
            return False
        node = node.parent
    return False
