"""What of a file is public: what other code can use, and a reader looks for in the spec. Lean."""

from __future__ import annotations

from factory_git.codemap.walk import TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.codemap.model import FileFacts, Symbol

CALLABLE = frozenset({"function", "method"})
_ENTRIES = frozenset({"main", "init", "setup", "teardown", "upgrade", "downgrade", "up", "down", "default"})
_ACCESS = ("get", "set", "is", "has", "with", "to", "from", "as", "on")
_ORDINARY = frozenset({
    "equals", "hashcode", "tostring", "compareto", "clone", "close", "iterator", "string", "error", "fmt", "eq", "hash",
    "drop", "default", "render", "jsonserialize", "marshaljson", "unmarshaljson", "tojson", "toarray", "len", "next",
})  # fmt: skip


def folded(name: str) -> str:
    """A name as it is compared: no matter how its words are joined (``BlockID``, ``block_id``, ``block-id``)."""
    return "".join(one for one in name if one.isalnum()).lower()


def below(path: str, folder: str) -> bool:
    """Whether a file is ``folder`` or lies in it."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def public(facts: FileFacts, index: int) -> bool:
    """Whether others may use the declaration: it is exported, at the top or in exported types, and no entry point."""
    one = facts.symbols[index]
    if not one.exported or one.name.startswith(("_", "#")) or one.name in _ENTRIES:
        return False
    while one.parent >= 0:
        one = facts.symbols[one.parent]
        if one.kind not in TYPES or (not one.exported and one.kind != "impl"):
            return False
    return True


def ordinary(one: Symbol) -> bool:
    """Whether a method is what every type has: access to a field, equality, conversion, what a base asks for."""
    name = folded(one.name)
    if (
        name in _ORDINARY
        or one.kind == "constructor"
        or any(mark.startswith(("Override", "override")) for mark in (*one.decorators, *one.modifiers))
    ):
        return True
    plain = one.name[:1].lower() + one.name[1:]
    return any(plain.startswith(word) and plain[len(word) : len(word) + 1].isupper() for word in _ACCESS) or (
        "trait" in one.modifiers or "get" in one.modifiers or "set" in one.modifiers
    )
