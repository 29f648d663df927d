"""Findings as people read them: what has one cause is told in one line, not in forty.

That is bindings that one move broke (GF001), and the new fields of one type (GF104).
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from factory_git.drift.finding import Finding
from factory_git.drift.tell import MOVED

FEW = 3  # as many are told one by one
NAMED = 5


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """The findings in their order; of each group of more than ``FEW``, one that stands for all, where the first was."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        groups.setdefault(_group(one), []).append(one)
    out, done = [], set()
    for one in findings:
        key = _group(one)
        many = groups[key]
        if not one.group or len(many) <= FEW:
            out.append(one)
        elif key not in done:
            done.add(key)
            out.append(_one(many))
    return out


def _group(one: Finding) -> tuple[str, ...]:
    return (one.root, one.code, one.severity, one.place.file, one.group)


def _one(many: Sequence[Finding]) -> Finding:
    """One finding for all, with each of them in its detail."""
    kind, _, of = many[0].group.partition(" ")
    if kind == "field":
        message = f"{len(many)} fields of {of} are unknown to the spec: {_named([one.about for one in many])}"
        return replace(many[0], message=message, detail=tuple(f"{one.place}: {one.about}" for one in many), fixes=())
    if kind == "file":
        files = list(dict.fromkeys(one.about.partition("::")[0] for one in many))
        folder = posixpath.commonpath([posixpath.dirname(one) for one in files])
        below = f" in {folder}" if folder else ""
        what = f"files that are not there{below}: {_named([one[len(folder) :].lstrip('/') for one in files])}"
    else:
        what = f"names that {of} does not have: {_named([one.about.partition('::')[2] for one in many])}"
    message = f"{len(many)} nodes of the spec are bound to {what}; {MOVED}"
    detail = tuple(f"{one.place}: {one.path}: {one.hint}" for one in many)
    hint = "correct the places of those that are left; remove the nodes whose code is gone for good"
    return replace(many[0], message=message, path="", hint=hint, detail=detail, fixes=(), spec=None)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
