"""Breaks long lines of emitted Python the way the common formatters (black, ruff) do.

Emitters write one statement a line; :func:`lay_out` finds the lines that are too long and lays them out. Only what
emitted code contains is known here; an expression of another kind stays as it is written. The result is checked
against the real formatter in tests, never at run time.
"""

from __future__ import annotations

import ast
import re

from factory_git.compiler.python.doc import SOFT, Doc, Group, IfBroken, Indent, Printer
from factory_git.compiler.python.layout_expr import Expressions, arguments, bracketed, joined

WIDTH = 88

_QUOTES = '"""'
_HEADER = re.compile(r"(if|elif|while|for|def|class|with|async)\b")


def lay_out(source: str, width: int = WIDTH) -> str:
    """``source`` with every statement that is too long for ``width`` broken over several lines."""
    out: list[str] = []
    in_docstring = False
    for line in source.split("\n"):
        text = line.strip()
        starts = not in_docstring and text.startswith(_QUOTES)
        if len(line) > width and not in_docstring and not starts:
            out.append(statement(line, width))
        else:
            out.append(line)
        if starts or in_docstring:
            in_docstring = not text.endswith(_QUOTES) or (starts and text == _QUOTES)
    return "\n".join(out)


def statement(line: str, width: int = WIDTH) -> str:
    """One statement (or the head of a compound one) laid out; the line as it is where nothing can be done."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if text.startswith("#"):
        return line
    keyword = "elif" if text.startswith("elif ") else ""
    code = text[2:] if keyword else text
    head = bool(_HEADER.match(code))
    decorated = code.startswith("@")
    whole = f"{code} pass" if head and code.endswith(":") else f"{code}\ndef f(): pass" if decorated else code
    try:
        tree = ast.parse(whole).body[0]
    except SyntaxError:
        return line
    doc = _Statement(whole).doc(tree)
    if doc is None:
        return line
    start = " " * indent + ("el" if keyword else "")
    comment = _comment(text)
    return start + Printer(width).print((doc, *((f"  {comment}",) if comment else ())), len(start), indent)


def _comment(text: str) -> str:
    # Emitted comments at the end of a statement are few (a field's unit); a literal may hold a '#', so look after it.
    if "  # " not in text:
        return ""
    code, _, comment = text.rpartition("  # ")
    try:
        ast.parse(code)
    except SyntaxError:
        return ""
    return f"# {comment}"


class _Statement:
    """Statements to documents."""

    def __init__(self, code: str) -> None:
        self.expressions = Expressions(code)

    def doc(self, node: ast.stmt) -> Doc | None:  # noqa: PLR0911 - one case a kind of statement
        value = self.expressions.statement_value
        match node:
            case ast.Return(value=ast.expr() as result):
                return ("return ", value(result))
            case ast.Assign(targets=[target], value=result):
                return (self._text(target), " = ", value(result))
            case ast.AugAssign(target=target, value=result):
                return (self._text(target), f" {self.expressions.operator(node.op)}= ", value(result))
            case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as result):
                return (self._text(target), ": ", self._text(annotation), " = ", value(result))
            case ast.Expr(value=result):
                return self.expressions.bare(result)
            case ast.Assert(test=test, msg=None):
                return ("assert ", value(test))
            case ast.Raise(exc=ast.expr() as exc, cause=None):
                return ("raise ", value(exc))
            case ast.If(test=test):
                return ("if ", value(test), ":")
            case ast.While(test=test):
                return ("while ", value(test), ":")
            case ast.For(target=target, iter=iterated):
                return ("for ", self._text(target), " in ", value(iterated), ":")
            case ast.ImportFrom(module=module, names=names, level=level):
                return self._import("." * level + (module or ""), names)
            case ast.FunctionDef(decorator_list=[decorator]):
                return ("@", self.expressions.bare(decorator))
            case ast.FunctionDef():
                return self._function(node)
        return None

    def _text(self, node: ast.expr) -> str:
        return self.expressions.flat(node)

    @staticmethod
    def _import(module: str, names: list[ast.alias]) -> Doc:
        members = joined([f"{n.name} as {n.asname}" if n.asname else n.name for n in names])
        body = (IfBroken("("), Indent((SOFT, members, IfBroken(","))), SOFT, IfBroken(")"))
        return (f"from {module} import ", Group(body))

    def _function(self, node: ast.FunctionDef) -> Doc | None:
        given = node.args
        if given.posonlyargs or given.kwarg or given.vararg:
            return None
        parts: list[Doc] = []
        plain = [(a, None) for a in given.args[: len(given.args) - len(given.defaults)]]
        with_default = list(zip(given.args[len(plain) :], given.defaults, strict=True))
        parts += [self._parameter(a, d) for a, d in [*plain, *with_default]]
        if given.kwonlyargs:
            parts.append("*")
            pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
            parts += [self._parameter(a, d) for a, d in pairs]
        result: Doc = (" -> ", self._text(node.returns)) if node.returns else ""
        return (f"def {node.name}", bracketed("(", arguments(parts), ")", comma=False), result, ":")

    def _parameter(self, argument: ast.arg, default: ast.expr | None) -> str:
        text = argument.arg + (f": {self._text(argument.annotation)}" if argument.annotation else "")
        if default is None:
            return text
        return f"{text} = {self._text(default)}" if argument.annotation else f"{text}={self._text(default)}"
