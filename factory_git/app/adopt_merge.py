"""A draft put into a spec that is there: items added to its lists, everything else left as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from factory_git.app import adopt_text
from factory_git.app.adopt_draft import Draft
from factory_git.core import yaml
from factory_git.core.errors import SpecError
from factory_git.spec.edit import Insert, Op, Set, apply
from factory_git.spec.edit.ops import Text
from factory_git.spec.format import formatted


def merged(files: Mapping[str, bytes], draft: Draft, root: str) -> dict[str, bytes]:
    """The spec's files (by path from the top) with the draft's nodes in them.

    Raises :class:`Conflict` for a layer that is written in a form that nothing can be put into.
    """
    ops: list[Op] = [
        Insert(f"{layer}.{adopt_text.LISTS[layer]}", _item(lines))
        for layer, items in adopt_text.items_of(draft).items()
        for lines in items
    ]
    known = _paths(files)
    if draft.paths and known is not None:
        ops.append(Set("code", "paths", list(dict.fromkeys((*known, *draft.paths)))))
    done = apply(files, root, ops)
    return {path: _canonical(files.get(path), content, path) for path, content in done.items()}


def _item(lines: Sequence[str]) -> Text:
    """A drafted item with its text."""
    parsed = yaml.plain(yaml.parse("\n".join(lines).encode(), "draft"))
    return Text(lines=tuple(lines), item=parsed[0], dash=True)


def _paths(files: Mapping[str, bytes]) -> list[str] | None:
    """``code.paths`` as it stands; None where there is none: then the code is everywhere, and stays so."""
    for path, content in files.items():
        tree = yaml.plain(yaml.parse(content, path))
        code = tree.get("code") if isinstance(tree, dict) else None
        if isinstance(code, dict) and "paths" in code:
            found = code["paths"]
            return [str(one) for one in found] if isinstance(found, list) else [str(found)]
    return None


def _canonical(before: bytes | None, content: bytes, path: str) -> bytes:
    """The content; in canonical form where it was so before."""
    try:
        return formatted(content, path) if before is None or formatted(before, path) == before else content
    except SpecError:
        return content
