"""The formats of ``git factory diff``, a module each: every compared spec in, one text out, without a last newline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from factory_git.growth.report import github, gitlab, json_object, junit, markdown, sarif, text
from factory_git.growth.report.told import Told

FORMATS: Mapping[str, Callable[[Sequence[Told]], str]] = {
    "text": text.page,
    "markdown": markdown.render,
    "json": json_object.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "sarif": sarif.render,
    "junit": junit.render,
}
