"""Python's own parser as a second witness: what a file defines, imports and calls, told by ``ast``."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field

Key = tuple[str, ...]
NAMES = ("symbols", "fields", "parameters", "docs", "imports", "calls")


@dataclass
class Told:
    """What a witness says of one file; counters, because a name may be defined twice."""

    symbols: Counter[Key] = field(default_factory=Counter)  # (kind, qualified name)
    fields: Counter[Key] = field(default_factory=Counter)  # (qualified name, type)
    parameters: Counter[Key] = field(
        default_factory=Counter
    )  # (qualified name of the function, name, type, has default)
    docs: Counter[Key] = field(default_factory=Counter)  # (qualified name, first line)
    imports: Counter[Key] = field(default_factory=Counter)  # (module, name there, name here)
    calls: Counter[Key] = field(default_factory=Counter)  # (line, name)

    def add(self, other: Told) -> None:
        """Take over all that ``other`` says."""
        for name in NAMES:
            getattr(self, name).update(getattr(other, name))


class Oracle(ast.NodeVisitor):
    """Walks a module and tells what the map must have."""

    def __init__(self, path: str) -> None:
        self.told = Told()
        self.path = path
        self.around: list[tuple[str, str]] = []  # (kind, name)
        self.maker = ""  # the first parameter of the __init__ around
        self.assigned: dict[str, str] = {}  # field that an __init__ assigns → type, the first that is written

    def _name(self, name: str) -> str:
        return ".".join([*(n for _, n in self.around), name])

    def _kind(self) -> str:
        return self.around[-1][0] if self.around else "module"

    def visit_Module(self, node: ast.Module) -> None:
        self.generic_visit(node)
        declared = {full for _, full, _ in self.told.fields}
        for full, type_ in self.assigned.items():
            if full not in declared:
                self.told.fields[self.path, full, type_] += 1

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.told.symbols[self.path, "class", self._name(node.name)] += 1
        self._doc(node)
        for one in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(one)
        self._inside("class", node.name, node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        kind = "method" if self._kind() == "class" else "function"
        full = self._name(node.name)
        self.told.symbols[self.path, kind, full] += 1
        self._doc(node)
        for one in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(one)
        plain = [*node.args.posonlyargs, *node.args.args]
        late = len(plain) - len(node.args.defaults)
        given = [(a, i >= late) for i, a in enumerate(plain)]
        given += [(a, d is not None) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
        given += [(a, False) for a in (node.args.vararg, node.args.kwarg) if a]
        for argument, default in given:
            type_ = flat(ast.unparse(argument.annotation)) if argument.annotation else ""
            self.told.parameters[self.path, full, argument.arg, type_, str(default)] += 1
        maker, self.maker = self.maker, ""
        if kind == "method" and node.name in ("__init__", "__post_init__") and plain:
            self.maker = plain[0].arg
        self._inside(kind, node.name, node.body)
        self.maker = maker

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 (the name that ast calls)

    def _doc(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        # Escapes are read by Python only; a text with one in it is left to the other fields.
        text = (ast.get_docstring(node, clean=False) or "").strip().split("\n", 1)[0].strip()
        if text and text.isprintable() and len(text) < 200:
            self.told.docs[self.path, self._name(node.name), text] += 1

    def _inside(self, kind: str, name: str, body: list[ast.stmt]) -> None:
        self.around.append((kind, name))
        for one in body:
            self.visit(one)
        self.around.pop()

    def _target(self, node: ast.expr, annotation: ast.expr | None) -> None:
        type_ = flat(ast.unparse(annotation)) if annotation else ""
        if isinstance(node, ast.Name) and self._kind() in ("module", "class"):
            self.told.fields[self.path, self._name(node.id), type_] += 1
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.maker != "":
            owner = ".".join([*(n for _, n in self.around[:-1]), node.attr])
            self.assigned[owner] = self.assigned.get(owner) or type_
        elif isinstance(node, ast.Tuple | ast.List):
            for one in node.elts:
                self._target(one.value if isinstance(one, ast.Starred) else one, None)
        elif not isinstance(node, ast.Name):
            self.visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._target(target, None)
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._target(node.target, node.annotation)
        if node.value:
            self.visit(node.value)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.told.imports[self.path, alias.name, "", alias.asname or ""] += 1

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            module = "." * node.level + (node.module or "")
            self.told.imports[self.path, module, alias.name, alias.asname or alias.name] += 1

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.told.calls[self.path, str(node.lineno), node.func.id] += 1
        elif isinstance(node.func, ast.Attribute):
            self.told.calls[self.path, str(node.lineno), node.func.attr] += 1
        self.generic_visit(node)


def flat(text: str) -> str:
    """A type without spaces, brackets around unions and the choice of quotes."""
    return "".join(text.split()).replace('"', "'").replace("(", "").replace(")", "").replace(",]", "]")
