"""How a language writes what a drift needs: wrong types, ways round a call, functions that somebody adds.

In a frame, ``@`` is the statement that is wrapped, ``!`` its bare call; ``fail`` leaves with the language's error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Frames = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """``right`` and ``wrong`` are types by the spec's, ``maybe`` makes one optional where that must be said.

    ``calls`` and ``rule`` write a step's and a guardrail's call, ``frames`` stand around a gate, ``leave`` returns
    early. ``thing`` adds a type, ``work`` a function, ``sneaks`` write a guarded entity elsewhere.
    """

    right: Mapping[str, str]
    wrong: Mapping[str, tuple[str, ...]]
    maybe: str
    calls: str
    frames: Frames
    leave: tuple[str, ...]
    thing: str
    work: str
    sneaks: tuple[str, ...]


def types_(*names: str) -> dict[str, str]:
    text, number, decimal, date, truth = names
    return {"text": text, "ref": text, "int": number, "decimal": decimal, "date": date, "bool": truth}


SCRIPT = Speech(
    right=types_("string", "number", "number", "Date", "boolean"),
    wrong={
        "text": ("number", "boolean", "string[]"), "ref": ("number", "boolean"), "int": ("string", "boolean"),
        "decimal": ("string", "boolean"), "date": ("number", "boolean"), "bool": ("string", "number"),
    },
    maybe="{} | null", calls="{}(world)",
    frames={
        "branch": ("if (world.strict) {", "  @", "}"),
        "else": ("if (world.strict) {", "  console.debug('strict');", "} else {", "  @", "}"),
        "ternary": ("const passed = world.strict ? await ! : undefined;",),
        "switch": ("switch (world.contracts.length) {", "  case 0:", "    break;", "  default:", "    @", "}"),
        "loop": ("for (const block of world.blocks) {", "  @", "}"),
        "while": ("while (world.blocks.length > 9) {", "  @", "}"),
        "try": ("try {", "  @", "} catch (error) {", "  console.warn('skipped');", "}"),
        "handler": ("try {", "  world.later.pop();", "} catch (error) {", "  @", "}"),
        "unawaited": ("!;",),
        "callback": ("world.later.push(() => !);",),
        "timer": ("setTimeout(() => {", "  void !;", "}, 0);"),
        "circuit": ("world.strict && (await !);",),
        "each": ("world.blocks.forEach(() => {", "  void !;", "});"),
        "object": ("world.later.push({ run: () => ! });",),
        "method": ("world.later.push({", "  async run() {", "    @", "  },", "});"),
        "never": ("const pass = async () => {", "  @", "};"),
    },
    leave=("if (!world.strict) {", "  return 0;", "}"),
    thing="""
export interface Tractor {
  id: string;
  plate: string;
  hours: number;
}
""",
    work="""
export async function exportEverything(world: World): Promise<number> {
  return world.blocks.length;
}
""",
    sneaks=(
        """
function fixUp(): void {
  const made: Allocation = { id: 'x', contractId: 'c', blockId: 'b', tonnes: 1 };
  world.allocations.push(made);
}
""", """
function fixUp(one: Allocation): void {
  one.tonnes = 9;
}
""", """
async function fixUp(db: Database): Promise<void> {
  await db.query('UPDATE allocations SET tonnes = 9');
}
""",
    ),
)  # fmt: skip
