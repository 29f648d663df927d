"""The HTTP interface of a hosting service: JSON, pages, patience; a token that is sent nowhere else and never shown.

Creating is tried once: whoever wants to try again must look first whether it was created all the same.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

from factory_git._version import __version__
from factory_git.core.errors import FactoryError, UsageError
from factory_git.gitio import lock

ATTEMPTS = 4
LONGEST_WAIT = 30.0  # seconds between two attempts, whatever Retry-After asks for
TIMEOUT = 30.0  # seconds for one answer
PAGES = 50  # of a hundred; nobody reads a discussion of more
MOST = 8 << 20  # bytes of one answer
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BUSY = (429, 500, 502, 503, 504)


class HostError(FactoryError):
    """The hosting service did not do what it was asked to. ``status`` is its HTTP status, 0 where it did not answer.

    ``again`` is how many seconds to wait before another attempt; None: another one would end alike.
    """

    default_code = "hosting/failed"

    def __init__(self, message: str, *, status: int = 0, again: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.again = again

    @property
    def denied(self) -> bool:
        """Whether the token is what is wrong: it is missing, read-only, or of another project."""
        return self.status in (401, 403, 404)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where to ask, and as whom. ``headers`` hold the token; ``secret`` is cut out of every message."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    secret: str = field(default="", repr=False)
    wait: lock.Wait = lock.sleep

    def get(self, path: str) -> Any:
        """What is at a path."""
        return self._patient("GET", path, None)[0]

    def pages(self, path: str) -> Iterator[Any]:
        """The items of every page of a list."""
        sign = "&" if "?" in path else "?"
        for number in range(1, PAGES + 1):
            items, more = self._patient("GET", f"{path}{sign}per_page=100&page={number}", None)
            yield from items if isinstance(items, list) else ()
            if not more:
                return

    def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Change what is there; the same again does no harm."""
        return self._patient(method, path, body)[0]

    def create(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something new, in one attempt: a failure may have made it all the same."""
        return self._once("POST", path, body)[0]

    def _patient(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[Any, bool]:
        for attempt in range(ATTEMPTS):
            try:
                return self._once(method, path, body)
            except HostError as error:
                if error.again is None or attempt == ATTEMPTS - 1:
                    raise
                self.wait(pause(error, attempt))
        raise AssertionError

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[Any, bool]:
        """The answer and whether there is a further page."""
        self._refuse_open_wire()
        data = json.dumps(body).encode() if body is not None else None
        headers = {"User-Agent": f"git-factory/{__version__}", "Accept": "application/json", **self.headers}
        headers |= {"Content-Type": "application/json"} if data is not None else {}
        asked = urllib.request.Request(f"{self.url.rstrip('/')}{path}", data=data, headers=headers, method=method)  # noqa: S310 (see above)
        try:
            with _OPENER.open(asked, timeout=TIMEOUT) as answer:
                text = answer.read(MOST)
                return (json.loads(text) if text.strip() else None), _more(answer.headers)
        except urllib.error.HTTPError as error:
            self._failed(method, path, error)
        except (OSError, http.client.HTTPException) as error:
            raise HostError(self._clean(f"{self.url} did not answer: {error}"), again=0.0) from error
        except ValueError as error:
            raise HostError(self._clean(f"{method} {path}: the answer is no JSON: {error}")) from error

    def _failed(self, method: str, path: str, error: urllib.error.HTTPError) -> NoReturn:
        try:
            said = json.loads(error.read(65_536))
            words = said.get("message") or said.get("error") if isinstance(said, dict) else ""
        except (OSError, ValueError, http.client.HTTPException):
            words = ""
        after = error.headers.get("Retry-After", "")
        limited = error.code == 403 and after  # GitHub's secondary limit
        again = (float(after) if after.isdigit() else 0.0) if error.code in _BUSY or limited else None
        message = f"{method} {path}: {error.code} {error.reason}" + (f": {words}" if words else "")
        raise HostError(self._clean(message), status=error.code, again=again) from None

    def _refuse_open_wire(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise UsageError(f"{self.url}: a token is sent over https only", code="hosting/url")

    def _clean(self, text: str) -> str:
        return text.replace(self.secret, "***") if self.secret else text


def pause(error: HostError, attempt: int) -> float:
    """Seconds to wait before attempt number ``attempt`` + 1 after a failure."""
    return min(LONGEST_WAIT, max(error.again or 0.0, 0.5 * float(1 << attempt)))


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Goes where the service sends a reader, within the service only: the token goes along."""

    def redirect_request(  # noqa: PLR0917 (the signature of the library)
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.get_method() != "GET" or urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_SameHost)


def _more(headers: Any) -> bool:
    """Whether there is a next page: GitHub says so in ``Link``, GitLab in ``X-Next-Page``."""
    return 'rel="next"' in (headers.get("Link") or "") or bool((headers.get("X-Next-Page") or "").strip())
