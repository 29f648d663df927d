"""``git factory context``: what somebody was given to know, by reference."""

from __future__ import annotations

from typing import Any

import click

from factory_git.cli import knowledge_words as words
from factory_git.cli import records
from factory_git.knowledge.model import External, Package

_DECLARED = (
    "id, name, artifacts (artifact, revision), links, runs, external (uri, note), metadata, created, by, why, deleted,"
    " heads"
)


@click.group(short_help="packages of references to artifacts, links, runs and what is outside")
def command() -> None:
    """Packages of references: what a person or an agent was given to know, and where it comes from."""


@command.command(short_help="a new package")
@click.argument("name")
@click.option("--artifact", "artifacts", multiple=True, metavar="ARTIFACT", help="Its newest revision; or a revision.")
@click.option("--link", "links", multiple=True, metavar="LINK", help="A relationship, by its id.")
@click.option("--run", "runs", multiple=True, metavar="RUN", help="A run, by its id.")
@click.option("--external", nargs=2, multiple=True, metavar="URI NOTE", help="Something outside, and what it is.")
@words.METADATA
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def create(
    *, name: str, artifacts: tuple[str, ...], links: tuple[str, ...], runs: tuple[str, ...],
    external: tuple[tuple[str, str], ...], metadata: Any, why: str, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make a package and print its id. What it refers to in here must be there; a URI is not looked into."""
    outside = [External(uri=uri, note=note) for uri, note in external]
    id_ = words.store(dry=dry_run).contexts.create(
        name, artifacts=artifacts, links=links, runs=runs, external=outside, metadata=metadata, why=why
    )
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="one package")
@click.argument("ref", metavar="CONTEXT")
@words.AT
@words.json_option(_DECLARED)
def show(ref: str, at: str, as_json: bool) -> None:
    """Show a package with all its references."""
    words.show_one(words.store().contexts.get(ref, at=at), as_json=as_json)


@command.command("list", short_help="packages")
@click.option("--name", default="", help="With this name.")
@words.AT
@words.json_option(_DECLARED)
def list_(name: str, at: str, as_json: bool) -> None:
    """List packages by name, then time."""
    words.show(words.store().contexts.list(name=name, at=at), _line, as_json=as_json)


def _line(one: Package) -> str:
    inside = len(one.artifacts) + len(one.links) + len(one.runs)
    return f"{records.short(one.id)}  {one.name}  {inside} inside, {len(one.external)} outside"
