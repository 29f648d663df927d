"""``junit``: a report for build servers that know no other; each finding is a failed test case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from factory_git.drift.finding import Finding
from factory_git.drift.formats import full
from factory_git.drift.formats.common import Reader, printable

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    where = f"file={_quoted(one.place.file)}" + (f' line="{one.place.line}"' if one.place.line else "")
    text = _text(full.render([one]))
    if one.severity == "error":
        inside = f'<failure type="{one.code}" message={_quoted(one.message)}>{text}</failure>'
    else:
        inside = f"<system-out>{text}</system-out>"
    return (
        f'    <testcase classname={_quoted(one.place.file)} name={_quoted(name)} {where} time="0">{inside}</testcase>'
    )


def _quoted(text: str) -> str:
    # `xml.sax.saxutils` has this too, and brings a client for HTTP: 60 ms that every check would pay.
    value = _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    return f'"{value}"'


def _text(text: str) -> str:
    return _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", printable(text))
