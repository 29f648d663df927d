"""What the editor is told: findings as diagnostics, a line's spec node as hover, places to jump to, fixes. Pure."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types as lsp

from factory_git.app.editor import Picture
from factory_git.core.errors import Place
from factory_git.drift.finding import Finding
from factory_git.drift.hit import Edit

SEVERITY = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
TO_END = 10_000  # a column that every line ends before: editors cut it


def diagnostics(picture: Picture, text: Callable[[str], str]) -> dict[str, list[lsp.Diagnostic]]:
    """The findings by file, in the order of the file."""
    out: dict[str, list[lsp.Diagnostic]] = {}
    for one in picture.findings:
        out.setdefault(one.place.file, []).append(_diagnostic(one, text))
    return out


def hover(picture: Picture, path: str, line: int, column: int) -> lsp.Hover | None:
    """What the spec says of a line of code; of a line of the spec, where its code stands and what proves it."""
    words = picture.about(path, line, column)
    if not words:
        return None
    return lsp.Hover(contents=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=words))


def places(picture: Picture, path: str, line: int, column: int) -> list[Place]:
    """From code to its spec node, from a spec node to its code."""
    return picture.across(path, line, column)


def actions(
    picture: Picture, path: str, wanted: lsp.Range, uri: Callable[[str], str], text: Callable[[str], str]
) -> list[lsp.CodeAction]:
    """The fixes of the findings in a range, safe ones first and marked as what one would choose."""
    out = []
    for one in picture.findings:
        line = max(one.place.line, 1) - 1
        if one.place.file != path or not wanted.start.line <= line <= wanted.end.line:
            continue
        for fix in sorted(one.fixes, key=lambda each: not each.safe):
            changes: dict[str, list[lsp.TextEdit]] = {}
            for edit in fix.edits:
                changes.setdefault(uri(edit.file), []).append(_edit(edit, text(edit.file)))
            out.append(
                lsp.CodeAction(
                    title=f"{one.code}: {fix.title}",
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(one, text)],
                    is_preferred=fix.safe,
                    edit=lsp.WorkspaceEdit(changes=changes),
                )
            )
    return out


def line_range(line: int) -> lsp.Range:
    """The whole of a line, counted from 1."""
    number = max(line, 1) - 1
    return lsp.Range(start=lsp.Position(number, 0), end=lsp.Position(number, TO_END))


def _diagnostic(one: Finding, text: Callable[[str], str]) -> lsp.Diagnostic:
    lines = text(one.place.file).splitlines()
    number = max(one.place.line, 1) - 1
    shown = lines[number] if number < len(lines) else ""
    start, end = len(shown) - len(shown.lstrip()), len(shown.rstrip())
    hint = f"\n{one.hint}" if one.hint else ""
    node = f" [{one.path}]" if one.path else ""
    first, last = lsp.Position(number, _units(shown[:start])), lsp.Position(number, _units(shown[:end]))
    return lsp.Diagnostic(
        range=lsp.Range(start=first, end=last),
        message=f"{one.message}{node}{hint}",
        severity=SEVERITY.get(one.severity, lsp.DiagnosticSeverity.Warning),
        code=one.code,
        source="git-factory",
    )


def _edit(edit: Edit, text: str) -> lsp.TextEdit:
    data = text.encode()
    where = lsp.Range(start=_position(data, edit.start), end=_position(data, edit.end))
    return lsp.TextEdit(range=where, new_text=edit.text)


def _position(data: bytes, offset: int) -> lsp.Position:
    before = data[:offset]
    line = before.count(b"\n")
    return lsp.Position(line, _units(before[before.rfind(b"\n") + 1 :].decode(errors="replace")))


def _units(text: str) -> int:
    """UTF-16 code units, which the protocol counts in unless told otherwise."""
    return len(text.encode("utf-16-le")) // 2
