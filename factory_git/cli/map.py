"""``git factory map``: questions about the code of a tree, answered from the code map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from factory_git.app import map as verbs
from factory_git.app import map_graph, map_json, map_wide, map_wide_json
from factory_git.cli import map_lines, output
from factory_git.codemap import export as exporting
from factory_git.codemap.build import Which

Command = Callable[..., None]


@click.group(short_help="find, outline, callers, imports, impact: questions about the code")
def command() -> None:
    """Ask about the code: where a name is, who calls it, what a change reaches.

    Files are read as they lie in the worktree, untracked ones included, ignored ones not. What was read once is kept by
    the id of its content, for every branch and worktree.
    """


def tree_options(function: Command) -> Command:
    """The options that say which tree is asked, and how the answer is printed."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/map.md has the fields."),
        click.option("--staged", is_flag=True, help="Ask the index: what would be committed now."),
        click.option("--at", "rev", metavar="REV", default="", help="Ask any commit, branch or tag."),
    ):
        function = option(function)
    return function


def _open(rev: str, staged: bool) -> verbs.Map:
    if rev and staged:
        raise click.UsageError("--at names a commit, --staged the index: one of them")
    return verbs.open_map(Which(rev=rev, staged=staged))


def _tell(as_json: bool, value: Any, lines: Iterable[str]) -> None:
    if as_json:
        output.emit_json(value)
    else:
        output.page(lines)


@command.command()
@click.argument("name")
@tree_options
def find(name: str, rev: str, staged: bool, as_json: bool) -> None:
    """Where NAME is defined.

    NAME is a name, a qualified one (Class.method), one of a file (path::Class.method), or a beginning ('get_*').
    """
    found = verbs.find(_open(rev, staged), name)
    _tell(as_json, [map_json.found(f) for f in found], map_lines.find(found))


@command.command()
@click.argument("file")
@tree_options
def outline(file: str, rev: str, staged: bool, as_json: bool) -> None:
    """What is in FILE: symbols, fields, routes, gf: tags, and what the grammar could not read."""
    answer = map_graph.outline(_open(rev, staged), file)
    _tell(as_json, map_json.outline(answer) if as_json else None, map_lines.outline(answer))


@command.command()
@click.argument("name")
@tree_options
def callers(name: str, rev: str, staged: bool, as_json: bool) -> None:
    """Who calls NAME, with how each call is known."""
    answer = map_graph.callers(_open(rev, staged), name)
    _tell(as_json, map_json.calls(answer), map_lines.callers(answer))


@command.command()
@click.argument("name")
@tree_options
def callees(name: str, rev: str, staged: bool, as_json: bool) -> None:
    """What NAME calls, in the order it happens."""
    answer = map_graph.callees(_open(rev, staged), name)
    _tell(as_json, map_json.calls(answer), map_lines.callees(answer))


@command.command()
@click.argument("file")
@tree_options
def imports(file: str, rev: str, staged: bool, as_json: bool) -> None:
    """What FILE imports, and where each import leads."""
    answer = map_graph.imports(_open(rev, staged), file)
    _tell(as_json, [map_json.dependency(d) for d in answer], map_lines.imports(answer))


@command.command()
@click.argument("file")
@tree_options
def importers(file: str, rev: str, staged: bool, as_json: bool) -> None:
    """Which files import FILE."""
    answer = map_graph.importers(_open(rev, staged), file)
    _tell(as_json, [map_json.dependency(d) for d in answer], map_lines.imports(answer))


@command.command()
@click.argument("what", metavar="FILE|NAME")
@click.option("--depth", type=click.IntRange(1, 20), default=3, show_default=True, help="How many steps to follow.")
@tree_options
def impact(what: str, depth: int, rev: str, staged: bool, as_json: bool) -> None:
    """What a change of FILE or NAME reaches: importers of importers, callers of callers.

    Calls that are known by their name alone are not followed.
    """
    answer = map_graph.impact(_open(rev, staged), what, depth)
    _tell(as_json, map_json.impact(answer), map_lines.impact(answer))


@command.command()
@click.argument("name")
@tree_options
def refs(name: str, rev: str, staged: bool, as_json: bool) -> None:
    """Every place where NAME stands in the code, comments and strings left out."""
    answer = map_wide.refs(_open(rev, staged), name)
    _tell(as_json, map_wide_json.refs(answer), map_lines.refs(answer))


@command.command()
@click.argument("task")
@click.option("--budget", type=click.IntRange(min=50), default=2000, show_default=True, metavar="TOKENS",
              help="At most this long, at four characters a token.")  # fmt: skip
@tree_options
def brief(task: str, budget: int, rev: str, staged: bool, as_json: bool) -> None:
    """What to read first for TASK, a sentence that names things of the code."""
    answer = map_wide.brief(_open(rev, staged), task, budget)
    _tell(as_json, map_wide_json.brief(answer), map_lines.brief(answer))


@command.command()
@click.argument("folder", default="")
@click.option("--format", "form", type=click.Choice(["json", "mermaid", "dot"]), default="json", show_default=True,
              help="JSON has everything; the pictures have files by imports.")  # fmt: skip
@click.option("--calls", is_flag=True, help="In pictures: symbols by calls.")
@tree_options
def export(folder: str, *, form: str, calls: bool, rev: str, staged: bool, as_json: bool) -> None:
    """The graph of FOLDER, or of the whole tree."""
    the = _open(rev, staged)
    if form == "json" or as_json:
        output.emit_json(map_wide_json.export(the, folder))
        return
    graph = map_wide.export(the, folder, calls=calls)
    output.page(exporting.mermaid(graph) if form == "mermaid" else exporting.dot(graph))
