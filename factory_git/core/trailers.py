"""The trailers that lead from a commit to its spec and its run: their names and how nodes are listed in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factory_git.core.value import value

RUN, SPEC, NODE, PHASE = "Factory-Run", "Factory-Spec", "Factory-Node", "Factory-Phase"
KEYS = (RUN, SPEC, NODE, PHASE)
SHOWN_NODES = 20  # of one commit; the rest is counted
DIGEST = 12  # digits of a spec's digest, as `git factory spec lint` and `spec show` print it
_MORE = re.compile(r"… and \d+ more")


@value
class Trailer:
    """One trailer, as Git reads it: unfolded, the key as it is written."""

    key: str
    value: str

    def is_(self, key: str) -> bool:
        """Whether this is a trailer of that key; Git takes no notice of case."""
        return self.key.lower() == key.lower()


def topmost(nodes: Iterable[str]) -> list[str]:
    """The nodes that no other one contains, sorted."""
    known = set(nodes)
    return [n for n in sorted(known) if not any(n[:at] in known for at, sign in enumerate(n) if sign == ".")]


def node_values(nodes: Iterable[str]) -> list[str]:
    """The values of the ``Factory-Node`` trailers for these nodes; the last one counts what was left out."""
    listed = list(nodes)
    shown = listed[:SHOWN_NODES]
    return [*shown, f"… and {len(listed) - len(shown)} more"] if len(listed) > len(shown) else shown


def is_count(text: str) -> bool:
    """Whether this is the line that counts what was left out."""
    return _MORE.fullmatch(text) is not None
