"""``git factory adopt``."""

from __future__ import annotations

from collections import Counter

import click

from factory_git.app import adopt
from factory_git.app.adopt_entities import LIMIT
from factory_git.cli import output
from factory_git.cli.paths import from_top
from factory_git.gitio.locate import locate
from factory_git.spec.schema import CODE_LANGUAGES

SHOWN = 8


@click.command("adopt")
@click.argument("paths", nargs=-1)
@click.option("--spec", metavar="FILE", default="", help="The spec to write, or to add to. Default: factory.yaml.")
@click.option("--name", metavar="NAME", default="", help="What the application is called. Default: its folder's name.")
@click.option("--language", type=click.Choice(CODE_LANGUAGES), help="Which code, where there are several languages.")
@click.option("--all-types", "everything", is_flag=True, help="Adopt types that are not stored, too.")
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True, help="The most types to draft.")
@click.option("--dry-run", is_flag=True, help="Print the draft, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="What was adopted, as JSON.")
def command(
    *,
    paths: tuple[str, ...],
    spec: str,
    name: str,
    language: str | None,
    everything: bool,
    limit: int,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Draft a spec from the code at PATHS, bound to it, and freeze what is.

    Types that hold data become entities, functions that call several in order pipelines, pages panels. What the rules
    say of the draft goes into .factory/baseline.json, so that the check is quiet now and speaks when something
    changes. A bound spec that is there gets what it lacks; nothing of it is changed.
    """
    location = locate()
    options = adopt.Options(
        paths=tuple(from_top(location, path) for path in paths),
        spec=from_top(location, spec) if spec else "",
        name=name,
        language=language or "",
        everything=everything,
        limit=limit,
        dry_run=dry_run,
    )
    adopted = adopt.run(options)
    if as_json:
        output.emit_json(adopted.as_json() | {"dry_run": dry_run})
        return 0
    if dry_run:
        for path in adopted.changed:
            output.emit(f"--- {path}")
            output.emit(adopted.files[path].decode().rstrip("\n"))
    for line in summary(adopted, dry_run=dry_run):
        output.say(line)
    return 0


def summary(adopted: adopt.Adopted, *, dry_run: bool) -> list[str]:
    """What a person reads at the end: what is in the spec, what is not and why, what to do next."""
    draft = adopted.draft
    fields = sum(len(one.fields) for one in draft.entities)
    typed = sum(bool(field.type) for one in draft.entities for field in one.fields)
    steps = sum(len(one.steps) for one in draft.pipelines)
    verb = "would adopt" if dry_run else "adopted"
    found = (
        f"{_count(len(draft.entities), 'entity', 'entities')} ({_count(fields, 'field')}, {typed} typed)",
        f"{_count(len(draft.pipelines), 'pipeline')} ({_count(steps, 'step')})",
        _count(len(draft.panels), "panel"),
    )
    out = [f"{verb} {', '.join(found)} from {draft.language} code"]
    if adopted.moved:
        out.append(f"moved with their code: {_some([node for node, _ in adopted.moved])}")
    if adopted.frozen:
        codes = ", ".join(f"{count} {code}" for code, count in sorted(Counter(h.code for h in adopted.frozen).items()))
        out.append(f"frozen as they stand: {codes} (.factory/baseline.json)")
    personal = [f"{one.name}.{field}" for one in draft.entities for field in one.personal]
    if personal:
        out.append(f"look personal; say so with pii: where they are: {_some(personal)}")
    if adopted.retyped:
        out.append(f"left untyped, their types did not agree: {_some(adopted.retyped)}")
    if adopted.dropped:
        out.append(f"not drafted, the rules do not accept them as they stand: {_some(adopted.dropped)}")
    for one in draft.left:
        some = f": {', '.join(one.some)}{' …' if one.count > len(one.some) else ''}" if one.some else ""
        out.append(f"left out: {one.count} {one.what}, {one.why}{some}")
    if not adopted.changed:
        return [*out, "nothing new: the spec knows all of it"]
    if dry_run:
        return [*out, "nothing was written"]
    few = list(adopted.changed[:3]) if len(adopted.changed) <= 3 else _folders(adopted.changed)
    return [
        *out,
        f"next: read {adopted.changed[-1] if len(few) > 2 else few[-1]}, then git add {' '.join(few)} && git commit",
    ]


def _folders(paths: tuple[str, ...]) -> list[str]:
    return sorted({path.rpartition("/")[0].partition("/data_contracts")[0] or path for path in paths})


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _some(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:SHOWN]) + (f", … ({len(names)} in all)" if len(names) > SHOWN else "")
