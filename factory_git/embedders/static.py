"""A model of Model2Vec in a folder: vectors of words, averaged. The extra ``git-factory[embeddings]``.

Of the libraries that run without a service it is the smallest that is well kept (MIT; numpy and a tokenizer, no runtime
for networks), its models of 8 to 120 MB need no special processor, and it reads a folder without asking a hub.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.core.errors import UsageError
from factory_git.embedders.protocol import EmbedderFailed, Vector, vectors

FILES = ("model.safetensors", "tokenizer.json", "config.json")
EXTRA = "pip install 'git-factory[embeddings]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticEmbedder:
    """``model2vec: FOLDER``. Nothing is downloaded: a folder without a model is a :class:`UsageError`."""

    argument: str
    batch: int = 1_000
    most: int = 200_000

    def __post_init__(self) -> None:
        absent = [name for name in FILES if not (self._folder / name).is_file()]
        if not self.argument or absent:
            raise UsageError(
                f"{self.argument!r} is no folder with a model: it has no {absent[0] if absent else FILES[0]}",
                code="embeddings/no-model",
                hint="nothing is downloaded: put a Model2Vec model there, e.g. potion-base-8M",
            )

    @property
    def name(self) -> str:
        """The folder, and which files are in it: another model in the same folder is another model."""
        stats = [(self._folder / name).stat() for name in FILES]
        return f"model2vec: {self._folder} {' '.join(f'{one.st_size}.{one.st_mtime_ns}' for one in stats)}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        return vectors(self._model().encode(list(texts)).tolist(), len(texts), "model2vec")

    @property
    def _folder(self) -> Path:
        return Path(self.argument).expanduser().absolute()

    def _model(self) -> Any:
        folder = str(self._folder)
        if folder not in _LOADED:
            try:
                from model2vec import StaticModel  # noqa: PLC0415 (an extra, and heavy)
            except ImportError as error:
                raise UsageError("model2vec is not installed", code="embeddings/no-extra", hint=EXTRA) from error
            try:
                _LOADED[folder] = StaticModel.from_pretrained(folder)
            except Exception as error:  # a border: the library raises what its parts raise
                message = f"{folder}: the model cannot be read: {error}"
                raise EmbedderFailed(message, hint="is it one of Model2Vec? get it again, or another one") from error
        return _LOADED[folder]


_LOADED: dict[str, Any] = {}
