"""What an editor asks of a repository: its findings now, the spec node of a line, and the way between code and spec.

Everything is worked out from one look at the files as the editor has them, saved or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from factory_git.app import check
from factory_git.core.errors import Place
from factory_git.drift import tags
from factory_git.drift.finding import Finding
from factory_git.drift.judged import Judged
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import Tree
from factory_git.spec.model import Spec

LINES = 24
"""Lines of a spec node that a hover shows."""
PROOFS = 8
PLACES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Lines of code that one spec node is about. ``how``: ``compiled``, or how the binding is known."""

    file: str
    first: int
    last: int
    node: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One look at a repository."""

    findings: tuple[Finding, ...]
    spans: Mapping[str, tuple[Span, ...]]  # by file
    code: Mapping[str, tuple[Span, ...]]  # by node
    nodes: Mapping[str, Place]
    ends: Mapping[str, int]  # the last line of a node in its spec file
    proofs: Mapping[str, tuple[str, ...]]
    text: Mapping[str, Sequence[str]] = field(repr=False)  # the lines of the specs' files

    def about(self, path: str, line: int, column: int = 1) -> str:
        """What there is to say of a line, as Markdown; empty where neither a spec nor code tied to one stands."""
        if path in self.text:
            node = self.node_at(path, line, column)
            return self._node(node) if node else ""
        return "\n\n---\n\n".join(self._code(span) for span in self.spans_at(path, line))

    def across(self, path: str, line: int, column: int = 1) -> list[Place]:
        """From a line of code the places of its spec nodes, from a line of a spec the places of its node's code."""
        if path not in self.text:
            found = [self.nodes[span.node] for span in self.spans_at(path, line) if span.node in self.nodes]
            return list(dict.fromkeys(found))
        node = self.with_code(self.node_at(path, line, column))
        return [Place(file=span.file, line=span.first) for span in self.code.get(node, ())]

    def with_code(self, node: str) -> str:
        """The node, or the nearest above it that code is tied to; empty when there is none."""
        while node and node not in self.code:
            node = node.rpartition(".")[0]
        return node

    def spans_at(self, path: str, line: int) -> list[Span]:
        """The innermost spans that hold a line; several where one declaration stands for several nodes."""
        holding = [one for one in self.spans.get(path, ()) if one.first <= line <= one.last]
        least = min((one.last - one.first for one in holding), default=0)
        return [one for one in holding if one.last - one.first == least]

    def node_at(self, path: str, line: int, column: int) -> str:
        """The innermost node of a spec file at a place (both count from 1); empty when there is none."""
        # A node's place is where its name stands; what is left of the first name of a line belongs to it.
        first = min((one.column for one in self.nodes.values() if one.file == path and one.line == line), default=0)
        best, where = "", (0, 0, 0)
        for node, place in self.nodes.items():
            if place.file != path or not place.line <= line <= self.ends.get(node, place.line):
                continue
            if place.line == line and place.column > max(column, first):
                continue  # it begins further right
            begins = (place.line, place.column, node.count("."))
            if begins >= where:
                best, where = node, begins
        return best

    def _code(self, span: Span) -> str:
        how = "compiled from" if span.how == "compiled" else f"bound to ({span.how})"
        return f"{how} `{span.node}`\n\n{self._shown(span.node)}{self._proved(span.node)}"

    def _node(self, node: str) -> str:
        near = self.with_code(node)
        places = self.code.get(near, ())
        lines = [f"- `{one.file}:{one.first}` ({one.how})" for one in places[:PLACES]]
        if len(places) > PLACES:
            lines.append(f"- and {len(places) - PLACES} more")
        whose = "Its code" if near == node else f"The code of `{near}`"
        stands = f"{whose}:\n" + "\n".join(lines) if lines else "No code is tied to it."
        return f"`{node}`\n\n{stands}{self._proved(node)}"

    def _shown(self, node: str) -> str:
        place = self.nodes.get(node)
        if place is None:
            return "The spec has no such node."
        lines = self.text.get(place.file, ())[place.line - 1 : self.ends.get(node, place.line)]
        cut = ["…"] if len(lines) > LINES else []
        return "\n".join(("```yaml", *_flush(lines[:LINES]), *cut, "```", f"`{place.file}:{place.line}`"))

    def _proved(self, node: str) -> str:
        tests = self.proofs.get(node, ())
        if not tests:
            return ""
        more = f" and {len(tests) - PROOFS} more" if len(tests) > PROOFS else ""
        return "\n\nProved by " + ", ".join(f"`{one}`" for one in tests[:PROOFS]) + more


