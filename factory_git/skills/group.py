"""``group``: one row a key."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """One row for each different value of the fields ``by``; in its scope ``key`` has them and ``rows`` the rows."""
    by = step.fields("by")
    local = [step.local(f) for f in by]
    values = [f"it.{step.attribute_of(f)}" for f in by]
    one = len(by) == 1
    key = values[0] if one else f"({', '.join(values)})"
    target = local[0] if one else f"({', '.join(local)})"
    names = {f"key.{f.name}": name for f, name in zip(by, local, strict=True)}
    rows = step.rows("group", keep="where")
    return block(f"for {target}, rows in kit.grouped({rows}, lambda it: {key}):", step.make("", names))
