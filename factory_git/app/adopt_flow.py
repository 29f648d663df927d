"""Pipelines from functions that call several functions of the tree, one after the other.

Conservative: only calls that always happen and that lead, for sure, to one function of the files that are adopted;
what is called from all over the tree is a tool, not a step. The rules judge the draft afterwards, as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from factory_git.app.adopt_draft import Left, Pipeline, Step, named
from factory_git.app.adopt_tree import Scan
from factory_git.codemap.model import Call, FileFacts, Symbol
from factory_git.core.ids import slug
from factory_git.drift.kinds.surface import CALLABLE, ordinary, public

LIMIT = 12
FEWEST, MOST = 3, 9  # steps
_TOOL = 4  # files that call it; twice as many places
_SHORT = 4  # lines
_TRIVIAL = re.compile(r"__|new|New|log|print|assert|debug|use[A-Z]|on[A-Z]|handle[A-Z]")
_TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
_WORD = re.compile(r"[^\W\d]\w*")
_COMMON = frozenset({
    "await", "async", "return", "let", "const", "var", "mut", "if", "else", "err", "error", "ctx", "context", "new",
    "try", "None", "null", "nil", "true", "false", "True", "False", "not", "crate", "logger", "log", "unwrap", "expect",
})  # fmt: skip
"""Names that calls share without having anything to do with each other."""
_LOOKED_AT = 600  # functions, those with the most calls first


def pipelines(scan: Scan, known: Sequence[str], taken: Sequence[str]) -> tuple[tuple[Pipeline, ...], tuple[Left, ...]]:
    """The functions to adopt as pipelines, in the order of files, and what was left out.

    ``known`` are places that the spec has already, ``taken`` ids of its pipelines.
    """
    files = frozenset(scan.files)
    found: list[tuple[int, str, int, str, list[tuple[str, str]]]] = []
    for _, path, index in sorted(_candidates(scan, known), key=lambda one: (-one[0], one[1], one[2]))[:_LOOKED_AT]:
        facts = scan.code.facts(path)
        assert facts is not None
        steps = _steps(scan, files, path, facts, index)
        if FEWEST <= len(steps) <= MOST:
            # What nobody calls begins something: a request, a command, a job.
            first = not _called(scan, facts.symbols[index].name)
            found.append((len(steps) + 2 * first, path, index, facts.symbols[index].id, steps))
    best = sorted(found, key=lambda one: (-one[0], one[1], one[2]))
    chosen = sorted(best[:LIMIT], key=lambda one: (one[1], one[2]))
    labels = named([(_label(scan, path, index), path) for _, path, index, _, _ in chosen], taken)
    left = []
    if len(best) > LIMIT:
        some = tuple(f"{path}::{id_}" for _, path, _, id_, _ in best[LIMIT : LIMIT + 3])
        why = f"the {LIMIT} with the most steps are drafted as pipelines"
        left.append(Left(count=len(best) - LIMIT, what="functions that call several", why=why, some=some))
    return tuple(
        Pipeline(name=name, at=f"{path}::{id_}", steps=_named_steps(steps))
        for name, (_, path, _, id_, steps) in zip(labels, chosen, strict=True)
    ), tuple(left)


def _label(scan: Scan, path: str, index: int) -> str:
    """A method's class goes before its name."""
    one = scan.code.symbol(path, index)
    return one.name if one.parent < 0 else f"{scan.code.symbol(path, one.parent).name} {one.name}"


def _candidates(scan: Scan, known: Sequence[str]) -> list[tuple[int, str, int]]:
    """Calls that always happen, file and index of the functions that have enough of them."""
    out = []
    for path in scan.files:
        facts = scan.code.facts(path)
        if facts is None or path.endswith((".tsx", ".jsx")):
            continue  # what draws something calls in the order in which it is seen
        counts: dict[int, set[str]] = {}
        for call in facts.calls:
            if call.owner >= 0 and _always(call):
                counts.setdefault(call.owner, set()).add(call.name)
        for index, calls in counts.items():
            one = facts.symbols[index]
            if len(calls) < FEWEST or one.kind not in CALLABLE or "~" in one.id or f"{path}::{one.id}" in known:
                continue
            if public(facts, index) and not _trivial(one) and not (one.parent >= 0 and ordinary(one)):
                out.append((len(calls), path, index))
    return out


def _always(call: Call) -> bool:
    return call.block < 0 and call.kind in ("call", "macro")


def _steps(scan: Scan, files: frozenset[str], path: str, facts: FileFacts, index: int) -> list[tuple[str, str]]:
    """Name and place of each function that is called for sure, in order; none where one is called twice.

    Each shares a name with another one's call: what it is handed, what it is called on, what keeps its result.
    """
    out: list[tuple[str, str]] = []
    words: list[frozenset[str]] = []
    source = scan.code.read(path) or b""
    for call in facts.calls:
        if call.owner != index or not _always(call):
            continue
        led = scan.code.called(path, call)
        if led is None or led[0] not in files or (led[0], led[1]) == (path, index):
            continue
        there = scan.code.facts(led[0])
        if there is None or not _step(scan, there, led[1]):
            continue
        one = there.symbols[led[1]]
        place = (one.name, f"{led[0]}::{one.id}")
        if place in out:
            return []
        out.append(place)
        words.append(_words(source, call) - {call.name})
    # An order means something only between calls that have to do with each other.
    return [one for at, one in enumerate(out) if any(words[at] & other for other in (*words[:at], *words[at + 1 :]))]


def _words(source: bytes, call: Call) -> frozenset[str]:
    """The names in a call and before it on its line."""
    start = source.rfind(b"\n", 0, call.start) + 1
    text = _TEXT.sub(" ", source[start : call.end].decode("utf-8", "replace"))
    return frozenset(_WORD.findall(text)) - _COMMON


def _step(scan: Scan, facts: FileFacts, index: int) -> bool:
    """Whether a function does something of its own, for few: neither an accessor nor a tool."""
    one = facts.symbols[index]
    if one.kind not in CALLABLE or "~" in one.id or ordinary(one) or one.end_line - one.line < _SHORT:
        return False
    return not _trivial(one) and not _tool(scan, one.name)


def _tool(scan: Scan, name: str) -> bool:
    """Whether it is called from so many places that it is nobody's step."""
    files = scan.code.calling(name)
    if len(files) > _TOOL:
        return True
    calls = [each for path in files if (facts := scan.code.facts(path)) for each in facts.calls if each.name == name]
    return len(calls) > 2 * _TOOL


def _trivial(one: Symbol) -> bool:
    return bool(_TRIVIAL.match(one.name)) or "property" in one.decorators


def _called(scan: Scan, name: str) -> bool:
    return bool(scan.code.calling(name))


def _named_steps(steps: Sequence[tuple[str, str]]) -> tuple[Step, ...]:
    """Steps by their functions' names; where two have one name, their types' names go before them."""
    plain = [slug(name) for name, _ in steps]
    full = [
        (at.partition("::")[2].replace(".", " ") if plain.count(slug(name)) > 1 else name.lstrip("_"), at)
        for name, at in steps
    ]
    labels = named([(name, at.partition("::")[0]) for name, at in full])
    return tuple(Step(name=label, at=at) for label, (_, at) in zip(labels, steps, strict=True))
