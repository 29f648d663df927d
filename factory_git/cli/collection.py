"""``git factory collection``: named sets of artifacts."""

from __future__ import annotations

from typing import Any

import click

from factory_git.cli import knowledge_words as words
from factory_git.cli import output, records
from factory_git.knowledge.model import Collection

_DECLARED = "id, name, metadata, created, by, deleted, heads"


@click.group(short_help="named sets of artifacts")
def command() -> None:
    """Sets of artifacts; a name is unique in its set."""


@command.command(short_help="a new collection")
@click.argument("name")
@words.METADATA
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def add(name: str, metadata: Any, why: str, dry_run: bool, as_json: bool) -> None:
    """Make a collection and print its id."""
    id_ = words.store(dry=dry_run).collections.add(name, metadata=metadata, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command("list", short_help="the collections")
@words.AT
@words.json_option(_DECLARED)
def list_(at: str, as_json: bool) -> None:
    """List collections by name."""
    words.show(words.store().collections.list(at=at), _line, as_json=as_json)


@command.command(short_help="let a collection be no more")
@click.argument("ref", metavar="COLLECTION")
@words.CASCADE
@words.WHY
@words.DRY
@words.json_option(_DECLARED)
def delete(ref: str, cascade: bool, why: str, dry_run: bool, as_json: bool) -> None:
    """Delete COLLECTION; with --cascade also its artifacts and their relationships. History stays."""
    one = words.store(dry=dry_run).collections.delete(ref, cascade=cascade, why=why)
    if as_json:
        words.show_one(one, as_json=True)
    output.say(f"{'would be deleted' if dry_run else 'deleted'}: {one.name} ({one.id})")


def _line(one: Collection) -> str:
    return f"{records.short(one.id)}  {one.name}"
