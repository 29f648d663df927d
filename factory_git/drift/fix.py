"""Apply fixes to contents, and tell where in a text an edit is. Pure: contents in, contents out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from factory_git.drift.hit import Edit, Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A range of a text. All counts begin at 1, ends are exclusive; columns count characters, ``_byte`` bytes."""

    start_line: int
    start_column: int
    start_byte: int
    end_line: int
    end_column: int
    end_byte: int


@dataclass(slots=True)
class Applied:
    """What came of fixes: path → new content, the fixes that are in it, and those that had to be left out."""

    contents: dict[str, bytes] = field(default_factory=dict)
    done: list[Fix] = field(default_factory=list)
    overlapping: list[Fix] = field(default_factory=list)


def region(content: bytes, start: int, end: int) -> Region:
    """The place of the bytes ``start`` to ``end`` of ``content``."""
    first, last = _point(content, start), _point(content, end)
    return Region(
        start_line=first[0], start_column=first[1], start_byte=first[2],
        end_line=last[0], end_column=last[1], end_byte=last[2],
    )  # fmt: skip


def apply(fixes: Iterable[Fix], read: Callable[[str], bytes]) -> Applied:
    """Apply fixes in their order: each wholly or, where an earlier one has changed the same text, not at all.

    A fix that was applied already (two findings may offer the same) is taken as done once.
    """
    out = Applied()
    taken: dict[str, list[Edit]] = {}
    for fix in fixes:
        if not fix.edits or fix.edits in [one.edits for one in out.done]:
            continue
        if any(_overlap(edit, other) for edit in fix.edits for other in taken.get(edit.file, ())):
            out.overlapping.append(fix)
            continue
        out.done.append(fix)
        for edit in fix.edits:
            taken.setdefault(edit.file, []).append(edit)
    out.contents = {file: edited(read(file), edits) for file, edits in sorted(taken.items())}
    return out


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """``content`` with edits that do not overlap. Raises ``ValueError`` for one that lies outside."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if not at <= edit.start <= edit.end <= len(content):
            raise ValueError(f"{edit.file}: an edit of bytes {edit.start} to {edit.end} is outside of the file")
        parts += [content[at : edit.start], edit.text.encode(errors="surrogateescape")]
        at = edit.end
    return b"".join([*parts, content[at:]])


def unified(path: str, old: bytes | None, new: bytes | None) -> str:
    """The unified diff of one file as ``git apply`` takes it; None: there is no file."""
    import difflib  # noqa: PLC0415 (5 ms that only --diff pays)

    def lines(data: bytes | None) -> list[str]:
        return (data or b"").decode(errors="surrogateescape").splitlines(keepends=True)

    if old == new:
        return ""
    head = f"diff --git a/{path} b/{path}\n"
    if old is None or new is None:
        head += f"{'new' if old is None else 'deleted'} file mode 100644\n"
    a, b = ("/dev/null" if old is None else f"a/{path}"), ("/dev/null" if new is None else f"b/{path}")
    end = "\n\\ No newline at end of file\n"
    rows = difflib.unified_diff(lines(old), lines(new), a, b)
    return head + "".join(text if text.endswith("\n") else text + end for text in rows)


def _overlap(a: Edit, b: Edit) -> bool:
    if a.file != b.file:
        return False
    if a.start == b.start:
        return True  # two insertions at one place, too: nothing says which comes first
    return a.start < b.end and b.start < a.end


def _point(content: bytes, offset: int) -> tuple[int, int, int]:
    start = content.rfind(b"\n", 0, offset) + 1
    line = content.count(b"\n", 0, offset) + 1
    return line, len(content[start:offset].decode(errors="replace")) + 1, offset - start + 1
