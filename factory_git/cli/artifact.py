"""``git factory artifact``: what is kept, by name, with its history."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from factory_git.cli import knowledge_words as words
from factory_git.cli import output, records
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.knowledge.artifacts import New
from factory_git.knowledge.model import Artifact, Clash, Revision, plain
from factory_git.knowledge.query import Query

_BASE = click.option(
    "--base",
    multiple=True,
    metavar="REVISION",
    help="The newest change that you saw (heads); else exit 5.",
)
_MEDIA = click.option("--media-type", default="", help="Default: text where it is UTF-8, else binary.")


@click.group(short_help="what is kept: named contents with metadata and history")
def command() -> None:
    """Keep contents by name in collections, with every revision and who made it.

    An artifact is named COLLECTION/NAME, or by its id or the beginning of that.
    """


@command.command(short_help="keep files as new artifacts")
@click.argument("collection")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--name", help="Its name (one FILE); default: that of the file.")
@_MEDIA
@words.METADATA
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def add(
    *, collection: str, files: tuple[str, ...], name: str | None, media_type: str, metadata: Any, why: str,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Keep each FILE (- reads standard input) in COLLECTION, all or none, and print the ids."""
    if (name is not None or "-" in files) and (len(files) != 1 or name is None):
        raise UsageError("standard input needs --name, and a name is for one file", hint="--name NAME -")
    items = [
        New(
            name=Path(file).name if name is None else name,
            content=_read(file),
            media_type=media_type,
            metadata=metadata,
        )
        for file in files
    ]
    ids = words.store(dry=dry_run).artifacts.add_all(collection, items, why=why)
    words.made(ids, as_json=as_json, dry=dry_run)


@command.command(short_help="one artifact")
@click.argument("ref", metavar="ARTIFACT")
@words.AT
@words.json_option(f"{words.ARTIFACT}, links, runs")
def show(ref: str, at: str, as_json: bool) -> None:
    """Show an artifact: digests, metadata, its relationships and the runs that read or made it."""
    store = words.store()
    one = store.artifacts.get(ref, at=at)
    links = [plain(link) for link in store.links.list(of=one.id, at=at)]
    runs = [run.id for run in store.runs.list(artifact=one.id, at=at)]
    words.show_one({**plain(one), "links": links, "runs": runs}, as_json=as_json)


@command.command("list", short_help="artifacts, filtered")
@click.option("--collection", default="", help="In this collection.")
@click.option("--name", default="", help="With this name; * and ? stand for anything.")
@click.option("--digest", default="", help="With this content: its object id or SHA-256.")
@click.option("--where", "pairs", multiple=True, metavar="PATH=VALUE", help="With this in the metadata; VALUE as JSON.")
@click.option("--text", default="", help="With these words in the content (texts of up to 1 MB).")
@click.option("--linked", default="", metavar="ARTIFACT", help="Related to this one.")
@click.option("--link", default="", metavar="TYPE", help="By a relationship of this type.")
@click.option("--run", default="", metavar="RUN", help="Read or made by this run.")
@words.AT
@words.json_option(words.ARTIFACT)
def list_(*, pairs: tuple[str, ...], at: str, as_json: bool, **filters: str) -> None:
    """List artifacts for which all filters hold, by collection, name and id. Deleted ones are left out."""
    store = words.store()
    found = store.find(Query(where=words.where(pairs), **filters), at=at)
    names = {one.id: one.name for one in store.collections.list(at=at)} if not as_json else {}
    words.show(found, lambda one: _line(one, names), as_json=as_json)


@command.command(short_help="every change of an artifact")
@click.argument("ref", metavar="ARTIFACT")
@words.json_option(f"id, kind, base, name, old ({words.CONTENT}), new, metadata, at, by, why")
def history(ref: str, as_json: bool) -> None:
    """List the changes of an artifact, oldest first; of a deleted one by its id."""
    words.show(words.store().artifacts.history(ref), _change, as_json=as_json)


