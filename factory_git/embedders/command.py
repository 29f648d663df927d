"""Any program as an embedder: a text a line on standard input, a JSON list of numbers a line on standard output."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.core.command_line import split
from factory_git.embedders.protocol import EmbedderFailed, Vector, vectors
from factory_git.executors.local import Completed, run

TIMEOUT = 600.0  # seconds for one start
MOST = 256 << 20  # bytes of one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEmbedder:
    """``command: my-embedder --small``. Its words are split as a shell would; ``env`` is all it sees.

    It is started in an empty folder of its own, once for many texts. Raises :class:`UsageError` for an empty or badly
    quoted command.
    """

    argument: str
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = TIMEOUT
    batch: int = 2_000
    most: int = 20_000

    def __post_init__(self) -> None:
        self._words()

    @property
    def name(self) -> str:
        return f"command: {self.argument}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        lines = "".join(f"{' '.join(text.split())}\n" for text in texts)
        with tempfile.TemporaryDirectory(prefix="factory-embed-") as place:
            done = run(
                self._words(), cwd=Path(place), env=self.env, stdin=lines.encode(errors="replace"),
                timeout=self.timeout, limit=MOST, kill_over_limit=True,
            )  # fmt: skip
        self._judge(done)
        try:
            said = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
        except ValueError as error:
            raise EmbedderFailed(f"{self.name}: its answer is no JSON: {error}", hint="a JSON list a line") from error
        return vectors(said, len(texts), self.name)

    def _judge(self, done: Completed) -> None:
        if why := done.trouble(timeout=self.timeout, limit=MOST):
            raise EmbedderFailed(f"{self.name}: {why}", details={"reason": done.end.value, "stderr": done.said})

    def _words(self) -> list[str]:
        return split(self.argument, what="embeddings command", who="the embedder", hint="command: my-embedder")
