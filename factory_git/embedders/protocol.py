"""What makes vectors of texts: asked for many at once, and never believed about their shape."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from factory_git.core.errors import AgentFailed

Vector: TypeAlias = "array[float]"  # of float32, of length one (or zero: a text that means nothing to the model)
LONGEST = 16_384  # dimensions


class EmbedderFailed(AgentFailed):
    """No vectors came, or what came is none."""

    default_code = "embeddings/failed"


class Embedder(Protocol):
    """A way to have vectors made."""

    @property
    def batch(self) -> int:
        """How many texts it is given at once."""

    @property
    def most(self) -> int:
        """For how many texts a single question waits; the next one goes on."""

    @property
    def name(self) -> str:
        """Names the model: vectors under one name are compared with each other, under two names never."""

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A vector for each text. Raises :class:`EmbedderFailed`."""


def vectors(values: Any, count: int, who: str) -> list[Vector]:
    """``values`` as ``count`` vectors of one length, each scaled to length one. Raises :class:`EmbedderFailed`."""
    if not isinstance(values, list) or len(values) != count:
        got = f"{len(values)} vectors" if isinstance(values, list) else "no list of vectors"
        raise EmbedderFailed(f"{who} gave {got} for {count} texts", hint=HINT)
    made = [_unit(one, who) for one in values]
    if len({len(one) for one in made}) > 1:
        raise EmbedderFailed(f"{who} gave vectors of several lengths", hint=HINT)
    return made


HINT = "a list of numbers for each text, all lists of one length"


def _unit(value: Any, who: str) -> Vector:
    try:
        numbers = [float(one) for one in value]
    except (TypeError, ValueError, OverflowError):
        numbers = []
    length = math.sqrt(math.fsum(one * one for one in numbers))
    if not 0 < len(numbers) <= LONGEST or not math.isfinite(length):
        raise EmbedderFailed(f"{who} gave something that is no vector", hint=HINT)
    return array("f", [one / length for one in numbers] if length else numbers)
