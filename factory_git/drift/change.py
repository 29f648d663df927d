"""What a change brings: the findings of the new tree that none of the trees it comes from had. Pure and lean.

A change is judged by the suppressions and the baseline of its base: what it adds to them itself does not count (nobody
can take away the rule that judges them in the change that breaks it), what it takes away counts at once.
"""

from __future__ import annotations

from factory_git.core.value import replace, value
from factory_git.drift import baseline, suppress
from factory_git.drift.baseline import Entry
from factory_git.drift.hit import Hit
from factory_git.drift.suppress import Suppression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Protocol

    class Side(Protocol):
        """One spec in one tree. Whoever implements it may work out each part when it is asked for."""

        root: str
        path: str  # of the baseline

        @property
        def hits(self) -> Sequence[Hit]:
            """What the rules find."""

        @property
        def marks(self) -> Sequence[Suppression]:
            """The suppressions of the files that matter."""

        @property
        def entries(self) -> Sequence[Entry]:
            """The baseline."""

        @property
        def problem(self) -> str:
            """Why the baseline cannot be read; empty when it can, or there is none."""

        def exists(self, path: str) -> bool:
            """Whether the tree has a file there."""

        def read(self, path: str) -> bytes:
            """The content of a file."""

    class Moves(Protocol):
        """How the new tree's places are named in a base."""

        def node(self, path: str) -> str:
            """The path that a node of the spec had (``was:``)."""

        def place(self, file: str, symbol: str) -> tuple[str, str]:
            """The file and the qualified name that a declaration had before it was moved or renamed."""


NOT_COUNTED = "it is new in this change and does not count"
BLIND = frozenset({"GF001", "GF002", "GF504"})
"""Rules say nothing of a node whose binding does not hold: that no entry about it is matched, shows nothing."""
OWN = "who reviewed it counts it with --own (git config factory.ownSuppressions)"


@value
class Tolerated:
    """Findings that stay ``open``, and what tolerates the others: index of the finding → why, in words."""

    open: tuple[Hit, ...]
    why: dict[tuple[str, str, str, str, str], str]
    used: frozenset[tuple[int, str]]  # index of the suppression, code
    kept: frozenset[int]  # index of the entry


def tolerate(side: Side, marks: Sequence[Suppression], entries: Sequence[Entry]) -> Tolerated:
    """Sort the findings of a tree by what ``marks`` and ``entries`` say of them. A suppression goes first."""
    left, why, used = [], {}, set()
    for hit in side.hits:
        covering = [number for number, mark in enumerate(marks) if mark.covers(hit)]
        if covering:
            used |= {(number, hit.code) for number in covering}
            why[hit.key] = f"gf: ignore in line {marks[covering[0]].line} of {hit.file} is for this; {NOT_COUNTED}"
        else:
            left.append(hit)
    matched = baseline.match(left, entries, side.exists)
    for number, entry in matched.items():
        why[left[number].key] = f"line {entries[entry].line} of {side.path} is for this; {NOT_COUNTED}"
    still = tuple([hit for number, hit in enumerate(left) if number not in matched])
    return Tolerated(open=still, why=why, used=frozenset(used), kept=frozenset(matched.values()))


def alone(side: Side) -> list[Hit]:
    """The findings of a tree that is compared with none: its own suppressions and baseline count."""
    done = tolerate(side, side.marks, side.entries)
    return [*done.open, *_about(side, done)]


def brought(new: Side, bases: Sequence[tuple[Side, Moves]], *, own: bool = False) -> tuple[list[Hit], int]:
    """The findings that ``new`` has and no base has, and how many it has besides.

    A merge has several bases: what one of them had is not brought. ``own`` lets the change's own suppressions and
    baseline count.
    """
    everything = tolerate(new, new.marks, new.entries)
    marks = new.marks if own else _counted(new.marks, bases)
    entries = new.entries if own else [one for one in new.entries if not _added(one, bases)]
    if len(marks) == len(new.marks) and len(entries) == len(new.entries):
        done = everything
    else:
        done = tolerate(new, marks, entries)
    found = [_explained(hit, everything) for hit in done.open]
    found += _about(new, everything)
    if len(entries) < len(new.entries):
        counted = {entry.key for entry in entries}
        found.append(baseline.grown([one for one in new.entries if one.key not in counted], new.path))
    fresh = found
    for side, moves in bases:
        if fresh:
            fresh = subtract(fresh, alone(side), moves)
    return fresh, len(found) - len(fresh)


