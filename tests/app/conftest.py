"""Clones of one bare repository with a ledger that knows the type ``note``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.ledger.store import REF
from tests.app.clones import ANY, Backend, Clone, go
from tests.conftest import Git


@pytest.fixture
def origin(tmp_path: Path, repo: Path, git: Git) -> Path:
    path = tmp_path / "origin.git"
    git("clone", "-q", "--bare", str(repo), str(path), cwd=tmp_path)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    git("push", "-q", str(path), REF, cwd=repo)
    return path


@pytest.fixture
def clone(tmp_path: Path, origin: Path, git: Git) -> Clone:
    """Clone the origin (or ``url``) under a name, and sync."""

    def make(name: str, *options: str, url: str = "") -> Path:
        git("clone", "-q", *options, url or f"file://{origin}", name, cwd=tmp_path)
        git("config", "factory.fsync", "false", cwd=tmp_path / name)
        go(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def served(origin: Path) -> Iterator[str]:
    """The origin over smart HTTP on loopback."""
    handler = type("Handler", (Backend,), {"root": str(origin.parent)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{origin.name}"
    server.shutdown()
    server.server_close()
