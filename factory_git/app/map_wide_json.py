"""The answers of ``refs``, ``brief`` and ``export`` as JSON objects."""

from __future__ import annotations

from typing import Any

from factory_git.app.map import Map
from factory_git.app.map_json import edge, found, symbol
from factory_git.app.map_wide import References
from factory_git.codemap import export as exporting
from factory_git.codemap.brief import Brief
from factory_git.codemap.facts import facts
from factory_git.codemap.resolve import Resolver
from factory_git.core.value import by_name


def refs(answer: References) -> dict[str, Any]:
    """``name``, ``mentions`` and ``other_files``, the number of files in other languages that hold the word."""
    return {
        "name": answer.name,
        "mentions": [by_name(m) for m in answer.mentions],
        "other_files": answer.other_files,
    }


def brief(answer: Brief) -> dict[str, Any]:
    """``task``, ``budget``, ``tokens``, ``items`` (symbols with ``why``, ``score``, ``callers``) and ``cut``."""
    items = [found(i.found) | {"why": i.why, "score": i.score, "callers": list(i.callers)} for i in answer.items]
    return {"task": answer.task, "budget": answer.budget, "tokens": answer.tokens, "items": items, "cut": answer.cut}


def export(the: Map, folder: str) -> dict[str, Any]:
    """All of a folder: ``files`` with their symbols, ``imports``, ``calls`` (those by name alone left out)."""
    resolver, inside = Resolver(the.tree), the.folder(folder)
    paths = exporting.files(resolver, inside)
    return {
        "files": [
            {
                "path": path,
                "language": resolver.rows(path)[0],
                "symbols": [symbol(s) for s in facts(resolver.rows(path)).symbols],
            }
            for path in paths
        ],
        "imports": [{"source": s, "target": t} for s, t in exporting.import_edges(resolver, paths)],
        "calls": [edge(e) for e in exporting.call_edges(resolver, paths)],
    }
