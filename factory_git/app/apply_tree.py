"""The spec's files beside the branch: what is not committed of them, and the commit that holds them edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.revisions import sides
from factory_git.core.errors import Negative, SpecError, UsageError
from factory_git.core.ids import Oid, blob_oid
from factory_git.core.trailers import NODE, SPEC, node_values
from factory_git.core.yaml_text import decode
from factory_git.gitio import trees
from factory_git.gitio.commits import Code, Identity
from factory_git.spec.lines import Unsupported
from factory_git.spec.model import Spec
from factory_git.spec.segments import header_and_segments

DESIRES = "desires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Files of the spec that differ from the branch in their ``desires:`` only; their bytes on disk, by path."""

    files: Mapping[str, bytes]


def local(ctx: Context, spec: Spec, tip: Oid) -> Local:
    """What is not committed of the spec. Desires are taken along: ``desire`` enters them and commits nothing.

    Raises :class:`Negative` with the files where anything else of them is not committed, or where the index has
    something of its own; :class:`UsageError` where the branch has no such spec.
    """
    found = [side for side in sides(ctx.location, tip) if side.root == spec.root]
    if not found:
        names = " ".join(source.path for source in spec.sources)
        hint = f"git add {names} && git commit -m 'the spec'"
        raise UsageError("the spec is not on the branch yet", code="run/spec-not-committed", hint=hint)
    before, now = found[0].files, {source.path: source.content for source in spec.sources}
    differing = {path for path in before.keys() | now.keys() if _plain(before.get(path)) != _plain(now.get(path))}
    bad = sorted(path for path in differing if not _only_desires(before.get(path), now.get(path), path))
    bad += _staged(ctx, before, differing - set(bad))
    if bad:
        shown = "".join(f"\n  {path}" for path in bad)
        raise Negative(
            f"the spec has changes that are not committed:{shown}",
            code="apply/dirty",
            hint="commit them first; or only edit the files: git factory apply --no-run",
            details={"paths": bad},
        )
    return Local(files={path: now[path] for path in sorted(differing)})


def _staged(ctx: Context, before: Mapping[str, bytes], paths: set[str]) -> list[str]:
    """Which of these paths stand in the index as they are neither on the branch."""
    entries = trees.index(ctx.location).entries
    return sorted(
        path for path in paths
        if (entries[path].oid if path in entries else "") != (blob_oid(before[path]) if path in before else "")
    )  # fmt: skip


def _only_desires(old: bytes | None, new: bytes | None, path: str) -> bool:
    """Whether two contents of a file are the same but for their ``desires:``."""
    if new is None:
        return False
    try:
        return _rest(old, path) == _rest(new, path)
    except (Unsupported, SpecError):
        return False


def _rest(content: bytes | None, path: str) -> list[str]:
    if content is None:
        return []
    header, segments = header_and_segments(decode(content, path), path)
    lines = [*header, *(line for segment in segments if segment.key != DESIRES for line in segment.lines)]
    return [line.rstrip() for line in lines if line.strip()]


def _plain(content: bytes | None) -> bytes | None:
    return None if content is None else content.replace(b"\r\n", b"\n")


def commit(code: Code, tip: Oid, files: Mapping[str, bytes | None], message: str, who: Identity) -> Oid:
    """A commit on top of ``tip`` that holds the spec's files so (None: no more). Line ends are those it had."""
    laid: dict[str, bytes | None] = {}
    for path, content in files.items():
        before = code.file(tip, path)
        laid[path] = content if before is not None and b"\r\n" in before else _plain(content)
    return code.commit(code.overlay(tip, laid), [tip], message, who)


def message(spec: Spec, title: str, why: str, nodes: tuple[str, ...]) -> str:
    """The message of the commit that edits the spec, with the trailers that name spec and nodes."""
    trailers = [f"{SPEC}: {spec.id}", *(f"{NODE}: {value}" for value in node_values(nodes))]
    return "\n".join([f"{spec.id}: {title[:90]}", "", *([why, ""] if why else []), *trailers, ""])
