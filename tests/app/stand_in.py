"""Stand-ins of the two hosting services on loopback: comments of one request, pages, refusals, bad days."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "secret-token-7f3a"
PAGE = 3  # comments of a page, however many were asked for: lists are read to their end


@dataclass
class Service:
    """What a service has and what it was asked. ``bad`` are statuses (with headers) that it answers first."""

    kind: str  # github or gitlab
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bad: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    bad_for: str = ""  # the method that has bad days; empty: any
    lands: bool = False  # whether what had a bad day was done all the same
    read_only: bool = False
    app: bool = True  # GitHub: the token is an app's, which has no name of its own
    url: str = ""

    def people_say(self, *bodies: str) -> None:
        """Comments of other people."""
        for body in bodies:
            self.add(body, "somebody", kind="User")

    def add(self, body: str, login: str = "github-actions[bot]", kind: str = "Bot") -> dict[str, Any]:
        """A new comment."""
        made: dict[str, Any] = {"id": 100 + len(self.comments), "body": body.replace("\n", "\r\n").strip()}
        if self.kind == "github":
            made["user"] = {"login": login, "type": kind}
        else:
            made |= {"author": {"id": 7 if kind == "Bot" else 8}, "system": False}
        self.comments.append(made)
        return made

    @property
    def mine(self) -> list[str]:
        """The bodies of the token's own comments."""
        key, who = ("user", "type") if self.kind == "github" else ("author", "id")
        return [one["body"] for one in self.comments if one[key][who] in ("Bot", 7)]

    @property
    def root(self) -> str:
        """Where the comments are."""
        return "/repos/o/r/issues/5/comments" if self.kind == "github" else "/projects/42/merge_requests/5/notes"

    def one(self, path: str) -> str:
        """The id at the end of a comment's own address; empty for others."""
        head = "/repos/o/r/issues/comments" if self.kind == "github" else self.root
        return path.removeprefix(f"{head}/") if path.startswith(f"{head}/") else ""


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._go
        raise AttributeError(name)

    def _go(self) -> None:
        service, parts = self.service, urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service.asked.append((self.command, self.path))
        ours = f"Bearer {TOKEN}" if service.kind == "github" else TOKEN
        given = self.headers.get("Authorization" if service.kind == "github" else "PRIVATE-TOKEN")
        if given != ours:
            self._say(401, {"message": f"Bad credentials {given}"})
        elif service.bad and service.bad_for in ("", self.command):
            status, headers = service.bad.pop(0)
            if service.lands:
                self._do(parts.path, json.loads(sent) if sent else {}, quiet=True)
            self._say(status, {"message": f"not today, {given}"}, headers)
        elif self.command != "GET" and service.read_only:
            self._say(403, {"message": "Resource not accessible by integration"})
        elif self.command == "GET":
            self._read(parts.path, parse_qs(parts.query))
        else:
            self._do(parts.path, json.loads(sent) if sent else {})

    def _read(self, path: str, query: dict[str, list[str]]) -> None:
        service = self.service
        if path == "/user":
            if service.kind == "github" and service.app:
                self._say(403, {"message": "Resource not accessible by integration"})
            else:
                self._say(200, {"login": "github-actions[bot]", "id": 7})
            return
        if path != service.root:
            self._say(404, {"message": "Not Found"})
            return
        number = int(query.get("page", ["1"])[0])
        some = service.comments[(number - 1) * PAGE : number * PAGE]
        more = len(service.comments) > number * PAGE
        if service.kind == "github":
            headers = {"Link": f'<{service.url}{path}?page={number + 1}>; rel="next"'} if more else {}
        else:
            headers = {"X-Next-Page": str(number + 1) if more else ""}
        self._say(200, some, headers)

    def _do(self, path: str, body: dict[str, Any], *, quiet: bool = False) -> None:
        service, status, answer = self.service, 200, {}
        id_ = service.one(path)
        found = next((one for one in service.comments if str(one["id"]) == id_), None)
        if self.command == "POST" and path == service.root:
            status, answer = 201, service.add(body["body"])
        elif found is None:
            status = 404
        elif self.command == "DELETE":
            service.comments.remove(found)
            status = 204
        elif self.command == ("PATCH" if service.kind == "github" else "PUT"):
            found["body"] = body["body"].strip()
        else:
            status = 405
        if not quiet:
            self._say(status, answer)

    def _say(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = b"" if status == 204 else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(kind: str) -> Iterator[Service]:
    """A service, for as long as the context lasts."""
    service = Service(kind=kind)
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
