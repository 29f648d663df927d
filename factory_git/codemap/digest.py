"""Which extractors and grammars are at work: what the cache's rows are valid for."""

from __future__ import annotations

import os
import sys
import zlib

_HERE = os.path.dirname(__file__)  # noqa: PTH120 (pathlib costs a cold query more than this whole module)
_SOURCES = ("walk.py", "extract.py", "pack.py", "words.py")


def maker() -> str:
    """A text that changes with any source of the extraction, any grammar and the interpreter that packs the rows."""
    folder = f"{_HERE}/languages"
    files = [f"{_HERE}/{name}" for name in _SOURCES]
    files += sorted(f"{folder}/{name}" for name in os.listdir(folder) if name.endswith(".py"))  # noqa: PTH208
    one, two, size = 0, 1, 0
    for file in files:
        with open(file, "rb") as source:  # noqa: PTH123
            data = source.read()
        one, two, size = zlib.crc32(data, one), zlib.adler32(data, two), size + len(data)
    return f"{one:08x}{two:08x}-{size}-{grammars()}-{sys.hexversion:x}"


def grammars() -> str:
    """The installed versions of the parser and its grammars, read from the names of their metadata folders."""
    for entry in sys.path:
        try:
            names = os.listdir(entry or ".")  # noqa: PTH208
        except OSError:
            continue
        found = sorted(n[:-10] for n in names if n.startswith("tree_sitter") and n.endswith(".dist-info"))
        if found:
            return " ".join(found)
    return "unknown"
