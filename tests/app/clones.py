"""What tests of several clones share: writing, reading and syncing as a process of its own would; a server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from factory_git.app import sync
from factory_git.app.context import open_context
from factory_git.core.ids import RecordId

ANY = {"type": "object"}
Clone = Callable[..., Path]


def note(path: Path, *texts: str) -> list[RecordId]:
    ctx = open_context(path)
    ids = [ctx.ledger.put("note", {"title": text}) for text in texts]
    ctx.ledger.close()
    return ids


def titles(path: Path) -> list[str]:
    ctx = open_context(path)
    found = [entry.record.payload["title"] for entry in ctx.ledger.list(type="note")]
    ctx.ledger.close()
    return found


def go(path: Path, **options: object) -> sync.Result:
    ctx = open_context(path)
    try:
        return sync.run(ctx, sync.Options(**options), wait=lambda _: None)  # type: ignore[arg-type]
    finally:
        ctx.ledger.close()


class Backend(BaseHTTPRequestHandler):
    """Git's own smart HTTP server behind Python's."""

    root = ""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().strip() or b"0", 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self._serve(b"".join(parts))
        else:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        env = os.environ | {
            "GIT_PROJECT_ROOT": self.root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass
