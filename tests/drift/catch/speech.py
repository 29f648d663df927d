"""How each language writes what a drift needs; ``speech_of`` tells what that is."""

from __future__ import annotations

from collections.abc import Mapping

from tests.drift.catch.speech_of import SCRIPT, Speech, types_

SPEECHES: Mapping[str, Speech] = {
    "python": Speech(
        right=types_("str", "int", "Decimal", "date", "bool"),
        wrong={
            "text": ("int", "bool", "list[str]"), "ref": ("int", "Decimal"), "int": ("str", "float", "bool"),
            "decimal": ("float", "int", "str"), "date": ("str", "bool"), "bool": ("str", "int"),
        },
        maybe="{} | None", calls="{}(world)",
        frames={
            "branch": ("if world.strict:", "    @"),
            "else": ("if world.strict:", "    print('strict')", "else:", "    @"),
            "ternary": ("passed = ! if world.strict else None",),
            "match": ("match len(world.contracts):", "    case 0:", "        pass", "    case _:", "        @"),
            "loop": ("for _ in world.blocks:", "    @"),
            "while": ("while len(world.blocks) > 9:", "    @"),
            "try": ("try:", "    @", "except ValueError:", "    pass"),
            "handler": ("try:", "    world.today.day", "except ValueError:", "    @"),
            "suppress": ("with contextlib.suppress(ValueError):", "    @"),
            "callback": ("world.later.append(lambda: !)",),
            "never": ("def pass_it() -> None:", "    @"),
            "circuit": ("world.strict and !",),
            "comprehension": ("[! for _ in world.blocks]",),
        },
        leave=("if not world.strict:", "    return 0"),
        thing="""

@dataclass
class Tractor:
    id: str
    plate: str
    hours: int
""",
        work="""

def export_everything(world: World) -> int:
    return len(world.blocks)
""",
        sneaks=(
            """

def _fix_up() -> None:
    _WORLD.allocations.append(Allocation(id="x", contract_id="c", block_id="b", tonnes=1))
""", """

def _fix_up(one: Allocation) -> None:
    one.tonnes = 9
""", """

def _fix_up(db) -> None:
    db.execute("UPDATE allocations SET tonnes = 9")
""",
        ),
    ),
    "typescript": SCRIPT,
    "tsx": Speech(
        right=SCRIPT.right, wrong=SCRIPT.wrong, maybe=SCRIPT.maybe, calls=SCRIPT.calls, frames=SCRIPT.frames,
        leave=SCRIPT.leave, thing=SCRIPT.thing, work=SCRIPT.work,
        sneaks=("""
const FixUp = ({ world }: { world: World }) => {
  const fix = () => {
    const made: Allocation = { id: 'x', contractId: 'c', blockId: 'b', tonnes: 1 };
    world.allocations.push(made);
  };
  return <button onClick={fix}>fix</button>;
};
""", """
const FixUp = ({ one }: { one: Allocation }) => (
  <button onClick={() => { one.tonnes = 9; }}>fix</button>
);
"""),
    ),
    "javascript": Speech(
        right={}, wrong={}, maybe="", calls="{}(world)", frames=SCRIPT.frames, leave=SCRIPT.leave,
        thing="""
export class Tractor {
  constructor(row) {
    this.id = row.id;
    this.plate = row.plate;
    this.hours = row.hours;
  }
}
""",
        work="""
export async function exportEverything(world) {
  return world.blocks.length;
}
""",
        sneaks=("""
function fixUp() {
  world.allocations.push(new Allocation({ id: 'x', contractId: 'c', blockId: 'b', tonnes: 1 }));
}
""", """
function fixUp(row) {
  const one = new Allocation(row);
  one.tonnes = 9;
}
""", """
async function fixUp(db) {
  await db.query('UPDATE allocations SET tonnes = 9');
}
"""),
    ),
    "java": Speech(
        right=types_("String", "int", "BigDecimal", "LocalDate", "boolean"),
        wrong={
            "text": ("int", "boolean"), "ref": ("long", "BigDecimal"), "int": ("String", "double"),
            "decimal": ("double", "int", "String"), "date": ("String", "Instant"), "bool": ("String", "int"),
        },
        maybe="", calls="Steps.{}(world)",
        frames={
            "branch": ("if (world.strict) {", "    @", "}"),
            "else": ("if (world.strict) {", "    world.later.clear();", "} else {", "    @", "}"),
            "switch": (
                "switch (world.contracts.size()) {", "    case 0:", "        break;", "    default:", "        @", "}",
            ),
            "loop": ("for (Block block : world.blocks) {", "    @", "}"),
            "while": ("while (world.blocks.size() > 9) {", "    @", "}"),
            "try": ("try {", "    @", "} catch (RuntimeException error) {", "    world.strict = false;", "}"),
            "handler": ("try {", "    world.later.clear();", "} catch (RuntimeException error) {", "    @", "}"),
            "callback": ("world.later.add(() -> !);",),
            "closure": ("Runnable pass = () -> {", "    @", "};"),
            "each": ("world.blocks.forEach(block -> !);",),
            "anonymous": (
                "world.later.add(new Runnable() {", "    public void run() {", "        @", "    }", "});",
            ),
        },
        leave=("if (!world.strict) {", "    return 0;", "}"),
        thing="""package farm;

public record Tractor(
    String id,
    String plate,
    int hours
) {}
""",
        work="""
    public static int exportEverything(World world) {
        return world.blocks.size();
    }
}
""",
        sneaks=("""
    void fixUp() {
        world.allocations.add(new Allocation("x", "c", "b", null));
    }
}
""", """
    void fixUp(JdbcTemplate db) {
        db.update("UPDATE allocations SET tonnes = 9");
    }
}
""", """
    void fixUp(AllocationRepository repository, Allocation one) {
        repository.save(one);
    }
}
"""),
    ),
    "php": Speech(
        right=types_("string", "int", "float", "DateTimeImmutable", "bool"),
        wrong={
            "text": ("int", "bool", "array"), "ref": ("int",), "int": ("string", "float", "bool"),
            "decimal": ("bool", "int"), "date": ("string", "int"), "bool": ("string", "int"),
        },
        maybe="?{}", calls="$this->steps->{}($world)",
        frames={
            "branch": ("if ($world->strict) {", "    @", "}"),
            "else": ("if ($world->strict) {", "    $world->later = [];", "} else {", "    @", "}"),
            "ternary": ("$passed = $world->strict ? ! : null;",),
            "switch": (
                "switch (count($world->contracts)) {", "    case 0:", "        break;", "    default:", "        @",
                "}",
            ),
            "loop": ("foreach ($world->blocks as $block) {", "    @", "}"),
            "while": ("while (count($world->blocks) > 9) {", "    @", "}"),
            "try": ("try {", "    @", "} catch (\\RuntimeException $error) {", "    $world->strict = false;", "}"),
            "callback": ("$world->later[] = fn () => !;",),
            "closure": ("$pass = function () use ($world) {", "    @", "};"),
            "anonymous": (
                "$world->later[] = new class($this->steps, $world) {", "    public function run(): void", "    {",
                "        @", "    }", "};",
            ),
            "shutdown": ("register_shutdown_function(fn () => !);",),
            "circuit": ("$world->strict && !;",),
            "each": ("array_map(fn ($block) => !, $world->blocks);",),
        },
        leave=("if (!$world->strict) {", "    return 0;", "}"),
        thing="""<?php

namespace Farm;

final class Tractor
{
    public function __construct(
        public readonly string $id,
        public readonly string $plate,
        public readonly int $hours,
    ) {
    }
}
""",
        work="""
    public function exportEverything(World $world): int
    {
        return count($world->blocks);
    }
}
""",
        sneaks=("""
    private function fixUp(): void
    {
        $this->world->allocations[] = new Allocation('x', 'c', 'b', 1.0);
    }
}
""", """
    private function fixUp(Allocation $one): void
    {
        $one->tonnes = 9.0;
    }
}
""", """
    private function fixUp(\\PDO $db): void
    {
        $db->exec('UPDATE allocations SET tonnes = 9');
    }
}
"""),
    ),
    "go": Speech(
        right=types_("string", "int", "decimal.Decimal", "time.Time", "bool"),
        wrong={
            "text": ("int", "bool", "[]string"), "ref": ("int64",), "int": ("string", "float64"),
            "decimal": ("float64", "int64", "string"), "date": ("string", "int64"), "bool": ("string", "int"),
        },
        maybe="*{}", calls="{}(world)",
        frames={
            "branch": ("if world.Strict {", "\t@", "}"),
            "else": ("if world.Strict {", "\tworld.Later = nil", "} else {", "\t@", "}"),
            "switch": ("switch len(world.Contracts) {", "case 0:", "default:", "\t@", "}"),
            "loop": ("for range world.Blocks {", "\t@", "}"),
            "while": ("for len(world.Blocks) > 9 {", "\t@", "}"),
            "defer": ("defer !",),
            "go": ("go !",),
            "callback": ("world.Later = append(world.Later, func() { _ = ! })",),
            "closure": ("pass := func() error {", "\t@", "\treturn nil", "}", "_ = pass"),
            "circuit": ("if world.Strict && ! != nil {", "\treturn nil", "}"),
        },
        leave=("if !world.Strict {", "\treturn nil", "}"),
        thing="""
type Tractor struct {
	ID    string
	Plate string
	Hours int
}
""",
        work="""
func ExportEverything(world *World) int {
	return len(world.Blocks)
}
""",
        sneaks=("""
func fixUp() {
	shown.Allocations = append(shown.Allocations, Allocation{ID: "x", BlockID: "b"})
}
""", """
func fixUp(one *Allocation) {
	one.BlockID = "b"
}
""", """
func fixUp(db *sql.DB) {
	db.Exec("UPDATE allocations SET tonnes = 9")
}
"""),
    ),
    "rust": Speech(
        right=types_("String", "i32", "Decimal", "NaiveDate", "bool"),
        wrong={
            "text": ("i32", "bool", "Vec<String>"), "ref": ("i64",), "int": ("String", "f64", "bool"),
            "decimal": ("f64", "i64", "String"), "date": ("String", "i64"), "bool": ("String", "u8"),
        },
        maybe="Option<{}>", calls="{}(world)",
        frames={
            "branch": ("if world.strict {", "    @", "}"),
            "else": ("if world.strict {", "    world.later.clear();", "} else {", "    @", "}"),
            "match": ("match world.contracts.len() {", "    0 => {}", "    _ => {", "        @", "    }", "}"),
            "let": ("if let Some(_first) = world.blocks.first() {", "    @", "}"),
            "loop": ("for _ in 0..world.blocks.len() {", "    @", "}"),
            "while": ("while world.blocks.len() > 9 {", "    @", "}"),
            "callback": ("world.later.push(Box::new(|world| { let _ = !; }));",),
            "closure": ("let pass = |world: &mut World| !;",),
            "circuit": ("let _passed = world.strict && !.is_ok();",),
            "spawn": ("std::thread::spawn(move || !);",),
        },
        leave=("if !world.strict {", "    return Ok(0);", "}"),
        thing="""
#[derive(Debug, Clone)]
pub struct Tractor {
    pub id: String,
    pub plate: String,
    pub hours: i32,
}
""",
        work="""
pub fn export_everything(world: &World) -> usize {
    world.blocks.len()
}
""",
        sneaks=("""
fn fix_up(world: &mut World) {
    world.allocations.push(Allocation {
        id: "x".into(),
        contract_id: "c".into(),
        block_id: "b".into(),
        tonnes: Decimal::ONE,
    });
}
""", """
fn fix_up(one: &mut Allocation) {
    one.tonnes = Decimal::ONE;
}
""", """
async fn fix_up(db: &PgPool) {
    sqlx::query("UPDATE allocations SET tonnes = 9").execute(db).await.unwrap();
}
"""),
    ),
}  # fmt: skip
