"""Fields that a schema of JavaScript or TypeScript declares by calls: zod, valibot, drizzle, mongoose. Lean.

``const Block = z.object({crop: z.string().optional()})`` declares what an interface would; ``z.infer<typeof Block>`` is
its type. A call that is not known here gives a field without a type.
"""

from __future__ import annotations

from factory_git.drift.kinds.entities.typetext import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.view import Code

_OBJECTS = (
    "object(", "strictObject(", "looseObject(", "interface(", "extend(", "Schema(", "pgTable(", "mysqlTable(",
    "sqliteTable(",
)  # fmt: skip
_INFER = ("infer<typeof ", "output<typeof ", "input<typeof ", "TypeOf<typeof ", "InferOutput<typeof ", "Infer<typeof ",
          "InferSelectModel<typeof ", "InferInput<typeof ")  # fmt: skip
_TEXT = (
    "string",
    "uuid",
    "email",
    "url",
    "cuid",
    "cuid2",
    "ulid",
    "nanoid",
    "text",
    "varchar",
    "char",
    "String",
    "isoDate",
)
_NUMBER = ("number", "int", "float", "integer", "serial", "bigserial", "smallint", "bigint", "real", "doublePrecision",
           "Number", "int32", "mediumint", "tinyint")  # fmt: skip
