"""``markdown``: a comment on a pull request that fits a screen; the rest is folded away.

Whatever a spec says stands in code spans or fenced blocks, cut and with nothing unseen in it, and never in the table:
no text of a spec can leave its place, name a person, or draw another table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from factory_git.growth.mutation import Mutation
from factory_git.growth.report import text
from factory_git.growth.report.told import APPROVERS, CHANGED, GONE, MIGRATIONS, NEW, TESTS, Told, mark
from factory_git.growth.report.values import short, visible
from factory_git.growth.table import RISKS

MARKER = "<!-- git-factory: mutations -->"
"""The first line: a comment that begins with it is replaced, not repeated."""
ROWS = 12
SPECS = 10
FEW = 8
LONGEST = 36_000  # characters of all folded blocks; GitHub takes 65,536 in a comment
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def render(told: Sequence[Told]) -> str:
    """The marker and every spec; a line says so where nothing changed."""
    changed = [one for one in told if one.state != "unchanged"]
    if not changed:
        return f"{MARKER}\n\n### No mutation\n\nNothing in the meaning of a spec changed."
    worst = sorted(changed, key=lambda one: -RISKS.index(one.risk))
    blocks = ["\n".join(_spec(one, LONGEST // len(changed))) for one in worst[:SPECS]]
    if len(worst) > SPECS:
        blocks.append(f"… and {len(worst) - SPECS} more specs: `git factory diff` tells them.")
    return "\n\n".join([MARKER, *blocks])


def code(said: str, most: int = 80) -> str:
    """``said`` as a code span: one line, cut, nothing in it is read as Markdown. Not for cells of a table."""
    shown = short(said, most)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def fenced(said: str, most: int = LONGEST) -> str:
    """Lines as a block that nothing in them can end; cut, with the cut marked."""
    cut = said if len(said) <= most else f"{said[:most].rpartition(chr(10))[0]}\n… (cut)"
    cut = "\n".join(map(visible, cut.split("\n")))
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", cut)), default=0) + 1)
    return f"{fence}text\n{cut}\n{fence}"


def plain(said: str, most: int = 80) -> str:
    """``said`` as text for a cell or a headline: what is neither letter nor digit is written as an entity."""
    shown = short(said, most)
    return "".join(c if c.isalnum() or c == " " else _entity(c) for c in shown)


def _entity(character: str) -> str:
    if character in ".…→,":
        return character
    # A name behind an @ would be told of the comment, however the @ is written: a space of no width parts the two.
    return f"&#{ord(character)};" + ("&#8203;" if character in "@#" else "")


def _spec(one: Told, room: int) -> Iterator[str]:
    app = one.diff.app
    name = plain(one.id)
    if one.state == NEW:
        yield f"### New: {name} {plain(app.get('to', ''))}"
        yield ""
        yield "A new lineage: there is nothing to compare it with."
    elif one.state == GONE:
        yield f"### Removed: {name} · risk FORBIDDEN"
        yield ""
        yield "No approval allows the end of a lineage."
    if one.state == CHANGED:
        yield from _changed(one, room)
    yield from _problems(one)


def _changed(one: Told, room: int) -> Iterator[str]:
    mutations = one.diff.mutations
    versions = plain(text.version_words(one).removeprefix("version "), 60)
    yield f"### Mutation: {_head(mutations)} · {plain(one.id)} {versions} · risk {one.risk.upper()}"
    yield ""
    counts = one.counts
    identity = "identity broken" if one.risk == "forbidden" else "identity holds"
    migration = "+".join(one.migrations) or "none"
    yield (f"{counts['+']} added · {counts['~']} changed · {counts['-']} removed · {identity} · migration {migration}")
    if one.shown:
        yield ""
        yield from _table(one)
    yield from _asked(one)
    yield from _folded(one, room)


def _head(mutations: Sequence[Mutation]) -> str:
    if not mutations:
        return "none"
    worst = max(mutations, key=lambda one: one.rank)
    more = f" and {len(mutations) - 1} more" if len(mutations) > 1 else ""
    return f"{worst.id} {_where(worst.path)}{more}"


def _table(one: Told) -> Iterator[str]:
    yield "| | where | change | risk | proof |"
    yield "|---|---|---|---|---|"
    for each in sorted(one.shown, key=lambda each: -each.rank)[:ROWS]:
        proof = ", ".join(TESTS[letter] for letter in each.tests) or "none"
        risk = f"**{each.risk}**" if each.risk in ("breaking", "forbidden") else each.risk
        yield f"| {mark(each)} | {_where(each.path)} | {each.id} | {risk} | {proof} |"
    if len(one.shown) > ROWS:
        yield ""
        yield f"… and {len(one.shown) - ROWS} more, below."


def _where(path: str) -> str:
    """An address in few letters: its last two parts; of a field, its entity, too."""
    parts = path.split(".")
    kept = 3 if parts[-2:-1] == ["fields"] else 2
    said = f"…{'.'.join(parts[-kept:])}" if len(parts) > 3 else path or "the spec"
    return f"`{said}`" if _PLAIN.fullmatch(said.lstrip("…")) else plain(said)


def _asked(one: Told) -> Iterator[str]:
    if one.risk == "forbidden":
        yield ""
        yield "**Forbidden**: no approval allows this; it takes a new lineage."
    elif one.approvals:
        most = max(APPROVERS[each.risk] for each in one.approvals)
        named = " ".join(each.fingerprint for each in one.approvals[:FEW])
        more = f" and {len(one.approvals) - FEW} more" if len(one.approvals) > FEW else ""
        yield ""
        yield f"Needs approval by {most}: `git factory approve {named}`{more}"
    if one.tests or one.migrations:
        yield ""
        said = [f"tests: {', '.join(TESTS[letter] for letter in one.tests)}"] if one.tests else []
        said += [f"migration {letter}: {MIGRATIONS[letter]}" for letter in one.migrations]
        yield " · ".join(said)


def _folded(one: Told, room: int) -> Iterator[str]:
    whole = text.listing(one)
    if not whole:
        return
    yield ""
    yield f"<details><summary>values, reasons, counterexamples, places</summary>\n\n{fenced(whole, room)}\n\n</details>"


def _problems(one: Told) -> Iterator[str]:
    for problem in one.problems:
        at = f"{code(visible(str(problem.place)))} " if problem.place else ""
        yield ""
        yield f"**{problem.severity}** {at}{code(problem.message, 200)}"
        if problem.hint:
            yield f"{code(problem.hint, 200)}"
