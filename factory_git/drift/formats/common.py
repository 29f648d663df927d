"""What several formats share: the words of a finding, its rule, its fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

from factory_git.core.escape import printable
from factory_git.drift.finding import Finding
from factory_git.drift.rules.table import RULES

Reader = Callable[[str], bytes]


class Format(Protocol):
    """Findings as one text, without a newline at its end."""

    def __call__(self, findings: Sequence[Finding], read: Reader | None = None) -> str:
        """The text; ``read`` gives the judged content of a path."""


def line(one: Finding) -> str:
    """A finding in one line: ``file:line: CODE message [spec path]``."""
    word = "" if one.severity == "error" else f"{one.severity}: "
    tail = f" [{one.path}]" if one.path else ""
    return printable(f"{one.place}: {one.code} {word}{one.message}{tail}")


def words(one: Finding) -> str:
    """What is wrong, and the way out in a second line."""
    return printable(one.message + (f"\n{one.hint}" if one.hint else ""))


def title(code: str) -> str:
    """What a rule finds, in a few words."""
    return RULES[code].title if code in RULES else code


@cache
def help_uri(code: str) -> str:
    """Where a rule's page is on the web; empty where the distribution has no URL named ``Documentation``."""
    from importlib import metadata  # noqa: PLC0415 (20 ms that only the formats for machines pay)

    try:
        named = metadata.metadata("git-factory").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    home = dict(one.split(", ", 1) for one in named).get("Documentation", "")
    return f"{home.rstrip('/')}/rules/{code}.md" if home else ""


def once(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with a fingerprint that no other has: of equal ones, the second and later get a number."""
    seen: dict[str, int] = {}
    out = []
    for one in findings:
        count = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        out.append((one, one.fingerprint if count == 1 else f"{one.fingerprint}-{count}"))
    return out