@command.command(short_help="the next revision of an artifact")
@click.argument("ref", metavar="ARTIFACT")
@click.argument("file", required=False, default="")
@_MEDIA
@words.METADATA
@_BASE
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def update(
    *,
    ref: str,
    file: str,
    media_type: str,
    metadata: Any,
    base: tuple[str, ...],
    why: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Give ARTIFACT the content of FILE (- reads standard input), other --metadata, or both; print the revision."""
    if not file and metadata is None:
        raise UsageError("there is nothing to change", hint="give a FILE, or --metadata")
    store = words.store(dry=dry_run)
    content = _read(file) if file else None
    id_ = store.artifacts.update(ref, content, media_type=media_type, metadata=metadata, base=_bases(base), why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="another name for an artifact")
@click.argument("ref", metavar="ARTIFACT")
@click.argument("name")
@_BASE
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def rename(*, ref: str, name: str, base: tuple[str, ...], why: str, dry_run: bool, as_json: bool) -> None:
    """Give ARTIFACT another name in its collection. Its id and history stay."""
    id_ = words.store(dry=dry_run).artifacts.rename(ref, name, base=_bases(base), why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


@command.command(short_help="let an artifact be no more")
@click.argument("ref", metavar="ARTIFACT")
@words.CASCADE
@_BASE
@words.WHY
@words.DRY
@words.json_option(words.ARTIFACT)
def delete(*, ref: str, cascade: bool, base: tuple[str, ...], why: str, dry_run: bool, as_json: bool) -> None:
    """Delete ARTIFACT; its history stays. Refused while it has relationships, which are listed then."""
    one = words.store(dry=dry_run).artifacts.delete(ref, cascade=cascade, base=_bases(base), why=why)
    if as_json:
        words.show_one(one, as_json=True)
    output.say(f"{'would be deleted' if dry_run else 'deleted'}: {one.name} ({one.id})")


@command.command(short_help="the content of an artifact")
@click.argument("ref", metavar="ARTIFACT")
@click.option("--revision", default="", help="Of an earlier revision (artifact history).")
@words.AT
def cat(ref: str, revision: str, at: str) -> None:
    """Write the bytes of an artifact to standard output, checked against both digests."""
    click.echo(words.store().artifacts.content(ref, revision=revision, at=at), nl=False)


@command.command(short_help="what was changed apart")
@words.json_option("kind, ids, message")
def clashes(as_json: bool) -> int:
    """List what two clones changed apart, and what needs a decision; exit 1 when there is something."""
    found = words.store().clashes()
    words.show(found, _clash, as_json=as_json)
    return 1 if found else 0


@command.command(short_help="decide between changes made apart")
@click.argument("ref", metavar="ID")
@click.argument("keep", metavar="HEAD")
@words.WHY
@words.DRY
@words.json_option("ids, dry_run")
def resolve(*, ref: str, keep: str, why: str, dry_run: bool, as_json: bool) -> None:
    """Let an artifact (or a link, a run, a collection, by its id) go on from HEAD, one of its newest changes."""
    id_ = words.store(dry=dry_run).artifacts.resolve(ref, keep, why=why)
    words.made([id_], as_json=as_json, dry=dry_run)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"no file {file}", code="knowledge/no-file") from error
    except IsADirectoryError as error:
        raise UsageError(f"{file} is a folder", code="knowledge/folder", hint="name the files in it") from error


def _bases(base: tuple[str, ...]) -> list[RecordId]:
    return [RecordId(one) for one in base]


def _line(one: Artifact, names: dict[RecordId, str]) -> str:
    apart = f"  (changed apart: {len(one.heads)} heads)" if len(one.heads) > 1 else ""
    where = f"{names.get(one.collection, one.collection[:10])}/{one.name}"
    return f"{records.short(one.id)}  {one.content.oid[:10]}  {one.content.size:>9}  {where}{apart}"


def _change(one: Revision) -> str:
    old = one.old.oid[:10] if one.old else "-" * 10
    why = f"  {one.why}" if one.why else ""
    when = one.at[:16].replace("T", " ")
    return f"{records.short(one.id)}  {when}  {one.kind}  {old} {one.new.oid[:10]}  {one.name}{why}"


def _clash(one: Clash) -> str:
    return f"{records.short(one.ids[0])}  {one.message}"
