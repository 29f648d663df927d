"""``compare``: what differs between two sets of rows."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Make a row for each row added or removed, and for each field of a row that changed, from ``left`` to ``right``.

    Rows with the same values of ``by`` are paired in their order; ``fields`` are those that both have, if not given.
    """
    by = step.fields("compare.by")
    fields = step.fields("compare.fields") or step.shared("compare.left", "compare.right", by)
    local = [step.local(f) for f in by]
    comma = "," if len(by) == 1 else ""
    key = ", ".join(f"it.{step.attribute_of(f)}" for f in by) + comma
    names = {f"key.{f.name}": name for f, name in zip(by, local, strict=True)}
    names |= {word: f"difference.{word}" for word in ("change", "field", "before", "after")}
    pairs = ", ".join(f'("{f.name}", "{step.attribute_of(f)}")' for f in fields)
    return [
        f"lefts = {step.rows('compare.left')}",
        f"rights = {step.rows('compare.right')}",
        f"fields = ({pairs}{',' if len(fields) == 1 else ''})",
        "before = kit.keyed(lefts, lambda it: (" + key + "))",
        "after = kit.keyed(rights, lambda it: (" + key + "))",
        *block(
            f"for ({', '.join(local)}{comma}), difference in kit.differences(before, after, fields, values.text):",
            step.make("", names),
        ),
    ]
