"""``text``: what a person reads on a terminal, grouped by layer and node, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factory_git.growth.mutation import Diff, Mutation
from factory_git.growth.report import version
from factory_git.growth.report.told import (
    APPROVERS,
    CHANGED,
    GONE,
    MIGRATIONS,
    NEW,
    TESTS,
    Told,
    groups,
    inside,
    mark,
    place,
)
from factory_git.growth.report.values import change, visible, what

FEW = 6
LONG = 100
_WIDE = 48
_PAINT = {
    "+": "32", "-": "31", "~": "33", "none": "2", "minor": "32", "major": "33;1", "breaking": "31;1",
    "forbidden": "97;41;1", "head": "1", "path": "36", "dim": "2", "error": "31;1",
}  # fmt: skip


class _Page:
    """Lines, painted or not."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def paint(self, text: str, how: str) -> str:
        return f"\x1b[{_PAINT[how]}m{text}\x1b[0m" if self.colour and text else text


def render(diff: Diff, *, colour: bool = False) -> str:
    """The mutations of one diff with its summary; empty where nothing changed."""
    return "\n".join(_changed(Told(diff=diff), _Page(colour))) if diff.mutations else ""


def page(told: Sequence[Told], *, colour: bool = False) -> str:
    """Every spec under its name, an empty line between two; what did not change is left out."""
    paper = _Page(colour)
    blocks = ["\n".join([*_head(one, paper), "", *_body(one, paper)]) for one in told if one.state != "unchanged"]
    return "\n\n".join(blocks)


def _head(one: Told, paper: _Page) -> Iterator[str]:
    where = f" · {one.old} → {one.new}" if one.old else ""
    root = f" · {one.root}/" if one.root else ""
    yield paper.paint(visible(f"{one.id}{root}{where}"), "head")


def _body(one: Told, paper: _Page) -> Iterator[str]:
    if one.state == NEW:
        yield f"new: nothing to compare with; version {visible(one.diff.app.get('to', ''))} begins a lineage"
    elif one.state == GONE:
        yield f"{paper.paint('FORBIDDEN', 'forbidden')} the spec is removed: no approval allows the end of a lineage"
    if one.state == CHANGED:
        yield from _changed(one, paper)
    else:
        yield from _problems(one, paper)


def listing(one: Told) -> str:
    """The mutations of one spec, grouped, without a summary."""
    return "\n".join(_listed(one, _Page(colour=False))).rstrip("\n")


def _changed(one: Told, paper: _Page) -> Iterator[str]:
    yield from _listed(one, paper)
    yield from summary(one, colour=paper.colour)


def _listed(one: Told, paper: _Page) -> Iterator[str]:
    for whole, mutations in groups(one.shown):
        yield paper.paint(visible(whole), "path")
        wide = min(_WIDE, max(len(inside(each.path, whole)) for each in mutations))
        ids = max(len(each.id) for each in mutations)
        for each in mutations:
            yield from _mutation(each, whole, (wide, ids), paper)
        yield ""


def _mutation(one: Mutation, whole: str, widths: tuple[int, int], paper: _Page) -> Iterator[str]:
    sign = mark(one)
    where = visible(inside(one.path, whole))
    said = place(one)
    risk = one.risk.upper() if one.risk == "forbidden" else one.risk
    cells = [
        paper.paint(sign, sign),
        f"{where:{widths[0]}}",
        f"{one.id:{widths[1]}}",
        paper.paint(f"{risk:9}", one.risk),
    ]
    mark_ = paper.paint(one.fingerprint, "dim") if one.risk in APPROVERS else ""
    at = paper.paint(visible(str(said)), "dim") if said else ""
    yield "  " + " ".join([*cells, *(cell for cell in (mark_, at) if cell)]).rstrip()
    values = change(one, LONG)
    lines = [what(one), *values] if len(values) > 1 else [" ".join([what(one), *values])]
    yield from (f"      {line}" for line in lines)
    if one.was:
        yield f"      was {visible(one.was)}"
    for reason in one.reasons:
        yield paper.paint(f"      {visible(reason)}", "dim")
    for number, line in enumerate(one.example.splitlines()):
        yield f"      {'e.g. ' if not number else '     '}{visible(line)}"


def summary(one: Told, *, colour: bool = False) -> Iterator[str]:
    """The line that counts, then what the change asks for: tests, migrations, approvals; and its problems."""
    paper = _Page(colour)
    if not one.diff.mutations:
        yield "no change of meaning"
    else:
        yield paper.paint(" · ".join(_counted(one)), "head")
        if one.tests:
            yield f"tests: {', '.join(TESTS[letter] for letter in one.tests)}"
        for letter in one.migrations:
            yield f"migration {letter}: {MIGRATIONS[letter]}"
        yield from _approvals(one, paper)
    yield from _problems(one, paper)


def _counted(one: Told) -> Iterator[str]:
    counts = one.counts
    yield f"{counts['+']} added"
    yield f"{counts['~']} changed"
    yield f"{counts['-']} removed"
    yield f"risk {one.risk.upper()}"
    yield version_words(one)
    yield f"migration {'+'.join(one.migrations) or 'none'}"
    if hidden := len(one.diff.mutations) - len(one.shown):
        yield f"{hidden} below {one.least} not listed"


def version_words(one: Told) -> str:
    """The versions before and after, or the one that is needed."""
    before, after = one.diff.app.get("from", ""), one.diff.app.get("to", "")
    if version.level(one.diff.mutations) == version.ROOT:
        return visible(f"version {before}, a new lineage needed")
    if asked := version.unmet(one.diff):
        return visible(f"version {before} → {asked} needed")
    return visible(f"version {before} → {after}" if before != after else f"version {before}")


def _approvals(one: Told, paper: _Page) -> Iterator[str]:
    wanted = one.approvals
    if one.risk == "forbidden":
        yield f"{paper.paint('FORBIDDEN', 'forbidden')} no approval allows this; it takes a new lineage"
        return
    if not wanted:
        return
    most = max(APPROVERS[each.risk] for each in wanted)
    people = f"{most} people" if most > 1 else "1 person"
    count = f"{len(wanted)} mutation{'s' * (len(wanted) > 1)}"
    named = " ".join(each.fingerprint for each in wanted[:FEW])
    more = f" and {len(wanted) - FEW} more (--list)" if len(wanted) > FEW else ""
    yield f"needs approval of {count} by {people}: git factory approve {named}{more}"


def _problems(one: Told, paper: _Page) -> Iterator[str]:
    for problem in one.problems:
        head = f"{problem.place}: " if problem.place else ""
        yield f"{paper.paint(problem.severity, 'error')}: {visible(head + problem.message)}"
        if problem.hint:
            yield f"hint: {visible(problem.hint)}"
