"""The pieces of a text of which vectors are made: models read some hundred words at once. Pure."""

from __future__ import annotations

import re

SIZE = 2_000  # characters of a part
STEP = 1_800  # from the beginning of one to that of the next: what is cut is whole in one of the two
MOST = 16  # parts of a text
_ID = re.compile(r"[0-9a-f]{40,64}")


def parts(text: str) -> list[str]:
    """At most :data:`MOST` parts of what a record or content says; none where it says nothing.

    A record's words come with its ids, its kinds, its states, which mean nothing to a model: single words are left out
    where there are sentences. A line that stands there twice (a title) counts once.
    """
    lines = [line for line in dict.fromkeys(text.splitlines()) if line.strip() and not _ID.fullmatch(line.strip())]
    said = [line for line in lines if " " in line.strip()] or lines
    whole = "\n".join(said).strip()
    starts = range(0, max(len(whole) - (SIZE - STEP), 1), STEP)
    return [whole[start : start + SIZE] for start in starts[:MOST]] if whole else []
