"""The answers of ``map`` as JSON objects, with the fields that ``docs/map.md`` declares."""

from __future__ import annotations

from factory_git.core.value import by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.app.map_graph import Calls
    from factory_git.codemap.dependencies import Dependency, Impact
    from factory_git.codemap.graph import Edge
    from factory_git.codemap.lookup import Found
    from factory_git.codemap.model import FileFacts, Symbol
    from factory_git.codemap.outline import Outline


def found(one: Found) -> dict[str, Any]:
    """``path`` and the fields of :func:`symbol`."""
    return {"path": one.path} | symbol(one.symbol)


def symbol(one: Symbol) -> dict[str, Any]:
    """A symbol; fields that hold nothing are left out."""
    full: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind,
        "line": one.line,
        "end_line": one.end_line,
        "exported": one.exported,
        "type": one.type,
        "default": one.default,
        "parameters": [
            {k: v for k, v in (("name", p.name), ("type", p.type), ("default", p.default), ("kind", p.kind)) if v}
            for p in one.parameters
        ],
        "bases": list(one.bases),
        "decorators": list(one.decorators),
        "modifiers": list(one.modifiers),
        "doc": one.doc,
        "wire": one.wire,
    }
    return {key: value for key, value in full.items() if value not in ("", [])}


def outline(one: Outline) -> dict[str, Any]:
    """``path`` and all facts of the file."""
    return {"path": one.path} | facts(one.facts)


def facts(one: FileFacts) -> dict[str, Any]:
    """All facts of a file; owners and blocks are indices into ``symbols`` and ``blocks``."""
    out: dict[str, Any] = {"language": one.language}
    if one.package:
        out["package"] = one.package
    out["symbols"] = [symbol(s) | ({"parent": s.parent} if s.parent >= 0 else {}) for s in one.symbols]
    for name in ("imports", "calls", "blocks", "exits", "bindings", "routes", "tags", "damage"):
        out[name] = [by_name(v) for v in getattr(one, name)]
    return out


def calls(answer: Calls) -> dict[str, Any]:
    """``about`` (ids) and ``edges``."""
    return {"about": [f"{f.path}::{f.symbol.id}" for f in answer.about], "edges": [edge(e) for e in answer.edges]}


def edge(one: Edge) -> dict[str, Any]:
    """A call: both ends, the text, and how it is known."""
    return {
        "caller": f"{one.caller.path}::{one.caller.symbol.id}",
        "callee": f"{one.callee.path}::{one.callee.symbol.id}" if one.callee else None,
        "text": one.text,
        "path": one.caller.path,
        "line": one.line,
        "how": one.how,
        "confidence": one.confidence,
    }


def dependency(one: Dependency) -> dict[str, Any]:
    """An import; ``target`` is null when it leads out of the tree."""
    return {
        "source": one.source,
        "target": one.target or None,
        "module": one.module,
        "names": list(one.names),
        "line": one.line,
    }


def impact(answer: Impact) -> dict[str, Any]:
    """``start``, ``reached`` (nearest first) and ``cut``, the number of those left out."""
    return {
        "start": list(answer.start),
        "reached": [
            {
                "path": one.path,
                "id": one.id,
                "line": one.line,
                "depth": one.depth,
                "via": one.via,
                "how": one.how,
                "confidence": one.confidence,
            }
            for one in answer.reached
        ],
        "cut": answer.cut,
    }
