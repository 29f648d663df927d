"""``github``: workflow commands that GitHub shows beside the line of the spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from factory_git.core.escape import command_property, command_text
from factory_git.growth.report.notice import Notice, notices
from factory_git.growth.report.told import Told

LEVELS: Mapping[str, str] = {
    "none": "notice",
    "minor": "notice",
    "major": "warning",
    "breaking": "error",
    "forbidden": "error",
}


def render(told: Sequence[Told]) -> str:
    """One ``::error …::``, ``::warning …::`` or ``::notice …::`` a line, for problems and mutations."""
    return "\n".join(_command(each) for one in told for each in notices(one))


def _command(one: Notice) -> str:
    title = one.id if one.mutation is None else f"{one.id} ({one.risk})"
    where = ""
    if one.place is not None:
        where = f"file={command_property(one.place.file)},"
        if one.place.line:
            where += f"line={one.place.line}," + (f"col={one.place.column}," if one.place.column else "")
    return f"::{LEVELS[one.risk]} {where}title={command_property(title)}::{command_text(one.body)}"
