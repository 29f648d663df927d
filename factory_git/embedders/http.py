"""An HTTP service as an embedder: ``POST …/embeddings`` as OpenAI has it, and Ollama, llama.cpp, vLLM and others.

The key comes from the environment, is sent to that one address only, and over nothing but https or loopback.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from factory_git._version import __version__
from factory_git.core.errors import UsageError
from factory_git.embedders.protocol import EmbedderFailed, Vector, vectors

KEY = "FACTORY_EMBEDDINGS_KEY"
FORM = "http: http://localhost:11434/v1 MODEL"
TIMEOUT = 120.0  # seconds for one answer
MOST = 64 << 20  # bytes of one answer
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpEmbedder:
    """``http: URL MODEL``. Raises :class:`UsageError` for anything else, and where the key would be sent openly."""

    argument: str
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT
    batch: int = 64
    most: int = 4_000

    def __post_init__(self) -> None:
        words = self.argument.split()
        parts = urlsplit(words[0]) if words else urlsplit("")
        if len(words) != 2 or parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{self.argument!r} is no address and model", code="embeddings/url", hint=FORM)
        if self.key and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise UsageError(f"{words[0]}: {KEY} is sent over https only", code="embeddings/url", hint=f"unset {KEY}")

    @property
    def name(self) -> str:
        return f"http: {' '.join(self.argument.split())}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        answer = self._ask({"model": self.argument.split()[1], "input": list(texts), "encoding_format": "float"})
        try:
            items = sorted(answer["data"], key=lambda one: int(one["index"]))
            found = [one["embedding"] for one in items]
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed(
                "its answer has no embeddings", hint="it is to answer as OpenAI's /embeddings does"
            ) from error
        return vectors(found, len(texts), self._url)

    @property
    def _url(self) -> str:
        base = self.argument.split()[0].rstrip("/")
        return base if base.endswith("/embeddings") else f"{base}/embeddings"

    @property
    def _opener(self) -> urllib.request.OpenerDirector:
        """Follows no redirects, and takes no proxy on the way to this machine."""
        near = urlsplit(self._url).hostname in _LOOPBACK
        return urllib.request.build_opener(_Nowhere, *([urllib.request.ProxyHandler({})] if near else []))

    def _ask(self, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "User-Agent": f"git-factory/{__version__}"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        data = json.dumps(body, ensure_ascii=True).encode()
        asked = urllib.request.Request(self._url, data=data, headers=headers, method="POST")  # noqa: S310 (http, https)
        try:
            with self._opener.open(asked, timeout=self.timeout) as answer:
                text = answer.read(MOST + 1)
        except urllib.error.HTTPError as error:
            raise self._refused(error) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(f"no answer: {error}") from None
        if len(text) > MOST:
            raise self._failed(f"its answer has more than {MOST:,} bytes")
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._failed(f"its answer is no JSON: {error}") from None

    def _refused(self, error: urllib.error.HTTPError) -> EmbedderFailed:
        try:
            said = " ".join(error.read(500).decode(errors="replace").split())
        except (OSError, http.client.HTTPException):
            said = ""
        hint = f"its key is read from {KEY}" if error.code in (401, 403) else ""
        return self._failed(f"{error.code} {error.reason}" + (f": {said}" if said else ""), hint)

    def _failed(self, words: str, hint: str = "") -> EmbedderFailed:
        message = f"{self._url}: {words}"
        return EmbedderFailed(message.replace(self.key, "***") if self.key else message, hint=hint)


class _Nowhere(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: texts and key are for the address that was named."""

    def redirect_request(self, *_: Any) -> None:
        return None
