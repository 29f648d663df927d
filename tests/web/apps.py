"""A template's application, compiled into a folder, loaded with its data, run once, served on a free port."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import importlib
import io
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from factory_git.compiler.compile import compile_spec
from factory_git.core.resources import folder as resource
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec

TODAY = dt.date(2026, 6, 9)


def read(template: str) -> Spec:
    """The spec of a template."""
    path = resource("templates") / template / "factory.yaml"
    return load([Source(path="factory.yaml", content=path.read_bytes())])


@dataclass
class Built:
    """An application on disk, and imported."""

    spec: Spec
    folder: Path
    logs: list[str] = field(default_factory=list)

    def module(self, name: str) -> ModuleType:
        """One module of the package."""
        sys.path.insert(0, str(self.folder))
        try:
            return importlib.import_module(f"{self.spec.package}.{name}")
        finally:
            sys.path.remove(str(self.folder))

    def data(self) -> Any:
        """The data, open."""
        return self.module("__main__").open_data(self.folder / "app.db")

    def call(self, *arguments: str) -> tuple[int, str]:
        """The command line: its exit code and all that it said."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                code = self.module("__main__").main(["--db", str(self.folder / "app.db"), *arguments])
            except SystemExit as stop:
                code = int(stop.code or 0)
        return code, said.getvalue()

    @contextlib.contextmanager
    def served(self, role: str = "", actor: str = "") -> Iterator[Browser]:
        """A browser on a running server; requests are logged to ``logs``."""
        routes, server = self.module("web.routes"), self.module("web.server")
        site = routes.Site(
            app=self.module("interface").APP,
            open=self.data,
            role=role,
            actor=actor,
            today=lambda: TODAY,
            log=self.logs.append,
        )
        with server.make_server(site, port=0) as listening:
            thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            try:
                yield Browser(port=listening.server_address[1])
            finally:
                listening.shutdown()
                thread.join()


def build(spec: Spec, folder: Path, package: str) -> Built:
    """Compile ``spec`` under another package name, so that tests do not share modules."""
    spec = replace(spec, package=package)
    for file in compile_spec(spec).files.values():
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return Built(spec=spec, folder=folder)


def filled(template: str, folder: Path, package: str, pipeline: str, argument: str) -> Built:
    """A template's application with its data, after one run."""
    built = build(read(template), folder, package)
    code, said = built.call("load", str(resource("templates") / template / "data"))
    assert code == 0, said
    code, said = built.call("run", pipeline, f"--{argument}", TODAY.isoformat())
    assert code == 0, said
    return built


@dataclass
class Page:
    """An answer."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def token(self) -> str:
        """The token of the page's form."""
        return self.inputs()["token"]

    def inputs(self) -> dict[str, str]:
        """The values of the page's input fields."""
        return _Inputs.of(self.text)

    def links(self) -> list[str]:
        """Where the page's links lead."""
        return _Links.of(self.text)


@dataclass
class Browser:
    """Remembers the cookie, follows nothing by itself."""

    port: int
    cookie: str = ""

    def get(self, path: str, **headers: str) -> Page:
        """Read a page."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Page:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form), {**kind, **headers})

    def ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Page:
        """Any request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            given = {"Cookie": self.cookie} if self.cookie else {}
            connection.request(method, path, body, {**given, **(headers or {})})
            answer = connection.getresponse()
            page = Page(status=answer.status, text=answer.read().decode(), headers=dict(answer.getheaders()))
        finally:
            connection.close()
        if "Set-Cookie" in page.headers:
            self.cookie = page.headers["Set-Cookie"].split(";")[0]
        return page

    def choose(self, role: str, actor: str = "Test Person") -> None:
        """Choose a role."""
        page = self.get("/role")
        done = self.post("/role", {"token": page.token, "role": role, "actor": actor})
        assert done.status == 303, done.text


class _Inputs(HTMLParser):
    @classmethod
    def of(cls, text: str) -> dict[str, str]:
        parser = cls()
        parser.found = {}
        parser.feed(text)
        return parser.found

    found: dict[str, str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""


class _Links(HTMLParser):
    @classmethod
    def of(cls, text: str) -> list[str]:
        parser = cls()
        parser.found = []
        parser.feed(text)
        return parser.found

    found: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)
