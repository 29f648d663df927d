"""Panels from the pages of an application: components that are pages by their place, functions that render one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from factory_git.app.adopt_draft import Left, Panel, named
from factory_git.app.adopt_tree import Scan
from factory_git.codemap.model import Call, FileFacts
from factory_git.drift.kinds.surface import CALLABLE, folded, public

LIMIT = 150
_PAGES = frozenset({"pages", "screens", "scenes", "views"})
_PARTS = frozenset({"components", "hooks", "utils", "lib", "partials", "shared"})
_RENDERS = {
    "python": frozenset({"render", "render_template", "TemplateResponse"}),
    "php": frozenset({"view"}),
    "go": frozenset({"Render", "ExecuteTemplate", "HTML"}),
    "rust": frozenset({"render"}),
}
_ENDS = re.compile(r"(?<=[a-z0-9])(?:Page|View|Screen|Controller|Scene)$")
_HEAD = re.compile(r"[A-Za-z_]\w*")


def panels(
    scan: Scan, known: Sequence[str], taken: Sequence[str], shown: Mapping[str, str]
) -> tuple[tuple[Panel, ...], tuple[Left, ...]]:
    """The pages to adopt, in the order of files, and what was left out. ``shown``: name in code → entity."""
    found = [
        (label, path, index)
        for path in scan.files
        if (facts := scan.code.facts(path)) is not None
        for label, index in pages(path, facts)
        if f"{path}::{facts.symbols[index].id}" not in known
    ]
    left = []
    if len(found) > LIMIT:
        some = tuple(f"{path}::{_id(scan, path, index)}" for _, path, index in found[LIMIT : LIMIT + 3])
        why = f"at most {LIMIT} are drafted; name a folder to adopt the rest"
        left.append(Left(count=len(found) - LIMIT, what="further pages", why=why, some=some))
        found = found[:LIMIT]
    labels = named([(label, path) for label, path, _ in found], taken)
    return tuple(
        Panel(name=name, at=f"{path}::{_id(scan, path, index)}", shows=_shows(scan, path, index, shown))
        for name, (_, path, index) in zip(labels, found, strict=True)
    ), tuple(left)


def _id(scan: Scan, path: str, index: int) -> str:
    return scan.code.symbol(path, index).id


def pages(path: str, facts: FileFacts) -> Iterator[tuple[str, int]]:
    """Name and index of each page of a file."""
    if facts.language in ("tsx", "javascript", "typescript"):
        yield from _component(path, facts)
    elif facts.language == "java":
        yield from _mapped(facts)
    else:
        calls = _RENDERS.get(facts.language, frozenset())
        owners = {
            call.owner for call in facts.calls if call.name in calls and call.owner >= 0 and _renders(facts, call)
        }
        for index in sorted(owners):
            one = facts.symbols[index]
            if one.kind not in CALLABLE or "~" in one.id or not (public(facts, index) or facts.language == "go"):
                continue
            if facts.language != "python" or one.parent < 0 or facts.symbols[one.parent].name.endswith("View"):
                yield _label(facts, index), index


def _renders(facts: FileFacts, call: Call) -> bool:
    """PHP's ``view()`` is a function; Django's ``render()`` answers a request. A call of that name may be another."""
    if facts.language == "php":
        return not call.receiver
    if facts.language == "rust":  # templates are rendered everywhere; a page is what a route leads to
        return any(route.owner == call.owner for route in facts.routes)
    given = [one.name for one in facts.symbols[call.owner].parameters]
    return call.name != "render" or facts.language != "python" or "request" in given or given[:1] == ["self"]


def _label(facts: FileFacts, index: int) -> str:
    """A method's class goes before its name: ``BookController.show`` is the page "Book show"."""
    one = facts.symbols[index]
    if one.parent < 0 or facts.language == "go":
        return one.name
    return f"{_ENDS.sub('', facts.symbols[one.parent].name)} {one.name}"


def _component(path: str, facts: FileFacts) -> Iterator[tuple[str, int]]:
    """The component that a page's file exports."""
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    placed = _PAGES.intersection(folders) or _ENDS.search(stem)
    if not file.endswith((".tsx", ".jsx")) or _PARTS.intersection(folders) or not (placed or stem == "page"):
        return
    shown = [
        (_ENDS.sub("", one.name), index)
        for index, one in enumerate(facts.symbols)
        if one.parent < 0 and one.name[:1].isupper() and one.kind in ("function", "class", "variable")
    ]
    own = folded(_ENDS.sub("", folders[-1] if stem in ("index", "page") and folders else stem))
    same = [each for each in shown if folded(each[0]) == own]
    meant = [each for each in shown if "default" in facts.symbols[each[1]].modifiers]
    yield from (same or meant)[:1]


def _mapped(facts: FileFacts) -> Iterator[tuple[str, int]]:
    """Spring's pages: what a controller that is no REST controller answers to GET."""
    for index, one in enumerate(facts.symbols):
        if one.kind == "method" and any(mark.startswith("GetMapping") for mark in one.decorators) and one.parent >= 0:
            holder = facts.symbols[one.parent]
            if any(mark.partition("(")[0] == "Controller" for mark in holder.decorators):
                yield _label(facts, index), index


def _shows(scan: Scan, path: str, index: int, shown: Mapping[str, str]) -> tuple[str, ...]:
    """The entities that the page's code names when it calls something of theirs."""
    facts = scan.code.facts(path)
    out: dict[str, None] = {}
    for call in facts.calls if facts else ():
        head = _HEAD.match(call.receiver or call.name)
        if call.owner == index and head and head[0] in shown:
            out[shown[head[0]]] = None
    return tuple(out)
