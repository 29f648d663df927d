"""A summary by rule: the sentences that say most of what the memories of a scope say. No model, the same everywhere.

Sentences are weighed by how often their words occur in the whole, as in H. P. Luhn: The automatic creation of
literature abstracts, IBM Journal 2 (1958); those chosen stand in the order in which they were written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from factory_git.memory.entry import Memory

MOST = 7  # sentences
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{3,}")
COMMON = frozenset(
    re.findall(
        r"\w+",
        "and are but can for from had has have its not off our out she that the their them then there these they this"
        " was were what when which who will with you your",
    )
)


def summarize(memories: Sequence[Memory], most: int = MOST) -> str:
    """At most so many sentences of ``memories``, one a line. Memories that say one thing twice count once."""
    sentences = list(dict.fromkeys(s for one in memories for s in _sentences(one.text)))
    weights = Counter(word for sentence in sentences for word in set(_words(sentence)))
    scores = {sentence: _score(sentence, weights) for sentence in sentences}
    chosen = sorted(sentences, key=lambda sentence: -scores[sentence])[:most]
    return "\n".join(f"- {sentence}" for sentence in sentences if sentence in set(chosen))


def _sentences(text: str) -> list[str]:
    found = (part.strip().lstrip("-*• ").strip() for part in _SENTENCE.split(text))
    return [part for part in found if _WORD.search(part)]


def _words(sentence: str) -> list[str]:
    return [word for word in _WORD.findall(sentence.casefold()) if word not in COMMON]


def _score(sentence: str, weights: Counter[str]) -> float:
    """The mean weight of its words; a mean, so that long sentences do not win by being long."""
    words = _words(sentence)
    return sum(weights[word] for word in words) / (len(words) + 3)
