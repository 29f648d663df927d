"""The answers of ``map`` as lines for people. ``path:line`` comes first, as editors and terminals like it."""

from __future__ import annotations

from factory_git.codemap.lookup import TOP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factory_git.app.map_graph import Calls
    from factory_git.app.map_wide import References
    from factory_git.codemap.brief import Brief
    from factory_git.codemap.dependencies import Dependency, Impact
    from factory_git.codemap.graph import Edge
    from factory_git.codemap.lookup import Found
    from factory_git.codemap.model import Parameter, Symbol
    from factory_git.codemap.outline import Outline

LOW_SHOWN = 20


def signature(one: Symbol) -> str:
    """A symbol on one line: kind, name, parameters, type, default, bases."""
    text = " ".join([*(m for m in one.modifiers if m in ("async", "static", "abstract")), one.kind, one.name])
    if one.kind in ("function", "method", "constructor"):
        text += f"({', '.join(parameter(p) for p in one.parameters)})"
        return text + (f" -> {one.type}" if one.type else "")
    if one.bases:
        text += f"({', '.join(one.bases)})"
    if one.type:
        text += f": {one.type}"
    return text + (f" = {one.default}" if one.default else "")


def parameter(one: Parameter) -> str:
    """A parameter as it would stand in a signature."""
    text = {"rest": "*", "keywords": "**"}.get(one.kind, "") + one.name
    if one.type:
        text += f": {one.type}"
    return text + (f" = {one.default}" if one.type and one.default else f"={one.default}" if one.default else "")


def find(found: Iterable[Found]) -> Iterator[str]:
    """One line a symbol: place, id, signature."""
    for one in found:
        yield f"{one.path}:{one.symbol.line}: {_within(one.symbol)}{signature(one.symbol)}"


def _within(symbol: Symbol) -> str:
    outer = symbol.id.rpartition(".")[0]
    return f"{outer} · " if outer else ""


def outline(answer: Outline) -> Iterator[str]:
    """The symbols of a file, indented by what they are in."""
    depth: dict[int, int] = {-1: 0}
    symbols = answer.facts.symbols
    for index, one in enumerate(symbols):
        depth[index] = depth[one.parent] + 1
        if one.parent >= 0 and symbols[one.parent].kind in ("function", "method") and one.kind == "variable":
            continue
        for decorator in one.decorators:
            yield f"{'':>6}  {'  ' * depth[one.parent]}@{decorator}"
        yield f"{one.line:>6}  {'  ' * depth[one.parent]}{signature(one)}" + (f"  # {one.doc}" if one.doc else "")
    for route in answer.facts.routes:
        yield f"{route.line:>6}  route {route.method} {route.path}"
    for tag in answer.facts.tags:
        yield f"{tag.line:>6}  gf: {tag.text}"
    for broken in answer.facts.damage:
        yield f"{broken.line:>6}  not understood ({broken.what}), to line {broken.end_line}"


def callers(answer: Calls) -> Iterator[str]:
    """One line a call, the surest first; those by name alone are cut after some."""
    low = [e for e in answer.edges if e.confidence == "low"]
    for edge in answer.edges:
        if edge.confidence != "low":
            yield _caller(edge)
    for edge in low[:LOW_SHOWN]:
        yield _caller(edge)
    if len(low) > LOW_SHOWN:
        yield f"… {len(low) - LOW_SHOWN} more by name alone (--json lists them all)"


def _caller(edge: Edge) -> str:
    return f"{edge.caller.path}:{edge.line}: {edge.caller.symbol.id}  {edge.text}()  [{edge.how}, {edge.confidence}]"


def callees(answer: Calls) -> Iterator[str]:
    """One line a call, in evaluation order; candidates by name together on one."""
    last: tuple[int, str] | None = None
    held: list[Edge] = []
    for edge in [*answer.edges, None]:
        if held and (edge is None or edge.how != "name" or (edge.line, edge.text) != last):
            place = f"{held[0].caller.path}:{held[0].line}"
            yield f"{place}: {held[0].text}()  → one of {len(held)}: {_ends(held)}  [name, low]"
            held = []
        if edge is None:
            return
        last = (edge.line, edge.text)
        if edge.how == "name":
            held.append(edge)
        elif edge.callee is None:
            yield f"{edge.caller.path}:{edge.line}: {edge.text}()  → outside, or not known"
        else:
            to = f"{edge.callee.path}::{edge.callee.symbol.id}"
            yield f"{edge.caller.path}:{edge.line}: {edge.text}()  → {to}  [{edge.how}, {edge.confidence}]"


def _ends(edges: list[Edge]) -> str:
    names = [f"{e.callee.path}::{e.callee.symbol.id}" for e in edges if e.callee]
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def imports(answer: Iterable[Dependency]) -> Iterator[str]:
    """One line an import: what it names and where it leads."""
    for one in answer:
        names = f" ({', '.join(one.names)})" if one.names else ""
        yield f"{one.source}:{one.line}: {one.module or '.'}{names}  → {one.target or 'outside'}"


def impact(answer: Impact) -> Iterator[str]:
    """One line a reached place, the nearest first."""
    for one in answer.reached:
        name = "" if one.id == TOP else f" {one.id}"
        yield f"{one.depth}  {one.path}:{one.line}:{name}  via {one.via}  [{one.how}, {one.confidence}]"
    if answer.cut:
        yield f"… {answer.cut} more are not listed"
    if not answer.reached:
        yield "nothing in this tree is known to depend on it"


def refs(answer: References) -> Iterator[str]:
    """One line a place: what it is there, and the line."""
    for one in answer.mentions:
        yield f"{one.path}:{one.line}:{one.column}: {one.kind}  {one.text}"
    if not answer.mentions:
        yield f"{answer.name} stands nowhere in the code"
    if answer.other_files:
        yield f"… {answer.other_files} files in languages that the map does not read hold the word too"


def brief(answer: Brief) -> Iterator[str]:
    """The symbols by file, the best file first; what had no room is counted."""
    files: dict[str, list[str]] = {}
    for item in answer.items:
        one = item.found.symbol
        lines = files.setdefault(item.found.path, [])
        lines.append(f"  {one.line}: {_within(one)}{signature(one)}" + (f"  # {one.doc}" if one.doc else ""))
        if item.callers:
            lines.append(f"      called by {', '.join(item.callers)}")
    for path, lines in files.items():
        yield path
        yield from lines
    if not answer.items:
        yield "no word of the task leads to a symbol of this tree"
    if answer.cut:
        yield f"… {answer.cut} more did not fit into {answer.budget} tokens"
