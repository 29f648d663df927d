"""``match``: the best partner for each row."""

from __future__ import annotations

from factory_git.skills.base import Lines, Writer, block


def emit(step: Writer) -> Lines:
    """Pair each left row with the right row of the highest ``score``, ties by the order of the rows.

    With ``once`` a right row serves one left row only; ``else`` tells of a left row for which none is left.
    """
    once, kind = step.flag("match.once"), step.class_name("match.right")
    body = [f"best: {kind} | None = None", "highest = Decimal(0)"]
    look = block("if id(right) in used:", ["continue"]) if once else []
    if step.has("match.on"):
        look += block(f"if {step.expr('match.on', negated=True)}:", ["continue"])
    look.append(f"score = {step.expr('match.score')}")
    look += block("if best is None or score > highest:", ["best, highest = right, score"])
    body += block("for right in rights:", look)
    body += block("if best is None:", [*step.make("else"), "continue"])
    body += ["used.add(id(best))"] if once else []
    body += step.make("", {"right": "best", "score": "highest"})
    lines = [f"rights = {step.rows('match.right')}"]
    lines += ["used: set[int] = set()"] if once else []
    return lines + block(f"for left in {step.rows('match.left')}:", body)
