"""Source text as lines, cut and moved by what stands in them: how a hand would edit it, without any parser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_HEAD = re.compile(r"\s*(?:#|//|/\*\*|@|\[)")


@dataclass(slots=True)
class Source:
    """The lines of one file."""

    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, content: bytes) -> Source:
        """The source of a file's bytes."""
        return cls(content.decode().split("\n"))

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return "\n".join(self.lines).encode()

    def indent(self, at: int) -> str:
        """What a line begins with."""
        return self.lines[at][: len(self.lines[at]) - len(self.lines[at].lstrip())]

    def block(self, at: int) -> tuple[int, int]:
        """The lines of the statement or the declaration that begins on a line: to the first that closes it."""
        end, indent = at + 1, self.indent(at)
        text = self.lines[at].rstrip()
        if not text.endswith(("{", "(", ":")) and not self.lines[end].strip().startswith("{"):
            return at, end
        while end < len(self.lines):
            line = self.lines[end]
            if line.strip() and not line.startswith((f"{indent} ", f"{indent}\t")):
                if not line.strip().startswith(("}", ")", "{")):
                    break
                if not line.rstrip().endswith(("{", ":")):
                    return at, end + 1
            end += 1
        while not self.lines[end - 1].strip():
            end -= 1
        return at, end

    def declared(self, name: str) -> tuple[int, int]:
        """The lines of a declaration by name, without what stands above it."""
        said = re.compile(
            rf"\b(?:class|interface|record|struct|type|def|fn|func|function|const|void|int|List<String>)\s+{name}\b"
        )
        at = next(number for number, line in enumerate(self.lines) if said.search(line))
        return self.block(at)

    def whole(self, name: str) -> tuple[int, int]:
        """The lines of a declaration with the comments and the decorators above it."""
        start, end = self.declared(name)
        while start and _HEAD.match(self.lines[start - 1]) and self.lines[start - 1].strip():
            start -= 1
        return start, end

    def called(self, name: str) -> tuple[int, int]:
        """The lines of the statement that calls a name."""
        said = re.compile(rf"(?<!def )(?<!fn )(?<!func )(?<!function )\b{name}\(")
        return self.block(next(number for number, line in enumerate(self.lines) if said.search(line)))

    def cut(self, span: tuple[int, int]) -> list[str]:
        """Take lines out."""
        taken = self.lines[slice(*span)]
        del self.lines[slice(*span)]
        return taken

    def put(self, at: int, lines: Iterable[str]) -> None:
        """Put lines before a line."""
        self.lines[at:at] = lines

    def field(self, entity: str, name: str) -> int:
        """The line of an entity's field."""
        start, end = self.declared(entity)
        said = re.compile(rf"(?:this\.|\$|\b){name}\b")
        return next(number for number in range(start + 1, end) if said.search(self.lines[number]))

    def drop(self, at: int) -> None:
        """Take a line out of a list; the one before it is the last then, perhaps."""
        last = not self.lines[at].rstrip().endswith((",", ";"))
        del self.lines[at]
        if last and self.lines[at - 1].rstrip().endswith(","):
            self.lines[at - 1] = self.lines[at - 1].rstrip()[:-1]


def framed(frame: Iterable[str], statement: list[str], call: str) -> list[str]:
    """A frame around a statement, at the statement's indentation."""
    indent = statement[0][: len(statement[0]) - len(statement[0].lstrip())]
    out = []
    for line in frame:
        if line.strip() == "@":
            inner = line[: line.index("@")]
            out += [f"{indent}{inner}{one[len(indent) :]}" for one in statement]
        else:
            out.append(indent + (line.replace("!", call, 1) if "!" in line and "!world" not in line else line))
    return out


def renamed(content: bytes, old: str, new: str) -> bytes:
    """Every use of a name, and nothing else, has another one."""
    return re.sub(rf"\b{old}\b", new, content.decode()).encode()
