"""What a rule says: one place where the code does not do what a spec node asks. Lean: it is made on the hook's path."""

from __future__ import annotations

from factory_git.core.value import value


@value
class Edit:
    """Replace the bytes ``start`` to ``end`` (exclusive) of ``file`` by ``text``."""

    file: str
    start: int
    end: int
    text: str


@value
class Fix:
    """A way to mend it by machine. ``safe``: the program means the same, or just what the spec says, afterwards."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@value
class Hit:
    """One finding of a rule, before it is known whether a change brought it.

    ``node`` is the spec path, ``file`` and ``line`` the place in the code, ``symbol`` the qualified name of the
    declaration it is in (empty: none). ``confidence`` is ``high`` or ``low``; a low one is a warning whatever
    ``severity`` says. Together code, node, file and symbol are the finding's key: no line is in it, so it lives through
    edits elsewhere in the file; ``about`` tells apart several findings of one key (the field, the step), and is part of
    it. Findings of one ``group`` have one cause: many of them are told to people as one.
    """

    code: str
    node: str
    file: str
    message: str
    line: int = 0
    column: int = 0
    symbol: str = ""
    about: str = ""
    severity: str = "error"
    confidence: str = "high"
    hint: str = ""
    detail: tuple[str, ...] = ()
    group: str = ""
    fixes: tuple[Fix, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What stays the same of a finding when lines move."""
        return (self.code, self.node, self.file, self.symbol, self.about)
