"""What a change asks of the application's version (R8). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from factory_git.core.errors import Place, Problem
from factory_git.growth.mutation import Diff, Mutation
from factory_git.growth.table import VERSIONS

CODE = "growth/version"
ROOT = "root"


def level(mutations: Iterable[Mutation]) -> str:
    """What the version must do at least: ``none``, ``patch``, ``minor``, ``major``, or ``root``: a new lineage."""
    return max((one.version for one in mutations), key=VERSIONS.index, default="none")


def needed(diff: Diff) -> str:
    """The lowest version that may follow the old one; empty where none can, or where nothing asks for another.

    Before 1.0.0 nothing is promised: what asks for a major version then asks for a minor one.
    """
    numbers = _numbers(diff.app.get("from", ""))
    asked = level(diff.mutations)
    if numbers is None or asked in ("none", ROOT):
        return ""
    major, minor, patch = numbers
    if asked == "patch":
        return f"{major}.{minor}.{patch + 1}"
    return f"{major + 1}.0.0" if asked == "major" and major else f"{major}.{minor + 1}.0"


def unmet(diff: Diff) -> str:
    """The version that is needed and not there; empty where the newer spec has one that does."""
    asked = needed(diff)
    there = _numbers(diff.app.get("to", ""))
    least = _numbers(asked)
    return asked if least is not None and (there is None or there < least) else ""


def problem(diff: Diff, place: Place | None) -> Problem | None:
    """R8: the version was not raised as the change asks; None where it was."""
    asked = unmet(diff)
    if not asked:
        return None
    worst = max(diff.mutations, key=lambda one: (VERSIONS.index(one.version), one.rank))
    message = f"version {diff.app.get('to', '')} must be at least {asked}: {worst.id} {worst.path} (R8)"
    return Problem(code=CODE, message=message, place=place, path="app", hint=f"write version: {asked} in app")


def _numbers(version: str) -> tuple[int, int, int] | None:
    parts = version.partition("-")[0].partition("+")[0].split(".")
    if len(parts) > len(("major", "minor", "patch")) or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    major, minor, patch = (*map(int, parts), 0, 0)[:3]
    return major, minor, patch
