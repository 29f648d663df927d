"""Names across languages: when a name of the code is a name of the spec, and how the code would write one. Lean."""

from __future__ import annotations

import re

from factory_git.core.distance import distance
from factory_git.drift import spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = re.compile(r"_(?=\d)|(?<=\d)_")
_PREFIX = re.compile(r"^(?:[$#@_]+|r#|m_(?=\w)|m(?=[A-Z][a-z]))+")
_REFERENCE = ("_id", "_key", "_ref")
_SHORT = 6
_INITIALISMS = frozenset({
    "id", "url", "uri", "api", "sku", "uuid", "http", "https", "ip", "json", "sql", "html", "xml", "ascii", "cpu",
    "css", "dns", "ram", "rpc", "tcp", "tls", "udp", "ui", "uid", "utf8", "vm",
})  # fmt: skip


def snake(name: str) -> str:
    """``blockId``, ``BlockID``, ``m_block_id``, ``$blockId``, ``block-id`` → ``block_id``; ``XKm`` → ``x_km``."""
    bare = _PREFIX.sub("", name) if name[:1] in "$#@_mr" else name
    return spelling.snake(bare or name)


def same(name: str, wanted: str) -> bool:
    """Whether a name of the code is ``wanted``, a name of the spec. Digits may stand apart (``line1``, ``line_1``).

    Capitals say where words part, but not surely (``BlockIDs``, ``SKUCode``): where one name has them, words may part
    anywhere. Two names without capitals are as they are.
    """
    one, other = snake(name), snake(wanted)
    if one == other or not one:
        return name == wanted or bool(one)
    if any(c.isupper() for c in name + wanted):
        return one.replace("_", "") == other.replace("_", "")
    return _DIGITS.sub("", one) == _DIGITS.sub("", other)


def refers(name: str, wanted: str) -> bool:
    """Whether two names differ only in saying that they hold a key: ``block`` and ``block_id``, ``block_ids``."""
    one, other = snake(name), snake(wanted)
    if same(_bare(one), _bare(other)):
        return True
    return one.endswith("s") and other.endswith("s") and same(_bare(one[:-1]), _bare(other[:-1]))


def _bare(name: str) -> str:
    for end in _REFERENCE:
        if name.endswith(end) and len(name) > len(end):
            return name[: -len(end)]
    return name


def near(name: str, known: Iterable[str]) -> str:
    """The one known name that ``name`` is a slip of the pen from: an edit, two in a long one; empty when none is."""
    wanted = _DIGITS.sub("", snake(name))
    best, least = "", (1 if len(wanted) < _SHORT else 2) + 1
    for candidate in known:
        other = _DIGITS.sub("", snake(candidate))
        if min(len(wanted), len(other)) < 3 or abs(len(other) - len(wanted)) >= least:
            continue
        away = distance(wanted, other)
        if away < least:
            best, least = candidate, away
    return best


def written(name: str, language: str, siblings: Iterable[str] = ()) -> str:
    """``name`` as the code would write it: as its siblings do, where these tell; else as the language does."""
    words = snake(name).split("_")
    if language == "go":
        return "".join(word.upper() if word in _INITIALISMS else word.capitalize() for word in words)
    some = [one.strip("_$#") for one in siblings]
    snakes = any("_" in one for one in some)
    camels = any(c.isupper() for one in some for c in one)
    camel = language == "java" if snakes == camels else camels
    if not snakes and not camels:
        camel = language in ("java", "typescript", "tsx", "javascript", "php")
    return words[0] + "".join(word.capitalize() for word in words[1:]) if camel else "_".join(words)
