"""``junit``: a report for build servers that know no other; each finding is a failed test case."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import xml_quoted, xml_text
from factory_git.drift.finding import Finding
from factory_git.drift.formats import full
from factory_git.drift.formats.common import Reader


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One suite. Warnings are cases that pass and tell; no finding at all is one case that passes."""
    failed = sum(one.severity == "error" for one in findings)
    cases = [_case(one) for one in findings] or ['    <testcase classname="git-factory" name="check"/>']
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="0" time="0"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="git-factory" {counts}>',
            f'  <testsuite name="git-factory check" {counts}>',
            *cases,
            "  </testsuite>",
            "</testsuites>",
        ]
    )


def _case(one: Finding) -> str:
    name = f"{one.code} {one.path}".rstrip()
    where = f"file={xml_quoted(one.place.file)}" + (f' line="{one.place.line}"' if one.place.line else "")
    text = xml_text(full.render([one]))
    if one.severity == "error":
        inside = f'<failure type="{one.code}" message={xml_quoted(one.message)}>{text}</failure>'
    else:
        inside = f"<system-out>{text}</system-out>"
    named = f"classname={xml_quoted(one.place.file)} name={xml_quoted(name)}"
    return f'    <testcase {named} {where} time="0">{inside}</testcase>'
