"""``junit``: a report for build servers that know no other; what needs approval or cannot have it is a failed case."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import xml_quoted, xml_text
from factory_git.growth.report.notice import Notice, notices
from factory_git.growth.report.told import Told


def render(told: Sequence[Told]) -> str:
    """One suite a spec. A mutation that needs nobody passes and tells; no mutation at all is one case that passes."""
    suites = [(one.id, list(notices(one))) for one in told]
    total = sum(max(len(found), 1) for _, found in suites)
    failed = sum(each.fails for _, found in suites for each in found)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="git-factory" {_counts(total, failed)}>']
    for spec, found in suites:
        counts = _counts(max(len(found), 1), sum(each.fails for each in found))
        lines.append(f"  <testsuite name={xml_quoted(f'git-factory diff {spec}')} {counts}>")
        lines += [_case(spec, each) for each in found]
        lines += [] if found else [f'    <testcase classname={xml_quoted(spec)} name="diff" time="0"/>']
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _counts(cases: int, failed: int) -> str:
    return f'tests="{cases}" failures="{failed}" errors="0" skipped="0" time="0"'


def _case(spec: str, one: Notice) -> str:
    name, body = one.id, one.body
    if one.mutation is not None:
        name = f"{one.id} {one.mutation.path} ({one.risk})"
        body = f"{body}\nfingerprint {one.mutation.fingerprint}"
    where = ""
    if one.place is not None:
        where = f" file={xml_quoted(one.place.file)}" + (f' line="{one.place.line}"' if one.place.line else "")
    if one.fails:
        inside = f"<failure type={xml_quoted(one.id)} message={xml_quoted(one.text)}>{xml_text(body)}</failure>"
    else:
        inside = f"<system-out>{xml_text(body)}</system-out>"
    return f'    <testcase classname={xml_quoted(spec)} name={xml_quoted(name)}{where} time="0">{inside}</testcase>'
