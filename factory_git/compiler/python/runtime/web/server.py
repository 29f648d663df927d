"""The web server: routes, roles, forms, headers. By default it listens on this machine.

Lines it logs hold the method, the route and the status: never a query, a form, a value.
"""

from __future__ import annotations

import ipaddress
import socket
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .. import kit, view
from . import pages, session
from .cells import Lens
from .frame import Visit
from .routes import ROUTES, Answer, Data, Request, Site, Stop, answer

LARGEST = 64 * 1024
"""Bytes that a form may have."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


Opened = Callable[[], AbstractContextManager[Data]]


class Handler(BaseHTTPRequestHandler):
    """One connection. Everything is checked before a route is taken."""

    site: Site
    hosts: frozenset[str]
    protocol_version = "HTTP/1.1"
    server_version = "app"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Read a page."""
        self._answer()

    def do_HEAD(self) -> None:
        """Read a page's headers."""
        self._answer()

    def do_POST(self) -> None:
        """Send a form."""
        self._answer()

    def __getattr__(self, name: str) -> Any:
        # Any other method is answered like a page that does not take it.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        found = session.start()
        try:
            if self.command not in ("GET", "HEAD", "POST"):
                self.close_connection = True
                raise Stop(
                    405, "Not that way", "No page takes that.", "GET, HEAD, POST"
                )
            form = self._form()
            self._check_host()
            found = session.read(self.headers.get("Cookie", ""), self.site.secret)
            if self.command not in ("GET", "HEAD"):
                self._check_origin(found, form)
            result = self._route(found, form)
        except Stop as stop:
            result = self._stopped(stop, found)
        except Exception as error:  # noqa: BLE001 - the border of a request
            self.site.log(f"error in a request: {type(error).__name__}")
            words = "The application failed on this page. Nothing was changed."
            result = self._stopped(Stop(500, "Something failed", words), found)
        if found.fresh and not any(n == "Set-Cookie" for n, _ in result.headers):
            cookie = ("Set-Cookie", found.cookie(self.site.secret))
            result = replace(result, headers=(*result.headers, cookie))
        self._send(result)

    def _route(self, found: session.Session, form: Mapping[str, str]) -> Answer:
        parts = urlsplit(self.path)
        path = tuple(p for p in parts.path.split("/") if p)
        query = {k: v[-1] for k, v in parse_qs(parts.query, max_num_fields=50).items()}
        found = self._known(found)
        with self.site.open() as data:
            request = Request(
                site=self.site,
                data=data,
                session=found,
                path=path,
                query=query,
                form=form,
            )
            return answer(request, self.command)

    def _known(self, found: session.Session) -> session.Session:
        """The session without a role that the application does not have (any more)."""
        known = {role.id for role in self.site.app.roles}
        return found if found.role in known else replace(found, role="")

    def _form(self) -> dict[str, str]:
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            raise Stop(411, "No length", "A form must say how long it is.")
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if length < 0 or length > LARGEST:
            self.close_connection = True
            raise Stop(413, "Too large", f"A form may have {LARGEST // 1024} KB.")
        body = self.rfile.read(length)
        if self.command != "POST":
            return {}
        kind = self.headers.get_content_type()
        if kind != "application/x-www-form-urlencoded":
            raise Stop(415, "Not a form", "Only forms are taken here.")
        try:
            fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=200)
        except ValueError:
            raise Stop(400, "Not a form", "What was sent is not a form.") from None
        return {k: v[-1].replace("\r\n", "\n") for k, v in fields.items()}

    def _check_host(self) -> None:
        """Refuse other names for this server: somebody may point theirs at it."""
        name = _host(self.headers.get("Host", ""))
        if name not in self.hosts and not _is_address(name):
            raise Stop(421, "Wrong name", "This server does not answer to that name.")

    def _check_origin(self, found: session.Session, form: Mapping[str, str]) -> None:
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{self.headers.get('Host', '')}":
            raise Stop(403, "Not from here", "The form was sent by another site.")
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in (
            "same-origin",
            "none",
        ):
            raise Stop(403, "Not from here", "The form was sent by another site.")
        if not found.accepts(self.site.secret, form.get("token", "")):
            words = "The form is too old. Go back, reload the page and send it again."
            raise Stop(403, "Form too old", words)

    def _stopped(self, stop: Stop, found: session.Session) -> Answer:
        site = self.site
        try:
            role = site.app.role(site.role or found.role)
        except kit.Missing:
            role = view.Role(id="", title="")
        lens = Lens(
            app=site.app, world=None, role=role, today=site.today(), secret=site.secret
        )
        visit = Visit(lens=lens, choose=bool(site.app.roles) and not site.role)
        body = pages.error_page(visit, stop.title, stop.words).encode()
        headers = (("Allow", stop.allow),) if stop.allow else ()
        return Answer(status=stop.status, body=body, headers=headers)

    def _send(self, result: Answer) -> None:
        self.send_response(result.status)
        for name, value in {**HEADERS, "Content-Type": result.kind}.items():
            self.send_header(name, value)
        for name, value in result.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(result.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(result.body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Method, route, status; an address that is no route may hold anything."""
        parts = [p for p in urlsplit(self.path).path.split("/") if p]
        route = ROUTES.get((parts[0] if parts else "", len(parts)))
        status = getattr(code, "value", code)
        known = "/" + "/".join(parts) if route and self._named(parts) else "(unknown)"
        method = self.command if self.command in ("GET", "HEAD", "POST") else "(other)"
        self.site.log(f"{method} {known} {status}")

    def _named(self, parts: list[str]) -> bool:
        """Whether the second part of a path is a name of the application's own."""
        app = self.site.app
        names = {p.id for p in app.panels} | {f"{p.id}.json" for p in app.panels}
        names |= {e.attribute for e in app.entities} | {a.id for a in app.actions}
        names |= {p.id for p in app.pipelines}
        return len(parts) < 2 or parts[1] in names

    def log_error(self, format: str, *args: object) -> None:
        """Broken requests are told without what was in them."""
        self.site.log("a broken request was refused")

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """What the library refuses by itself, as a plain answer."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.path = getattr(self, "path", None) or "/"
        self._send(
            Answer(status=code, body=b"Refused.\n", kind="text/plain; charset=utf-8")
        )


class Server(ThreadingHTTPServer):
    """A server of one site."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is nobody's news."""


class Server6(Server):
    """The same for an IPv6 address."""

    address_family = socket.AF_INET6


def make_server(site: Site, host: str = "127.0.0.1", port: int = 8000) -> Server:
    """A server bound to ``host`` and ``port`` (0: a free one), not yet serving."""
    if site.role:
        site = replace(site, role=site.app.role(site.role).id)
    hosts = frozenset({"localhost", host.lower()})
    handler = type("SiteHandler", (Handler,), {"site": site, "hosts": hosts})
    kind = Server6 if ":" in host else Server
    try:
        return kind((host, port), handler)
    except OSError as error:
        raise kit.AppError(f"{host}:{port}: {error.strerror or error}") from error


def serve(site: Site, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until interrupted."""
    with make_server(site, host, port) as server:
        name, number = str(server.server_address[0]), server.server_address[1]
        shown = f"[{name}]" if ":" in name else name
        site.log(f"{site.app.title}: http://{shown}:{number}/")
        if not _is_loopback(host):
            site.log(
                "warning: anybody who can reach this address can use the application"
            )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def _host(header: str) -> str:
    """The name in a ``Host`` header, without the port."""
    return (urlsplit(f"//{header}").hostname or "").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (
        _is_address(host) and ipaddress.ip_address(host).is_loopback
    )


def from_options(
    app: view.App,
    opened: Callable[[], AbstractContextManager[Data]],
    options: Namespace,
) -> None:
    """Serve what the command line asks for."""
    site = Site(app=app, open=opened, role=options.role, actor=options.actor)
    serve(site, options.host, options.port)
