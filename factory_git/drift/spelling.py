"""How a name of the spec may be spelled in code: ``block_id``, ``blockId``, ``BlockID``. Lean: on the hook's path."""

from __future__ import annotations

MANY = 5  # words; a longer name is not tried with each of its words in capitals


def words(name: str) -> list[str]:
    """The words of a name, in small letters: ``PHIGate`` → ``phi gate``, ``block_id`` → ``block id``."""
    out: list[str] = []
    word = ""
    for at, letter in enumerate(name):
        if not letter.isalnum():
            out.append(word)
            word = ""
            continue
        before = name[at - 1] if at else ""
        after = name[at + 1] if at + 1 < len(name) else ""
        starts = letter.isupper() and (
            before.islower() or before.isdigit() or (before.isupper() and after.islower())
        )  # fmt: skip
        if starts:
            out.append(word)
            word = ""
        word += letter.lower()
    out.append(word)
    return [one for one in out if one]


def snake(name: str) -> str:
    """The name as the spec writes it: ``BlockID`` → ``block_id``."""
    return "_".join(words(name))


def spellings(name: str) -> set[str]:
    """Every spelling that comes to the same words, as far as code spells names."""
    parts = words(name)
    if not parts:
        return set()
    first, rest = parts[0], parts[1:]
    title = [one.capitalize() for one in parts]
    out = {"_".join(parts), "_".join(parts).upper(), first + "".join(title[1:]), "".join(title), "_".join(title)}
    if len(parts) <= MANY:
        tails = [""]
        for one in rest:
            tails = [tail + form for tail in tails for form in {one.capitalize(), one.upper()}]
        out |= {head + tail for head in (first, first.capitalize(), first.upper()) for tail in tails}
    return out
