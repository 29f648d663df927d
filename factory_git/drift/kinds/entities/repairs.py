"""What a machine can write to mend a field: add it, change its type, rename it. None of it is safe. Lean."""

from __future__ import annotations

import re

from factory_git.core.value import value
from factory_git.drift.hit import Edit, Fix
from factory_git.drift.kinds import names
from factory_git.drift.kinds.entities.members import SCHEMA
from factory_git.drift.kinds.entities.table import table
from factory_git.drift.kinds.entities.typetext import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.contract import Field, Type
    from factory_git.drift.kinds.entities.members import Member
    from factory_git.drift.kinds.entities.sides import Side
    from factory_git.drift.kinds.entities.table import Table
    from factory_git.drift.world import World

_ES = ("typescript", "tsx")


def spelled(world: World, language: str, field: Field) -> str:
    """The field's type as the language writes it; empty where it has none (an enumeration needs a name)."""
    known = table(language)
    if known is None or language == "javascript":
        return ""
    text = _word(world, known, language, field.type)
    if not text or not field.optional or language in _ES:
        return text
    return known.spelled.get(f"{field.type.name}?") or known.maybe.format(text)


def _word(world: World, known: Table, language: str, type_: Type) -> str:
    if type_.name == "list":
        item = type_.of[0] if type_.of else "any"
        inner = known.spelled.get("text" if item == "enum" else item, "")
        return known.spelled.get(f"list {item}") or (known.many.format(inner) if inner else "")
    if type_.name == "ref":
        entity = next((one for one in world.contract.entities if one.id in type_.of), None)
        key = next((one for one in entity.fields if one.key), None) if entity else None
        return known.spelled.get(key.type.name, "") if key else ""
    if type_.name == "enum":
        if language in _ES:
            return " | ".join(f"'{word}'" for word in type_.of)
        return known.spelled["text"]
    return known.spelled.get(type_.name, "")


def add(world: World, side: Side, field: Field) -> tuple[Fix, ...]:
    """The field, after the last one that the declaration has, in its manner."""
    own = [one for one in side.fields.members if not one.inherited and not one.accessor]
    text = spelled(world, side.fields.language, field)
    if not own or not text or any(SCHEMA in one.modifiers for one in own):
        return ()
    last = max(own, key=lambda one: one.end)
    if side.fields.language == "python":  # what has no default comes before what has one
        bare = [one for one in own if not one.default]
        if not bare or "instance" in last.modifiers:
            return ()
        last = max(bare, key=lambda one: one.end)
    name = names.written(field.name, side.fields.language, [one.name for one in own])
    new = _New(name=name, type=text, wire=names.snake(field.name), optional=field.optional)
    edit = _addition(world.code.content(last.path), side.fields.language, last, new)
    return (_fix(f"add {name}: {text}", last.path, edit),) if edit else ()


@value
class _New:
    """A field to be written."""

    name: str
    type: str
    wire: str
    optional: bool


def _addition(content: bytes, language: str, last: Member, new: _New) -> tuple[int, int, str] | None:
    """Place and text of a new field after ``last``, on a line of its own where ``last`` has one."""
    lead = content[content.rfind(b"\n", 0, last.start) + 1 : last.start].decode("utf-8", "replace")
    alone = not lead.strip()
    tail = content[last.end : last.end + 80].split(b"\n", 1)[0]
    mark = next((one for one in (b",", b";") if tail.lstrip().startswith(one)), b"")
    at = last.end + (tail.find(mark) + 1 if mark else 0)
    line = _line(language, last, new, tagged=b'json:"' in content[last.start : last.end])
    newline = "\r\n" if b"\r\n" in content else "\n"
    between = f"{newline}{lead}" if alone else " "
    if {"component", "promoted"} & set(last.modifiers) or language == "rust":
        if mark == b",":  # behind the comma that is there; where there is none, one goes first
            return at, at, f"{between}{line},"
        return last.end, last.end, f",{between}{line}"
    if not alone:
        return None
    end = ";" if language in ("java", "php") or (language in _ES and mark != b",") else ""
    if language in _ES and mark == b"" and content[at - 1 : at] != b";":
        end = ""  # a manner without semicolons
    return at, at, f"{between}{line}{',' if mark == b',' else end}"


def _line(language: str, last: Member, new: _New, *, tagged: bool) -> str:
    words = " ".join(one for one in last.modifiers if one in ("public", "private", "protected", "readonly", "final"))
    if language == "python":
        return f"{new.name}: {new.type}"
    if language in _ES:
        return f"{words}{' ' if words else ''}{new.name}{'?' if new.optional else ''}: {new.type}"
    if language == "java":
        return f"{'' if 'component' in last.modifiers else words} {new.type} {new.name}".strip()
    if language == "php":
        return f"{words or 'public'} {new.type} ${new.name}"
    if language == "go":
        return f"{new.name} {new.type}" + (f' `json:"{new.wire}"`' if tagged else "")
    return f"{'pub ' if 'pub' in last.modifiers else ''}{new.name}: {new.type}"


def retype(world: World, side: Side, field: Field, member: Member) -> tuple[Fix, ...]:
    """The spec's type in place of the one that is there."""
    text = spelled(world, side.fields.language, field)
    if not text or not member.type or member.type.endswith("…") or member.accessor or SCHEMA in member.modifiers:
        return ()
    content = world.code.content(member.path)
    source = content[member.start : member.end]
    at = _type_at(source, member)
    if at < 0:
        return ()
    old = member.type
    if side.fields.language in _ES and field.optional and "optional" not in member.modifiers:
        text = f"{text} | null"
    if side.fields.language == "python" and (literal(old) is not None or "Mapped[" in old):
        text = f"Mapped[{text}]" if "Mapped[" in old else text
    start = member.start + at
    edit = (start, start + len(old.encode()), text)
    return (_fix(f"make {member.name} {text}", member.path, edit),) if text != old else ()


def _type_at(source: bytes, member: Member) -> int:
    """Where the type stands in a field's source: beside the name, never in a string or a comment before it."""
    old = re.escape(member.type.encode())
    name = re.escape(member.name.encode())
    after = re.search(rb"(?<![\w$])" + name + rb"[\w, ]*[?!]?\s*:?\s*(" + old + rb")(?![\w])", source)
    if after:
        return after.start(1)
    before = re.search(rb"(?<![\w\\])(" + old + rb")\s+&?\$?" + name + rb"(?![\w])", source)
    return before.start(1) if before else -1


def rename(world: World, side: Side, field: Field, member: Member) -> tuple[Fix, ...]:
    """The spec's name in place of the one that is there; where a name for outside is declared, that one."""
    content = world.code.content(member.path)
    source = content[member.start : member.end]
    old = member.wire or member.name
    manner = side.fields.language
    if member.wire:  # outside, names are written as their neighbours there are
        manner = "java" if any(c.isupper() for c in old) else "python"
    new = names.written(field.name, manner, [old])
    found = [one.start() for one in re.finditer(rb"(?<![\w])" + re.escape(old.encode()) + rb"(?![\w])", source)]
    if not found or member.start + len(source) != member.end:
        return ()
    start = member.start + found[0]
    return (_fix(f"rename {old} to {new}", member.path, (start, start + len(old.encode()), new)),)


def _fix(title: str, path: str, edit: tuple[int, int, str]) -> Fix:
    start, end, text = edit
    return Fix(title=title, edits=(Edit(file=path, start=start, end=end, text=text),))
