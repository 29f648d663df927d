"""The embedders there are. A further one is a module beside this and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.core.errors import UsageError
from factory_git.embedders.command import CommandEmbedder
from factory_git.embedders.http import FORM, KEY, HttpEmbedder
from factory_git.embedders.protocol import Embedder
from factory_git.embedders.static import StaticEmbedder

WAYS = f"'command: my-embedder', '{FORM}' or 'model2vec: FOLDER'"


def embedder(text: str, *, env: Mapping[str, str], environ: Mapping[str, str]) -> Embedder:
    """The embedder that ``KIND: ARGUMENT`` asks for; a program gets ``env``, a service its key from ``environ``.

    Raises :class:`UsageError` with the kinds there are.
    """
    kind, _, argument = (part.strip() for part in text.partition(":"))
    match kind:
        case "command":
            return CommandEmbedder(argument=argument, env=env)
        case "http":
            return HttpEmbedder(argument=argument, key=environ.get(KEY, ""))
        case "model2vec":
            return StaticEmbedder(argument=argument)
    raise UsageError(f"there is no embedder {kind!r}", code="embeddings/unknown", hint=f"factory.embeddings is {WAYS}")
