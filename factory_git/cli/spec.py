"""``git factory spec``: look at specs, format them, split and join them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from factory_git.app import spec_fmt, spec_lint, spec_show, spec_split, spec_status
from factory_git.cli import output
from factory_git.core.errors import Problem
from factory_git.spec import json_schema

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
@click.option("--base", metavar="REV", help="Hold specs against REV too: renames and removals must be declared.")
@JSON
def lint(*, paths: tuple[Path, ...], base: str | None, as_json: bool) -> int:
    """List everything that is wrong with specs. Exit 2 when one is invalid; warnings do not fail."""
    report = spec_lint.run(paths, base=base)
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


@command.command("fmt")
@PATHS
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--dry-run", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("-z", "nul", is_flag=True, help="End the names of changed files with NUL, for xargs -0.")
@click.option(
    "--hook", is_flag=True, hidden=True, help="Called by a hook: pass over what is no spec; exit 1 on change."
)
@JSON
def fmt(
    *, paths: tuple[Path, ...], check: bool, diff: bool, dry_run: bool, nul: bool, hook: bool, as_json: bool
) -> int:
    """Bring specs into the canonical form. Comments, anchors and quotes stay; the meaning never changes."""
    write = not (check or diff or dry_run)
    done = spec_fmt.run(paths, write=write, named_only=hook)
    if as_json:
        output.emit_json({"files": done.files, "changed": [c.path for c in done.changes], "written": write})
    else:
        for change in done.changes:
            if diff:
                for line in change.diff():
                    output.emit(_diff_line(line))
            else:
                click.echo(f"{change.path}\0", nl=False) if nul else output.emit(change.path)
        verb = "formatted" if write else "would be formatted"
        output.say(f"{_count(len(done.changes), 'file')} {verb}, {done.files - len(done.changes)} left as they are")
    return 1 if (check or hook) and done.changes else 0


@command.command("split")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--entities", is_flag=True, help="Give each entity a file of its own, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and removed, and do nothing.")
@JSON
def split(*, path: Path | None, entities: bool, dry_run: bool, as_json: bool) -> int:
    """Split a spec of one file into a folder spec/ with a file for each layer. Nothing is lost."""
    _moved(spec_split.run_split(path, entities=entities, dry_run=dry_run), dry_run=dry_run, as_json=as_json)
    return 0


@command.command("join")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be written and removed, and do nothing.")
@JSON
def join(*, path: Path | None, dry_run: bool, as_json: bool) -> int:
    """Join the files of a folder spec/ into one factory.yaml. Nothing is lost."""
    _moved(spec_split.run_join(path, dry_run=dry_run), dry_run=dry_run, as_json=as_json)
    return 0


@command.command("schema")
def schema() -> int:
    """Print the JSON Schema of specs, for editors that complete and check YAML."""
    output.emit(json.dumps(json_schema.schema(), indent=2, ensure_ascii=False))
    return 0


def _moved(done: spec_split.Moved, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        output.emit_json(
            {"written": list(done.written), "removed": list(done.removed), "digest": done.digest, "dry_run": dry_run}
        )
        return
    would = "would " if dry_run else ""
    for verb, names in (("write", done.written), ("remove", done.removed)):
        for name in names:
            output.emit(f"{would}{verb} {name}")
    output.say(f"digest {done.digest[:12]}, as before")


def _diff_line(line: str) -> str:
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return output.style(line, fg=colour) if colour else line


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