def subtract(new: Iterable[Hit], old: Iterable[Hit], moves: Moves) -> list[Hit]:
    """``new`` without what ``old`` has, as often as it has it; what moved or was renamed is the same."""
    there: dict[tuple[str, ...], int] = {}
    for hit in old:
        there[hit.key] = there.get(hit.key, 0) + 1
    left = []
    for hit in new:
        key = _before(hit.key, moves)
        if there.get(key):
            there[key] -= 1
        else:
            left.append(hit)
    return left


def _before(key: tuple[str, str, str, str, str], moves: Moves) -> tuple[str, str, str, str, str]:
    """The key that a finding had in a base; what is found about a declaration's own name follows the name."""
    code, node, file, symbol, about = key
    old_file, old_symbol = moves.place(file, symbol)
    if symbol and about in (symbol, _last(symbol)):
        about = old_symbol if about == symbol else _last(old_symbol)
    return (code, moves.node(node), old_file, old_symbol, about)


def _last(symbol: str) -> str:
    return symbol.rpartition(".")[2]


def _counted(marks: Sequence[Suppression], bases: Sequence[tuple[Side, Moves]]) -> list[Suppression]:
    """Those suppressions that one of the bases has too, as often as it has them."""
    counted: set[int] = set()
    if not marks:
        return []
    for side, moves in bases:
        there: dict[tuple[str, str, bool, str], int] = {}
        for one in side.marks:
            for code in one.codes:
                key = (one.file, one.symbol, one.on, code)
                there[key] = there.get(key, 0) + 1
        for number, one in enumerate(marks):
            keys = [(*moves.place(one.file, one.symbol), one.on, code) for code in one.codes]
            if keys and all(there.get(key) for key in keys):
                counted.add(number)
                for key in keys:
                    there[key] -= 1
    return [one for number, one in enumerate(marks) if number in counted]


def _added(entry: Entry, bases: Sequence[tuple[Side, Moves]]) -> bool:
    """Whether no base has an entry for the same; one that only followed its declaration's new place is no new one."""
    for side, moves in bases:
        keys = [one.key for one in side.entries]
        if entry.key in keys or _before(entry.key, moves) in keys:
            return False
    return True


def _explained(hit: Hit, everything: Tolerated) -> Hit:
    why = everything.why.get(hit.key)
    return replace(hit, detail=(*hit.detail, why, OWN)) if why else hit


def _about(side: Side, done: Tolerated) -> list[Hit]:
    """What is wrong with the suppressions and the baseline themselves."""
    out = []
    for number, mark in enumerate(side.marks):
        if mark.wrong:
            out.append(suppress.bare(mark))
        elif idle := [code for code in mark.codes if (number, code) not in done.used]:
            near = next((hit for hit in done.open if hit.file == mark.file and hit.code in idle), None)
            out.append(suppress.unused(mark, idle, side.read(mark.file), near))
    if side.problem:
        out.append(baseline.broken(side.path, side.problem))
    blind = {hit.node for hit in side.hits if hit.node and hit.code in BLIND}
    held = done.kept | {number for number, entry in enumerate(side.entries) if _below(entry.node, blind)}
    kept = [entry for number, entry in enumerate(side.entries) if number in held]
    if len(kept) < len(side.entries):
        fix = baseline.rewrite(side.read(side.path), kept, side.root, side.path)
        out += [
            baseline.stale(entry, side.path, (fix,)) for number, entry in enumerate(side.entries) if number not in held
        ]
    return out


def _below(node: str, nodes: Collection[str]) -> bool:
    """Whether a node is one of ``nodes`` or lies in one."""
    while node and node not in nodes:
        node = node.rpartition(".")[0]
    return bool(node)


def moved_text(new: str, old: str, new_name: str, old_name: str) -> bool:
    """Whether two declarations are one, renamed: the same but for the name, or half of their lines alike."""
    if old_name and new_name and new.replace(new_name, "\0") == old.replace(old_name, "\0"):
        return True
    a = [line for text in new.split("\n")[1:] if (line := text.strip())]
    b = [line for text in old.split("\n")[1:] if (line := text.strip())]
    if min(len(a), len(b)) < 3:
        return False
    counts: dict[str, int] = {}
    for line in b:
        counts[line] = counts.get(line, 0) + 1
    shared = 0
    for line in a:
        if counts.get(line):
            counts[line] -= 1
            shared += 1
    return 2 * shared >= max(len(a), len(b))
