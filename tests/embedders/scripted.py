"""An embedder for tests: words are counted by what they mean, a number a meaning."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MEANINGS = (("basil", "herb", "mint"), ("truck", "lorry", "van"), ("cold", "frost", "freezing"))

SCRIPT = f"""\
import json, sys
MEANINGS = {MEANINGS!r}
with open(sys.argv[1], "a") as log:
    for line in sys.stdin:
        log.write(line)
        words = line.lower().split()
        print(json.dumps([sum(words.count(w) for w in some) for some in MEANINGS] + [0.01]))
"""


def command(folder: Path, script: str = SCRIPT) -> str:
    """The setting of a scripted command; what it was asked stands in ``asked.txt`` in the folder."""
    program = folder / "embed.py"
    program.write_text(script)
    return f"command: {sys.executable} {program} {folder / 'asked.txt'}"


def vector(text: str) -> list[float]:
    words = text.lower().split()
    return [float(sum(words.count(word) for word in some)) for some in MEANINGS] + [0.01]


def answer(asked: dict[str, Any]) -> tuple[int, bytes]:
    """What a well-behaved service says, in an order of its own."""
    data = [{"index": number, "embedding": vector(text)} for number, text in enumerate(asked["input"])]
    return 200, json.dumps({"object": "list", "data": data[::-1], "model": asked["model"]}).encode()


@contextmanager
def service(say: Callable[[dict[str, Any]], tuple[int, bytes]] = answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A service on loopback: its address, and what it was asked (path, key, body)."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append({"path": self.path, "key": self.headers.get("Authorization"), "body": body})
            status, text = say(body)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", text.decode())
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
