"""``git factory spec``: look at specs, format them, split and join them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from factory_git.app import spec_lint, spec_show, spec_status
from factory_git.cli import output
from factory_git.core.errors import Problem

PATHS = click.argument("paths", metavar="[PATH]…", nargs=-1, type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="The result as JSON, and nothing else.")
RUNGS = ("named", "typed", "bound", "proven")


@click.group("spec")
def command() -> None:
    """Lint, format, show, split and join specs.

    A spec is a file factory.yaml or *.factory.yaml, a folder spec/ with spec/app.yaml, or any YAML file named. Without
    PATH, every spec of the working tree.
    """


@command.command("lint")
@PATHS
@JSON
def lint(*, paths: tuple[Path, ...], as_json: bool) -> int:
    """List everything that is wrong with specs. Exit 2 when one is invalid; warnings do not fail."""
    report = spec_lint.run(paths)
    if as_json:
        output.emit_json(report.as_json())
    else:
        for problem in report.problems:
            output.emit(_problem(problem))
        warnings = len(report.problems) - report.errors
        count = len(report.specs)
        output.say(f"{_count(count, 'spec')}: {_count(report.errors, 'error')}, {_count(warnings, 'warning')}")
    return 2 if report.errors else 0


@command.command("status")
@PATHS
@JSON
@click.option("--holes/--no-holes", default=True, help="List each hole with its place.")
def status(*, paths: tuple[Path, ...], as_json: bool, holes: bool) -> int:
    """Count how far a spec has grown, layer by layer: named, typed, bound, proven; and list its holes."""
    found = spec_status.run(paths)
    if as_json:
        output.emit_json([one.as_json() for one in found])
        return 0
    for number, one in enumerate(found):
        if number:
            output.emit("")
        for line in _status(one, holes=holes):
            output.emit(line)
    return 0


@command.command("show")
@click.argument("node", default="")
@click.option(
    "--spec", "spec", metavar="PATH", type=click.Path(path_type=Path), help="The spec, where there are several."
)
@JSON
def show(*, node: str, spec: Path | None, as_json: bool) -> int:
    """Show the outline of a spec, or the NODE at an address: what it says, its place, what it reads and who reads it.

    NODE may also be the file of a spec.
    """
    if node and spec is None and Path(node).exists():
        node, spec = "", Path(node)
    shown = spec_show.run(node, spec=spec)
    if as_json:
        output.emit_json(shown.as_json())
        return 0
    output.page(_outline(shown) if shown.node.children else _leaf(shown))
    return 0


def _problem(problem: Problem) -> str:
    colour = "red" if problem.severity == "error" else "yellow"
    head, _, rest = str(problem).partition(f"{problem.severity}: ")
    return f"{head}{output.style(problem.severity, fg=colour, bold=True)}: {rest}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _status(one: spec_status.Status, *, holes: bool) -> Iterator[str]:
    spec = one.spec
    where = spec.sources[0].path if len(spec.sources) == 1 else f"{len(spec.sources)} files"
    yield f"{spec.id} {spec.version} ({spec.stage}) · {where} · digest {one.digest[:12]}"
    layers = one.growth.layers()
    width = max((len(layer) for layer in layers), default=5)
    yield f"{'layer':{width}}  " + "  ".join(f"{rung:>6}" for rung in RUNGS)
    for layer, counts in layers.items():
        yield f"{layer:{width}}  " + "  ".join(f"{counts[rung] or '·':>6}" for rung in RUNGS)
    words = one.growth.words()
    if not words:
        yield "no holes"
        return
    yield ", ".join(words)
    for path in one.growth.holes() if holes else ():
        yield f"  {one.place(path)}  {path}"


def _outline(shown: spec_show.Shown) -> Iterator[str]:
    root = shown.node
    spec = shown.graph.spec
    title = f"{spec.title} ({spec.id} {spec.version})" if not root.path else root.path
    yield f"{title} · {root.digest[:12]}"
    stack = [(child, root.path, 1) for child in reversed(root.children)]
    while stack:
        path, above, depth = stack.pop()
        node = shown.graph.nodes[path]
        said = "" if node.kind == "layer" and not node.value else f"  {_brief(node.name, node.value)}"
        yield f"{'  ' * depth}{path.removeprefix(above).removeprefix('.')}{said}".rstrip()
        stack += [(child, path, depth + 1) for child in reversed(node.children)]


def _brief(name: str, value: Mapping[str, Any]) -> str:
    said = "; ".join(f"{key}: {_short(held)}" for key, held in value.items())
    return output.style(said or name, dim=True)


def _leaf(shown: spec_show.Shown) -> Iterator[str]:
    node = shown.node
    yield f"{node.path} · {node.kind} · {node.digest[:12]}"
    yield f"  name: {node.name}"
    for key, held in node.value.items():
        yield f"  {key}: {_short(held, 200)}"
    if node.place:
        yield f"  at: {node.place}"
    for arrow, kind, other in shown.relations():
        yield f"  {arrow} {kind} {other}"


def _short(value: Any, most: int = 60) -> str:
    if isinstance(value, Mapping):
        text = "{" + ", ".join(f"{k}: {_short(v, most)}" for k, v in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(_short(v, most) for v in value) + "]"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
