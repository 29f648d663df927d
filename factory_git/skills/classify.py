"""``classify``: a label by the first rule that holds."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Give each row the label of the first rule that holds, else ``otherwise``; with neither nothing is made."""
    body: Lines = []
    rules = zip(step.items("rules[].when"), step.items("rules[].label"), strict=True)
    for number, (when, label) in enumerate(rules):
        body += block(f"{'elif' if number else 'if'} {when}:", [f"label = {label}"])
    body += block("else:", [f"label = {step.word('otherwise')}" if step.has("otherwise") else "continue"])
    return block(f"for it in {step.rows('classify', keep='where')}:", [*body, *step.make()])
