"""``git factory link``: relationships between artifacts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from factory_git.cli import knowledge_words as words
from factory_git.cli import output, records
from factory_git.core.ids import RecordId
from factory_git.knowledge.model import Link

_DECLARED = "id, source, target, type, metadata, created, by, deleted, heads"


@click.group(short_help="relationships between artifacts")
def command() -> None:
    """Relationships between artifacts, each of a type that is a word: cites, made-from, replaces."""


@command.command(short_help="relate two artifacts")
@click.argument("source")
@click.argument("type_", metavar="TYPE")
@click.argument("target")
@words.METADATA
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def add(*, source: str, type_: str, target: str, metadata: Any, why: str, dry_run: bool, as_json: bool) -> None:
    """Say that SOURCE is related to TARGET, as in: link add notes/plan cites books/almanac."""
    id_ = words.store(dry=dry_run).links.add(source, target, type_, metadata=metadata, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command("list", short_help="relationships")
@click.option("--of", default="", metavar="ARTIFACT", help="With this at either end.")
@click.option("--source", default="", metavar="ARTIFACT", help="From this one.")
@click.option("--target", default="", metavar="ARTIFACT", help="To this one.")
@click.option("--type", "type_", default="", help="Of this type.")
@words.AT
@words.json_option(_DECLARED)
def list_(*, of: str, source: str, target: str, type_: str, at: str, as_json: bool) -> None:
    """List relationships by type and ends."""
    store = words.store()
    found = store.links.list(of=of, source=source, target=target, type=type_, at=at)
    called = functools.cache(lambda id_: store.artifacts.called(id_, at=at))
    words.show(found, lambda one: _line(one, called), as_json=as_json)


@command.command(short_help="let a relationship be no more")
@click.argument("ref", metavar="LINK")
@words.WHY
@words.DRY
@words.json_option(_DECLARED)
def delete(*, ref: str, why: str, dry_run: bool, as_json: bool) -> None:
    """Delete the relationship with this id."""
    one = words.store(dry=dry_run).links.delete(ref, why=why)
    if as_json:
        words.show_one(one, as_json=True)
    output.say(f"{'would be deleted' if dry_run else 'deleted'}: {one.type} ({one.id})")


def _line(one: Link, called: Callable[[RecordId], str]) -> str:
    return f"{records.short(one.id)}  {called(one.source)} {one.type} {called(one.target)}"
