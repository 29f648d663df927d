"""Findings as text: one file for each format, listed in ``FORMATS``.

A format is a function of the findings and of ``read``, which gives the content that was judged: where ranges of text
are told (fixes), a format needs it. Without ``read`` the ranges are left out. A format asks nothing else.
"""

from __future__ import annotations

from factory_git.drift.formats import (
    concise,
    full,
    github,
    gitlab,
    json_array,
    json_lines,
    junit,
    rdjson,
    sarif,
)
from factory_git.drift.formats.common import Format

FORMATS: dict[str, Format] = {
    "concise": concise.render,
    "full": full.render,
    "json": json_array.render,
    "jsonl": json_lines.render,
    "junit": junit.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "sarif": sarif.render,
    "rdjson": rdjson.render,
}
