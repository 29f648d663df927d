"""A document printer after Wadler and Prettier: groups that stand on one line if they fit and are broken if not.

Besides the usual pieces there are two that Python's optional parentheses need. :class:`Conditional` is a group only
where the group it names is broken. :class:`FitsExpanded` is measured as if it were broken while the group it names
stands on one line: brackets inside an expression may break without parentheses being put around the whole.

Sources: P. Wadler, "A prettier printer" (2003); the command stack and the measuring of what follows are those of the
Prettier algorithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Line:
    """A place to break: ``flat`` (nothing or a space) where the group stands on one line."""

    flat: str = " "


@dataclass(frozen=True, slots=True)
class Group:
    """Broken as a whole or not at all. ``name`` lets other pieces ask which."""

    content: Doc
    name: int = 0


@dataclass(frozen=True, slots=True)
class Indent:
    """Four columns further in; with ``group``, only where that group is broken."""

    content: Doc
    group: int = 0


@dataclass(frozen=True, slots=True)
class IfBroken:
    """One or the other, as the enclosing group (or the group of that name) is broken or not."""

    broken: Doc
    flat: Doc = ""
    group: int = 0


@dataclass(frozen=True, slots=True)
class Conditional:
    """A group where the named group is broken; else as if nothing were there."""

    content: Doc
    group: int


@dataclass(frozen=True, slots=True)
class FitsExpanded:
    """Where the named group stands on one line, this may break within and counts as broken when that is measured."""

    content: Doc
    group: int


Doc: TypeAlias = "str | tuple[Doc, ...] | Line | Group | Indent | IfBroken | Conditional | FitsExpanded"

_Command: TypeAlias = "tuple[int, bool, Doc]"  # indent, broken, piece

SOFT = Line("")
STEP = 4


class Printer:
    """Prints one document to lines of at most ``width`` columns where that can be."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.broken: dict[int, bool] = {}

    def print(self, doc: Doc, column: int, indent: int | None = None) -> str:
        """The document's text; its first line begins after ``column`` columns that the caller has written.

        Further lines start from ``indent``, which is ``column`` where it is not given.
        """
        out: list[str] = []
        stack: list[_Command] = [(column if indent is None else indent, True, doc)]
        while stack:
            at, broken, piece = stack.pop()
            match piece:
                case str():
                    out.append(piece)
                    column += len(piece)
                case tuple():
                    stack += [(at, broken, p) for p in reversed(piece)]
                case Line(flat=flat):
                    if broken:
                        out.append("\n" + " " * at)
                        column = at
                    else:
                        out.append(flat)
                        column += len(flat)
                case Group(content=content, name=name):
                    breaks = not self._fits((at, False, piece), stack, self.width - column)
                    if name:
                        self.broken[name] = breaks
                    stack.append((at, breaks, content))
                case Conditional(content=content, group=group):
                    stack.append((at, broken, Group(content) if self.broken.get(group) else content))
                case FitsExpanded(content=content, group=group):
                    stack.append((at, broken or not self.broken.get(group), content))
                case Indent():
                    stack.append((self._indented(at, piece), broken, piece.content))
                case IfBroken():
                    stack.append((at, broken, self._chosen(piece, broken)))
        return "".join(out)

    def _indented(self, at: int, piece: Indent) -> int:
        return at if piece.group and not self.broken.get(piece.group) else at + STEP

    def _chosen(self, piece: IfBroken, broken: bool) -> Doc:
        which = self.broken.get(piece.group, False) if piece.group else broken
        return piece.broken if which else piece.flat

    def _fits(self, first: _Command, rest: list[_Command], room: int) -> bool:  # noqa: C901 - one case a piece
        """Whether ``first`` on one line, and what follows it up to the next possible break, has room."""
        followers = len(rest)
        # (…, all lines): within an expanded bracket every line must fit, not only the first.
        stack: list[tuple[int, bool, Doc, bool]] = [(*first, False)]
        while room >= 0:
            if not stack:
                if not followers:
                    return True
                followers -= 1
                stack.append((*rest[followers], False))
                continue
            at, broken, piece, every = stack.pop()
            match piece:
                case str():
                    room -= len(piece)
                case tuple():
                    stack += [(at, broken, p, every) for p in reversed(piece)]
                case Line(flat=flat):
                    if not broken:
                        room -= len(flat)
                    elif every:
                        room = self.width - at
                    else:
                        return True
                case Group(content=content, name=name):
                    if name:
                        self.broken[name] = broken
                    stack.append((at, broken, content, every))
                case Conditional(content=content):
                    stack.append((at, broken, content, every))
                case FitsExpanded(content=content, group=group):
                    expanded = not self.broken.get(group)
                    stack.append((at, broken or expanded, content, every or expanded))
                case Indent():
                    stack.append((self._indented(at, piece), broken, piece.content, every))
                case IfBroken():
                    stack.append((at, broken, self._chosen(piece, broken), every))
        return False