def look(location: Location, typed: Mapping[str, bytes]) -> Picture:
    """The picture of a worktree; ``typed`` are the files that an editor holds, by path from the top.

    Raises what :func:`factory_git.app.check.run` raises.
    """
    done = check.run(location, check.Options(worktree=True, everything=True, typed=typed))
    spans = [span for one in done.judged for span in (*_compiled(done.tree, one), *_bound(one))]
    sources = [path for one in done.judged for path in one.sources if path in done.tree.entries]
    specs = [one.spec for one in done.judged if one.spec is not None]
    nodes = {str(node): place for spec in specs for node, place in spec.places.items()}
    text = {path: done.tree.read(path).decode(errors="replace").splitlines() for path in sources}
    return Picture(
        findings=done.findings,
        spans=_grouped(spans, lambda one: one.file),
        code=_grouped(spans, lambda one: one.node),
        nodes=nodes,
        ends=_ends(nodes, text),
        proofs=_proofs(specs),
        text=text,
    )


def _compiled(tree: Tree, judged: Judged) -> Iterator[Span]:
    for path, want in (judged.expected or {}).items():
        if want.content is None or path not in tree.entries:
            continue
        lines = tree.read(path).decode(errors="replace").split("\n")
        if len(want.nodes) == 1:
            yield Span(file=path, first=1, last=len(lines), node=want.nodes[0], how="compiled")
        for first, node, last in tags.blocks(lines):
            yield Span(file=path, first=first, last=last, node=node, how="compiled")


def _bound(judged: Judged) -> Iterator[Span]:
    world = judged.world
    for node, target in world.bound.items() if world else ():
        symbol = world.symbol(target) if world else None
        first, last = (symbol.line, symbol.end_line) if symbol else (1, 1)
        yield Span(file=target.file, first=first, last=last, node=node, how=target.how)


def _proofs(specs: Sequence[Spec]) -> dict[str, tuple[str, ...]]:
    """Node → the scenarios that name it."""
    out: dict[str, list[str]] = {}
    for spec in specs:
        for scenario in spec.scenarios:
            for node in scenario.covers:
                out.setdefault(node, []).append(scenario.name)
    return {node: tuple(names) for node, names in out.items()}


def _grouped(spans: list[Span], key: Callable[[Span], str]) -> dict[str, tuple[Span, ...]]:
    out: dict[str, list[Span]] = {}
    for one in spans:
        out.setdefault(key(one), []).append(one)
    return {name: tuple(sorted(held, key=lambda s: (s.file, s.first))) for name, held in out.items()}


def _ends(nodes: Mapping[str, Place], text: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The last line of each node: where something begins that is indented no deeper."""
    out = {}
    for node, place in nodes.items():
        lines = text.get(place.file, ())
        if not 0 < place.line <= len(lines):
            continue
        depth, last = _indent(lines[place.line - 1]), place.line
        for number in range(place.line + 1, len(lines) + 1):
            line = lines[number - 1]
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if _indent(line) <= depth:
                break
            last = number
        out[node] = last
    return out


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _flush(lines: Sequence[str]) -> list[str]:
    """The lines without the indentation of the first."""
    cut = _indent(lines[0]) if lines else 0
    return [line[min(cut, _indent(line)) :] for line in lines]
