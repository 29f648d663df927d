"""Pieces of Python source: literals, comments and docstrings that nothing can break out of, and whole modules.

Emitters write one statement a line and never care for its length: ``layout`` breaks lines. They name what they use
(``Decimal``, ``kit``) and never write imports: :func:`module` adds those whose names the body reads.
"""

from __future__ import annotations

import ast
import datetime as dt
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from factory_git.compiler.python.layout import WIDTH, lay_out

STANDARD: Mapping[str, str] = {
    "Any": "typing.Any",
    "Decimal": "decimal.Decimal",
    "Iterable": "collections.abc.Iterable",
    "Iterator": "collections.abc.Iterator",
    "Mapping": "collections.abc.Mapping",
    "Path": "pathlib.Path",
    "Protocol": "typing.Protocol",
    "Sequence": "collections.abc.Sequence",
    "dataclass": "dataclasses.dataclass",
    "field": "dataclasses.field",
    "replace": "dataclasses.replace",
    "sys": "sys as sys",
    "runtime_checkable": "typing.runtime_checkable",
    "dt": "datetime as dt",
}
"""Names of the standard library that emitted code may use: ``module.name``, or ``module as name``."""

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quote(text: str) -> str:
    """The Python literal of ``text``: double quotes unless single ones need fewer escapes; nothing unprintable."""
    mark = "'" if text.count('"') > text.count("'") else '"'
    return mark + "".join(f"\\{c}" if c == mark else _escape(c) for c in text) + mark


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def literal(value: Any) -> str:
    """The Python source of a plain value: numbers, texts, dates, lists (as tuples), mappings, null."""
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Decimal):
        return decimal(value)
    if isinstance(value, dt.datetime):
        return f"dt.datetime.fromisoformat({quote(value.isoformat())})"
    if isinstance(value, dt.date):
        return f"dt.date({value.year}, {value.month}, {value.day})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quote(str(k))}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        items = [literal(v) for v in value]
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    raise TypeError(f"no literal for {type(value).__name__}")


def decimal(value: Decimal) -> str:
    """``Decimal(3)`` for whole numbers written so, ``Decimal("0.5")`` else."""
    text = str(value)
    return f"Decimal({text})" if text.lstrip("-").isdigit() and len(text) < 16 else f"Decimal({quote(text)})"


def one_line(text: str) -> str:
    """``text`` on one line, every run of white space and control characters a single space: safe in a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def comment(text: str) -> str:
    """``# text`` on one line."""
    return f"# {one_line(text)}"


def tag(path: str) -> str:
    """The comment that ties the declaration below it to its spec node."""
    return f"# gf: {one_line(path)}"


def docstring(text: str, indent: int = 0, more: Sequence[str] = ()) -> list[str]:
    """The lines of a docstring: ``text`` as its first paragraph, ``more`` as paragraphs after it."""
    pad = " " * indent
    paragraphs = [p for p in (_prose(t) for t in (text, *more)) if p] or ["…"]
    if len(paragraphs) == 1 and len(pad) + len(paragraphs[0]) + 6 <= WIDTH:
        return [f'{pad}"""{paragraphs[0]}"""']
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        lines += [""] if number else []
        text = paragraph if number else f'"""{paragraph}'
        lines += textwrap.wrap(text, WIDTH - len(pad) - 3, break_long_words=False, break_on_hyphens=False)
    if len(lines) == 1:
        return [f'{pad}{lines[0]}"""']
    return [f"{pad}{line}".rstrip() for line in [*lines, '"""']]


def _prose(text: str) -> str:
    line = one_line(text).replace("\\", "\\\\").replace('"""', "'''")
    return f"{line}." if line and line[-1] not in ".!?…:" else line


def head(version: str, nodes: Sequence[str], digest: str) -> list[str]:
    """The stamp of a compiled file: who made it, from what, and the digest of what it reads."""
    start, end = f"Compiled by git-factory {version} from ", ". Do not edit: change the spec."
    room = WIDTH - 2 - len(start) - len(end)
    shown = _some(nodes, room)
    return [comment(start + shown + end), f"# digest: {digest}"]


def _some(nodes: Sequence[str], room: int) -> str:
    text = ""
    for number, node in enumerate(nodes):
        longer = f"{text}, {node}" if text else node
        rest = len(nodes) - number - 1
        if text and len(longer) + (len(f" and {rest} more") if rest else 0) > room:
            return f"{text} and {rest + 1} more"
        text = longer
    return text or "the compiler"


def module(text: str, body: Iterable[str], own: Mapping[str, str], *, level: int = 0, more: Sequence[str] = ()) -> str:
    """A whole module: docstring, the imports that ``body`` needs, ``body`` (blocks two blank lines apart), laid out.

    ``own`` maps the application's names to where they come from, as in ``STANDARD`` but relative to the package:
    ``{"Buyer": "model.Buyer", "kit": "kit"}``, or with ``/`` in front from elsewhere. ``level`` says how deep below
    the package the module lies.
    """
    blocks = [b.strip("\n") for b in body if b.strip()]
    code = "\n\n\n".join(blocks) + "\n" if blocks else ""
    used = names_used(code)
    parts = ["\n".join(docstring(text, more=more))]
    parts.append("from __future__ import annotations")
    parts += [p for p in (_standard(used, own), _absolute(used, own), _relative(used, own, "." * (level + 1))) if p]
    start = "\n\n".join(parts) + "\n"
    declares = code and isinstance(ast.parse(code).body[0], ast.ClassDef | ast.FunctionDef)
    gap = "\n\n" if declares else "\n"
    return lay_out(start + (gap + code if code else ""))


def names_used(code: str) -> frozenset[str]:
    """The names that a piece of code reads or writes, annotations among them."""
    return frozenset(n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name))


def _standard(used: frozenset[str], own: Mapping[str, str]) -> str:
    wanted = {n: w for n, w in STANDARD.items() if n in used and n not in own}
    plain = sorted("import " + w.removesuffix(" as sys") for w in wanted.values() if " as " in w)
    return "\n".join(plain + from_lines({n: w for n, w in wanted.items() if " as " not in w}))


def _absolute(used: frozenset[str], own: Mapping[str, str]) -> str:
    return "\n".join(from_lines({n: w[1:] for n, w in own.items() if n in used and w.startswith("/")}))


def _relative(used: frozenset[str], own: Mapping[str, str], dots: str) -> str:
    wanted = {n: (w if "." in w else f".{w}") for n, w in own.items() if n in used and not w.startswith("/")}
    return "\n".join(from_lines(wanted, dots))


def from_lines(wanted: Mapping[str, str], dots: str = "") -> list[str]:
    """``from m import a, b`` lines, sorted as the linters want them; ``as`` where name and source differ."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, where in wanted.items():
        home, _, source = where.rpartition(".")
        groups.setdefault(dots + home, []).append((source, name))
    return [
        f"from {home} import {', '.join(_alias(s, n) for s, n in sorted(groups[home], key=_member))}"
        for home in sorted(groups)
    ]


def _alias(source: str, name: str) -> str:
    return source if source == name else f"{source} as {name}"


def _member(pair: tuple[str, str]) -> tuple[int, str]:
    # Constants, then classes, then the rest: the order of the usual import sorters.
    source = pair[0]
    return (0 if source.isupper() and len(source) > 1 else 1 if source[:1].isupper() else 2, source)
