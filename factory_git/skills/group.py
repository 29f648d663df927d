"""``group``: one row a key."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """One row for each different value of the fields ``by``; in its scope ``key`` has them and ``rows`` the rows."""
    by = step.paths("by")
    local, values = [name for _, name, _ in by], [value for *_, value in by]
    one = len(by) == 1
    key = values[0] if one else f"({', '.join(values)})"
    target = local[0] if one else f"({', '.join(local)})"
    names = {f"key.{word}": name for word, name, _ in by}
    rows = step.rows("group", keep="where")
    return block(f"for {target}, rows in kit.grouped({rows}, lambda it: {key}):", step.make("", names))
