"""``checklist``: what is to be done for each row."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """For every row make one row for each item whose ``when`` holds, numbered from 1."""
    body = ["items: list[str] = []"]
    for item, when in zip(step.items("items[].item"), step.items("items[].when"), strict=True):
        add = f"items.append({item})"
        body += block(f"if {when}:", [add]) if when else [add]
    body += block("for seq, item in enumerate(items, start=1):", step.make())
    return block(f"for it in {step.rows('checklist', keep='where')}:", body)
