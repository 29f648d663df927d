"""``call``: an adapter in the application's own code."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer


def emit(step: Writer) -> Lines:
    """Call the adapter; the rows it gives are added to those of ``make``."""
    module, arguments = step.adapter()
    called = f"{module}.call(world{arguments})"
    return [f"{step.attribute('make')}.extend({called})"] if step.has("make") else [called]
