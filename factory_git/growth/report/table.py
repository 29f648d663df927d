"""The formats of ``git factory diff``, a module each: every compared spec in, one text out, without a last newline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from factory_git.growth.report import json_object, text
from factory_git.growth.report.told import Told

FORMATS: Mapping[str, Callable[[Sequence[Told]], str]] = {
    "text": text.page,
    "json": json_object.render,
}