_TYPES = {
    **dict.fromkeys(_TEXT, "string"), **dict.fromkeys(_NUMBER, "number"), "boolean": "boolean", "Boolean": "boolean",
    "date": "Date", "Date": "Date", "datetime": "Date", "timestamp": "Date", "any": "unknown", "unknown": "unknown",
    "json": "unknown", "jsonb": "unknown", "Mixed": "unknown", "record": "Record<string, unknown>",
    "object": "Record<string, unknown>", "map": "Map<string, unknown>", "numeric": "Decimal", "decimal": "Decimal",
    "Decimal128": "Decimal", "ObjectId": "UUID",
}  # fmt: skip
_ABSENT = frozenset({"optional", "nullable", "nullish", "exactOptional"})
_CHANGES = frozenset({"transform", "pipe", "preprocess", "custom", "lazy", "union", "or", "and", "codec"})
_OPENING = frozenset({"merge", "pick", "omit", "partial", "and", "or", "passthrough", "catchall", "transform", "keyof"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}

Entry = tuple[str, str, "bool | None", int, int]  # name, type, optional, first byte, end


def inferred(text: str) -> str:
    """The schema whose type ``text`` is; empty for other types."""
    for mark in _INFER:
        if mark in text and text.endswith(">"):
            return text.partition(mark)[2][:-1].strip()
    if text.startswith("typeof ") and text.endswith((".$inferSelect", ".$inferInsert")):
        return text[len("typeof ") :].rpartition(".")[0]
    return ""


def type_of(call: str) -> str:
    """The type of a schema of one value, as TypeScript writes it; empty where that is unknown, or an object's."""
    found, _ = _type(call, "zod")
    return "" if found.startswith(("z.infer", "Record")) else found


def entries(code: Code, path: str, index: int) -> tuple[list[Entry], str] | None:
    """The fields of a schema in a variable, and why there may be more; None where the variable holds no such thing."""
    symbol = code.symbol(path, index)
    source = code.content(path)[symbol.start : symbol.end].decode("utf-8", "surrogateescape")
    starts = [(source.find(f".{mark}"), mark) for mark in _OBJECTS] + [
        (source.find(f" {mark}"), mark) for mark in _OBJECTS
    ]
    at = min(((place + 1 + len(mark)) for place, mark in starts if place >= 0), default=-1)
    brace = source.find("{", at) if at >= 0 else -1
    if brace < 0 or source.find(";", at, brace) >= 0:
        return None
    dialect = "drizzle" if "Table(" in source[:brace] else "mongoose" if "Schema(" in source[:brace] else "zod"
    found: list[Entry] = []
    end = _close(source, brace)
    open_ = "" if ".extend(" not in source[:brace] else "it extends another schema"
    for start, stop in _parts(source, brace + 1, end):
        part = source[start:stop]
        if part.startswith("..."):
            open_ = open_ or "it takes in another schema"
            continue
        name, _, value = part.partition(":")
        key = name.strip()
        type_, optional = _type(value.strip(), dialect) if value else ("", None)
        low, high = (symbol.start + len(source[:n].encode("utf-8", "surrogateescape")) for n in (start, stop))
        found.append((literal(key) or key, type_, optional, low, high))
    for word, _ in _calls(source[end + 1 :].lstrip(" )")):
        open_ = open_ or (f".{word}() changes it" if word in _OPENING else "")
    return found, open_


def _type(value: str, dialect: str) -> tuple[str, bool | None]:
    """The type that a call says, as TypeScript writes it (empty: unknown), and whether it may be absent."""
    if dialect == "mongoose":
        return _mongoose(value)
    calls = list(_calls(value))
    words = [word for word, _ in calls]
    if not calls or _CHANGES & set(words):
        return (f"z.infer<typeof {value}>" if value.isidentifier() else ""), None if not calls else False
    if words[0] in ("optional", "nullable", "nullish") and calls[0][1]:
        return _type(calls[0][1], dialect)[0], True
    absent = bool(_ABSENT & set(words))
    if dialect == "drizzle":
        absent = not {"notNull", "primaryKey"} & set(words) and "erial" not in words[0]
    elif "default" in words:
        absent = False
    base = _named(words[0], calls[0][1], dialect)
    return (f"Array<{base}>" if base and "array" in words[1:] else base), absent


def _named(word: str, argument: str, dialect: str) -> str:
    if word in ("enum", "picklist", "literal", "pgEnum"):
        inner = argument.strip().removeprefix("[").removesuffix("]")
        words = [literal(one.strip()) for one in inner.split(",") if one.strip()]
        return " | ".join(f"'{one}'" for one in words) if words and None not in words else ""
    if word in ("nativeEnum", "enum_"):
        return argument if argument.isidentifier() else ""
    if word == "array":
        return f"Array<{_type(argument, dialect)[0] or 'unknown'}>"
    return _TYPES.get(word, "")


def _mongoose(value: str) -> tuple[str, bool | None]:
    if value.startswith("["):
        return f"Array<{_mongoose(value[1:-1].strip())[0] or 'unknown'}>", False
    if not value.startswith("{"):
        return _TYPES.get(value.rpartition(".")[2], ""), None
    parts = [value[low:high].partition(":") for low, high in _parts(value, 1, len(value) - 1)]
    inside = {key.strip(): said.strip() for key, _, said in parts}
    words = inside.get("enum", "")
    if words.startswith("["):
        return _named("enum", words, "zod"), None
    return (_mongoose(inside["type"])[0] if "type" in inside else "Record<string, unknown>"), None


def _calls(text: str) -> Iterator[tuple[str, str]]:
    """Word and argument of each call of a chain: ``z.string().min(1)`` → ``string``, ``min`` (``1``)."""
    at, word = 0, ""
    while at < len(text):
        char = text[at]
        if char.isalnum() or char in "_$":
            word += char
        elif char == "(":
            end = _close(text, at)
            yield word, text[at + 1 : end].strip()
            at, word = end, ""
        elif char in "[{;,":
            return
        else:
            word = "" if char == "." else word
        at += 1


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each part between commas begins and ends, comments and blanks around it left out."""
    at = first = start
    while at <= end:
        char = text[at] if at < end else ","
        if text.startswith(("//", "/*"), at) and at < end:
            stop = text.find("\n" if text[at + 1] == "/" else "*/", at)
            stop = end if stop < 0 or stop > end else stop + (2 if text[at + 1] == "*" else 1)
            first = stop if not text[first:at].strip() else first
            at = stop
            continue
        if char in _PAIRS or char in "\"'`":
            at = _close(text, at)
        elif char == ",":
            part = text[first:at]
            if part.strip():
                begin = first + len(part) - len(part.lstrip())
                yield begin, begin + len(part.strip())
            first = at + 1
        at += 1


def _close(text: str, at: int) -> int:
    """Where what opens at ``at`` (a bracket, a quote) closes; the end of the text when it does not."""
    opened = text[at]
    if opened in "\"'`":
        end = text.find(opened, at + 1)
        while end > 0 and text[end - 1] == "\\":
            end = text.find(opened, end + 1)
        return end if end >= 0 else len(text)
    stack = [_PAIRS[opened]]
    at += 1
    while at < len(text):
        char = text[at]
        if char in "\"'`":
            at = _close(text, at)
        elif text.startswith("//", at):
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
        elif char in _PAIRS:
            stack.append(_PAIRS[char])
        elif char == stack[-1]:
            stack.pop()
            if not stack:
                return at
        at += 1
    return len(text)
